/** What a node did that its policy does not want, and what the domain makes of it: a violation, or something to be told ([RT11]). */
import { finding, type Finding, type JudgedAgainst, type ReasonKind, type TimeAway } from './judged.ts'

export function driftFindings(away: TimeAway, against: JudgedAgainst): readonly Finding[] {
  return [...decisionFindings(away, against), ...desiredFindings(away, against), ...limitFindings(away, against)]
}

/** Allowed: named by the bundle. Violating: the bundle names others. Tolerated: the bundle is silent, and the domain is not strict. */
function decisionFindings({ decisions }: TimeAway, { desired, policy }: JudgedAgainst): readonly Finding[] {
  const allowed = desired?.rules.allowedDecisions
  if (allowed === undefined && policy !== 'strict') return []
  return decisions.flatMap(({ decision, times }) => {
    if (allowed?.includes(decision) === true) return []
    const said = `It decided "${decision}" on its own${times > 1 ? ` ${times} times` : ''}`
    return allowed === undefined
      ? [
          finding(
            'drift',
            'DECISION_NOT_NAMED',
            `${said}, which no policy names; this domain is strict.`,
            'Publish a policy that allows it or undo what was decided, then release the node.',
          ),
        ]
      : [
          finding(
            unlessPermissive(policy),
            'DECISION_NOT_ALLOWED',
            `${said}, which its policy does not allow.`,
            'Undo what was decided, or publish a policy that allows it, then release the node.',
          ),
        ]
  })
}

function desiredFindings({ refusedDesired }: TimeAway, { desired, policy }: JudgedAgainst): readonly Finding[] {
  return refusedDesired
    .filter(({ policyBundleId }) => policyBundleId === desired?.policyBundleId)
    .map(({ sentence }) =>
      finding(
        unlessPermissive(policy),
        'DESIRED_REFUSED',
        `It refused the state that is desired of it: ${sentence}`,
        'Publish a policy bundle that it can take, or correct the node, then release it.',
      ),
    )
}

/** A strict domain allows no drift where the bundle is silent. Of what the node never adopted it cannot have drifted. */
function limitFindings({ adopted }: TimeAway, { desired, policy, drift }: JudgedAgainst): readonly Finding[] {
  if (desired === undefined || drift === undefined) return []
  const limit = desired.rules.maxDrift ?? (policy === 'strict' ? 0 : undefined)
  const hasAdopted = adopted.some(({ policyBundleId }) => policyBundleId === desired.policyBundleId)
  if (limit === undefined || drift.score <= limit || !hasAdopted) return []
  return [
    finding(
      unlessPermissive(policy),
      'DRIFT_BEYOND_LIMIT',
      `${drift.outOfSpec} of its settings differ from the policy it adopted (${share(drift.score)}, allowed ${share(limit)}).`,
      'Correct the settings at the node, or accept them by a waiver or a new policy, then release it.',
    ),
  ]
}

function unlessPermissive(policy: JudgedAgainst['policy']): ReasonKind {
  return policy === 'permissive' ? 'notice' : 'drift'
}

export function share(score: number): string {
  return `${Math.round(score * 100)} %`
}
