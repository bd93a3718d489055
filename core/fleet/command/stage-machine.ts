/**
 * The stages of a command as a table. Cancelled, superseded and expired are a master's word; what the node did is the truth, so a
 * started or finished command leads on from them too: the word came too late ([CM3]).
 */
import { accepted, refused, type Result } from '../../kernel/result.ts'

export const commandStages = [
  'issued',
  'queued',
  'exported',
  'sent',
  'received',
  'started',
  'applied',
  'rejected',
  'expired',
  'superseded',
  'cancelled',
  'outcome-unknown',
] as const
export type CommandStage = (typeof commandStages)[number]

export type StageEvent =
  | 'approval'
  | 'export'
  | 'delivery'
  | 'receipt'
  | 'start'
  | 'effect'
  | 'rejection'
  | 'expiry'
  | 'supersession'
  | 'cancellation'
  | 'crash'
  | 'finding-applied'
  | 'finding-rejected'

export type StageArrow = {
  readonly from: CommandStage
  readonly event: StageEvent
  readonly to: CommandStage
  readonly label: string
}

const beforeStart = ['issued', 'queued', 'exported', 'sent', 'received'] as const
const wordsOfMasters = ['expired', 'superseded', 'cancelled'] as const

export const stageArrows: readonly StageArrow[] = [
  { from: 'issued', event: 'approval', to: 'queued', label: 'Everybody agreed who has to' },
  { from: 'queued', event: 'export', to: 'exported', label: 'Put on a stick' },
  { from: 'queued', event: 'delivery', to: 'sent', label: 'Sent over a link' },
  { from: 'exported', event: 'delivery', to: 'sent', label: 'Sent over a link' },
  { from: 'queued', event: 'receipt', to: 'received', label: 'Brought by another master' },
  { from: 'exported', event: 'receipt', to: 'received', label: 'Received' },
  { from: 'sent', event: 'receipt', to: 'received', label: 'Received' },
  { from: 'received', event: 'start', to: 'started', label: 'Started' },
  { from: 'received', event: 'rejection', to: 'rejected', label: 'Refused by the node' },
  { from: 'started', event: 'effect', to: 'applied', label: 'Found to have taken effect' },
  { from: 'started', event: 'rejection', to: 'rejected', label: 'Failed and undone' },
  { from: 'started', event: 'crash', to: 'outcome-unknown', label: 'Interrupted, and nothing tells' },
  { from: 'outcome-unknown', event: 'finding-applied', to: 'applied', label: 'Found by a person' },
  { from: 'outcome-unknown', event: 'finding-rejected', to: 'rejected', label: 'Found by a person' },
  { from: 'outcome-unknown', event: 'effect', to: 'applied', label: 'Found by the node after all' },
  { from: 'rejected', event: 'effect', to: 'applied', label: 'A finding was wrong: the node proved otherwise' },
  ...beforeStart.flatMap((from): StageArrow[] => [
    { from, event: 'expiry', to: 'expired', label: 'Its time ran out' },
    { from, event: 'supersession', to: 'superseded', label: 'A later one took its place' },
    { from, event: 'cancellation', to: 'cancelled', label: 'Cancelled' },
  ]),
  // Several of these words can be true of one command; the strongest is shown, whichever came first.
  { from: 'expired', event: 'supersession', to: 'superseded', label: 'A later one took its place' },
  { from: 'expired', event: 'cancellation', to: 'cancelled', label: 'Cancelled' },
  { from: 'superseded', event: 'cancellation', to: 'cancelled', label: 'Cancelled' },
  ...wordsOfMasters.flatMap((from): StageArrow[] => [
    { from, event: 'start', to: 'started', label: 'The node had started it' },
    { from, event: 'rejection', to: 'rejected', label: 'The node had refused it' },
  ]),
]

/** The arrow that `event` takes from `from`, or a refusal COMMAND_STAGE_REFUSED that says what is possible there. */
export function transitStage(from: CommandStage, event: StageEvent): Result<StageArrow> {
  const leaving = stageArrows.filter((arrow) => arrow.from === from)
  const arrow = leaving.find((candidate) => candidate.event === event)
  if (arrow !== undefined) return accepted(arrow)
  const possible = leaving.map((candidate) => wordsOf(candidate.event))
  return refused(
    'COMMAND_STAGE_REFUSED',
    `A command that is ${wordsOf(from)} does not take "${wordsOf(event)}"; ${possible.length === 0 ? 'it is over' : `what it can take is ${possible.join(', ')}`}.`,
    { from, event, possible: leaving.map((candidate) => candidate.event).join(' ') },
  )
}

/** Nothing more is to be done about it, unless the node says otherwise. */
export function isOver(stage: CommandStage): boolean {
  return stage === 'applied' || stage === 'rejected' || wordsOfMasters.some((word) => word === stage)
}

/** It has not begun at the node, as far as is known: it can still be taken back. */
export function isBeforeStart(stage: CommandStage): boolean {
  return beforeStart.some((known) => known === stage)
}

function wordsOf(name: string): string {
  return name.replaceAll('-', ' ')
}
