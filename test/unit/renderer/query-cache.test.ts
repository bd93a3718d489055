import { describe, expect, it } from 'vitest'
import type { ChangeTick } from '../../../core/contract/live.ts'
import type { Problem } from '../../../renderer/client/problem.ts'
import { createQueryCache, defaultPaceMs, type Query, type QueryCache } from '../../../renderer/client/query-cache.ts'

const offline: Problem = { kind: 'OFFLINE', code: 'MASTER_UNREACHABLE', sentence: '', facts: {} }

type World = {
  readonly cache: QueryCache
  readonly advance: (ms: number) => Promise<void>
  readonly asked: () => number
  readonly answer: (value: string) => Promise<void>
  readonly fail: () => Promise<void>
  readonly aborted: () => number
  readonly query: Query<string>
}

/** A cache whose clock and master are in the test's hands. */
function world(): World {
  let now = 0
  let timers: { readonly at: number; readonly run: () => void }[] = []
  let waiting: { readonly resolve: (value: string) => void; readonly reject: (error: Error) => void }[] = []
  let asked = 0
  let aborted = 0
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
  }
  const cache = createQueryCache({
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((held) => held !== timer)
      }
    },
    toProblem: () => offline,
  })
  const query: Query<string> = {
    key: 'node A',
    load: (signal) => {
      asked += 1
      signal.addEventListener('abort', () => (aborted += 1))
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    isTouchedBy: (tick) => tick.nodeIds.includes('A'),
  }
  return {
    cache,
    query,
    asked: () => asked,
    aborted: () => aborted,
    async advance(ms) {
      now += ms
      const due = timers.filter((timer) => timer.at <= now)
      timers = timers.filter((timer) => timer.at > now)
      for (const timer of due) timer.run()
      await settle()
    },
    async answer(value) {
      for (const { resolve } of waiting) resolve(value)
      waiting = []
      await settle()
    },
    async fail() {
      for (const { reject } of waiting) reject(new Error('gone'))
      waiting = []
      await settle()
    },
  }
}

function tick(change: Partial<ChangeTick>): ChangeTick {
  return { position: 1, at: '2026-01-01T00:00:00.000Z', nodeIds: [], domainIds: [], topics: [], isPartial: false, ...change }
}

describe('the cache of answers', () => {
  it('[UI1] asks once for any number of watchers, and answers all of them', async () => {
    const { cache, query, asked, answer } = world()
    const heard: string[] = []
    cache.watch(query, () => heard.push('first'))
    cache.watch(query, () => heard.push('second'))
    await answer('one')
    expect(asked()).toBe(1)
    expect(heard).toEqual(['first', 'second'])
    expect(cache.read(query)).toEqual({ data: 'one', problem: null, isLoading: false, heardAt: 0 })
  })

  it('[UI1] asks again what a tick names, and nothing else', async () => {
    const { cache, query, asked, answer, advance } = world()
    cache.watch(query, () => undefined)
    await answer('one')
    await advance(10_000)
    cache.onTick(tick({ nodeIds: ['B'] }))
    expect(asked()).toBe(1)
    cache.onTick(tick({ nodeIds: ['A'] }))
    expect(asked()).toBe(2)
  })

  it('[UI1] asks for everything when a tick says that it names not all that changed', async () => {
    const { cache, query, asked, answer, advance } = world()
    cache.watch(query, () => undefined)
    await answer('one')
    await advance(10_000)
    cache.onTick(tick({ isPartial: true }))
    expect(asked()).toBe(2)
  })

  it('[UI1] asks at most four times a second, and once more at the end of a burst', async () => {
    const { cache, query, asked, answer, advance } = world()
    cache.watch(query, () => undefined)
    await answer('one')
    for (let at = 0; at < 100; at += 1) {
      cache.onTick(tick({ nodeIds: ['A'] }))
      await answer(`value ${String(at)}`)
      await advance(10)
    }
    expect(asked()).toBeLessThanOrEqual(1 + Math.ceil(1_000 / defaultPaceMs))
    await advance(defaultPaceMs)
    await answer('last')
    expect(cache.read(query).data).toBe('last')
  })

  it('[UI1] does not ask while an asking is under way, and asks again when it is over', async () => {
    const { cache, query, asked, answer, advance } = world()
    cache.watch(query, () => undefined)
    await advance(1_000)
    cache.onTick(tick({ nodeIds: ['A'] }))
    cache.onTick(tick({ nodeIds: ['A'] }))
    expect(asked()).toBe(1)
    await answer('old')
    expect(asked()).toBe(2)
    await answer('new')
    expect(cache.read(query).data).toBe('new')
  })

  it('[UI1] keeps the last answer beside the reason why the next did not come', async () => {
    const { cache, query, answer, fail, advance } = world()
    cache.watch(query, () => undefined)
    await answer('one')
    await advance(1_000)
    cache.invalidateAll()
    await fail()
    expect(cache.read(query)).toEqual({ data: 'one', problem: offline, isLoading: false, heardAt: 0 })
  })

  it('[UI1] asks nothing for what nobody watches, and at once when it is watched again', async () => {
    const { cache, query, asked, answer, advance } = world()
    const stop = cache.watch(query, () => undefined)
    await answer('one')
    stop()
    await advance(1_000)
    cache.onTick(tick({ nodeIds: ['A'] }))
    expect(asked()).toBe(1)
    cache.watch(query, () => undefined)
    expect(asked()).toBe(2)
    expect(cache.read(query).data).toBe('one')
  })

  it('[UI1] lets go of a call whose answer nobody waits for', async () => {
    const { cache, query, aborted, answer } = world()
    const stop = cache.watch(query, () => undefined)
    stop()
    expect(aborted()).toBe(1)
    await answer('too late')
    expect(cache.read(query).data).toBeUndefined()
  })

  it('[UI1] forgets the answers that were not looked at for longest', async () => {
    const { cache, query, answer } = world()
    for (let at = 0; at < 100; at += 1) {
      const stop = cache.watch({ ...query, key: `node ${String(at)}` }, () => undefined)
      await answer(String(at))
      stop()
    }
    expect(cache.read({ ...query, key: 'node 0' }).data).toBeUndefined()
    expect(cache.read({ ...query, key: 'node 99' }).data).toBe('99')
  })
})
