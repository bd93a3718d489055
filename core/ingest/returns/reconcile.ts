/**
 * The verdict of a return: pure, and the same for the same facts, so that a dry run tells the truth ([RT9]). What a policy bundle says
 * under `reconciliation` in its configuration decides what a node may do alone; where it says nothing, all of it is tolerated.
 */
import type { VerdictReason } from '../../fleet/decisions.ts'
import type { Phase } from '../../fleet/node/node-record.ts'
import { maxAheadMs } from '../../kernel/hlc.ts'

/** What the node did while it was away, and what stands against it. */
export type TimeAway = {
  readonly phase: Phase
  readonly isKeyRevoked: boolean
  /** The node's wall clock minus ours. */
  readonly clockOffsetMs: number
  readonly unreadableEvents: number
  /** Decisions it took alone, by kind. */
  readonly decisions: readonly { readonly decision: string; readonly policyBundleId: string | null; readonly times: number }[]
  /** Desired states it adopted, and from whom. */
  readonly adopted: readonly {
    readonly policyBundleId: string
    readonly masterId: string
    readonly placement: number
    readonly epoch: number
  }[]
  readonly refusedDesired: readonly { readonly policyBundleId: string; readonly code: string; readonly sentence: string }[]
  readonly criticalAlarms: number
  /** Parts of its logs that were refused. */
  readonly refusedParts: readonly { readonly log: string; readonly from: number; readonly code: string; readonly sentence: string }[]
  /** Logs that were told in two ways, and from where on. */
  readonly forks: readonly { readonly log: string; readonly at: number }[]
  /** Its signed word names events that neither it nor anyone sent. */
  readonly withheld: readonly { readonly log: string; readonly named: number; readonly held: number }[]
  /** Logs of which we hold more than the node itself. */
  readonly behind: readonly { readonly log: string; readonly held: number; readonly claimed: number }[]
}

export type ReconciliationRules = {
  /** Decisions it may take alone; undefined = any. */
  readonly allowedDecisions: readonly string[] | undefined
  /** Share of what is desired that may be out of specification, 0..1; undefined = any. */
  readonly maxDrift: number | undefined
}

/** Under which authority and towards which state it is judged. */
export type JudgedAgainst = {
  readonly masterId: string
  readonly placement: number
  readonly epoch: number
  readonly desired: { readonly policyBundleId: string; readonly rules: ReconciliationRules } | undefined
  readonly drift: { readonly score: number; readonly outOfSpec: number } | undefined
}

export type ReasonKind = 'notice' | 'drift' | 'trust'
export type Finding = VerdictReason & { readonly kind: ReasonKind }
export type Judgement = { readonly verdict: 'CLEAN' | 'QUARANTINED'; readonly findings: readonly Finding[] }

/** More than a person reads; a node that does ten thousand different things must not make a verdict that no event can hold. */
const maxFindings = 25

/** Findings come trust first, then drift, then notices: the first one is what is told in a line. */
export function reconcile(away: TimeAway, against: JudgedAgainst): Judgement {
  const findings = [...trustFindings(away, against), ...driftFindings(away, against), ...notices(away, against)]
  return { verdict: findings.some(({ kind }) => kind !== 'notice') ? 'QUARANTINED' : 'CLEAN', findings: shortened(findings) }
}

/** Reads `reconciliation` of a bundle's configuration; what is not of the right kind is as if it were not there. */
export function readRules(configuration: Readonly<Record<string, unknown>>): ReconciliationRules {
  const rules = configuration['reconciliation']
  const entries: Readonly<Record<string, unknown>> = typeof rules === 'object' && rules !== null ? { ...rules } : {}
  const { allowed_decisions: allowed, max_drift: maxDrift } = entries
  return {
    allowedDecisions: Array.isArray(allowed) ? allowed.filter((item) => typeof item === 'string') : undefined,
    maxDrift: typeof maxDrift === 'number' && maxDrift >= 0 && maxDrift <= 1 ? maxDrift : undefined,
  }
}

const reImage =
  'Have someone look at the machine. If its history was altered, re-image it and enrol it anew; else release it with a reason.'

/** What is found while a part of a log is taken in; it counts outside of a return as well. */
export function incidentFindings({ refusedParts, forks }: Pick<TimeAway, 'refusedParts' | 'forks'>): readonly Finding[] {
  return [
    ...refusedParts.map(({ log, from, code, sentence }) =>
      finding('trust', code, `${sentence} (${laneOf(log)} log, from event ${from}.)`, `What was refused is kept as evidence. ${reImage}`),
    ),
    ...forks.map(({ log, at }) => {
      const sentence = `Its ${laneOf(log)} log was told in two ways from event ${at} on: it was cloned or restored, or its key is in other hands.`
      return finding('trust', 'SEGMENT_FORKED', sentence, 'Find out which machine is the true one, re-key it, and retire the other.')
    }),
  ]
}

function trustFindings(away: TimeAway, against: JudgedAgainst): readonly Finding[] {
  const findings: Finding[] = []
  if (away.isKeyRevoked) {
    findings.push(finding('trust', 'KEY_REVOKED', 'Its key was revoked.', 'Give it a new key, by enrolling it anew, or decommission it.'))
  }
  findings.push(...incidentFindings(away))
  for (const { log, named, held } of away.withheld) {
    const sentence = `Its own signed word names ${named} events in the ${laneOf(log)} log; only ${held} came.`
    findings.push(
      finding(
        'trust',
        'LANE_WITHHELD',
        sentence,
        'See whether a relay still holds them. If not, the machine lost or hid them: look at it, then release it with a reason.',
      ),
    )
  }
  for (const { masterId, placement, epoch } of away.adopted) {
    const isBeyondOurs = placement > against.placement || (placement === against.placement && epoch >= against.epoch)
    const isOurs = masterId === against.masterId && placement === against.placement && epoch === against.epoch
    if (!isBeyondOurs || isOurs) continue
    const sentence = `It obeyed master ${masterId} at epoch ${epoch}, which is not known here to hold that authority.`
    findings.push(
      finding(
        'trust',
        'AUTHORITY_UNKNOWN',
        sentence,
        'Compare with the other master who holds the domain. If neither of you gave that order, treat the key as stolen.',
      ),
    )
  }
  return findings
}

function driftFindings(away: TimeAway, { desired, drift }: JudgedAgainst): readonly Finding[] {
  if (desired === undefined) return []
  const findings: Finding[] = []
  const { allowedDecisions, maxDrift } = desired.rules
  for (const { decision, times } of away.decisions) {
    if (allowedDecisions === undefined || allowedDecisions.includes(decision)) continue
    const sentence = `It decided "${decision}" on its own${times > 1 ? ` ${times} times` : ''}, which its policy does not allow.`
    findings.push(
      finding(
        'drift',
        'DECISION_NOT_ALLOWED',
        sentence,
        'Undo what was decided, or publish a policy that allows it, then release the node.',
      ),
    )
  }
  for (const { policyBundleId, sentence } of away.refusedDesired) {
    if (policyBundleId !== desired.policyBundleId) continue
    findings.push(
      finding(
        'drift',
        'DESIRED_REFUSED',
        `It refused the state that is desired of it: ${sentence}`,
        'Publish a policy bundle that it can take, or correct the node, then release it.',
      ),
    )
  }
  const hasAdopted = away.adopted.some(({ policyBundleId }) => policyBundleId === desired.policyBundleId)
  if (drift !== undefined && maxDrift !== undefined && drift.score > maxDrift && hasAdopted) {
    const sentence = `${drift.outOfSpec} of its settings differ from the policy it adopted (${share(drift.score)}, allowed ${share(maxDrift)}).`
    findings.push(
      finding(
        'drift',
        'DRIFT_BEYOND_LIMIT',
        sentence,
        'Correct the settings at the node, or accept them by a new policy, then release it.',
      ),
    )
  }
  return findings
}

/** Worth knowing, not worth stopping for. */
function notices(away: TimeAway, against: JudgedAgainst): readonly Finding[] {
  const findings: Finding[] = []
  if (Math.abs(away.clockOffsetMs) > maxAheadMs) {
    const sentence = `Its clock is ${words(Math.abs(away.clockOffsetMs))} ${away.clockOffsetMs > 0 ? 'ahead of' : 'behind'} this master's. Its events are kept in their own order.`
    findings.push(finding('notice', 'CLOCK_FAR_OFF', sentence, 'Set its clock.'))
  }
  for (const { log, held, claimed } of away.behind) {
    const sentence = `It holds ${claimed} events of its ${laneOf(log)} log, this master ${held}: it seems to have been restored from an older state.`
    findings.push(finding('notice', 'NODE_RESTORED', sentence, 'Nothing is lost here. See that it was restored on purpose.'))
  }
  if (away.unreadableEvents > 0) {
    findings.push(
      finding(
        'notice',
        'EVENT_UNREADABLE',
        `${away.unreadableEvents} of its events could not be read. They are kept, without effect.`,
        'See whether its software is newer than this master.',
      ),
    )
  }
  if (away.criticalAlarms > 0) {
    findings.push(
      finding(
        'notice',
        'ALARMS_WHILE_AWAY',
        `It raised ${away.criticalAlarms} critical alarms while it was away.`,
        'Read them on its timeline.',
      ),
    )
  }
  const alone = away.decisions.reduce((sum, { times }) => sum + times, 0)
  if (alone > 0)
    findings.push(
      finding(
        'notice',
        'DECIDED_ALONE',
        alone === 1 ? 'It took one decision on its own.' : `It took ${alone} decisions on its own.`,
        'Read them on its timeline.',
      ),
    )
  const { desired } = against
  if (
    desired !== undefined &&
    against.drift !== undefined &&
    against.drift.outOfSpec > 0 &&
    !away.adopted.some(({ policyBundleId }) => policyBundleId === desired.policyBundleId)
  ) {
    findings.push(
      finding(
        'notice',
        'DESIRED_NOT_ADOPTED',
        'What is desired of it changed, or is not in place yet.',
        'It takes it over by itself now that it is back.',
      ),
    )
  }
  return findings
}

function shortened(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= maxFindings) return findings
  const more = findings.length - maxFindings + 1
  const rest = finding('notice', 'MORE_FINDINGS', `${more} more findings are not listed.`, 'Read them on its timeline.')
  return [...findings.slice(0, maxFindings - 1), rest]
}

function finding(kind: ReasonKind, code: string, sentence: string, wayOut: string): Finding {
  return { kind, code, sentence: sentence.slice(0, 2000), wayOut }
}

function laneOf(log: string): string {
  return log.split('/')[2] ?? log
}

function share(score: number): string {
  return `${Math.round(score * 100)} %`
}

function words(ms: number): string {
  const hours = ms / 3_600_000
  if (hours < 2) return `${Math.round(ms / 60_000)} minutes`
  if (hours < 48) return `${Math.round(hours)} hours`
  const days = hours / 24
  return days < 730 ? `${Math.round(days)} days` : `${Math.round(days / 365)} years`
}
