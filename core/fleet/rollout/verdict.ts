/** Is it safe to advance? A computed verdict with all its reasons, and which nodes may begin now within the disruption budget ([RO4]..[RO6]). */
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { NodeOutcome, Outcome } from './outcome.ts'
import { isAwaitingApproval, openedWaves, type Rollout, type Wave } from './rollout.ts'

/** `outcomes`: of the nodes of the rollout; one that is not in it is unknown. */
export type RolloutView = { readonly rollout: Rollout; readonly outcomes: ReadonlyMap<string, NodeOutcome>; readonly nowMs: number }

export type VerdictName = 'advance' | 'finish' | 'wait' | 'stop' | 'over'
export type AdvanceReason = {
  readonly code: string
  readonly sentence: string
  /** What it speaks for; a `note` decides nothing. */
  readonly bearing: 'for' | 'wait' | 'stop' | 'note'
}
export type AdvanceVerdict = { readonly verdict: VerdictName; readonly reasons: readonly AdvanceReason[] }

export type WaveProgress = Readonly<Record<Outcome, number>> & { readonly size: number; readonly successShare: number }

/** How the nodes of one wave stand. Every node counts in the whole: one that is unknown is missing from success without being a failure. */
export function progressOf(wave: Wave, known: ReadonlyMap<string, NodeOutcome>): WaveProgress {
  const counts: Record<Outcome, number> = { converged: 0, pending: 0, unknown: 0, 'cannot-converge': 0, failed: 0 }
  for (const id of wave.nodeIds) counts[known.get(id)?.outcome ?? 'unknown'] += 1
  const size = wave.nodeIds.length
  return { ...counts, size, successShare: size === 0 ? 1 : counts.converged / size }
}

/** All reasons are told, also those beside the one that decides: `stop` before `wait`, `wait` before going on. */
export function safeToAdvance(view: RolloutView): AdvanceVerdict {
  const { rollout } = view
  if (rollout.phase === 'COMPLETED' || rollout.phase === 'ABORTED')
    return { verdict: 'over', reasons: [{ code: 'ROLLOUT_OVER', sentence: `It is ${rollout.phase}.`, bearing: 'note' }] }
  const opened = openedWaves(rollout)
  const next = rollout.waves[opened.length]
  const reasons = [
    ...reasonsOfPhase(rollout),
    ...opened.flatMap((wave, at) => reasonsOfWave(wave, at, view)),
    ...(next === undefined ? reasonsOfEnd(opened, view) : reasonsOfNext(next, opened.length, view)),
  ]
  if (reasons.some(({ bearing }) => bearing === 'stop')) return { verdict: 'stop', reasons }
  if (reasons.some(({ bearing }) => bearing === 'wait')) return { verdict: 'wait', reasons }
  return { verdict: next === undefined ? 'finish' : 'advance', reasons }
}

/** Whether the rollout may go on to its next wave, or end. Refuses `ROLLOUT_NOT_SAFE` with what stands against it. */
export function decideAdvance(
  view: RolloutView,
): Result<{ readonly step: 'advance'; readonly wave: number } | { readonly step: 'finish' }> {
  const { verdict, reasons } = safeToAdvance(view)
  if (verdict === 'advance') return accepted({ step: 'advance', wave: openedWaves(view.rollout).length })
  if (verdict === 'finish') return accepted({ step: 'finish' })
  const against = reasons.filter(({ bearing }) => bearing !== 'for')
  return refused('ROLLOUT_NOT_SAFE', against.map(({ sentence }) => sentence).join(' '), {
    verdict,
    codes: against.map(({ code }) => code).join(' '),
  })
}

/** How many nodes may be out of service because of it right now. */
export function disruptedOf({ rollout, outcomes: known }: RolloutView): number {
  return openedWaves(rollout)
    .flatMap(({ nodeIds }) => nodeIds)
    .filter((id) => known.get(id)?.isDisrupted === true).length
}

/**
 * The nodes that may begin now: of the opened waves, in their order, in contact, and no more than the disruption budget leaves room for.
 * Whom `mayStart` leaves out takes up no room. Also of a rollout that is completed: those who were out of contact come back, and not all of them are to begin at once.
 */
export function nextToStart(view: RolloutView, mayStart: (nodeId: string) => boolean = () => true): readonly string[] {
  if ((view.rollout.phase !== 'RUNNING' && view.rollout.phase !== 'COMPLETED') || isAwaitingApproval(view.rollout)) return []
  const room = Math.max(0, view.rollout.maxDisrupted - disruptedOf(view))
  return openedWaves(view.rollout)
    .flatMap(({ nodeIds }) => nodeIds)
    .filter((id) => {
      const known = view.outcomes.get(id)
      return known !== undefined && known.outcome === 'pending' && !known.hasStarted && mayStart(id)
    })
    .slice(0, room)
}

function reasonsOfPhase(rollout: Rollout): AdvanceReason[] {
  const { phase, reason } = rollout
  const approval: AdvanceReason[] = isAwaitingApproval(rollout)
    ? [{ code: 'APPROVAL_MISSING', sentence: 'It installs software, and nobody but who started it has agreed to that.', bearing: 'wait' }]
    : []
  if (phase === 'PLANNED') return [{ code: 'NOT_STARTED', sentence: 'It has not been started.', bearing: 'wait' }]
  if (phase === 'PAUSED') return [{ code: 'PAUSED', sentence: `It is paused: ${reason}`, bearing: 'wait' }, ...approval]
  return approval
}

function reasonsOfWave(wave: Wave, at: number, view: RolloutView): AdvanceReason[] {
  const { size, successShare, converged, unknown, failed, ...rest } = progressOf(wave, view.outcomes)
  const name = `Wave ${at + 1}`
  const reasons: AdvanceReason[] = []
  const add = (bearing: AdvanceReason['bearing'], code: string, sentence: string): void => {
    reasons.push({ code, sentence: `${name}: ${sentence}`, bearing })
  }
  const isReached = successShare >= wave.successShare
  if (isReached) add('for', 'THRESHOLD_REACHED', `${converged} of ${size} proved it; ${percent(wave.successShare)} were asked for.`)
  else add('wait', 'THRESHOLD_NOT_REACHED', `${converged} of ${size} proved it; ${percent(wave.successShare)} are asked for.`)
  const old = outdatedOf(wave, view)
  if (old > 0) {
    const seconds = wave.evidenceSecondsAtMost ?? 0
    const isEnough = converged - old >= wave.successShare * size
    add(
      isEnough ? 'note' : 'wait',
      'EVIDENCE_OLD',
      `${old} of the ${converged} that proved it were not heard of for more than ${seconds} s.`,
    )
  }
  const lost = failed + rest['cannot-converge']
  if (!isReached && (size - lost) / size < wave.successShare)
    add('stop', 'THRESHOLD_OUT_OF_REACH', `${lost} of ${size} failed or cannot converge, so that it cannot be reached any more.`)
  if (size > 0 && failed / size > wave.failedShareAtMost)
    add('stop', 'TOO_MANY_FAILED', `${failed} of ${size} failed; ${percent(wave.failedShareAtMost)} were allowed for.`)
  if (rest['cannot-converge'] > 0)
    add('note', 'CANNOT_CONVERGE', `${rest['cannot-converge']} of ${size} cannot converge; a person has to look.`)
  if (unknown > 0) add('note', 'UNKNOWN', `${unknown} of ${size} have not been heard of, which is neither failure nor success.`)
  const soakedMs = view.nowMs - (wave.openedAtMs ?? view.nowMs)
  if (soakedMs < wave.soakSeconds * 1000)
    add('wait', 'SOAKING', `it is watched for ${Math.ceil(wave.soakSeconds - soakedMs / 1000)} more seconds.`)
  return reasons
}

/** Of those that proved it: whose word is older than the wave allows. A node that failed since would not have been heard of either. */
function outdatedOf({ nodeIds, evidenceSecondsAtMost: mostS }: Wave, { outcomes: known, nowMs }: RolloutView): number {
  if (mostS === undefined) return 0
  return nodeIds.filter((id) => {
    const node = known.get(id)
    if (node?.outcome !== 'converged') return false
    return node.heardAtMs === undefined || node.heardAtMs === null || nowMs - node.heardAtMs > mostS * 1000
  }).length
}

/** Whoever is in contact comes through or says why not, so the end waits for all of them, and never for those who are not. */
function reasonsOfEnd(opened: readonly Wave[], view: RolloutView): AdvanceReason[] {
  const pending = opened.reduce((sum, wave) => sum + progressOf(wave, view.outcomes).pending, 0)
  if (pending === 0) return []
  return [{ code: 'STILL_PENDING', sentence: `${pending} nodes that are in contact have not come through yet.`, bearing: 'wait' }]
}

function reasonsOfNext(next: Wave, at: number, view: RolloutView): AdvanceReason[] {
  if (view.rollout.phase === 'PLANNED') return []
  const reasons: AdvanceReason[] = []
  if (!next.isGateOpen)
    reasons.push({ code: 'GATE_CLOSED', sentence: `Wave ${at + 1} has a gate that a person has to open.`, bearing: 'wait' })
  const disrupted = disruptedOf(view)
  if (disrupted >= view.rollout.maxDisrupted)
    reasons.push({
      code: 'BUDGET_USED',
      sentence: `${disrupted} nodes may be out of service because of it; the budget is ${view.rollout.maxDisrupted}.`,
      bearing: 'wait',
    })
  return reasons
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
