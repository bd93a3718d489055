/** The words of the fleet, as people read them: calm for states that are normal work, plain for what a person must do. */
import { t } from '@lingui/core/macro'
import { assertNever } from './assert-never.ts'
import type { Answers } from '../client/rpc.ts'
import type { Problem } from '../client/problem.ts'

type NodeRow = Answers['node']['list']['items'][number]
export type Mode = NodeRow['mode']
export type Phase = NodeRow['phase']
export type Health = NodeRow['health']
export type Kind = NodeRow['kind']
export type Role = Answers['operator']['list']['items'][number]['role']
export type Level = NonNullable<Answers['domain']['get']['row']['authority']['level']>
export type Standing = Answers['domain']['get']['row']['authority']['standing']
export type Session = Answers['session']['get']
export type ActionName = Answers['node']['get']['actions'][number]['action']

export function modeName(mode: Mode): string {
  switch (mode) {
    case 'LIVE':
      return t`Live`
    case 'DELAYED':
      return t`Delayed`
    case 'EDGE_CACHED':
      return t`Edge-cached`
    case 'AUTONOMOUS':
      return t`Autonomous`
    case 'DISCONNECTED':
      return t`Disconnected`
    case 'RETURNING':
      return t`Returning`
    case 'REPLAYING':
      return t`Replaying`
    default:
      return assertNever(mode)
  }
}

/** What the mode means, in a sentence without alarm. */
export function modeMeaning(mode: Mode): string {
  switch (mode) {
    case 'LIVE':
      return t`Heard within its schedule, round trip and loss in bounds.`
    case 'DELAYED':
      return t`Heard, but later or slower than its domain allows.`
    case 'EDGE_CACHED':
      return t`Known through periodic sync or the cache of a relay.`
    case 'AUTONOMOUS':
      return t`On its own, within the time it is meant to manage alone.`
    case 'DISCONNECTED':
      return t`Silent for longer than it is meant to manage alone.`
    case 'RETURNING':
      return t`Back in contact, proving who it is.`
    case 'REPLAYING':
      return t`Handing over what it recorded while it was away.`
    default:
      return assertNever(mode)
  }
}

export function phaseName(phase: Phase): string {
  switch (phase) {
    case 'PROVISIONING':
      return t`Provisioning`
    case 'ENROLLED':
      return t`Enrolled`
    case 'ACTIVE':
      return t`Active`
    case 'UPDATING':
      return t`Updating`
    case 'DEGRADED':
      return t`Degraded`
    case 'QUARANTINED':
      return t`Quarantined`
    case 'DECOMMISSIONING':
      return t`Decommissioning`
    case 'RETIRED':
      return t`Retired`
    default:
      return assertNever(phase)
  }
}

export function healthName(health: Health): string {
  switch (health) {
    case 'OK':
      return t`OK`
    case 'DEGRADED':
      return t`Degraded`
    case 'FAILED':
      return t`Failed`
    case 'UNKNOWN':
      return t`Unknown`
    default:
      return assertNever(health)
  }
}

export function kindName(kind: Kind): string {
  switch (kind) {
    case 'EDGE':
      return t`Edge node`
    case 'DC':
      return t`Data centre node`
    case 'GATEWAY':
      return t`Gateway`
    case 'RELAY':
      return t`Relay`
    case 'VIRTUAL':
      return t`Virtual node`
    default:
      return assertNever(kind)
  }
}

export function roleName(role: Role): string {
  switch (role) {
    case 'viewer':
      return t`Viewer`
    case 'operator':
      return t`Operator`
    case 'engineer':
      return t`Engineer`
    case 'authority':
      return t`Authority`
    default:
      return assertNever(role)
  }
}

export function levelName(level: Level): string {
  switch (level) {
    case 'GLOBAL':
      return t`Global`
    case 'REGION':
      return t`Region`
    case 'LOCAL':
      return t`Local`
    default:
      return assertNever(level)
  }
}

export function standingName(standing: Standing): string {
  switch (standing) {
    case 'held-here':
      return t`Held here`
    case 'held-elsewhere':
      return t`Held elsewhere`
    case 'contested':
      return t`Contested`
    case 'nobody':
      return t`Nobody`
    default:
      return assertNever(standing)
  }
}

export function actionName(action: ActionName): string {
  switch (action) {
    case 'activate':
      return t`Activate`
    case 'quarantine':
      return t`Quarantine`
    case 'remediate':
      return t`Remediate`
    case 'decommission':
      return t`Decommission`
    case 'retire':
      return t`Retire`
    case 'revoke-key':
      return t`Revoke key`
    default:
      return assertNever(action)
  }
}

/** What the act does and whether there is a way back: read before it is confirmed. */
export function actionMeaning(action: ActionName): string {
  switch (action) {
    case 'activate':
      return t`The node takes part in the fleet from now on and follows its policy.`
    case 'quarantine':
      return t`The node keeps running, but takes no commands beyond what recovery needs. It can be remediated later.`
    case 'remediate':
      return t`You state that the cause is dealt with. The node becomes active again.`
    case 'decommission':
      return t`The node is taken out of service step by step. A return will not revive it.`
    case 'retire':
      return t`The node leaves for good. Its identity is never used again; its history stays.`
    case 'revoke-key':
      return t`This master trusts nothing signed with the node's present key any more, and quarantines it.`
    default:
      return assertNever(action)
  }
}

/** The sentence of a failure; the master's own where it gave one. */
export function problemSentence(problem: Problem): string {
  if (problem.sentence !== '') return problem.sentence
  return problem.code === 'CALL_ABANDONED' ? t`The call was given up before an answer came.` : t`The master does not answer.`
}

/** What to do next about a failure. */
export function problemNextStep(problem: Problem): string {
  switch (problem.kind) {
    case 'REJECTED':
      return t`A rule does not allow this now. Change what the reason names, then try again.`
    case 'INVALID':
      return t`Correct what was entered, then try again.`
    case 'CONFLICT':
      return t`Something changed in the meantime. Look again, then decide again.`
    case 'UNAUTHORISED':
      return t`Switch to an operator who may do this, or open the console from its own link again.`
    case 'INCOMPATIBLE':
      return t`The two sides are of different versions. Bring both to the same version.`
    case 'NOT_FOUND':
      return t`It may have been removed or never reached this master. Go back and search for it.`
    case 'UNAVAILABLE':
      return t`Wait a moment and try again. If it stays, read the code to someone who looks after the master.`
    case 'CORRUPT':
      return t`Do not restart anything. Run "ibcf verify" on this data directory and keep a copy of it.`
    case 'BUG':
      return t`This is a fault of the program. Copy it and report it; what was recorded is safe.`
    case 'OFFLINE':
      return t`The console keeps trying. What is shown is as old as it says.`
    default:
      return assertNever(problem.kind)
  }
}
