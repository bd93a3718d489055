/** Nodes, relays and a master, the real ones, in one process under a virtual clock; the links between them are cut as the field cuts them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readFrontier } from '../../../core/store/frontier.ts'
import { createIsland, type Island, type IslandNode } from '../../helpers/agent/island.ts'
import { addRelay, joinBehind } from '../../helpers/relay/relays.ts'

let island: Island
beforeEach(async () => {
  island = await createIsland()
})
afterEach(() => island.close())

/** How far the master holds the node's logs, by lane. */
const heldOf = (node: IslandNode): Readonly<Record<string, number>> =>
  Object.fromEntries(readFrontier(island.master().model.reader, { origin: node.agent.view().nodeId }).map(({ log, seq }) => [log, seq]))
const ownOf = (node: IslandNode): Readonly<Record<string, number>> =>
  Object.fromEntries(readFrontier(node.store.reader, { origin: node.agent.view().nodeId }).map(({ log, seq }) => [log, seq]))

describe('over a relay', () => {
  it('[RY1] [RY2] [RY8] a node joins, is heard and told its way, and everything is with the master', async () => {
    const up = island.createLink()
    const relay = await addRelay(island, [up])
    const node = await joinBehind(island, relay.way())
    expect(node.agent.view().via).toEqual([relay.relayId])
    expect(island.master().model.lifecycle(node.agent.view().nodeId)?.viaId).toBe(relay.relayId)
    expect(heldOf(node)).toEqual(ownOf(node))
    expect(up.asked.some(({ headers }) => headers['ibcf-hops'] === relay.relayId)).toBe(true)
  })

  it('[RY3] [RY4] [RY12] what is left while the master is away is held here, and is with the master after contact', async () => {
    const up = island.createLink()
    const relay = await addRelay(island, [up])
    const node = await joinBehind(island, relay.way())
    const before = heldOf(node)
    up.isUp = false
    await island.ports.advanceUntil(() => (node.agent.view().heldAtRelay?.events ?? 0) > 0)
    expect(node.agent.view()).toMatchObject({ state: 'AUTONOMOUS', heldAtRelay: { relayId: relay.relayId } })
    expect(node.agent.view().backlogMessages).toBeGreaterThan(0)
    expect(heldOf(node)).toEqual(before)
    expect(relay.relay().view().held.events).toBeGreaterThan(0)
    // The node is gone for good: what it left goes on without it.
    const left = ownOf(node)
    node.link.isUp = false
    node.link.between = undefined
    up.isUp = true
    await island.ports.advanceUntil(() => relay.relay().view().held.items === 0)
    const held = heldOf(node)
    for (const [log, seq] of Object.entries(before)) expect(held[log]).toBeGreaterThanOrEqual(seq)
    expect(Object.values(held).reduce((sum, seq) => sum + seq, 0)).toBeGreaterThan(Object.values(before).reduce((sum, seq) => sum + seq, 0))
    expect(Object.keys(held)).toEqual(Object.keys(left))
  })
})
