/** How far a rollout came at one node, from what the node itself said and did. Unknown is not failed, and neither is success ([RO2], [RO3]). */
import type { ConnectivityMode, Phase } from '../node/node-record.ts'

export const outcomes = ['converged', 'pending', 'unknown', 'cannot-converge', 'failed'] as const
export type Outcome = (typeof outcomes)[number]

export type RolloutTarget = { readonly policyBundleId: string; readonly targetVersion: string }

/** What is held of the node, about the bundle of the rollout only where it says so. */
export type RolloutEvidence = {
  readonly phase: Phase
  readonly mode: ConnectivityMode | null
  /** It was given the bundle and has begun, by its own word or by this master's delivery. */
  readonly hasStarted: boolean
  /** The last bundle that it recorded as adopted. */
  readonly adoptedPolicyBundleId: string | null
  /** By its heartbeat or its snapshot: what it says of itself, which is no proof. */
  readonly reportedVersion: string | null
  /** What it measured of itself after it was started again: the only thing that counts as success. */
  readonly proof: { readonly policyBundleId: string; readonly version: string; readonly isAfterRestart: boolean } | null
  /** It refused this bundle; final when waiting does not help (another kind of machine, a signature, no room). */
  readonly refusal: { readonly code: string; readonly sentence: string; readonly isFinal: boolean } | null
  /** It tried this bundle and failed, or went back to what it had. */
  readonly failure: string | null
}

export type NodeOutcome = {
  readonly outcome: Outcome
  readonly reason: string
  /** It may be out of service because of the rollout: it has begun and has not proven that it came through. */
  readonly isDisrupted: boolean
  readonly hasStarted: boolean
  /** When it was heard of last, milliseconds; null: never, absent: that is not asked for. */
  readonly heardAtMs?: number | null
}

type Line = {
  readonly when: (evidence: RolloutEvidence, target: RolloutTarget) => boolean
  readonly outcome: Outcome
  readonly reason: (evidence: RolloutEvidence) => string
}

/** The first line that holds. Proof comes first, because it is the node's own and stays true while it is silent. */
const lines: readonly Line[] = [
  { when: hasProof, outcome: 'converged', reason: () => 'It proved the target version after it was started again.' },
  { when: ({ failure }) => failure !== null, outcome: 'failed', reason: ({ failure }) => `It failed: ${failure ?? ''}` },
  {
    when: ({ phase }) => phase === 'RETIRED' || phase === 'DECOMMISSIONING',
    outcome: 'cannot-converge',
    reason: ({ phase }) => `It is ${phase}.`,
  },
  {
    when: ({ phase }) => phase === 'QUARANTINED',
    outcome: 'cannot-converge',
    reason: () => 'It is quarantined, and takes no new policy until a person lets it out.',
  },
  {
    when: ({ refusal }) => refusal !== null && refusal.isFinal,
    outcome: 'cannot-converge',
    reason: ({ refusal }) => `It refused, and waiting does not help: ${refusal?.sentence ?? ''}`,
  },
  {
    when: ({ mode }) => mode === null || mode === 'AUTONOMOUS' || mode === 'DISCONNECTED',
    outcome: 'unknown',
    reason: ({ hasStarted }) => (hasStarted ? 'It has begun, and has not been heard since.' : 'It is out of contact and was not told.'),
  },
  { when: ({ refusal }) => refusal !== null, outcome: 'pending', reason: ({ refusal }) => `It waits: ${refusal?.sentence ?? ''}` },
  {
    when: ({ adoptedPolicyBundleId, reportedVersion }, target) =>
      adoptedPolicyBundleId === target.policyBundleId || reportedVersion === target.targetVersion,
    outcome: 'pending',
    reason: () => 'It says that it is done, and has not proven it yet.',
  },
  { when: () => true, outcome: 'pending', reason: ({ hasStarted }) => (hasStarted ? 'It is at it.' : 'Its turn has not come.') },
]

export function outcomeOf(evidence: RolloutEvidence, target: RolloutTarget): NodeOutcome {
  const { hasStarted } = evidence
  // One that refused has not changed, and is not out of service.
  const isUntouched = !hasStarted || evidence.refusal?.isFinal === true
  for (const { when, outcome, reason } of lines) {
    if (!when(evidence, target)) continue
    return { outcome, reason: reason(evidence), isDisrupted: !isUntouched && outcome !== 'converged', hasStarted }
  }
  // The last line always holds; this one is for the compiler, and as careful.
  return { outcome: 'unknown', reason: '', isDisrupted: !isUntouched, hasStarted }
}

function hasProof({ proof }: RolloutEvidence, target: RolloutTarget): boolean {
  return proof !== null && proof.isAfterRestart && proof.policyBundleId === target.policyBundleId && proof.version === target.targetVersion
}
