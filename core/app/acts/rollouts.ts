/** What people do about rollouts: plan, start, agree, pause, resume, open a gate, go on, abort, roll back. */
import type { z } from 'zod'
import type { openGateRequest, planRolloutRequest, rolloutAct } from '../../contract/rollouts.ts'
import type { DecisionKind } from '../../fleet/authority/decision-kinds.ts'
import { isSelected } from '../../fleet/policy/selector.ts'
import { decidePlan, fallbackOf, judgeApproval, splitIntoWaves } from '../../fleet/rollout/rollout.ts'
import { type RolloutArrow, transitRollout } from '../../fleet/rollout/rollout-machine.ts'
import { decideAdvance } from '../../fleet/rollout/verdict.ts'
import { AppError } from '../../kernel/app-error.ts'
import { createUlidSource, type DomainId, type EventId, type OperatorId } from '../../kernel/ids.ts'
import type { RolloutState } from '../../projections/rollouts.ts'
import { placeOf, readDomainTree } from '../queries/domain-tree.ts'
import { isOfFleet, readNodeViews } from '../queries/node-view.ts'
import { assignByName, chunksOf } from '../rollouts/assign.ts'
import { bringSoftware } from '../rollouts/software.ts'
import { standingOf } from '../rollouts/view.ts'
import { type Act, must, requireAuthority, requireOperator } from './act.ts'

type ByReason = z.infer<typeof rolloutAct>

/** Throws NotFound `POLICY_UNKNOWN`, Rejected with the codes of `decidePlan` and where this master may not decide for a node. */
export function planRollout(act: Act, request: z.infer<typeof planRolloutRequest>): EventId {
  const actor = requireOperator(act, 'engineer')
  const { name, domainId, policyBundleId, fallbackPolicyBundleId, selector = {}, waves, maxDisrupted } = request
  requireAuthority(act, domainId as DomainId)
  const { model, config, port } = act.master
  for (const bundle of [policyBundleId, fallbackPolicyBundleId])
    if (bundle !== null && model.policy(bundle) === undefined)
      throw new AppError('NotFound', 'POLICY_UNKNOWN', 'No such policy bundle is known here.', { policyBundleId: bundle })
  const domainIds = placeOf(readDomainTree(model), domainId).subtreeIds
  const nodes = readNodeViews(model, { kind: 'fleet', domainIds }).filter((view) => isOfFleet(view) && isSelected(selector, view))
  for (const domain of new Set(nodes.map((node) => node.domainId))) requireAuthority(act, domain as DomainId)
  const split = splitIntoWaves(
    nodes.map(({ id }) => id),
    waves.slice(0, -1).map(({ share }) => share),
  )
  const terms = waves.map(({ share: _share, ...wave }) => wave)
  const plan = { name, domainId, policyBundleId, fallbackPolicyBundleId, waves: terms, maxDisrupted }
  must(decidePlan(plan, split))
  const rolloutId = createUlidSource(config.ports.clock, config.ports.random)<EventId>()
  const about = { subject: rolloutId, domain: domainId as DomainId, actor }
  port.commit(({ decide }) => {
    decide({ ...about, type: 'ibcf.rollout.planned.v1', data: plan })
    for (const [wave, nodeIds] of split.entries())
      for (const enlisted of chunksOf(nodeIds, 1000))
        decide({ ...about, type: 'ibcf.rollout.enlisted.v1', data: { wave, nodeIds: enlisted } })
  })
  return rolloutId
}

export function startRollout(act: Act, { rolloutId, reason }: ByReason): EventId[] {
  const { rollout, actor, domain } = requireRollout(act, rolloutId)
  must<RolloutArrow>(transitRollout(rollout.phase, 'ibcf.rollout.started.v1'))
  const { model, port } = act.master
  const bundles = [rollout.policyBundleId, rollout.fallbackPolicyBundleId]
  const needsApproval = bundles.some((bundle) => bundle !== null && model.policy(bundle)?.software !== undefined)
  const data = needsApproval ? { reason, needsApproval } : { reason }
  return port.commit(({ decide }) => [decide({ type: 'ibcf.rollout.started.v1', subject: rolloutId, domain, actor, data })])
}

/** The second person, once for all nodes. Throws Rejected with the codes of `judgeApproval`, `ROLLOUT_TRANSITION_REFUSED`. */
export function approveRollout(act: Act, { rolloutId, reason }: ByReason): EventId[] {
  const { rollout, actor, domain } = requireRollout(act, rolloutId)
  must<RolloutArrow>(transitRollout(rollout.phase, 'ibcf.rollout.approved.v1'))
  must(judgeApproval(rollout, actor))
  const decision = { type: 'ibcf.rollout.approved.v1', subject: rolloutId, domain, actor, data: { reason } } as const
  return act.master.port.commit(({ decide }) => [decide(decision)])
}

export function pauseRollout(act: Act, { rolloutId, reason }: ByReason): EventId[] {
  return move(act, rolloutId, 'ibcf.rollout.paused.v1', reason)
}

export function resumeRollout(act: Act, { rolloutId, reason }: ByReason): EventId[] {
  return move(act, rolloutId, 'ibcf.rollout.resumed.v1', reason)
}

/** Throws Rejected `ROLLOUT_WAVE_UNKNOWN`, `ROLLOUT_TRANSITION_REFUSED`. */
export function openGate(act: Act, { rolloutId, wave, reason }: z.infer<typeof openGateRequest>): EventId[] {
  const { rollout, actor, domain } = requireRollout(act, rolloutId)
  must(transitRollout(rollout.phase, 'ibcf.rollout.gate-opened.v1'))
  if (rollout.waves[wave] === undefined)
    throw new AppError('Rejected', 'ROLLOUT_WAVE_UNKNOWN', `The rollout has ${rollout.waves.length} waves.`, { wave })
  return act.master.port.commit(({ decide }) => [
    decide({ type: 'ibcf.rollout.gate-opened.v1', subject: rolloutId, domain, actor, data: { wave, reason } }),
  ])
}

/** The next wave, or the end, before the master takes that step by itself. Throws Rejected `ROLLOUT_NOT_SAFE` with all that is against it. */
export function advanceRollout(act: Act, { rolloutId, reason }: ByReason): EventId[] {
  const { rollout, actor, domain } = requireRollout(act, rolloutId)
  const step = must(decideAdvance(standingOf(act.master.model, rollout)))
  const about = { subject: rolloutId, domain, actor }
  return act.master.port.commit(({ decide }) => [
    step.step === 'finish'
      ? decide({ ...about, type: 'ibcf.rollout.completed.v1', data: { reason } })
      : decide({ ...about, type: 'ibcf.rollout.advanced.v1', data: { wave: step.wave, reason } }),
  ])
}

/** The nodes that were told go back to the fallback of the plan, where it has one. Throws Rejected `ROLLOUT_TRANSITION_REFUSED`. */
export function abortRollout(act: Act, { rolloutId, reason }: ByReason): EventId[] {
  const { rollout, actor, domain } = requireRollout(act, rolloutId)
  const { to } = must(transitRollout(rollout.phase, 'ibcf.rollout.aborted.v1'))
  return act.master.port.commit((commit) => [
    commit.decide({ type: 'ibcf.rollout.aborted.v1', subject: rolloutId, domain, actor, data: { reason } }),
    ...goBack(act, commit, rolloutId, { ...rollout, phase: to }, actor, reason),
  ])
}

/** The same of one that is over or not: what its nodes had before, on the record. Throws Rejected `ROLLOUT_WITHOUT_FALLBACK`. */
export function rollBackRollout(act: Act, { rolloutId, reason }: ByReason): EventId[] {
  const { rollout, actor, domain } = requireRollout(act, rolloutId)
  if (rollout.fallbackPolicyBundleId === null)
    throw new AppError('Rejected', 'ROLLOUT_WITHOUT_FALLBACK', 'The plan names nothing to go back to; assign a bundle instead.', {
      rolloutId,
    })
  const isOver = rollout.phase === 'COMPLETED' || rollout.phase === 'ABORTED'
  return act.master.port.commit((commit) => [
    ...(isOver ? [] : [commit.decide({ type: 'ibcf.rollout.aborted.v1', subject: rolloutId, domain, actor, data: { reason } })]),
    ...goBack(act, commit, rolloutId, { ...rollout, phase: 'ABORTED' }, actor, reason),
  ])
}

function goBack(
  { master }: Act,
  commit: Parameters<Parameters<Act['master']['port']['commit']>[0]>[0],
  rolloutId: string,
  rollout: RolloutState,
  actor: OperatorId,
  reason: string,
): EventId[] {
  const fallback = fallbackOf(rollout)
  if (fallback === undefined) return []
  const { views, told } = standingOf(master.model, rollout)
  const nodes = fallback.nodeIds.flatMap((id) => (told.has(id) ? (views.get(id) ?? []) : []))
  const { ports } = master.config
  const software = master.model.policy(fallback.policyBundleId)?.software
  // What a node cannot be brought now it lacks visibly: it was told, and proves nothing.
  if (software !== undefined)
    for (const { id } of nodes) bringSoftware(master.model, ports, commit, id, { rolloutId, rollout, software, actor })
  return assignByName(commit, ports, nodes, fallback.policyBundleId, reason, actor)
}

function move(act: Act, rolloutId: string, type: 'ibcf.rollout.paused.v1' | 'ibcf.rollout.resumed.v1', reason: string): EventId[] {
  const kind = type === 'ibcf.rollout.paused.v1' ? 'pause' : 'other'
  const { rollout, actor, domain } = requireRollout(act, rolloutId, kind)
  must<RolloutArrow>(transitRollout(rollout.phase, type))
  return act.master.port.commit(({ decide }) => [decide({ type, subject: rolloutId, domain, actor, data: { reason } })])
}

/** Throws NotFound `ROLLOUT_UNKNOWN`. */
function requireRollout(
  act: Act,
  rolloutId: string,
  kind: DecisionKind = 'other',
): { rollout: RolloutState; actor: OperatorId; domain: DomainId } {
  const actor = requireOperator(act, 'engineer')
  const rollout = act.master.model.rollout(rolloutId)
  if (rollout === undefined) throw new AppError('NotFound', 'ROLLOUT_UNKNOWN', 'No such rollout is known here.', { rolloutId })
  const domain = rollout.domainId as DomainId
  requireAuthority(act, domain, kind)
  return { rollout, actor, domain }
}
