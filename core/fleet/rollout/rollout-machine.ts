/** Where a rollout stands, as a table of what leads on from where ([RO1]). */
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { RolloutEventType } from './rollout-events.ts'

export const rolloutPhases = ['PLANNED', 'RUNNING', 'PAUSED', 'COMPLETED', 'ABORTED'] as const
export type RolloutPhase = (typeof rolloutPhases)[number]

type Moving = Exclude<RolloutEventType, 'ibcf.rollout.planned.v1'>
export type RolloutArrow = { readonly from: RolloutPhase; readonly event: Moving; readonly to: RolloutPhase; readonly label: string }

export const rolloutArrows: readonly RolloutArrow[] = [
  { from: 'PLANNED', event: 'ibcf.rollout.enlisted.v1', to: 'PLANNED', label: 'Nodes enlisted' },
  { from: 'PLANNED', event: 'ibcf.rollout.gate-opened.v1', to: 'PLANNED', label: 'Gate opened' },
  { from: 'PLANNED', event: 'ibcf.rollout.started.v1', to: 'RUNNING', label: 'Started' },
  { from: 'PLANNED', event: 'ibcf.rollout.aborted.v1', to: 'ABORTED', label: 'Aborted' },
  { from: 'RUNNING', event: 'ibcf.rollout.gate-opened.v1', to: 'RUNNING', label: 'Gate opened' },
  { from: 'RUNNING', event: 'ibcf.rollout.approved.v1', to: 'RUNNING', label: 'Approved' },
  { from: 'RUNNING', event: 'ibcf.rollout.advanced.v1', to: 'RUNNING', label: 'Next wave' },
  { from: 'RUNNING', event: 'ibcf.rollout.paused.v1', to: 'PAUSED', label: 'Paused' },
  { from: 'RUNNING', event: 'ibcf.rollout.aborted.v1', to: 'ABORTED', label: 'Aborted' },
  { from: 'RUNNING', event: 'ibcf.rollout.completed.v1', to: 'COMPLETED', label: 'Completed' },
  { from: 'PAUSED', event: 'ibcf.rollout.gate-opened.v1', to: 'PAUSED', label: 'Gate opened' },
  { from: 'PAUSED', event: 'ibcf.rollout.approved.v1', to: 'PAUSED', label: 'Approved' },
  { from: 'PAUSED', event: 'ibcf.rollout.resumed.v1', to: 'RUNNING', label: 'Resumed' },
  { from: 'PAUSED', event: 'ibcf.rollout.aborted.v1', to: 'ABORTED', label: 'Aborted' },
]

/** The arrow that `event` takes from `from`, or a refusal `ROLLOUT_TRANSITION_REFUSED` that says what leads on from there. */
export function transitRollout(from: RolloutPhase, event: Moving): Result<RolloutArrow> {
  const leaving = rolloutArrows.filter((arrow) => arrow.from === from)
  const arrow = leaving.find((candidate) => candidate.event === event)
  if (arrow !== undefined) return accepted(arrow)
  const possible = leaving.map(({ label }) => label.toLowerCase()).join(', ')
  return refused(
    'ROLLOUT_TRANSITION_REFUSED',
    possible === ''
      ? `A rollout that is ${from} is over; plan another.`
      : `A rollout that is ${from} cannot be ${wordOf(event)}; from there: ${possible}.`,
    { from, event, possible },
  )
}

function wordOf(event: Moving): string {
  return event.slice('ibcf.rollout.'.length, -'.v1'.length).replaceAll('-', ' ')
}
