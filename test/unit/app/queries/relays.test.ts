/** Relays in the page of a domain: their paths, what they hide, and what people do about them. */
import { describe, expect, it } from 'vitest'
import { registerRelay, rerouteRelay, retireRelay } from '../../../../core/app/acts/relays.ts'
import { topologyView } from '../../../../core/contract/domains.ts'
import type { NodeId } from '../../../../core/kernel/ids.ts'
import { createIsland } from '../../../helpers/agent/island.ts'
import { createTestIsland, type TestIsland } from '../../../helpers/island.ts'

const link = { rtt_ms: 40, loss_pct: 0, bandwidth_kbps: 1000 }

/** mast <- ridge <- two pumps; a pump on the mast itself; one that needs no relay. */
function net(island: TestIsland) {
  const mast = island.makeNode({ name: 'mast', kind: 'GATEWAY' })
  const ridge = island.makeNode({ name: 'ridge', kind: 'RELAY', viaId: mast })
  const pumps = [ridge, ridge, mast].map((viaId, at) => island.makeNode({ name: `pump ${at}`, viaId }))
  const free = island.makeNode({ name: 'free' })
  for (const node of [mast, ridge, ...pumps, free]) island.assess(node, 'LIVE', { link })
  return { mast, ridge, pumps }
}

const relaysOf = (island: TestIsland, domainId: string = island.rootId) =>
  topologyView.parse(island.queries.topology(domainId)).relays ?? []

describe('relays of a domain', () => {
  it('[RL5] tells who hangs on each, and how well its path carries', async () => {
    using island = await createTestIsland()
    const { mast, ridge, pumps } = net(island)
    expect(relaysOf(island)).toMatchObject([
      { id: mast, kind: 'GATEWAY', health: 'OK', path: [], nodesBehind: 4, nodesHeard: 4, hiddenNodes: 4, hiddenRelayIds: [ridge], link },
      { id: ridge, health: 'OK', path: [mast], upstreamIds: [mast], nodesBehind: 2, hiddenNodes: 2, hiddenRelayIds: [] },
    ])
    for (const pump of pumps.slice(0, 2)) island.assess(pump, 'AUTONOMOUS')
    const [, after] = relaysOf(island)
    expect(after).toMatchObject({ id: ridge, health: 'FAILED', nodesHeard: 0, reasons: ['None of the 2 nodes behind it is heard.'] })
    expect(relaysOf(island)[0]).toMatchObject({ id: mast, health: 'DEGRADED', nodesHeard: 2 })
  })

  it('[RL5] [RL2] is unknown once nothing was measured lately, and slow beyond the bounds of the domain', async () => {
    using island = await createTestIsland()
    const { pumps } = net(island)
    for (const pump of pumps) island.heard(pump, { link: { ...link, rtt_ms: 9000 } })
    expect(relaysOf(island).map(({ health }) => health)).toEqual(['DEGRADED', 'DEGRADED'])
    island.advance(16 * 60_000)
    expect(relaysOf(island).map(({ health }) => health)).toEqual(['UNKNOWN', 'UNKNOWN'])
  })

  it('[RL5] [RL3] shows bare links, other ways and relays of other domains', async () => {
    using island = await createTestIsland()
    const { mast, ridge } = net(island)
    const cell = island.makeDomain('Cell')
    const local = island.makeNode({ name: 'cell relay', kind: 'RELAY', domainId: cell, viaId: ridge })
    island.assess(local, 'LIVE')
    expect(relaysOf(island, cell).map(({ id }) => id)).toEqual([mast, ridge, local])
    const satellite = island.newId<NodeId>()
    const bare = { name: 'satellite', kind: 'SATELLITE', domainId: island.rootId, upstreamId: null, direction: 'BOTH' } as const
    island.decide('ibcf.relay.registered.v1', satellite, bare)
    island.decide('ibcf.relay.registered.v1', ridge, { ...bare, name: 'ridge', kind: 'GATEWAY', upstreamId: satellite })
    const after = relaysOf(island)
    expect(after.find(({ id }) => id === ridge)).toMatchObject({ upstreamIds: [mast, satellite], isNode: true })
    expect(after.find(({ id }) => id === satellite)).toMatchObject({ isNode: false, path: [], nodesBehind: 0, hiddenNodes: 0 })
    // The ridge has another way now: of what the mast would hide only the pump on itself is left.
    expect(after.find(({ id }) => id === mast)).toMatchObject({ hiddenNodes: 1, hiddenRelayIds: [] })
    island.decide('ibcf.relay.retired.v1', satellite, { reason: '' })
    expect(relaysOf(island).some(({ id }) => id === satellite)).toBe(false)
  })

  it('[RL6] lives with a ring that two masters made', async () => {
    using island = await createTestIsland()
    const [a, b] = [island.newId<NodeId>(), island.newId<NodeId>()]
    for (const [id, upstreamId] of [
      [a, b],
      [b, a],
    ] as const)
      island.decide('ibcf.relay.registered.v1', id, { name: 'x', kind: 'BROKER', domainId: island.rootId, upstreamId, direction: 'BOTH' })
    expect(relaysOf(island)).toMatchObject([{ path: null }, { path: null }])
  })
})

it('[RL6] registers a relay once, leads it another way and retires it, and refuses a loop', async () => {
  const its = await createIsland()
  const act = { master: its.master(), actor: its.operator }
  const domainId = its.master().identity.rootDomainId
  const bare = { name: 'hop', kind: 'BROKER', domainId, upstreamId: null, direction: 'BOTH' } as const
  const { relayId: first } = registerRelay(act, bare)
  const { relayId: second } = registerRelay(act, { ...bare, upstreamId: first })
  const code = (wanted: string) => expect.objectContaining({ code: wanted })
  expect(() => rerouteRelay(act, { relayId: first, upstreamId: second, reason: 'x' })).toThrow(code('RELAY_LOOP'))
  expect(() => registerRelay(act, { ...bare, nodeId: first })).toThrow(code('NODE_UNKNOWN'))
  rerouteRelay(act, { relayId: second, upstreamId: null, reason: 'a new mast' })
  expect(its.master().model.relay(second)).toMatchObject({ upstreamId: null })
  retireRelay(act, { relayId: second, reason: 'gone' })
  expect(() => retireRelay(act, { relayId: second, reason: 'again' })).toThrow(code('RELAY_UNKNOWN'))
  its.close()
})
