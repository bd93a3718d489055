import { describe, expect, it } from 'vitest'
import { createScheduler } from '../../../core/platform/scheduler.ts'
import { createVirtualTime, type VirtualTime } from '../../../core/simulator/virtual-time.ts'

const startMs = Date.UTC(2026, 10, 23, 6)
const make = (): VirtualTime => createVirtualTime(startMs, createScheduler().yield)

describe('virtual time', () => {
  it('[SM1] fires timers in the order they are due, those of one instant in the order they were set', async () => {
    const time = make()
    const fired: string[] = []
    for (const [ms, name] of [
      [30, 'c'],
      [10, 'a'],
      [30, 'd'],
      [20, 'b'],
      [30, 'e'],
    ] as const)
      time.scheduler.after(ms, () => fired.push(`${name}@${time.clock.now() - startMs}`))
    await time.runUntil(startMs + 30)
    expect(fired).toEqual(['a@10', 'b@20', 'c@30', 'd@30', 'e@30'])
    expect(time.pending()).toBe(0)
  })

  it('[SM1] moves only as far as it is told', async () => {
    const time = make()
    let hasFired = false
    time.scheduler.after(1001, () => (hasFired = true))
    await time.runUntil(startMs + 1000)
    expect([hasFired, time.clock.now() - startMs, time.clock.monotonic(), time.pending()]).toEqual([false, 1000, 1000, 1])
  })

  it('[SM1] finishes what a timer sets going by promises before the next timer', async () => {
    const time = make()
    const told: string[] = []
    const chain = async (name: string): Promise<void> => {
      for (let step = 0; step < 5; step++) await Promise.resolve()
      told.push(`${name} ended`)
    }
    time.scheduler.after(1, () => void chain('first'))
    time.scheduler.after(1, () => told.push('second'))
    await time.runUntil(startMs + 1)
    expect(told).toEqual(['first ended', 'second'])
  })

  it('[SM1] does not fire what was cancelled, and forgets it', async () => {
    const time = make()
    const fired: number[] = []
    const cancels = [5, 6, 7].map((ms) => time.scheduler.after(ms, () => fired.push(ms)))
    cancels[1]?.()
    cancels[1]?.()
    expect(time.pending()).toBe(2)
    await time.runUntil(startMs + 10)
    cancels[0]?.()
    expect(fired).toEqual([5, 7])
  })

  it('[SM1] keeps the order with thousands of timers set and cancelled', async () => {
    const time = make()
    const fired: number[] = []
    for (let at = 0; at < 3000; at++) {
      const ms = (at * 7919) % 1009
      const cancel = time.scheduler.after(ms, () => fired.push(ms))
      if (at % 3 === 0) cancel()
    }
    await time.runUntil(startMs + 2000)
    expect(fired.length).toBe(2000)
    expect(fired).toEqual(fired.toSorted((a, b) => a - b))
  })

  it('[SM1] runs until a condition holds, and says when it never does', async () => {
    const time = make()
    let count = 0
    const tick = (): void => {
      count++
      time.scheduler.after(100, tick)
    }
    tick()
    expect(await time.runUntilTrue(() => count === 4, 1000)).toBe(true)
    expect(time.clock.monotonic()).toBe(300)
    expect(await time.runUntilTrue(() => count === 1000, 1000)).toBe(false)
    expect(time.clock.monotonic()).toBe(1300)
  })

  it('[SM2] goes on as the given clock without a jump, with the timers that are set', async () => {
    const outer = make()
    const inner = createVirtualTime(startMs - 5000, createScheduler().yield)
    const fired: string[] = []
    inner.scheduler.after(4000, () => fired.push('past'))
    inner.scheduler.after(5400, () => fired.push('live'))
    await inner.runUntil(startMs)
    inner.goLive(outer)
    expect([inner.clock.now(), inner.clock.monotonic(), fired]).toEqual([startMs, 5000, ['past']])
    inner.scheduler.after(100, () => fired.push('set live'))
    await outer.runUntil(startMs + 399)
    expect(fired).toEqual(['past', 'set live'])
    await outer.runUntil(startMs + 400)
    expect(fired).toEqual(['past', 'set live', 'live'])
    expect([inner.clock.now(), inner.clock.monotonic()]).toEqual([startMs + 400, 5400])
  })

  it('[SM2] lets one failing timer not take the others with it', async () => {
    const outer = make()
    const inner = createVirtualTime(startMs, createScheduler().yield)
    inner.goLive(outer)
    const fired: string[] = []
    inner.scheduler.after(10, () => {
      throw new Error('a fault of ours')
    })
    inner.scheduler.after(20, () => fired.push('later'))
    await expect(outer.runUntil(startMs + 10)).rejects.toThrow('a fault of ours')
    await outer.runUntil(startMs + 20)
    expect(fired).toEqual(['later'])
  })

  it('[SM13] fires nothing once it is halted, and leaves no timer behind', async () => {
    const outer = make()
    const inner = createVirtualTime(startMs, createScheduler().yield)
    inner.goLive(outer)
    let hasFired = false
    inner.scheduler.after(10, () => (hasFired = true))
    inner.halt()
    inner.scheduler.after(1, () => (hasFired = true))
    expect([inner.pending(), outer.pending()]).toEqual([0, 0])
    await outer.runUntil(startMs + 100)
    expect(hasFired).toBe(false)
  })
})
