import { describe, expect, it } from 'vitest'
import { createScheduler } from '../../../core/platform/scheduler.ts'
import { createPacedTime } from '../../../core/simulator/paced-time.ts'
import { createVirtualTime } from '../../../core/simulator/virtual-time.ts'

const startMs = Date.UTC(2026, 10, 23, 6)
const makeWorld = () => createVirtualTime(startMs, createScheduler().yield)

describe('the time of a machine', () => {
  it('[SM3] passes at its pace, while its wall clock is that of the world', async () => {
    const world = makeWorld()
    const machine = createPacedTime(world, 1 / 45)
    const beats: number[] = []
    const beat = (): void => {
      beats.push(Math.round(world.clock.monotonic() / 1000))
      machine.scheduler.after(20_000, beat)
    }
    machine.scheduler.after(20_000, beat)
    await world.runUntil(startMs + 3_600_000)
    expect(beats).toEqual([900, 1800, 2700, 3600])
    expect(machine.clock.monotonic()).toBeCloseTo(80_000, 3)
    expect(machine.clock.now()).toBe(startMs + 3_600_000)
  })

  it('[SM3] never wakes a hair before what it was set for', async () => {
    const world = makeWorld()
    const machine = createPacedTime(world, 1 / 7)
    const early: number[] = []
    for (let at = 1; at <= 500; at++) {
      const due = at * 13.7
      machine.scheduler.after(due, () => {
        if (machine.clock.monotonic() < due) early.push(due)
      })
    }
    await world.runUntil(startMs + 60_000)
    expect([early, world.pending()]).toEqual([[], 0])
  })

  it('[SM3] keeps what is left of its timers when its pace changes', async () => {
    const world = makeWorld()
    const machine = createPacedTime(world, 0.1)
    const fired: number[] = []
    machine.scheduler.after(1000, () => fired.push(world.clock.monotonic()))
    await world.runUntil(startMs + 4000)
    machine.setPace(1)
    expect(machine.clock.monotonic()).toBeCloseTo(400, 6)
    await world.runUntil(startMs + 4599)
    expect(fired).toEqual([])
    await world.runUntil(startMs + 4601)
    expect(fired).toHaveLength(1)
  })

  it('[SM3] is over when it is halted: nothing fires, and nothing can be set', async () => {
    const world = makeWorld()
    const machine = createPacedTime(world, 1)
    const fired: string[] = []
    machine.scheduler.after(10, () => fired.push('before'))
    const cancel = machine.scheduler.after(20, () => fired.push('cancelled'))
    cancel()
    machine.halt()
    machine.scheduler.after(5, () => fired.push('after'))
    await world.runUntil(startMs + 1000)
    expect([fired, world.pending()]).toEqual([[], 0])
  })
})
