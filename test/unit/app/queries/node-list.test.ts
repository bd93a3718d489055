/** Lists of nodes: filters, order and pages. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeRow } from '../../../../core/contract/nodes.ts'
import { connectivityModes } from '../../../../core/fleet/node/node-record.ts'
import type { NodeFilter } from '../../../../core/app/queries/node-list.ts'
import { createTestIsland, readPages, type TestIsland } from '../../../helpers/island.ts'

function names(island: TestIsland, filter: NodeFilter = {}): string[] {
  return island.queries.nodes({ limit: 500, ...filter }).items.map(({ name }) => name)
}

function allPages(island: TestIsland, limit: number): string[] {
  return readPages((cursor) => island.queries.nodes({ limit, ...cursor })).map(({ id }) => id)
}

describe('a list of nodes', () => {
  it('[QY9] begins with what needs a person', async () => {
    using island = await createTestIsland()
    for (const mode of connectivityModes) island.assess(island.makeNode({ name: mode }), mode)
    island.assess(island.makeNode({ name: 'another LIVE' }), 'LIVE')
    const failed = island.makeNode({ name: 'failed' })
    island.assess(failed, 'LIVE')
    island.heard(failed, { health: 'FAILED' })
    const bad = island.makeNode({ name: 'quarantined' })
    island.assess(bad, 'LIVE')
    island.movePhase(bad, 'QUARANTINED', 'operator-quarantine')
    expect(names(island)).toEqual([
      'quarantined',
      'failed',
      'DISCONNECTED',
      'AUTONOMOUS',
      'RETURNING',
      'REPLAYING',
      'EDGE_CACHED',
      'DELAYED',
      'LIVE',
      'another LIVE',
    ])
  })

  it('[QY9] is the same read in pages of any size, also where names are equal', async () => {
    using island = await createTestIsland()
    for (let number = 0; number < 23; number++) {
      const node = island.makeNode({ name: `node ${number % 3}` })
      island.assess(node, connectivityModes[number % 5] ?? 'LIVE')
    }
    const whole = allPages(island, 500)
    expect(new Set(whole).size).toBe(23)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (limit) => {
        expect(allPages(island, limit)).toEqual(whole)
      }),
    )
  })

  it('[QY9] goes on after the node that a cursor names, wherever that stands by now', async () => {
    using island = await createTestIsland()
    const [a, b, c] = ['a', 'b', 'c'].map((name) => island.makeNode({ name }))
    const first = island.queries.nodes({ limit: 1 })
    expect(first).toMatchObject({ next: a, total: 3 })
    island.movePhase(a as never, 'RETIRED', 'decommission-complete')
    expect(island.queries.nodes({ limit: 5, cursor: a as string })).toMatchObject({ items: [{ id: b }, { id: c }], next: null, total: 2 })
    expect(() => island.queries.nodes({ limit: 1, cursor: 'nonsense' })).toThrow(expect.objectContaining({ code: 'CURSOR_MALFORMED' }))
  })

  it('[QY9] lets through what fits all of the filter', async () => {
    using island = await createTestIsland()
    const region = island.makeDomain('Region')
    const cell = island.makeDomain('Cell', region)
    const policy = island.makePolicy('base', {})
    island.assign(policy, region)
    const pump = island.makeNode({ name: 'Pump 100%', tags: ['wet', 'old'], serial: 'SN-77', domainId: cell })
    const mast = island.makeNode({ name: 'Mast_1', tags: ['old'], kind: 'RELAY', domainId: region })
    island.makeNode({ name: 'Shed' })
    island.assess(pump, 'LIVE')
    island.heard(pump, { health: 'DEGRADED' })
    expect(names(island, { domainId: region })).toEqual(['Mast_1', 'Pump 100%'])
    expect(names(island, { domainId: cell })).toEqual(['Pump 100%'])
    expect(names(island, { tags: ['old'] })).toEqual(['Mast_1', 'Pump 100%'])
    expect(names(island, { tags: ['old', 'wet'] })).toEqual(['Pump 100%'])
    expect(names(island, { modes: ['LIVE'] })).toEqual(['Pump 100%'])
    expect(names(island, { modes: ['DISCONNECTED'] })).toEqual(['Mast_1', 'Shed'])
    expect(names(island, { healths: ['DEGRADED'] })).toEqual(['Pump 100%'])
    expect(names(island, { kinds: ['RELAY'] })).toEqual(['Mast_1'])
    expect(names(island, { phases: ['QUARANTINED'] })).toEqual([])
    expect(names(island, { policyBundleId: policy })).toEqual(['Mast_1', 'Pump 100%'])
    expect(names(island, { policyBundleId: policy, modes: ['LIVE'] })).toEqual(['Pump 100%'])
    expect(names(island, { text: 'sn-7' })).toEqual(['Pump 100%'])
    expect(names(island, { text: '%' })).toEqual(['Pump 100%'])
    expect(names(island, { text: '_' })).toEqual(['Mast_1'])
    expect(names(island, { text: mast.toLowerCase() })).toEqual(['Mast_1'])
    expect(() => names(island, { domainId: island.newId() })).toThrow(expect.objectContaining({ code: 'DOMAIN_UNKNOWN' }))
  })

  it('[QY13] shows each node in the shape of the contract', async () => {
    using island = await createTestIsland()
    const domainId = island.makeDomain('Cell')
    island.assign(island.makePolicy('base', { targetVersion: '2.0.0', configuration: { rate: 5 } }))
    const node = island.makeNode({ name: 'pump', tags: ['wet'], domainId })
    island.snapshot(node, { configuration: { rate: 5 } })
    island.heard(node, { version: '1.0.0', backlogMessages: 4 })
    island.advance(2000)
    island.assess(node, 'DELAYED', { reason: 'Slow.' })
    const [row] = island.queries.nodes({ limit: 1 }).items
    expect(nodeRow.parse(row)).toEqual({
      id: node,
      name: 'pump',
      kind: 'EDGE',
      tags: ['wet'],
      domainId,
      domainName: 'Cell',
      mode: 'DELAYED',
      modeSince: island.now(),
      phase: 'ACTIVE',
      state: 'DELAYED_OK',
      health: 'OK',
      lastSeenAt: new Date(island.ports.clock.now() - 2000).toISOString(),
      backlogMessages: 0,
      secondsBehind: 0,
      driftScore: 0.5,
      doubts: [],
      reason: 'Slow.',
      serial: null,
    })
  })
})
