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
  /** What brings nodes to the target version, as `ibcf artifact publish` printed it; empty: nothing is installed. */
  readonly software: string
  readonly rollBackAt: RollBackAt
}

/** The health after the swap that counts as failed. */
export const rollBackHealths = ['FAILED', 'DEGRADED'] as const
export type RollBackAt = (typeof rollBackHealths)[number]
export type Software = NonNullable<Policy['software']>

export type PolicyProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'not-json'; readonly line: number }
  | { readonly kind: 'not-an-object' }
  | { readonly kind: 'not-a-share' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'not-an-artifact' }
  | { readonly kind: 'other-version'; readonly version: string }

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
  software: '',
  rollBackAt: 'FAILED',
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
    software: policy.software === undefined ? '' : writeSoftware(policy.software),
    rollBackAt: policy.software?.rollBackAt === 'DEGRADED' ? 'DEGRADED' : 'FAILED',
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
  const software = readSoftware(form)
  if (software !== null && 'kind' in software) problems.software = software
  else if (software !== null && software.version !== targetVersion) problems.software = { kind: 'other-version', version: software.version }
  if (Object.keys(problems).length > 0 || 'kind' in configuration || (software !== null && 'kind' in software))
    return { problems, request: null }
  const constraints = { maintenance_window: form.maintenanceWindow.trim(), requires_online: form.requiresOnline, min_battery_pct: battery }
  const brought = software === null ? {} : { software }
  return { problems, request: { name, version, targetVersion, configuration: configuration.value, constraints, ...brought } }
}

/** As it stands in the field of the form. */
export function writeSoftware({ artifactId, name, version, digest, sizeBytes, keyId, signature }: Software): string {
  return JSON.stringify({ artifactId, name, version, digest, sizeBytes, keyId, signature }, null, 2)
}

/** Artifacts that published policies name, newest policy first, each once: to be chosen again without being brought anew. */
export function knownSoftware(published: readonly Policy[]): readonly Software[] {
  const found = new Map<string, Software>()
  for (const { software } of published.toSorted((a, b) => b.publishedAt.localeCompare(a.publishedAt)))
    if (software !== undefined && !found.has(software.artifactId)) found.set(software.artifactId, software)
  return [...found.values()]
}

function readSoftware({ software, rollBackAt }: Pick<PolicyForm, 'software' | 'rollBackAt'>): Software | PolicyProblem | null {
  if (software.trim() === '') return null
  try {
    const value: unknown = JSON.parse(software)
    return isArtifact(value) ? { ...value, rollBackAt } : { kind: 'not-an-artifact' }
  } catch {
    return { kind: 'not-an-artifact' }
  }
}

function isArtifact(value: unknown): value is Omit<Software, 'rollBackAt'> {
  if (typeof value !== 'object' || value === null) return false
  const parts = value as Readonly<Record<string, unknown>>
  const hasTexts = ['artifactId', 'name', 'version', 'digest', 'keyId', 'signature'].every((part) => typeof parts[part] === 'string')
  return hasTexts && typeof parts['sizeBytes'] === 'number'
}

function readConfiguration(text: string): { readonly value: Record<string, unknown> } | PolicyProblem {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'not-an-object' }
    return { value: value as Record<string, unknown> }
  } catch {
    return { kind: 'not-json', line: brokenLine(text) }
  }
}

/** The line at which the text ceases to be the beginning of JSON: every shorter beginning is only unfinished, every longer one is wrong. */
function brokenLine(text: string): number {
  const lines = text.split('\n')
  let good = 0
  let bad = lines.length
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (isUnfinished(lines.slice(0, middle).join('\n'))) good = middle
    else bad = middle
  }
  return bad
}

/** Engines tell an end that comes too early by its words, or by a position at the very end. */
function isUnfinished(beginning: string): boolean {
  try {
    JSON.parse(beginning)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const position = /position (\d+)/.exec(message)?.[1]
    return /end of JSON|Unterminated/.test(message) || (position !== undefined && Number(position) >= beginning.length)
  }
}

/** Version families: one entry per name, newest version first. */
export function groupPolicies(items: readonly Policy[]): readonly { readonly name: string; readonly versions: readonly Policy[] }[] {
  const groups = new Map<string, Policy[]>()
  for (const policy of items) groups.set(policy.name, [...(groups.get(policy.name) ?? []), policy])
  return [...groups]
    .map(([name, versions]) => ({ name, versions: versions.toSorted((a, b) => b.publishedAt.localeCompare(a.publishedAt)) }))
    .toSorted((a, b) => a.name.localeCompare(b.name))
}
