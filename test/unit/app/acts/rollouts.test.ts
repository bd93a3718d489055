/** Rollouts by the acts of people, with real agents that prove what they run. */
import { afterEach, describe, expect, it } from 'vitest'
import { assignPolicy, publishPolicy } from '../../../../core/app/acts/policies.ts'
import {
  abortRollout,
  advanceRollout,
  openGate,
  pauseRollout,
  planRollout,
  resumeRollout,
  rollBackRollout,
  startRollout,
} from '../../../../core/app/acts/rollouts.ts'
import { createQueries } from '../../../../core/app/queries/queries.ts'
import { rolloutDetail, rolloutView } from '../../../../core/contract/rollouts.ts'
import { createIsland, type Island, type IslandNode } from '../../../helpers/agent/island.ts'

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0).reverse()) close()
})

const wave = { name: 'wave', share: 0.5, successShare: 1, failedShareAtMost: 0, soakSeconds: 0, hasGate: false }
const because = 'the test says so'

type World = {
  readonly its: Island
  readonly nodes: readonly IslandNode[]
  readonly old: string
  readonly next: string
  readonly act: () => { readonly master: ReturnType<Island['master']>; readonly actor: Island['operator'] }
  readonly plan: (changes?: Partial<Parameters<typeof planRollout>[1]>) => string
  readonly read: (rolloutId: string) => ReturnType<typeof rolloutDetail.parse>
}

async function world(size = 3): Promise<World> {
  const its = await createIsland()
  opened.push(its.close)
  const nodes: IslandNode[] = []
  for (let at = 0; at < size; at++) nodes.push(await its.join({ tags: [`n${at}`] }))
  for (const node of nodes) node.workload.canUpdate = true
  const act = () => ({ master: its.master(), actor: its.operator })
  const content = { name: 'Pumps', version: '1.0.0', targetVersion: '1.0.0', configuration: { rate: 5 } }
  const old = publishPolicy(act(), content)
  const next = publishPolicy(act(), { ...content, version: '2.0.0', targetVersion: '2.0.0' })
  const domainId = its.master().identity.rootDomainId
  assignPolicy(act(), { policyBundleId: old, domainId })
  return {
    its,
    nodes,
    old,
    next,
    act,
    plan: (changes = {}) =>
      planRollout(act(), {
        name: 'Two',
        domainId,
        policyBundleId: next,
        fallbackPolicyBundleId: old,
        waves: [wave, wave],
        maxDisrupted: 2,
        ...changes,
      }),
    read: (rolloutId) => rolloutDetail.parse(createQueries(its.master().model).rollout(rolloutId)),
  }
}

describe('a rollout', () => {
  it('[RO9] [RO1] [RO2] goes wave by wave by the proofs of its nodes, and ends', async () => {
    const { its, nodes, plan, read, act, next } = await world()
    const rolloutId = plan()
    expect(read(rolloutId)).toMatchObject({ phase: 'PLANNED', nodes: 3, plannedBy: 'Test operator', verdict: { verdict: 'wait' } })
    startRollout(act(), { rolloutId, reason: because })
    expect(() => startRollout(act(), { rolloutId, reason: because })).toThrow(
      expect.objectContaining({ code: 'ROLLOUT_TRANSITION_REFUSED' }),
    )
    await its.ports.advanceUntil(() => read(rolloutId).phase === 'COMPLETED')
    expect(nodes.map(({ workload }) => workload.runs)).toEqual(['2.0.0', '2.0.0', '2.0.0'])
    expect(read(rolloutId)).toMatchObject({
      disrupted: 0,
      waves: [{ outcomes: { converged: 2 } }, { outcomes: { converged: 1 } }],
      verdict: { verdict: 'over' },
    })
    expect(read(rolloutId).gantt).toContain('gantt')
    expect(
      createQueries(its.master().model)
        .rollouts()
        .items.map((row) => rolloutView.parse(row).policyBundleId),
    ).toEqual([next])
  })

  it('[RO9] [RO4] waits at a gate and while it is paused, and says why it may not go on', async () => {
    const { its, plan, read, act } = await world()
    const rolloutId = plan({ waves: [wave, { ...wave, hasGate: true }] })
    startRollout(act(), { rolloutId, reason: because })
    expect(() => advanceRollout(act(), { rolloutId, reason: because })).toThrow(expect.objectContaining({ code: 'ROLLOUT_NOT_SAFE' }))
    await its.ports.advanceUntil(() => read(rolloutId).waves[0]?.outcomes.converged === 2)
    await its.ports.advance(120_000)
    expect(read(rolloutId)).toMatchObject({ phase: 'RUNNING', waves: [{}, { openedAt: null }] })
    expect(read(rolloutId).verdict.reasons.map(({ code }) => code)).toContain('GATE_CLOSED')
    pauseRollout(act(), { rolloutId, reason: because })
    openGate(act(), { rolloutId, wave: 1, reason: because })
    await its.ports.advance(120_000)
    expect(read(rolloutId)).toMatchObject({ phase: 'PAUSED', waves: [{}, { openedAt: null }] })
    resumeRollout(act(), { rolloutId, reason: because })
    await its.ports.advanceUntil(() => read(rolloutId).phase === 'COMPLETED')
    expect(() => openGate(act(), { rolloutId, wave: 1, reason: because })).toThrow()
  })

  it('[RO6] [RO9] sends those that were told back to the fallback, and those alone', async () => {
    const { its, nodes, plan, read, act, old } = await world()
    const rolloutId = plan({ waves: [wave, { ...wave, hasGate: true }] })
    startRollout(act(), { rolloutId, reason: because })
    await its.ports.advanceUntil(() => read(rolloutId).waves[0]?.outcomes.converged === 2)
    abortRollout(act(), { rolloutId, reason: because })
    await its.ports.advanceUntil(() => nodes.every(({ workload }) => workload.runs === '1.0.0'))
    const queries = createQueries(its.master().model)
    const named = queries
      .assignments({})
      .items.filter(({ policyBundleId, selector }) => policyBundleId === old && selector.nodeIds !== undefined)
    expect(named.flatMap(({ selector }) => selector.nodeIds ?? [])).toHaveLength(2)
    expect(read(rolloutId)).toMatchObject({ phase: 'ABORTED', reason: because })
  })

  it('[RO6] [RO9] rolls back one that is over, and leaves alone who was given something else since', async () => {
    const { its, nodes, plan, read, act, next } = await world(2)
    const late = nodes[1]
    if (late === undefined) throw new Error('There are two nodes.')
    const rolloutId = plan({ waves: [{ ...wave, successShare: 0.5 }] })
    late.link.isUp = false
    await its.ports.advanceUntil(() => its.master().model.connectivity(late.agent.view().nodeId)?.mode === 'AUTONOMOUS')
    startRollout(act(), { rolloutId, reason: because })
    await its.ports.advanceUntil(() => read(rolloutId).phase === 'COMPLETED')
    expect(read(rolloutId).waves[0]?.outcomes).toMatchObject({ converged: 1, unknown: 1 })
    rollBackRollout(act(), { rolloutId, reason: because })
    await its.ports.advanceUntil(() => nodes[0]?.workload.runs === '1.0.0')
    // Out of contact all the time: it was told nothing, and comes back to a rollout that is still to be made up for.
    const third = publishPolicy(act(), { name: 'Pumps', version: '3.0.0', targetVersion: '3.0.0', configuration: { rate: 5 } })
    const domainId = its.master().identity.rootDomainId
    assignPolicy(act(), { policyBundleId: third, domainId, selector: { nodeIds: [late.agent.view().nodeId] } })
    late.link.isUp = true
    await its.ports.advanceUntil(() => late.workload.runs === '3.0.0')
    await its.ports.advance(120_000)
    const told = createQueries(its.master().model)
      .assignments({})
      .items.filter(({ policyBundleId }) => policyBundleId === next)
    expect(told.flatMap(({ selector }) => selector.nodeIds ?? [])).toEqual([nodes[0]?.agent.view().nodeId])
    expect(late.workload.runs).toBe('3.0.0')
  })

  it('[RO1] refuses a plan that cannot be: no nodes, no policy, nothing to go back to', async () => {
    const { plan, act, next } = await world(1)
    const codeOf = (attempt: () => unknown): unknown => {
      try {
        return attempt()
      } catch (error) {
        return (error as { readonly code: string }).code
      }
    }
    expect(codeOf(() => plan({ selector: { tagsAll: ['nowhere'] }, waves: [wave] }))).toBe('ROLLOUT_WAVE_UNKNOWN')
    expect(codeOf(() => plan({ policyBundleId: '0000000000000000000000000Z' }))).toBe('POLICY_UNKNOWN')
    const rolloutId = plan({ waves: [wave], fallbackPolicyBundleId: null, policyBundleId: next })
    expect(codeOf(() => rollBackRollout(act(), { rolloutId, reason: because }))).toBe('ROLLOUT_WITHOUT_FALLBACK')
    expect(codeOf(() => openGate(act(), { rolloutId, wave: 7, reason: because }))).toBe('ROLLOUT_WAVE_UNKNOWN')
    expect(codeOf(() => startRollout(act(), { rolloutId: next, reason: because }))).toBe('ROLLOUT_UNKNOWN')
  })
})
