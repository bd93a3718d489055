/**
 * The phase of a node as a table: the arrows of the seed's diagram 3A, and a written list of additions with their reasons ([LC1]).
 * ACTIVE is the superstate of the connectivity states there, so "REPLAYING -> QUARANTINED" is ACTIVE -> QUARANTINED here.
 */
import type { Phase } from '../node/node-record.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'

export type PhaseEvent =
  | 'enrolment-complete'
  | 'activation'
  | 'update-initiated'
  | 'update-complete'
  | 'update-failed'
  | 'health-degradation'
  | 'recovery'
  | 'critical-failure'
  | 'trust-violation'
  | 'drift-violation'
  | 'operator-quarantine'
  | 'remediation-complete'
  | 'unrecoverable'
  | 'planned-decommission'
  | 'decommission-complete'
  | 'enrolment-refused'
  | 'never-used'

export type PhaseArrow = {
  readonly from: Phase
  readonly event: PhaseEvent
  readonly to: Phase
  readonly label: string
  /** Why it exists although 3A does not draw it; absent for the arrows of 3A. */
  readonly addition?: string
}

export const phaseArrows: readonly PhaseArrow[] = [
  { from: 'PROVISIONING', event: 'enrolment-complete', to: 'ENROLLED', label: 'Enrollment complete' },
  { from: 'ENROLLED', event: 'activation', to: 'ACTIVE', label: 'Activation' },
  { from: 'ACTIVE', event: 'update-initiated', to: 'UPDATING', label: 'Update initiated' },
  { from: 'UPDATING', event: 'update-complete', to: 'ACTIVE', label: 'Update complete' },
  { from: 'UPDATING', event: 'update-failed', to: 'DEGRADED', label: 'Update failed' },
  { from: 'ACTIVE', event: 'health-degradation', to: 'DEGRADED', label: 'Health degradation' },
  { from: 'DEGRADED', event: 'recovery', to: 'ACTIVE', label: 'Recovery' },
  { from: 'DEGRADED', event: 'critical-failure', to: 'QUARANTINED', label: 'Critical failure' },
  { from: 'ACTIVE', event: 'trust-violation', to: 'QUARANTINED', label: 'Trust violation' },
  { from: 'ACTIVE', event: 'drift-violation', to: 'QUARANTINED', label: 'Drift violation' },
  { from: 'QUARANTINED', event: 'remediation-complete', to: 'ACTIVE', label: 'Remediation complete' },
  { from: 'QUARANTINED', event: 'unrecoverable', to: 'DECOMMISSIONING', label: 'Unrecoverable' },
  { from: 'ACTIVE', event: 'planned-decommission', to: 'DECOMMISSIONING', label: 'Planned decommission' },
  { from: 'DECOMMISSIONING', event: 'decommission-complete', to: 'RETIRED', label: 'Decommission complete' },
  { from: 'ACTIVE', event: 'operator-quarantine', to: 'QUARANTINED', label: 'Operator', addition: 'A person may see what no rule sees.' },
  {
    from: 'DEGRADED',
    event: 'operator-quarantine',
    to: 'QUARANTINED',
    label: 'Operator',
    addition: 'As from ACTIVE: being degraded is no shelter.',
  },
  {
    from: 'UPDATING',
    event: 'operator-quarantine',
    to: 'QUARANTINED',
    label: 'Operator',
    addition: 'A bad update has to be stoppable at once.',
  },
  {
    from: 'UPDATING',
    event: 'trust-violation',
    to: 'QUARANTINED',
    label: 'Trust violation',
    addition: 'A node can be found untrustworthy in the middle of an update.',
  },
  {
    from: 'UPDATING',
    event: 'drift-violation',
    to: 'QUARANTINED',
    label: 'Drift violation',
    addition: 'As for trust: a return can end during an update.',
  },
  {
    from: 'DEGRADED',
    event: 'trust-violation',
    to: 'QUARANTINED',
    label: 'Trust violation',
    addition: 'A degraded node replays as well, and can fail that.',
  },
  {
    from: 'DEGRADED',
    event: 'drift-violation',
    to: 'QUARANTINED',
    label: 'Drift violation',
    addition: 'A degraded node replays as well, and can fail that.',
  },
  {
    from: 'DEGRADED',
    event: 'planned-decommission',
    to: 'DECOMMISSIONING',
    label: 'Planned decommission',
    addition: 'What is worn out is taken out of service without being repaired first.',
  },
  {
    from: 'PROVISIONING',
    event: 'enrolment-refused',
    to: 'RETIRED',
    label: 'Refused',
    addition: 'An id that was turned away is never used again.',
  },
  {
    from: 'ENROLLED',
    event: 'never-used',
    to: 'RETIRED',
    label: 'Never used',
    addition: 'A node that was approved and never came is closed on the record.',
  },
]

/** The arrow that `event` takes from `from`, or a refusal that says which events are possible there, and from which phases this one is. */
export function transitPhase(from: Phase, event: PhaseEvent): Result<PhaseArrow> {
  const arrow = phaseArrows.find((candidate) => candidate.from === from && candidate.event === event)
  if (arrow !== undefined) return accepted(arrow)
  const possible = phaseArrows.filter((candidate) => candidate.from === from).map((candidate) => candidate.event)
  return refused(
    'PHASE_TRANSITION_REFUSED',
    `A node in ${from} does not take "${wordsOf(event)}"; ${possible.length === 0 ? 'nothing leads on from there' : `what it can take is ${possible.map(wordsOf).join(', ')}`}.`,
    { from, event, possible: possible.join(' '), takenFrom: phasesTaking(event).join(' ') },
  )
}

export function isPhaseEvent(text: string): text is PhaseEvent {
  return phaseArrows.some((arrow) => arrow.event === text)
}

/** Where a node would have to be for the event to lead on. */
function phasesTaking(event: PhaseEvent): readonly Phase[] {
  return phaseArrows.filter((arrow) => arrow.event === event).map(({ from }) => from)
}

function wordsOf(event: string): string {
  return event.replaceAll('-', ' ')
}
