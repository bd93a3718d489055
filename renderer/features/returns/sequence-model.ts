/** The seed's sequence 3B as rows between four lifelines, each with the step of a return that it belongs to. */
import type { Session } from '../../i18n/words.ts'
import { type ReturnStep, returnSteps, type StepState } from './model.ts'

export const lifelines = ['node', 'relay', 'master', 'projections'] as const
export type Lifeline = (typeof lifelines)[number]

/** What each message says is in the words of the language; this names it. */
export type MessageName =
  | 'proof'
  | 'instruction'
  | 'countersignature'
  | 'backlog'
  | 'verification'
  | 'reconciliation'
  | 'projection'
  | 'release'
  | 'quarantine'
  | 'break'

export type SequenceRow = {
  readonly name: MessageName
  readonly from: Lifeline
  readonly to: Lifeline
  readonly step: ReturnStep
  readonly state: StepState
}

const messages: readonly Omit<SequenceRow, 'state'>[] = [
  { name: 'proof', from: 'node', to: 'master', step: 'PROVING' },
  { name: 'instruction', from: 'master', to: 'node', step: 'PROVING' },
  { name: 'countersignature', from: 'node', to: 'master', step: 'LOCKED' },
  { name: 'backlog', from: 'node', to: 'master', step: 'UPLOADING' },
  { name: 'verification', from: 'master', to: 'master', step: 'UPLOADING' },
  { name: 'projection', from: 'master', to: 'projections', step: 'UPLOADING' },
  { name: 'reconciliation', from: 'master', to: 'master', step: 'RECONCILING' },
]

type Told = Pick<Session, 'step' | 'verdict' | 'receivedEvents' | 'closedAt'>

/** The last row is how it ends, or how it would; an abandoned return broke off in the middle. */
export function toSequence({ step, verdict, receivedEvents, closedAt }: Told): readonly SequenceRow[] {
  const isOpen = closedAt === null
  const reached = verdict === 'ABANDONED' ? returnSteps.indexOf(receivedEvents > 0 ? 'UPLOADING' : 'PROVING') : returnSteps.indexOf(step)
  const rows = messages.map((message) => ({ ...message, state: stateOf(returnSteps.indexOf(message.step), reached, isOpen, verdict) }))
  const end: SequenceRow = {
    name: verdict === 'ABANDONED' ? 'break' : verdict === 'QUARANTINED' ? 'quarantine' : 'release',
    from: 'master',
    to: 'node',
    step: 'CLOSED',
    state: isOpen ? 'ahead' : 'done',
  }
  return [...rows, end]
}

function stateOf(at: number, reached: number, isOpen: boolean, verdict: Told['verdict']): StepState {
  if (verdict === 'ABANDONED') return at <= reached ? 'done' : 'never'
  if (at < reached) return 'done'
  if (at > reached) return 'ahead'
  return isOpen ? 'present' : 'done'
}

export type DebtSample = { readonly atMs: number; readonly left: number }

/** Samples beyond this are thinned: every second one goes, so that a long return keeps its whole course. */
const mostSamples = 240

/** What is left to come, as it was seen; a sample that says nothing new only moves the last one along. */
export function withSample(samples: readonly DebtSample[], atMs: number, left: number): readonly DebtSample[] {
  const last = samples.at(-1)
  const before = samples.at(-2)
  if (last !== undefined && atMs <= last.atMs) return samples
  if (last !== undefined && before !== undefined && last.left === left && before.left === left)
    return [...samples.slice(0, -1), { atMs, left }]
  const next = [...samples, { atMs, left }]
  return next.length <= mostSamples ? next : next.filter((_, at) => at % 2 === 0 || at === next.length - 1)
}

/** The line of what is left as points of a box of this size; undefined while there is no line. */
export function debtLine(samples: readonly DebtSample[], width: number, height: number): string | undefined {
  const first = samples[0]
  const last = samples.at(-1)
  if (first === undefined || last === undefined || samples.length < 2 || last.atMs === first.atMs) return undefined
  const top = Math.max(1, ...samples.map(({ left }) => left))
  const x = (atMs: number): string => (((atMs - first.atMs) / (last.atMs - first.atMs)) * width).toFixed(1)
  const y = (left: number): string => (height - (left / top) * height).toFixed(1)
  return samples.map(({ atMs, left }) => `${x(atMs)},${y(left)}`).join(' ')
}
