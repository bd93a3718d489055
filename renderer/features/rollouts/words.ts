/** The words of rollouts. */
import { t } from '@lingui/core/macro'
import { boundText } from '../../ui/bound-text.ts'
import type { ActBarrier, Outcome, PlanProblem, Rollout, RolloutAct } from './model.ts'

export function rolloutPhaseName(phase: Rollout['phase']): string {
  switch (phase) {
    case 'PLANNED':
      return t`Planned`
    case 'RUNNING':
      return t`Under way`
    case 'PAUSED':
      return t`Paused`
    case 'COMPLETED':
      return t`Completed`
    case 'ABORTED':
      return t`Aborted`
  }
}

export function outcomeName(outcome: Outcome): string {
  switch (outcome) {
    case 'converged':
      return t`Proven`
    case 'pending':
      return t`Under way`
    case 'unknown':
      return t`Unknown`
    case 'cannot-converge':
      return t`Cannot`
    case 'failed':
      return t`Failed`
  }
}

/** The answer to "safe to advance?". */
export function verdictName(verdict: Rollout['verdict']['verdict']): string {
  switch (verdict) {
    case 'advance':
      return t`Safe to advance`
    case 'finish':
      return t`Safe to finish`
    case 'wait':
      return t`Wait`
    case 'stop':
      return t`Stop`
    case 'over':
      return t`Over`
  }
}

export function actName(act: RolloutAct): string {
  switch (act) {
    case 'start':
      return t`Start`
    case 'advance':
      return t`Advance`
    case 'pause':
      return t`Pause`
    case 'resume':
      return t`Resume`
    case 'abort':
      return t`Abort`
    case 'roll-back':
      return t`Roll back`
    case 'approve':
      return t`Agree`
  }
}

export function actMeaning(act: RolloutAct): string {
  switch (act) {
    case 'start':
      return t`The first wave opens. Its nodes are given the policy as they are heard, within the disruption budget.`
    case 'advance':
      return t`The next wave opens now, or the rollout ends where there is none. The master would take this step by itself once it is safe.`
    case 'pause':
      return t`No further node begins. Those in the middle of it go on; nothing is taken back.`
    case 'resume':
      return t`Nodes of the open waves begin again as they are heard.`
    case 'abort':
      return t`The rollout ends. Nodes that were told go back to what the plan names, where it names something. It cannot be taken up again.`
    case 'roll-back':
      return t`Its nodes are given what the plan names to go back to. It stays on the record as an assignment like any other.`
    case 'approve':
      return t`You agree, as another person than the one who started it, to all the software that it installs, and to its going back. Until somebody does, no node is told to install anything.`
  }
}

export function barrierName(barrier: ActBarrier, rollout: Rollout): string {
  switch (barrier) {
    case 'not-in-this-phase':
      return t`A rollout that is ${rolloutPhaseName(rollout.phase).toLocaleLowerCase()} does not take this.`
    case 'not-safe':
      return t`Not safe now: ${rollout.verdict.reasons
        .filter(({ bearing }) => bearing === 'wait' || bearing === 'stop')
        .map(reasonSentence)
        .join(' ')}`
    case 'no-fallback':
      return t`The plan names nothing to go back to. Assign an older policy instead.`
    case 'needs-another':
      return t`You started it; another person has to agree.`
  }
}

export function planProblemName(problem: PlanProblem): string {
  switch (problem) {
    case 'empty':
      return t`Needed.`
    case 'not-a-number':
      return t`A whole number of at least one.`
    case 'not-a-share':
      return t`A percentage above zero, at most 100.`
    case 'more-than-all':
      return t`All waves before it are more than all nodes already.`
    case 'not-hours':
      return t`Hours, at most a year; or nothing.`
  }
}

/** A reason in the words of the console where it has some, else in the master's own. */
export function reasonSentence({ code, sentence }: Rollout['verdict']['reasons'][number]): string {
  switch (code) {
    case 'APPROVAL_MISSING':
      return t`It installs software, and nobody but who started it has agreed to that yet.`
    case 'EVIDENCE_OLD':
      return t`${boundText(sentence, 300)} Their proof counts again once they are heard.`
    default:
      return boundText(sentence, 300)
  }
}
