/** Rollouts as they stand, with the verdict and all its reasons, and how far each node came. */
import type { z } from 'zod'
import type { rolloutDetail, rolloutListRequest, rolloutView } from '../../contract/rollouts.ts'
import { drawRollout } from '../../fleet/rollout/gantt.ts'
import { type Outcome, outcomes } from '../../fleet/rollout/outcome.ts'
import { disruptedOf, progressOf, safeToAdvance } from '../../fleet/rollout/verdict.ts'
import type { RolloutState } from '../../projections/rollouts.ts'
import type { ReadModel } from '../read-model.ts'
import { type RolloutStanding, standingOf } from '../rollouts/view.ts'
import { subtreeOf } from './domain-tree.ts'
import { instantOf, instantOrNull } from './instants.ts'
import { hasText, isWithin, type ListPage, pageOfList, refuseAsOf } from './list-page.ts'
import { actorName } from './names.ts'

export type RolloutListInput = z.infer<typeof rolloutListRequest>
export type RolloutRow = z.infer<typeof rolloutView>
export type RolloutDetail = z.infer<typeof rolloutDetail>

const matrixAtMost = 1000
const listedAtMost = 200
/** Those that need somebody come first. */
const order: readonly Outcome[] = ['failed', 'cannot-converge', 'pending', 'unknown', 'converged']

/**
 * Newest first; the standing of its nodes is found for those of the page alone. Throws NotFound `DOMAIN_UNKNOWN`, Invalid
 * `CURSOR_MALFORMED`, `AS_OF_UNSUPPORTED`.
 */
export function listRollouts(
  model: ReadModel,
  { domainId, policyBundleId, rolloutPhases, text, from, to, asOf, limit = listedAtMost, ...page }: Partial<RolloutListInput>,
): ListPage<RolloutRow> {
  refuseAsOf('rollouts', asOf)
  const within = domainId === undefined ? undefined : new Set(subtreeOf(model, domainId))
  const rows = model.reader.all<{ subject: string }>('SELECT subject FROM rollouts ORDER BY planned_ms DESC, subject DESC')
  const found = rows.flatMap(({ subject }) => {
    const rollout = model.rollout(subject)
    if (rollout === undefined || within?.has(rollout.domainId) === false || !isWithin(rollout.plannedAtMs, { from, to })) return []
    const isWanted =
      (policyBundleId === undefined || rollout.policyBundleId === policyBundleId) &&
      rolloutPhases?.includes(rollout.phase) !== false &&
      hasText(text, rollout.name, rollout.reason, subject)
    return isWanted ? [{ subject, rollout }] : []
  })
  const { items, ...rest } = pageOfList(found, { ...page, limit: Math.min(limit, listedAtMost) }, ({ subject }) => subject)
  return { ...rest, items: items.map(({ subject, rollout }) => rowOf(model, subject, rollout, standingOf(model, rollout))) }
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
  const { agreement } = rollout
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
    ...(agreement === undefined
      ? {}
      : {
          agreement: {
            startedBy: actorName(model, agreement.startedBy),
            startedById: agreement.startedBy,
            approvedBy: actorName(model, agreement.approvedBy),
          },
        }),
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
