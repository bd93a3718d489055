/** Rollouts that install software: agreed to once by two people, carried out by real agents, counted by what came up. */
import { afterEach, describe, expect, it } from 'vitest'
import { publishArtifact, putArtifactPiece } from '../../../../core/app/acts/artifacts.ts'
import { configureDomain, createDomain } from '../../../../core/app/acts/domains.ts'
import { createOperator } from '../../../../core/app/acts/operators.ts'
import { publishPolicy } from '../../../../core/app/acts/policies.ts'
import { abortRollout, approveRollout, planRollout, rollBackRollout, startRollout } from '../../../../core/app/acts/rollouts.ts'
import { listArtifacts } from '../../../../core/app/queries/artifacts.ts'
import { createQueries } from '../../../../core/app/queries/queries.ts'
import { readTwoOperators } from '../../../../core/app/queries/two-operators.ts'
import { artifactRow } from '../../../../core/contract/commands.ts'
import { rolloutDetail } from '../../../../core/contract/rollouts.ts'
import { toBase64, toHex } from '../../../../core/kernel/hex.ts'
import type { OperatorId } from '../../../../core/kernel/ids.ts'
import { temporaryDirectory } from '../../../helpers/command-line.ts'
import { createIsland, type Island, type IslandNode } from '../../../helpers/agent/island.ts'

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0).reverse()) close()
})

const because = 'the test says so'
const wave = { name: 'wave', share: 0.5, successShare: 1, failedShareAtMost: 0.5, soakSeconds: 0, hasGate: false }

type World = {
  readonly its: Island
  readonly nodes: readonly IslandNode[]
  readonly grace: OperatorId
  readonly act: (actor?: OperatorId) => { readonly master: ReturnType<Island['master']>; readonly actor: OperatorId }
  readonly plan: (health?: string) => string
  readonly read: (rolloutId: string) => ReturnType<typeof rolloutDetail.parse>
  /** Commands to install, as they stand, oldest first. */
  readonly installs: () => readonly { readonly nodeId: string; readonly version: string; readonly issuedBy: string | null }[]
}

async function world(size = 2): Promise<World> {
  const home = temporaryDirectory('software')
  opened.push(home.dispose)
  const its = await createIsland(home.path)
  opened.push(its.close)
  const nodes: IslandNode[] = []
  for (let at = 0; at < size; at++) nodes.push(await its.join({ tags: [`n${at}`] }))
  const act = (actor = its.operator) => ({ master: its.master(), actor })
  const grace = createOperator(act(), { name: 'Grace', role: 'authority' })
  const domainId = its.master().identity.rootDomainId
  const bundle = (version: string, health: string): string => {
    const bytes = new TextEncoder().encode(JSON.stringify({ version, health }))
    const digest = toHex(its.ports.crypto.sha256(bytes))
    putArtifactPiece(act(), { digest, offset: 0, sizeBytes: bytes.length, content: toBase64(bytes) })
    const software = { ...publishArtifact(act(), { name: 'pump', version, digest }), rollBackAt: 'DEGRADED' as const }
    return publishPolicy(act(), { name: 'Pumps', version, targetVersion: version, configuration: { rate: 5 }, software })
  }
  const old = bundle('2.0.0', 'OK')
  return {
    its,
    nodes,
    grace,
    act,
    plan: (health = 'OK') =>
      planRollout(act(), {
        name: 'Three',
        domainId,
        policyBundleId: bundle('3.0.0', health),
        fallbackPolicyBundleId: old,
        waves: [wave, wave],
        maxDisrupted: 2,
      }),
    read: (rolloutId) => rolloutDetail.parse(createQueries(its.master().model).rollout(rolloutId)),
    installs: () => {
      const { model } = its.master()
      const rows = model.reader.all<{ subject: string }>('SELECT subject FROM commands ORDER BY subject')
      return rows.flatMap(({ subject }) => {
        const issued = model.command(subject)?.issued ?? null
        if (issued === null || issued.body.sealed !== null) return []
        return [{ nodeId: issued.nodeId, version: String(issued.body.data['version']), issuedBy: issued.actor }]
      })
    },
  }
}

describe('a rollout that names software', () => {
  it('[RO12] waits for a second person, installs on each node once in the name of who started it, and counts what came up', async () => {
    const { its, nodes, grace, act, plan, read, installs } = await world()
    const rolloutId = plan()
    expect(() => approveRollout(act(grace), { rolloutId, reason: because })).toThrow(
      expect.objectContaining({ code: 'ROLLOUT_TRANSITION_REFUSED' }),
    )
    startRollout(act(), { rolloutId, reason: because })
    await its.ports.advance(120_000)
    expect(installs()).toEqual([])
    expect(read(rolloutId).verdict.reasons.map(({ code }) => code)).toContain('APPROVAL_MISSING')
    expect(read(rolloutId).agreement).toEqual({ startedBy: 'Test operator', startedById: its.operator, approvedBy: null })
    expect(() => approveRollout(act(), { rolloutId, reason: because })).toThrow(expect.objectContaining({ code: 'APPROVED_BY_ONESELF' }))
    approveRollout(act(grace), { rolloutId, reason: because })
    expect(() => approveRollout(act(grace), { rolloutId, reason: because })).toThrow(expect.objectContaining({ code: 'APPROVED_ALREADY' }))
    expect(read(rolloutId).agreement).toEqual({ startedBy: 'Test operator', startedById: its.operator, approvedBy: 'Grace' })
    await its.ports.advanceUntil(() => read(rolloutId).phase === 'COMPLETED', 600_000)
    expect(nodes.map(({ workload }) => workload.runs)).toEqual(['3.0.0', '3.0.0'])
    expect(installs().map(({ version, issuedBy }) => [version, issuedBy])).toEqual([
      ['3.0.0', its.operator],
      ['3.0.0', its.operator],
    ])
    expect(new Set(installs().map(({ nodeId }) => nodeId)).size).toBe(2)
    // Looked at again, and after the master came up again, nothing is told twice.
    await its.restartMaster()
    await its.ports.advance(120_000)
    expect(installs()).toHaveLength(2)
    // Gone back: the older artifact, agreed to by the same two people.
    rollBackRollout(act(grace), { rolloutId, reason: because })
    await its.ports.advanceUntil(() => nodes.every(({ workload }) => workload.runs === '2.0.0'), 600_000)
    expect(installs().map(({ version, issuedBy }) => [version, issuedBy])).toEqual([
      ['3.0.0', its.operator],
      ['3.0.0', its.operator],
      ['2.0.0', grace],
      ['2.0.0', grace],
    ])
  })

  it('[CM30] lists what policies and commands name, each artifact once, with whether its bytes are here', async () => {
    const { its, grace, act, plan, read } = await world()
    const listed = () => listArtifacts(its.master().model).items
    expect(listed()).toMatchObject([{ name: 'pump', version: '2.0.0', isHeld: true, commands: 0 }])
    const rolloutId = plan()
    startRollout(act(), { rolloutId, reason: because })
    approveRollout(act(grace), { rolloutId, reason: because })
    await its.ports.advanceUntil(() => read(rolloutId).phase === 'COMPLETED', 600_000)
    expect(listed().map(({ version, commands, policyBundleIds }) => [version, commands, policyBundleIds.length])).toEqual([
      ['2.0.0', 0, 1],
      ['3.0.0', 2, 1],
    ])
    expect(artifactRow.parse(listed()[1])).toEqual(listed()[1])
  })

  it('[CM31] answers whose word it is which kinds take two people', async () => {
    const { its, act } = await world(1)
    const { rootDomainId } = its.master().identity
    const childId = createDomain(act(), { name: 'Below', parentId: rootDomainId, level: 'LOCAL' })
    const ask = (domainId: string) => readTwoOperators(its.master().model, domainId)
    expect(ask(childId)).toMatchObject({ own: null, kinds: [], setBy: null })
    expect(ask(childId).always).toContain('install-artifact')
    configureDomain(act(), { domainId: rootDomainId, thresholds: {}, twoOperatorKinds: ['restart'] })
    expect(ask(childId)).toMatchObject({ own: null, kinds: ['restart'], setBy: { id: rootDomainId } })
    configureDomain(act(), { domainId: childId, thresholds: {}, twoOperatorKinds: [] })
    expect(ask(childId)).toMatchObject({ own: [], kinds: [], setBy: { id: childId, name: 'Below' } })
    configureDomain(act(), { domainId: childId, thresholds: {}, twoOperatorKinds: null })
    expect(ask(childId)).toMatchObject({ own: null, kinds: ['restart'] })
    expect(() => ask('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toThrow(expect.objectContaining({ code: 'DOMAIN_UNKNOWN' }))
  })

  it('[RO10] [RO12] takes a node that rolled it back as failed, stops, and sends it what the plan names to go back to', async () => {
    const { its, nodes, grace, act, plan, read, installs } = await world()
    const rolloutId = plan('FAILED')
    startRollout(act(), { rolloutId, reason: because })
    approveRollout(act(grace), { rolloutId, reason: because })
    await its.ports.advanceUntil(() => read(rolloutId).waves[0]?.outcomes.failed === 1, 600_000)
    expect(read(rolloutId)).toMatchObject({ verdict: { verdict: 'stop' }, waves: [{}, { openedAt: null }] })
    expect(nodes.map(({ workload }) => workload.runs)).toEqual(['1.0.0', '1.0.0'])
    abortRollout(act(), { rolloutId, reason: because })
    await its.ports.advanceUntil(() => nodes.some(({ workload }) => workload.runs === '2.0.0'), 600_000)
    expect(installs().map(({ version }) => version)).toEqual(['3.0.0', '2.0.0'])
  })

  it('[RO12] [PO1] is refused where its software is of another version than it asks for', async () => {
    const { its, act } = await world(1)
    const bytes = new TextEncoder().encode('{"version":"9.0.0"}')
    const digest = toHex(its.ports.crypto.sha256(bytes))
    putArtifactPiece(act(), { digest, offset: 0, sizeBytes: bytes.length, content: toBase64(bytes) })
    const software = { ...publishArtifact(act(), { name: 'pump', version: '9.0.0', digest }), rollBackAt: 'DEGRADED' as const }
    expect(() => publishPolicy(act(), { name: 'Odd', version: '1.0.0', targetVersion: '8.0.0', configuration: {}, software })).toThrow(
      expect.objectContaining({ code: 'SOFTWARE_VERSION_DIFFERENT' }),
    )
  })
})
