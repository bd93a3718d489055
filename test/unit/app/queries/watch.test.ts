/** Ticks of one query: what it rests on, and how often it is told. */
import { describe, expect, it } from 'vitest'
import type { WatchedQuery } from '../../../../core/contract/live.ts'
import { createChangeFeed } from '../../../../core/app/change-feed.ts'
import { changeOf } from '../../../../core/app/changes.ts'
import { watcherOf } from '../../../../core/app/queries/rests-on.ts'
import type { StoredEvent } from '../../../../core/store/stored-event.ts'
import { createVirtualPorts } from '../../../helpers/agent/virtual-ports.ts'
import { createTestIsland, type TestIsland } from '../../../helpers/island.ts'

async function twoCells() {
  const island = await createTestIsland()
  const north = island.makeDomain('North')
  const south = island.makeDomain('South')
  const inNorth = island.makeNode({ domainId: north })
  const inSouth = island.makeNode({ domainId: south })
  return { island, north, south, inNorth, inSouth }
}

function isTold(island: TestIsland, query: WatchedQuery, input: Readonly<Record<string, unknown>>, event: StoredEvent): boolean {
  return watcherOf(island.model, query, input)(changeOf([event], (command) => island.model.command(command)?.issued?.nodeId))
}

describe('watching a query', () => {
  it('[QY45] hears of its own domain and node, and not of others', async () => {
    const { island, north, south, inNorth, inSouth } = await twoCells()
    using _held = island
    const event = island.assess(inNorth, 'DELAYED')
    expect(isTold(island, 'node.list', {}, event)).toBe(true)
    expect(isTold(island, 'node.list', { domainId: island.rootId }, event)).toBe(true)
    expect(isTold(island, 'node.list', { domainId: north }, event)).toBe(true)
    expect(isTold(island, 'domain.get', { domainId: south }, event)).toBe(false)
    expect(isTold(island, 'node.get', { nodeId: inNorth }, event)).toBe(true)
    expect(isTold(island, 'node.get', { nodeId: inSouth }, event)).toBe(false)
    expect(isTold(island, 'policy.list', {}, event)).toBe(false)
    expect(isTold(island, 'session.list', {}, event)).toBe(false)
    expect(isTold(island, 'session.list', { modes: ['DELAYED'] }, event)).toBe(true)
  })

  it('[QY45] hears of what it inherits from above, and of the tree itself', async () => {
    const { island, north, south, inNorth } = await twoCells()
    using _held = island
    const policy = island.makePolicy('Pumps', { targetVersion: '2.0.0' })
    const above = island.assign(policy)
    expect(isTold(island, 'node.list', { domainId: north }, above)).toBe(true)
    expect(isTold(island, 'node.get', { nodeId: inNorth }, above)).toBe(true)
    const beside = island.assign(policy, south)
    expect(isTold(island, 'node.list', { domainId: north }, beside)).toBe(false)
    expect(isTold(island, 'node.desiredActual', { nodeId: inNorth }, beside)).toBe(false)
    // Made while it is watched, a domain is in the subtree from then on.
    const watches = watcherOf(island.model, 'node.list', { domainId: north })
    const cell = island.makeDomain('Cell', north)
    watches({ topics: ['domains'], domainIds: [cell] })
    expect(watches({ topics: ['nodes'], domainIds: [cell] })).toBe(true)
    expect(watches({ topics: ['nodes'], domainIds: [south] })).toBe(false)
    expect(watches({ topics: ['projections'] })).toBe(true)
  })

  it('[QY45] hears of nodes that are told of without their domain', async () => {
    const { island, north, inNorth, inSouth } = await twoCells()
    using _held = island
    const watches = watcherOf(island.model, 'session.list', { domainId: north })
    expect(watches({ topics: ['sessions'], nodeIds: [inNorth] })).toBe(true)
    expect(watches({ topics: ['sessions'], nodeIds: [inSouth] })).toBe(false)
  })

  it('[QY45] begins with where things stand, and ticks at most four times a second, with what it rests on alone', async () => {
    const ports = createVirtualPorts()
    const feed = createChangeFeed(ports.clock, ports.scheduler, () => 7)
    const over = new AbortController()
    const ticks = feed.subscribe(over.signal, ({ domainIds = [] }) => domainIds.includes('mine'))
    expect((await ticks.next()).value).toMatchObject({ position: 7, topics: [] })
    const next = ticks.next()
    const began = ports.clock.now()
    for (let turn = 0; turn < 50; turn++) feed.tell({ topics: ['nodes'], domainIds: [turn % 2 === 0 ? 'mine' : 'theirs'] })
    await ports.advance(250)
    expect((await next).value).toMatchObject({ topics: ['nodes'], domainIds: ['mine'] })
    expect(ports.clock.now() - began).toBe(250)
    let isTickedAgain = false
    const last = ticks.next().then(({ done }) => {
      isTickedAgain = done !== true
    })
    feed.tell({ topics: ['nodes'], domainIds: ['theirs'] })
    await ports.advance(10_000)
    expect(isTickedAgain).toBe(false)
    over.abort()
    await last
    expect(isTickedAgain).toBe(false)
  })
})
