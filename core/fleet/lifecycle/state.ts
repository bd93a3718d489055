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
const precedence: readonly Line[] = [
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
  const line = precedence.find((candidate) => candidate.when(basis))
  return line === undefined ? 'UNKNOWN' : line.state(basis)
}
