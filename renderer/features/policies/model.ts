/** The form of a new policy: its text checked before it is sent, with where it is wrong. */
import type { Answers, Requests } from '../../client/rpc.ts'

export type Policy = Answers['policy']['list']['items'][number]
export type PolicyForm = {
  readonly name: string
  readonly version: string
  readonly targetVersion: string
  readonly configuration: string
  readonly maintenanceWindow: string
  readonly requiresOnline: boolean
  readonly minBattery: string
}

export type PolicyProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'not-json'; readonly line: number | null }
  | { readonly kind: 'not-an-object' }
  | { readonly kind: 'not-a-share' }
  | { readonly kind: 'taken' }

export type ReadPolicy = {
  readonly problems: Readonly<Partial<Record<keyof PolicyForm, PolicyProblem>>>
  readonly request: Requests['policy']['publish'] | null
}

export const emptyForm: PolicyForm = {
  name: '',
  version: '',
  targetVersion: '',
  configuration: '{\n  \n}',
  maintenanceWindow: '',
  requiresOnline: false,
  minBattery: '0',
}

/** What a new version of a policy begins with: all of the old one but its version. */
export function formFrom(policy: Policy): PolicyForm {
  return {
    name: policy.name,
    version: '',
    targetVersion: policy.targetVersion,
    configuration: JSON.stringify(policy.configuration, null, 2),
    maintenanceWindow: policy.constraints.maintenance_window,
    requiresOnline: policy.constraints.requires_online,
    minBattery: String(policy.constraints.min_battery_pct),
  }
}

export function readPolicy(form: PolicyForm, published: readonly Pick<Policy, 'name' | 'version'>[]): ReadPolicy {
  const problems: Partial<Record<keyof PolicyForm, PolicyProblem>> = {}
  const name = form.name.trim()
  const version = form.version.trim()
  const targetVersion = form.targetVersion.trim()
  if (name === '') problems.name = { kind: 'empty' }
  if (version === '') problems.version = { kind: 'empty' }
  else if (published.some((policy) => policy.name === name && policy.version === version)) problems.version = { kind: 'taken' }
  if (targetVersion === '') problems.targetVersion = { kind: 'empty' }
  const battery = Number(form.minBattery.trim() === '' ? '0' : form.minBattery)
  if (!(battery >= 0 && battery <= 100)) problems.minBattery = { kind: 'not-a-share' }
  const configuration = readConfiguration(form.configuration)
  if ('kind' in configuration) problems.configuration = configuration
  if (Object.keys(problems).length > 0 || 'kind' in configuration) return { problems, request: null }
  const constraints = { maintenance_window: form.maintenanceWindow.trim(), requires_online: form.requiresOnline, min_battery_pct: battery }
  return { problems, request: { name, version, targetVersion, configuration: configuration.value, constraints } }
}

function readConfiguration(text: string): { readonly value: Record<string, unknown> } | PolicyProblem {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'not-an-object' }
    return { value: value as Record<string, unknown> }
  } catch (error) {
    return { kind: 'not-json', line: lineOf(text, error) }
  }
}

/** The engine names the position, or line and column, where it stopped reading. */
function lineOf(text: string, error: unknown): number | null {
  const message = error instanceof Error ? error.message : ''
  const line = /line (\d+)/.exec(message)?.[1]
  if (line !== undefined) return Number(line)
  const position = /position (\d+)/.exec(message)?.[1]
  return position === undefined ? null : text.slice(0, Number(position)).split('\n').length
}

/** Version families: one entry per name, newest version first. */
export function groupPolicies(items: readonly Policy[]): readonly { readonly name: string; readonly versions: readonly Policy[] }[] {
  const groups = new Map<string, Policy[]>()
  for (const policy of items) groups.set(policy.name, [...(groups.get(policy.name) ?? []), policy])
  return [...groups]
    .map(([name, versions]) => ({ name, versions: versions.toSorted((a, b) => b.publishedAt.localeCompare(a.publishedAt)) }))
    .toSorted((a, b) => a.name.localeCompare(b.name))
}
