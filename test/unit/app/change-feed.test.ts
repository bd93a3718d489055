/** The feed of changes when it closes under its subscribers. */
import { describe, expect, it } from 'vitest'
import { createChangeFeed } from '../../../core/app/change-feed.ts'
import { openStore } from '../../../core/store/open.ts'
import { lastPosition } from '../../../core/store/read-events.ts'
import { createVirtualPorts } from '../../helpers/agent/virtual-ports.ts'

describe('the feed of changes', () => {
  it('[AP3] ends for a subscriber that waits for a tick when the store closes, and reads nothing more', async () => {
    const ports = createVirtualPorts()
    const store = await openStore({ directory: ':memory:', mode: 'read-write', role: 'master', ports })
    const feed = createChangeFeed(ports.clock, ports.scheduler, () => lastPosition(store.reader))
    const ticks = feed.subscribe(undefined)
    expect((await ticks.next()).done).toBe(false)
    feed.tell({ topics: ['nodes'] })
    const next = ticks.next()
    await ports.advance(1)
    feed.close()
    store[Symbol.dispose]()
    await ports.advance(250)
    expect(await next).toEqual({ done: true, value: undefined })
  })
})
