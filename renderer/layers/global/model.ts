/** What the global layer says about the fleet, derived from the master's overview: counted, ranked and put in plain order. */
import type { Answers } from '../../client/rpc.ts'

export type Overview = Answers['fleet']['overview']
export type DomainRow = Overview['domains'][number]

export type Headline = {
  readonly nodes: number
  readonly live: number
  /** Autonomous and disconnected: managing without us. */
  readonly onTheirOwn: number
  /** Returning and replaying. */
  readonly comingBack: number
  readonly late: number
  /** What a person must do now: nodes in quarantine or failed, requests to join, contested domains. */
  readonly needsPerson: number
}

export function toHeadline(overview: Overview): Headline {
  const { modes, healths, quarantined } = overview.line
  return {
    nodes: overview.nodes,
    live: modes.LIVE,
    late: modes.DELAYED + modes.EDGE_CACHED,
    onTheirOwn: modes.AUTONOMOUS + modes.DISCONNECTED,
    comingBack: modes.RETURNING + modes.REPLAYING,
    needsPerson: quarantined + healths.FAILED + overview.pendingEnrolments + overview.authority.contested,
  }
}

export type PolicyShare = { readonly onTarget: number; readonly unknown: number; readonly behind: number }

/** Unknown is not behind: it is neither success nor failure until the node is heard of. */
export function toPolicyShare(policy: Overview['policies'][number]): PolicyShare {
  const behind = Math.max(0, policy.nodes - policy.onTarget - policy.unknown)
  const whole = Math.max(1, policy.nodes)
  return { onTarget: policy.onTarget / whole, unknown: policy.unknown / whole, behind: behind / whole }
}
