/** A node as all pages see it: events with the live presence laid over them. */
import { describe, expect, it } from 'vitest'
import type { ConnectivityMode, Health } from '../../../../core/fleet/node/node-record.ts'
import type { NodeId } from '../../../../core/kernel/ids.ts'
import { createTestIsland, type TestIsland } from '../../../helpers/island.ts'

function healthOf(island: TestIsland, node: NodeId): Health | undefined {
  return island.queries.nodes({ limit: 100 }).items.find(({ id }) => id === node)?.health
}

describe('the health of a node', () => {
  it('[QY4] is the later of the last heartbeat and the last change it recorded', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    island.assess(node, 'LIVE')
    expect(healthOf(island, node)).toBe('UNKNOWN')
    island.heard(node, { health: 'OK' })
    expect(healthOf(island, node)).toBe('OK')
    island.advance(1000)
    island.report(node, 'ibcf.health.changed.v1', { from: 'OK', to: 'DEGRADED', detail: '' })
    expect(healthOf(island, node)).toBe('DEGRADED')
    island.advance(1000)
    island.heard(node, { health: 'FAILED' })
    expect(healthOf(island, node)).toBe('FAILED')
    expect(island.queries.node(node).ages.health).toBe(island.now())
  })

  it.each<[ConnectivityMode, Health, Health]>([
    ['LIVE', 'OK', 'OK'],
    ['DELAYED', 'OK', 'OK'],
    ['EDGE_CACHED', 'OK', 'OK'],
    ['RETURNING', 'OK', 'OK'],
    ['REPLAYING', 'OK', 'OK'],
    ['AUTONOMOUS', 'OK', 'UNKNOWN'],
    ['DISCONNECTED', 'OK', 'UNKNOWN'],
    ['AUTONOMOUS', 'DEGRADED', 'DEGRADED'],
    ['DISCONNECTED', 'FAILED', 'FAILED'],
  ])('[QY4] in %s and last heard as %s is shown as %s', async (mode, heard, shown) => {
    using island = await createTestIsland()
    const node = island.makeNode()
    island.heard(node, { health: heard })
    island.assess(node, mode)
    expect(healthOf(island, node)).toBe(shown)
    expect(island.queries.node(node).record.actual_state.runtime.health).toBe(shown)
    expect(island.queries.overview().line.healths[shown]).toBe(1)
  })

  it('[QY5] is not held by a node whose clock is years ahead', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    island.assess(node, 'LIVE')
    island.report(node, 'ibcf.health.changed.v1', { from: 'OK', to: 'FAILED', detail: '' }, { time: '2099-01-01T00:00:00.000Z' })
    expect(healthOf(island, node)).toBe('FAILED')
    island.heard(node, { health: 'OK' })
    expect(healthOf(island, node)).toBe('OK')
  })

  it('[QY5] believes a clock that is a little ahead', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    island.assess(node, 'LIVE')
    const ahead = new Date(island.ports.clock.now() + 60_000).toISOString()
    island.report(node, 'ibcf.health.changed.v1', { from: 'OK', to: 'FAILED', detail: '' }, { time: ahead })
    island.heard(node, { health: 'OK' })
    expect(healthOf(island, node)).toBe('FAILED')
  })
})

describe('the debt of a node', () => {
  it('[QY13] is the same in its row, its record and the figures of its domain', async () => {
    using island = await createTestIsland()
    const node = island.makeNode({ contactEverySeconds: 30 })
    island.heard(node, { backlogMessages: 3 })
    island.assess(node, 'LIVE')
    island.advance(100_500)
    expect(island.queries.node(node).record.connectivity.sync_debt).toEqual({
      seconds_behind: 0,
      backlog_messages: 3,
      replay_required: false,
    })
    island.assess(node, 'AUTONOMOUS', { syncDebt: { seconds_behind: 0, backlog_messages: 8, replay_required: true } })
    const [row] = island.queries.nodes({ limit: 1 }).items
    expect(island.queries.node(node).record.connectivity.sync_debt).toEqual({
      seconds_behind: 70,
      backlog_messages: 8,
      replay_required: true,
    })
    expect({ secondsBehind: row?.secondsBehind, backlogMessages: row?.backlogMessages }).toEqual({ secondsBehind: 70, backlogMessages: 8 })
    expect(island.queries.domain(island.rootId).row.own).toMatchObject({ worstSecondsBehind: 70, backlogMessages: 8 })
  })

  it('[QY7] of a node that was approved and never came is nothing, and it says so', async () => {
    using island = await createTestIsland()
    const node = island.makeNode({ name: 'pump' })
    island.advance(3_600_000)
    const [row] = island.queries.nodes({ limit: 1 }).items
    expect(row).toMatchObject({
      mode: 'DISCONNECTED',
      modeSince: null,
      lastSeenAt: null,
      secondsBehind: 0,
      reason: 'Never heard of since it was approved.',
      state: 'ACTIVE_NEVER_HEARD',
    })
    expect(island.queries.node(node).ages).toEqual({
      connectivity: null,
      health: null,
      version: null,
      inventory: null,
      drift: null,
      linkQuality: null,
    })
  })
})

describe('the fleet', () => {
  it('[QY7] leaves out who asked, was refused or is retired', async () => {
    using island = await createTestIsland()
    island.makeNode({ until: 'PENDING', name: 'asks' })
    const refused = island.makeNode({ until: 'REFUSED', name: 'refused' })
    island.movePhase(refused, 'RETIRED', 'enrolment-refused')
    island.makeNode({ until: 'ENROLLED', name: 'enrolled' })
    island.makeNode({ name: 'active' })
    const retired = island.makeNode({ name: 'retired' })
    island.movePhase(retired, 'RETIRED', 'decommission-complete')
    const overview = island.queries.overview()
    expect({ nodes: overview.nodes, pending: overview.pendingEnrolments, own: overview.domains[0]?.own.nodes }).toEqual({
      nodes: 2,
      pending: 1,
      own: 2,
    })
    expect(island.queries.nodes({ limit: 10 }).items.map(({ name }) => name)).toEqual(['active', 'enrolled'])
    expect(island.queries.nodes({ limit: 10, phases: ['PROVISIONING', 'RETIRED'] }).items.map(({ name }) => name)).toEqual([
      'asks',
      'refused',
      'retired',
    ])
    expect(island.queries.nodes({ limit: 10, phases: ['PROVISIONING', 'RETIRED'], modes: ['DISCONNECTED'] }).items).toEqual([])
  })
})
