/** The precise state of a node: one name out of its phase, its mode and where its return stands, by one table of precedence ([LC3]). */
import type { ConnectivityMode, Phase } from '../node/node-record.ts'

export type SessionStep = 'PROVING' | 'LOCKED' | 'UPLOADING' | 'RECONCILING' | 'CLOSED'

export type StateBasis = {
  readonly phase: Phase
  /** Null until it was first heard of. */
  readonly mode: ConnectivityMode | null
  readonly step: SessionStep | null
  /** The event that led to QUARANTINED, when it is. */
  readonly quarantineEvent: string | null
}

type Line = { readonly when: (basis: StateBasis) => boolean; readonly state: (basis: StateBasis) => string }

/** The first line that holds gives the name: what ends a node comes before what stops it, that before what it is doing. */
export const statePrecedence: readonly Line[] = [
  { when: ({ phase }) => phase === 'RETIRED', state: () => 'RETIRED' },
  { when: ({ phase }) => phase === 'DECOMMISSIONING', state: () => 'DECOMMISSIONING' },
  { when: ({ phase }) => phase === 'PROVISIONING', state: () => 'PROVISIONING_REQUESTED' },
  {
    when: ({ phase, quarantineEvent }) => phase === 'QUARANTINED' && quarantineEvent === 'drift-violation',
    state: () => 'QUARANTINED_DRIFT',
  },
  {
    when: ({ phase, quarantineEvent }) => phase === 'QUARANTINED' && quarantineEvent === 'operator-quarantine',
    state: () => 'QUARANTINED_OPERATOR',
  },
  {
    when: ({ phase, quarantineEvent }) => phase === 'QUARANTINED' && quarantineEvent === 'critical-failure',
    state: () => 'QUARANTINED_FAILED',
  },
  { when: ({ phase }) => phase === 'QUARANTINED', state: () => 'QUARANTINED_TRUST' },
  { when: ({ phase }) => phase === 'ENROLLED', state: ({ mode }) => (mode === null ? 'ENROLLED_NEVER_HEARD' : 'ENROLLED_WAITING') },
  { when: ({ mode, step }) => mode === 'REPLAYING' && step === 'RECONCILING', state: () => 'REPLAYING_APPLYING' },
  { when: ({ mode }) => mode === 'REPLAYING', state: () => 'REPLAYING_UPLOADING' },
  { when: ({ mode, step }) => mode === 'RETURNING' && step === 'LOCKED', state: () => 'RETURNING_LOCKED' },
  { when: ({ mode }) => mode === 'RETURNING', state: () => 'RETURNING_PROVING' },
  {
    when: ({ phase }) => phase === 'UPDATING',
    state: ({ mode }) => (mode === 'LIVE' || mode === 'DELAYED' ? 'UPDATING_STAGED' : 'UPDATING_UNSEEN'),
  },
  { when: ({ phase }) => phase === 'DEGRADED', state: ({ mode }) => `DEGRADED_${mode ?? 'NEVER_HEARD'}` },
  { when: ({ mode }) => mode === 'AUTONOMOUS', state: () => 'AUTONOMOUS_BUFFERING' },
  { when: ({ mode }) => mode === 'DISCONNECTED', state: () => 'DISCONNECTED_SILENT' },
  { when: ({ mode }) => mode === null, state: () => 'ACTIVE_NEVER_HEARD' },
  { when: () => true, state: ({ mode }) => `${mode}_OK` },
]

export function stateOf(basis: StateBasis): string {
  const line = statePrecedence.find((candidate) => candidate.when(basis))
  return line === undefined ? 'UNKNOWN' : line.state(basis)
}

/** Every state there is, with what it means; the words for help, export and the API. */
export const stateMeanings: Readonly<Record<string, string>> = {
  RETIRED: 'Out of service for good; its id is never used again.',
  DECOMMISSIONING: 'Being taken out of service. A return does not revive it.',
  PROVISIONING_REQUESTED: 'It asked to join and waits for a person.',
  QUARANTINED_DRIFT: 'Kept apart because it had drifted too far when it came back.',
  QUARANTINED_OPERATOR: 'Kept apart by a person.',
  QUARANTINED_FAILED: 'Kept apart after a critical failure.',
  QUARANTINED_TRUST: 'Kept apart because what it sent cannot be trusted.',
  ENROLLED_NEVER_HEARD: 'Approved, and never heard of.',
  ENROLLED_WAITING: 'Approved and heard of, and not yet active.',
  REPLAYING_APPLYING: 'Everything it recorded alone is here and is being reconciled.',
  REPLAYING_UPLOADING: 'It is handing over what it recorded alone.',
  RETURNING_LOCKED: 'Back in contact and held for reconciliation; it takes no new commands.',
  RETURNING_PROVING: 'Back in contact and proving who it is.',
  UPDATING_STAGED: 'In the middle of an update, and heard.',
  UPDATING_UNSEEN: 'In the middle of an update, and not heard directly.',
  DEGRADED_LIVE: 'It works badly, and is heard within its schedule.',
  DEGRADED_DELAYED: 'It works badly, and is heard late or slowly.',
  DEGRADED_EDGE_CACHED: 'It works badly, and is seen through a cache or from time to time.',
  DEGRADED_AUTONOMOUS: 'It worked badly when last heard, and is on its own.',
  DEGRADED_DISCONNECTED: 'It worked badly when last heard, longer ago than it can be on its own.',
  DEGRADED_NEVER_HEARD: 'It was found to work badly, and was never heard of since.',
  AUTONOMOUS_BUFFERING: 'On its own within its budget, going on by its policy and recording.',
  DISCONNECTED_SILENT: 'Silent for longer than it can be on its own.',
  ACTIVE_NEVER_HEARD: 'Active on the record, and never heard of.',
  LIVE_OK: 'Heard within its schedule, fast enough.',
  DELAYED_OK: 'Heard, but late or slowly.',
  EDGE_CACHED_OK: 'Seen through a cache or from time to time, as expected.',
}
