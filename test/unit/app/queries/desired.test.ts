/** Desired against actual: policies, snapshots and drift. */
import { describe, expect, it } from 'vitest'
import { desiredActual, snapshotView } from '../../../../core/contract/nodes.ts'
import { policyView } from '../../../../core/contract/policies.ts'
import { partLimits } from '../../../../core/app/queries/snapshot-parts.ts'
import type { NodeId } from '../../../../core/kernel/ids.ts'
import { createTestIsland, type TestIsland } from '../../../helpers/island.ts'

type World = TestIsland & { readonly node: NodeId; readonly policy: string }

async function createWorld(): Promise<World> {
  const island = await createTestIsland()
  const policy = island.makePolicy('base', { targetVersion: '2.0.0', configuration: { rate: 5, log: { level: 'info' } } })
  island.assign(policy)
  const node = island.makeNode({ name: 'pump' })
  island.assess(node, 'LIVE')
  return { ...island, node, policy }
}

function verdicts({ queries, node }: World): Record<string, string> {
  return Object.fromEntries(queries.desiredActual(node).entries.map(({ path, verdict }) => [path, verdict]))
}

describe('desired against actual', () => {
  it('[QY8] holds the last snapshot against the nearest policy, line by line', async () => {
    using world = await createWorld()
    const taken = world.snapshot(world.node, {
      configuration: { rate: 7, log: { level: 'info' }, spare: true },
      software: { version: '2.0.0' },
    })
    const answer = desiredActual.parse(world.queries.desiredActual(world.node))
    expect(answer).toMatchObject({
      policyBundleId: world.policy,
      policyName: 'base',
      policyVersion: '1',
      snapshotRef: `ibcf:event:${taken.event?.id}`,
      snapshotAt: world.now(),
      driftScore: 1 / 3,
      outOfSpec: 1,
      desiredBecause: { sentence: 'Assigned to every node of its own domain.', domainId: world.rootId, passedOver: [], signedBy: [] },
      terms: [{ path: '/configuration/rate', share: 1 / 3 }],
      patch: [{ op: 'replace', path: '/configuration/rate', value: 5 }],
      evidence: { state: 'fresh', ageSeconds: 0 },
      waivers: [],
    })
    expect(answer.entries.map(({ path, desired, actual, verdict, standing }) => [path, desired, actual, verdict, standing])).toEqual([
      ['/configuration/log/level', 'info', 'info', 'equal', 'in-spec'],
      ['/configuration/rate', 5, 7, 'different', 'out-of-spec'],
      ['/configuration/spare', undefined, true, 'extra', 'unmanaged'],
      ['/software/version', '2.0.0', '2.0.0', 'equal', 'in-spec'],
    ])
    expect(world.queries.node(world.node).record.drift).toEqual({
      score: 1 / 3,
      objects_out_of_spec: 1,
      details_ref: `ibcf:blob:sha256:${world.model.actual(world.node)?.parts['configuration']?.digest}`,
      last_evaluated_ts: world.now(),
    })
    expect(world.queries.overview().line).toMatchObject({ driftScore: 1 / 3, driftKnown: 1 })
  })

  it('[QY8] is unknown without a snapshot, without a policy, and of a node that is disconnected or never came', async () => {
    using world = await createWorld()
    expect(verdicts(world)).toEqual({
      '/software/version': 'unknown',
      '/configuration/rate': 'unknown',
      '/configuration/log/level': 'unknown',
    })
    expect(world.queries.desiredActual(world.node)).toMatchObject({ driftScore: null, outOfSpec: null, snapshotRef: null })
    world.snapshot(world.node, { configuration: { rate: 5, log: { level: 'info' } }, software: { version: '2.0.0' } })
    expect(world.queries.desiredActual(world.node).driftScore).toBe(0)
    world.assess(world.node, 'AUTONOMOUS')
    expect(world.queries.desiredActual(world.node).driftScore).toBe(0)
    world.assess(world.node, 'DISCONNECTED')
    expect(world.queries.desiredActual(world.node)).toMatchObject({ driftScore: null, outOfSpec: null })
    expect(world.queries.overview().line).toMatchObject({ driftScore: null, driftKnown: 0 })
    const unheard = world.makeNode()
    world.snapshot(unheard, { configuration: { rate: 9 } })
    expect(world.queries.desiredActual(unheard).driftScore).toBeNull()
  })

  it('[QY8] has no lines where nothing is desired', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    island.snapshot(node, { configuration: { rate: 7 } })
    expect(island.queries.desiredActual(node)).toMatchObject({ policyBundleId: null, entries: [], driftScore: null })
    expect(() => island.queries.desiredActual(island.newId())).toThrow(expect.objectContaining({ code: 'NODE_UNKNOWN' }))
  })

  it('[QY8] follows a policy that is assigned nearer, and one that is assigned later', async () => {
    using world = await createWorld()
    const cell = world.makeDomain('Cell')
    const node = world.makeNode({ domainId: cell })
    world.assess(node, 'LIVE')
    world.snapshot(node, { configuration: { rate: 1 } })
    expect(world.queries.desiredActual(node)).toMatchObject({ policyName: 'base', driftScore: 1 })
    world.assign(world.makePolicy('cell', { configuration: { rate: 1 } }), cell)
    expect(world.queries.desiredActual(node)).toMatchObject({ policyName: 'cell', driftScore: 0 })
    world.assign(world.makePolicy('cell, later', { configuration: { rate: 2 } }), cell)
    expect(world.queries.desiredActual(node)).toMatchObject({ policyName: 'cell, later', driftScore: 1 })
  })

  it('[QY16] remembers nothing of a part that is not held yet', async () => {
    using world = await createWorld()
    const content = { rate: 5, log: { level: 'info' } }
    const bytes = new TextEncoder().encode(JSON.stringify(content))
    const digest = Buffer.from(world.ports.crypto.sha256(bytes)).toString('hex')
    world.report(world.node, 'ibcf.snapshot.taken.v1', {
      parts: [{ name: 'configuration', digest, sizeBytes: bytes.length }],
      isAutonomous: false,
    })
    expect(world.queries.desiredActual(world.node).driftScore).toBeNull()
    expect(snapshotView.parse(world.queries.snapshot(world.node)).parts).toEqual([
      { name: 'configuration', digest, sizeBytes: bytes.length, isHeld: false, content: null },
    ])
    expect(world.putJson(content).digest).toBe(digest)
    expect(world.queries.desiredActual(world.node).driftScore).toBe(0)
    expect(world.queries.snapshot(world.node)?.parts).toMatchObject([{ isHeld: true, content }])
  })

  it('[QY6] takes a part that is not what its name promises as unknown', async () => {
    using world = await createWorld()
    world.snapshot(world.node, {
      configuration: ['not', 'an', 'object'],
      software: { release: '2.0.0' },
      inventory: { cpu: 'x', ram_gb: -1, storage_gb: 1, gpus: [] },
      health: { health: 'OK', checks: [] },
      firmware: { version: '1.0' },
    })
    expect(verdicts(world)).toEqual({
      '/software/version': 'unknown',
      '/configuration/rate': 'unknown',
      '/configuration/log/level': 'unknown',
    })
    expect(world.queries.snapshot(world.node)?.parts.map(({ name, content }) => [name, content])).toEqual([
      ['inventory', null],
      ['configuration', null],
      ['software', null],
      ['firmware', { version: '1.0' }],
      ['health', { health: 'OK', checks: [] }],
    ])
    expect(world.queries.node(world.node).record).toMatchObject({
      actual_state: { inventory: null, reported_version: null },
      supply_chain: { firmware: { version: '1.0' } },
    })
  })

  it.each([
    ['too large', (): Uint8Array => new TextEncoder().encode(`{"a":"${'x'.repeat(partLimits.maxBytes)}"}`)],
    ['too deep', (): Uint8Array => new TextEncoder().encode(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)],
    ['of duplicate keys', (): Uint8Array => new TextEncoder().encode('{"rate":5,"rate":6}')],
    ['not UTF-8', (): Uint8Array => Uint8Array.of(0x7b, 0xff, 0x7d)],
    ['empty', (): Uint8Array => new Uint8Array()],
  ])('[QY6] takes a part that is %s as unknown', async (_case, make) => {
    using world = await createWorld()
    world.snapshotOf(world.node, 'configuration', make())
    expect(verdicts(world)['/configuration/rate']).toBe('unknown')
    expect(world.queries.snapshot(world.node)?.parts[0]).toMatchObject({ isHeld: true, content: null })
  })

  it('[QY6] takes a damaged part as unknown and shows the rest of the node', async () => {
    using world = await createWorld()
    world.snapshot(world.node, { configuration: { rate: 7 }, software: { version: '2.0.0' } })
    const digest = world.model.actual(world.node)?.parts['configuration']?.digest ?? ''
    world.store.transact((writer) =>
      writer.run(`UPDATE blob_pieces SET bytes = zeroblob(8), encoding = 'identity' WHERE sha256 = unhex(?)`, digest),
    )
    expect(verdicts(world)).toEqual({
      '/software/version': 'equal',
      '/configuration/rate': 'unknown',
      '/configuration/log/level': 'unknown',
    })
    expect(world.queries.node(world.node).record.actual_state.reported_version).toBe('2.0.0')
  })

  it('[QY6] answers null before the first snapshot', async () => {
    using world = await createWorld()
    expect(world.queries.snapshot(world.node)).toBeNull()
    expect(() => world.queries.snapshot(world.newId())).toThrow(expect.objectContaining({ code: 'NODE_UNKNOWN' }))
  })
})

describe('policy bundles', () => {
  it('[QY13] say where they apply and how far the nodes under them are', async () => {
    using world = await createWorld()
    const cell = world.makeDomain('Cell')
    const operator = world.newId()
    world.decide('ibcf.operator.created.v1', operator, { name: 'Ada', role: 'authority', keyId: '', publicKey: '' })
    world.advance(1)
    const other = world.newId()
    const constraints = { maintenance_window: 'nights', requires_online: true, min_battery_pct: 20 }
    world.decide(
      'ibcf.policy.published.v1',
      other,
      { name: 'cell', version: '3', targetVersion: '9', configuration: { a: 1 }, constraints },
      { actor: operator },
    )
    world.assign(other, cell)
    world.heard(world.node, { version: '2.0.0' })
    world.makeNode()
    world.snapshot(world.makeNode({ domainId: cell }), { software: { version: '8' } })
    expect(policyView.array().parse(world.queries.policies())).toMatchObject([
      {
        id: other,
        name: 'cell',
        version: '3',
        targetVersion: '9',
        configuration: { a: 1 },
        constraints,
        publishedBy: 'Ada',
        assignedDomainIds: [cell],
      },
      { id: world.policy, name: 'base', publishedBy: null, assignedDomainIds: [world.rootId] },
    ])
    expect(world.queries.overview().policies).toEqual([
      { id: other, name: 'cell', version: '3', targetVersion: '9', nodes: 1, onTarget: 0, unknown: 0 },
      { id: world.policy, name: 'base', version: '1', targetVersion: '2.0.0', nodes: 2, onTarget: 1, unknown: 1 },
    ])
  })
})
