/** What a person tells nodes to do, from what is typed to what the contract takes; and how a command stands, from the master's answer. */
import type { Answers, Requests } from '../../client/rpc.ts'
import { groupBy } from '../../state/group-by.ts'

export type CommandRow = Answers['command']['list']['items'][number]
export type CommandDetail = Answers['command']['get']
export type Preview = Answers['command']['preview']
export type Stage = CommandRow['stage']
export type Order = Omit<Requests['command']['issue'], 'nodeId' | 'idempotencyKey'>

export const orderKinds = ['set-config', 'run-snapshot', 'restart', 'install-artifact'] as const
export type OrderKind = (typeof orderKinds)[number]
export const partNames = ['inventory', 'configuration', 'software', 'firmware', 'health'] as const
export type PartName = (typeof partNames)[number]
export const lastings = ['hour', 'shift', 'day', 'week', 'none'] as const
export type Lasting = (typeof lastings)[number]

export type OrderForm = {
  readonly kind: OrderKind
  /** A line for each place: `/log/level = "info"`; nothing behind the sign takes the value away. */
  readonly changes: string
  readonly parts: readonly PartName[]
  readonly scope: 'agent' | 'host'
  /** What `ibcf artifact publish` printed. */
  readonly artifact: string
  readonly requiresOnline: boolean
  readonly expires: Lasting
  readonly reason: string
}

export const emptyOrder: OrderForm = {
  kind: 'run-snapshot',
  changes: '',
  parts: ['configuration', 'software', 'health'],
  scope: 'agent',
  artifact: '',
  requiresOnline: false,
  expires: 'day',
  reason: '',
}

export type OrderProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'not-a-change'; readonly line: number }
  | { readonly kind: 'not-json'; readonly line: number }
  | { readonly kind: 'not-an-artifact' }

export type ReadOrder = { readonly problem: OrderProblem | null; readonly order: Order | null }

const lastingMs: Readonly<Record<Exclude<Lasting, 'none'>, number>> = {
  hour: 3_600_000,
  shift: 8 * 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
}

/** The expiry counts from `nowMs`, to the minute. An order without a reason is not one yet. */
export function readOrder(form: OrderForm, nowMs: number): ReadOrder {
  const data = readData(form)
  if ('kind' in data) return { problem: data, order: null }
  if (form.reason.trim() === '') return { problem: null, order: null }
  const expiresAt = form.expires === 'none' ? null : new Date(Math.ceil((nowMs + lastingMs[form.expires]) / 60_000) * 60_000).toISOString()
  return {
    problem: null,
    order: {
      kind: form.kind,
      data: data.value,
      ...(form.requiresOnline ? { constraints: { requires_online: true } } : {}),
      expiresAt,
      reason: form.reason.trim(),
    },
  }
}

type Data = { readonly value: Record<string, unknown> }

function readData({ kind, changes, parts, scope, artifact }: OrderForm): Data | OrderProblem {
  switch (kind) {
    case 'set-config':
      return readChanges(changes)
    case 'run-snapshot':
      return parts.length === 0 ? { kind: 'empty' } : { value: { parts: [...parts] } }
    case 'restart':
      return { value: { scope } }
    case 'install-artifact':
      return readArtifact(artifact)
  }
}

function readChanges(text: string): Data | OrderProblem {
  const changes: { path: string; value: unknown }[] = []
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const split = /^\s*((?:\/[^\s=]*)+)\s*=\s*(.*)$/.exec(line)
    if (split === null) return { kind: 'not-a-change', line: at + 1 }
    const [, path = '', value = ''] = split
    try {
      changes.push({ path, value: value.trim() === '' ? null : (JSON.parse(value) as unknown) })
    } catch {
      return { kind: 'not-json', line: at + 1 }
    }
  }
  return changes.length === 0 ? { kind: 'empty' } : { value: { changes } }
}

function readArtifact(text: string): Data | OrderProblem {
  if (text.trim() === '') return { kind: 'empty' }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('artifactId' in value)) return { kind: 'not-an-artifact' }
    return { value: { rollBackAt: 'FAILED', ...value } }
  } catch {
    return { kind: 'not-an-artifact' }
  }
}

/** The line that sets one place to a value, as `readOrder` reads it. */
export function writeChange(path: string, value: unknown): string {
  return `${path} = ${value === undefined ? '' : JSON.stringify(value)}`
}

/** Differences of the configuration begin with this part; only what lies below it can be set by a command. */
export function configurationPathOf(path: string): string | null {
  return path.startsWith('/configuration/') ? path.slice('/configuration'.length) : null
}

/** How pressing a command is to whoever looks at many. */
export type Standing = 'waits' | 'under-way' | 'done' | 'not-done' | 'unsure'

export function standingOf(stage: Stage): Standing {
  switch (stage) {
    case 'issued':
    case 'queued':
    case 'exported':
    case 'sent':
      return 'waits'
    case 'received':
    case 'started':
      return 'under-way'
    case 'applied':
      return 'done'
    case 'rejected':
    case 'expired':
    case 'superseded':
    case 'cancelled':
      return 'not-done'
    case 'outcome-unknown':
      return 'unsure'
  }
}

/** The steps of a command that goes well, and how far this one came; the last step carries what it ended in. */
export const steps = ['issued', 'queued', 'sent', 'received', 'started', 'applied'] as const
export type Step = (typeof steps)[number]

export function reachedStep(row: Pick<CommandRow, 'stage' | 'attempts'>): number {
  const { stage } = row
  const at = steps.findIndex((step) => step === stage)
  if (at >= 0) return at
  if (stage === 'exported') return steps.indexOf('sent')
  if (stage === 'outcome-unknown') return steps.indexOf('started')
  // Refused, or taken back: by what is known, it ended there.
  return row.attempts > 0 ? steps.indexOf('started') : stage === 'rejected' ? steps.indexOf('received') : steps.indexOf('queued')
}

export function mayCancel(stage: Stage): boolean {
  return standingOf(stage) === 'waits' || stage === 'received'
}

export type LeftOutGroup = { readonly code: string; readonly sentence: string; readonly nodes: readonly Preview['leftOut'][number][] }

/** Those left out by why, most first. */
export function groupLeftOut(preview: Pick<Preview, 'leftOut'>): readonly LeftOutGroup[] {
  const groups = groupBy(preview.leftOut, ({ code }) => code)
  return [...groups]
    .map(([code, nodes]) => ({ code, sentence: nodes[0]?.sentence ?? '', nodes }))
    .toSorted((a, b) => b.nodes.length - a.nodes.length)
}
