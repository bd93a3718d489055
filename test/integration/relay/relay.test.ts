/** Nodes, relays and a master, the real ones, in one process under a virtual clock; the links between them are cut as the field cuts them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readNode } from '../../../core/app/queries/node-detail.ts'
import { listRelays } from '../../../core/app/queries/relays.ts'
import { AppError } from '../../../core/kernel/app-error.ts'
import { readEventsAfter } from '../../../core/store/read-events.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { createIsland, type Island, type IslandNode } from '../../helpers/agent/island.ts'
import { addRelay, joinBehind, type TestRelay } from '../../helpers/relay/relays.ts'

let island: Island
beforeEach(async () => {
  island = await createIsland()
})
afterEach(() => island.close())

type Heads = Readonly<Record<string, number>>
const headsIn = (reader: Parameters<typeof readFrontier>[0], node: IslandNode): Heads =>
  Object.fromEntries(readFrontier(reader, { origin: node.agent.view().nodeId }).map(({ log, seq }) => [log, seq]))
const heldOf = (node: IslandNode): Heads => headsIn(island.master().model.reader, node)
const ownOf = (node: IslandNode): Heads => headsIn(node.store.reader, node)
const total = (heads: Heads): number => Object.values(heads).reduce((sum, seq) => sum + seq, 0)
const isHeldWhole = (node: IslandNode, own: Heads): boolean => Object.entries(own).every(([log, seq]) => (heldOf(node)[log] ?? 0) >= seq)
const modeOf = (node: IslandNode): string | undefined => island.master().model.connectivity(node.agent.view().nodeId)?.mode
const isEmpty = ({ relay }: TestRelay): boolean => relay().view().held.items === 0
const idsOf = (node: IslandNode): readonly string[] =>
  readEventsAfter(island.master().model.reader, 0, 100_000).flatMap(({ event }) =>
    event?.source === `urn:ibcf:node:${node.agent.view().nodeId}` ? [event.id] : [],
  )
const expectNothingTwice = (node: IslandNode): void => expect(new Set(idsOf(node)).size).toBe(idsOf(node).length)
/** Alone, and has left something with the relay. */
const hasLeft = (node: IslandNode): boolean => (node.agent.view().heldAtRelay?.events ?? 0) > 0

describe('over a relay', () => {
  it('[RY1] [RY2] [RY8] a node joins, is heard and told its way, and everything is with the master', async () => {
    const up = island.createLink()
    const relay = await addRelay(island, [up])
    const node = await joinBehind(island, relay.way())
    expect(node.agent.view().via).toEqual([relay.relayId])
    expect(island.master().model.lifecycle(node.agent.view().nodeId)?.viaId).toBe(relay.relayId)
    expect(heldOf(node)).toEqual(ownOf(node))
    expect(up.asked.some(({ headers }) => headers['ibcf-hops'] === relay.relayId)).toBe(true)
    const { forwarded, link, isUpstreamHere } = relay.relay().view()
    expect(isUpstreamHere).toBe(true)
    expect(forwarded.requests).toBeGreaterThan(0)
    expect(link?.rtt_ms).toBeGreaterThan(0)
  })

  it('[RY3] [RY4] [RY12] what is left while the master is away is held here, and is with the master after contact', async () => {
    const up = island.createLink()
    const relay = await addRelay(island, [up])
    const node = await joinBehind(island, relay.way())
    const before = heldOf(node)
    up.isUp = false
    await island.ports.advanceUntil(() => hasLeft(node))
    expect(node.agent.view()).toMatchObject({ state: 'AUTONOMOUS', heldAtRelay: { relayId: relay.relayId } })
    expect(node.agent.view().backlogMessages).toBeGreaterThanOrEqual(node.agent.view().heldAtRelay?.events ?? 0)
    expect(heldOf(node)).toEqual(before)
    // The node is gone for good: what it left goes on without it.
    const left = relay.relay().view().held.events
    node.link.between = undefined
    node.link.isUp = false
    up.isUp = true
    await island.ports.advanceUntil(() => isEmpty(relay))
    expect(total(heldOf(node))).toBe(total(before) + left)
    expectNothingTwice(node)
  })

  it('[RY4] [RY12] a node that comes back over the relay returns whole, and what the relay handed on is not doubled', async () => {
    const up = island.createLink()
    const relay = await addRelay(island, [up])
    const node = await joinBehind(island, relay.way())
    up.isUp = false
    await island.ports.advanceUntil(() => hasLeft(node) && modeOf(node) === 'AUTONOMOUS')
    const own = ownOf(node)
    up.isUp = true
    await island.ports.advanceUntil(
      () => isEmpty(relay) && node.agent.view().state === 'ATTACHED' && node.agent.view().backlogMessages === 0,
    )
    expect(isHeldWhole(node, own)).toBe(true)
    expect(node.agent.view().heldAtRelay).toBeUndefined()
    expect(modeOf(node)).toBe('LIVE')
    expectNothingTwice(node)
  })

  it('[RY15] carried to another place, everything it holds goes on from there', async () => {
    const home = island.createLink()
    const relay = await addRelay(island, [home])
    const node = await joinBehind(island, relay.way())
    home.isUp = false
    await island.ports.advanceUntil(() => hasLeft(node))
    node.link.between = undefined
    node.link.isUp = false
    const { held } = relay.relay().view()
    const before = total(heldOf(node))
    await relay.relay().stop()
    const elsewhere = island.createLink()
    relay.restart([elsewhere])
    expect(relay.relay().view()).toMatchObject({ held, relayId: relay.relayId })
    await island.ports.advanceUntil(() => isEmpty(relay))
    expect(total(heldOf(node))).toBe(before + held.events)
  })

  it('[RY16] over two relays the nearer hands on to the farther, and that one to the master', async () => {
    const up = island.createLink()
    const far = await addRelay(island, [up])
    const between = far.way()
    const near = await addRelay(island, [between])
    const node = await joinBehind(island, near.way())
    expect(node.agent.view().via).toEqual([near.relayId, far.relayId])
    expect(near.relay().view().via).toEqual([far.relayId])
    const { nodeId } = node.agent.view()
    expect(readNode(island.master().model, nodeId).way?.map(({ id }) => id)).toEqual([near.relayId, far.relayId])
    expect(island.master().model.lifecycle(near.relayId)?.viaId).toBe(far.relayId)
    // The master goes first, then the way between the relays.
    up.isUp = false
    await island.ports.advanceUntil(() => hasLeft(node) && isEmpty(near) && !isEmpty(far))
    between.isUp = false
    const left = near.relay().view().held.events
    await island.ports.advanceUntil(() => near.relay().view().held.events > left)
    const own = ownOf(node)
    node.link.between = undefined
    node.link.isUp = false
    up.isUp = true
    await island.ports.advanceUntil(() => isEmpty(far))
    expect(isHeldWhole(node, own)).toBe(false)
    between.isUp = true
    await island.ports.advanceUntil(() => isEmpty(near) && isEmpty(far))
    expectNothingTwice(node)
    // And the relays themselves are heard again, with all that they recorded.
    await island.ports.advanceUntil(() => [near, far].every(({ relay }) => relay().view().agent.state === 'ATTACHED'))
  })

  it('[RY7] a relay measures its way up, tells what it holds, and is shown with both; who moves to another way is shown there', async () => {
    const up = island.createLink()
    const relay = await addRelay(island, [up], { config: { observeEverySeconds: 5 } })
    const way = relay.way()
    const direct = island.createLink()
    const node = await joinBehind(island, way, { observeEverySeconds: 5 }, [direct])
    const shown = () => listRelays(island.master().model, {}).items.find(({ id }) => id === relay.relayId)
    await island.ports.advanceUntil(() => shown()?.upstreamLink !== null && shown()?.carrying !== null && shown()?.link !== null)
    expect(shown()).toMatchObject({ isNode: true, upstreamIds: [null], path: [], nodesBehind: 1, nodesHeard: 1 })
    expect(shown()?.upstreamLink?.rtt_ms).toBeGreaterThan(0)
    expect(shown()?.carrying).toMatchObject({ isUpstreamHere: true, heldEvents: 0, droppedEvents: 0 })
    direct.isUp = false
    up.isUp = false
    await island.ports.advanceUntil(() => hasLeft(node))
    await island.ports.advance(10_000)
    node.link.between = () => Promise.reject(new AppError('Unavailable', 'LINK_DOWN', 'The way to the relay is cut.'))
    direct.isUp = true
    await island.ports.advanceUntil(() => node.agent.view().state === 'ATTACHED' && shown()?.nodesBehind === 0)
    expect(up.isUp).toBe(false)
    up.isUp = true
    // What it recorded while the master was away says that it held something, and comes with its return.
    const told = () =>
      readEventsAfter(island.master().model.reader, 0, 100_000).some(
        ({ event }) =>
          event?.subject === relay.relayId && Number((event.data['values'] as Record<string, number> | undefined)?.['held_events']) > 0,
      )
    await island.ports.advanceUntil(told)
  })

  it('[RY1] relays in a ring say so, and nothing goes round', async () => {
    const a = await addRelay(island, [island.createLink()])
    const toA = a.way()
    const b = await addRelay(island, [toA])
    await a.relay().stop()
    const toB = b.way()
    a.restart([toB])
    const path = '/v1/authority?domainId=01ARZ3NDEKTSV4RRFFQ69G5FAV'
    const answer = await answered(a.way().request({ method: 'GET', path, headers: {} }))
    expect(answer.status).toBe(508)
    expect(JSON.parse(new TextDecoder().decode(answer.body))).toMatchObject({ code: 'RELAY_LOOP', facts: { relayId: a.relayId } })
    expect(toA.asked.filter((asked) => asked.path === path).map(({ headers }) => headers['ibcf-hops'])).toEqual([
      `${a.relayId},${b.relayId}`,
    ])
    const hops = Array.from({ length: 8 }, (_hop, at) => `01ARZ3NDEKTSV4RRFFQ69G5FA${at}`).join(',')
    const tooFar = await answered(b.way().request({ method: 'GET', path: '/v1', headers: { 'ibcf-hops': hops } }))
    expect(JSON.parse(new TextDecoder().decode(tooFar.body))).toMatchObject({ code: 'HOPS_TOO_MANY' })
  })

  it('[RY8] a node whose relay falls goes on over its other way with the same attachment, and prefers the relay again', async () => {
    const relay = await addRelay(island, [island.createLink()])
    const way = relay.way()
    const direct = island.createLink()
    const node = await joinBehind(island, way, {}, [direct])
    way.isUp = false
    await island.ports.advanceUntil(() => direct.asked.some(({ path }) => path === '/v1/heartbeat'))
    expect(direct.asked.some(({ path }) => path === '/v1/attach')).toBe(false)
    await island.ports.advanceUntil(() => node.agent.view().via.length === 0)
    expect(node.agent.view().state).toBe('ATTACHED')
    way.isUp = true
    await island.ports.advanceUntil(() => node.agent.view().via[0] === relay.relayId)
    expect(modeOf(node)).not.toBe('AUTONOMOUS')
  })

  /** The virtual clock moves while the answer is awaited. */
  async function answered<Value>(promise: Promise<Value>): Promise<Value> {
    let value: { readonly it: Value } | undefined
    void promise.then((it) => {
      value = { it }
    })
    await island.ports.advanceUntil(() => value !== undefined)
    if (value === undefined) throw new Error('No answer came.')
    return value.it
  }
})
