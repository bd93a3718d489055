/** Rollouts as they stand, with the verdict and all its reasons, and how far each node came. */
import type { z } from 'zod'
import type { rolloutDetail, rolloutView } from '../../contract/rollouts.ts'
import { drawRollout } from '../../fleet/rollout/gantt.ts'
import { type Outcome, outcomes } from '../../fleet/rollout/outcome.ts'
import { disruptedOf, progressOf, safeToAdvance } from '../../fleet/rollout/verdict.ts'
import type { RolloutState } from '../../projections/rollouts.ts'
import type { ReadModel } from '../read-model.ts'
import { type RolloutStanding, standingOf } from '../rollouts/view.ts'
import { instantOf, instantOrNull } from './instants.ts'
import { actorName } from './names.ts'

export type RolloutRow = z.infer<typeof rolloutView>
export type RolloutDetail = z.infer<typeof rolloutDetail>

const matrixAtMost = 1000
const listedAtMost = 200
/** Those that need somebody come first. */
const order: readonly Outcome[] = ['failed', 'cannot-converge', 'pending', 'unknown', 'converged']

/** Newest first. */
export function listRollouts(model: ReadModel): RolloutRow[] {
  const rows = model.reader.all<{ subject: string }>(
    'SELECT subject FROM rollouts ORDER BY planned_ms DESC, subject DESC LIMIT ?',
    listedAtMost,
  )
  return rows.flatMap(({ subject }) => {
    const rollout = model.rollout(subject)
    return rollout === undefined ? [] : [rowOf(model, subject, rollout, standingOf(model, rollout))]
  })
}

export function readRollout(model: ReadModel, rolloutId: string): RolloutDetail | undefined {
  const rollout = model.rollout(rolloutId)
  if (rollout === undefined) return undefined
  const standing = standingOf(model, rollout)
  const entries = rollout.waves.flatMap(({ nodeIds }, wave) =>
    nodeIds.map((nodeId) => {
      const known = standing.outcomes.get(nodeId)
      return {
        nodeId,
        name: standing.views.get(nodeId)?.name ?? nodeId,
        wave,
        outcome: known?.outcome ?? ('unknown' as const),
        reason: known?.reason ?? 'It is not known here.',
        isDisrupted: known?.isDisrupted ?? false,
      }
    }),
  )
  const matrix = entries.toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome) || a.wave - b.wave)
  return {
    ...rowOf(model, rolloutId, rollout, standing),
    gantt: drawRollout(rollout, standing.outcomes, standing.nowMs),
    matrix: matrix.slice(0, matrixAtMost),
    omitted: Math.max(0, matrix.length - matrixAtMost),
  }
}

function rowOf(model: ReadModel, id: string, rollout: RolloutState, standing: RolloutStanding): RolloutRow {
  const policy = model.policy(rollout.policyBundleId)
  const { verdict, reasons } = safeToAdvance(standing)
  return {
    id,
    name: rollout.name,
    domainId: rollout.domainId,
    policyBundleId: rollout.policyBundleId,
    policyName: policy?.name ?? null,
    policyVersion: policy?.version ?? null,
    targetVersion: policy?.targetVersion ?? null,
    fallbackPolicyBundleId: rollout.fallbackPolicyBundleId,
    phase: rollout.phase,
    since: instantOf(rollout.sinceMs),
    plannedAt: instantOf(rollout.plannedAtMs),
    plannedBy: actorName(model, rollout.plannedBy),
    reason: rollout.reason,
    maxDisrupted: rollout.maxDisrupted,
    disrupted: disruptedOf(standing),
    nodes: rollout.waves.reduce((sum, { nodeIds }) => sum + nodeIds.length, 0),
    waves: rollout.waves.map(({ nodeIds, openedAtMs, isGateOpen, ...terms }, at) => {
      const progress = progressOf(rollout.waves[at] ?? { nodeIds, openedAtMs, isGateOpen, ...terms }, standing.outcomes)
      return {
        ...terms,
        nodes: nodeIds.length,
        openedAt: instantOrNull(openedAtMs),
        isGateOpen,
        outcomes: Object.fromEntries(outcomes.map((name) => [name, progress[name]])) as Record<Outcome, number>,
      }
    }),
    verdict: { verdict, reasons: reasons.map((one) => ({ ...one })) },
  }
}
