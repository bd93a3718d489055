import { describe, expect, it } from 'vitest'
import { createScheduler } from '../../../core/platform/scheduler.ts'
import type { MachineProfile } from '../../../core/simulator/island-plan.ts'
import { createMachine, type Machine } from '../../../core/simulator/machine.ts'
import { createSeededRandom } from '../../../core/simulator/seeded-random.ts'
import { createVirtualTime, type VirtualTime } from '../../../core/simulator/virtual-time.ts'

const profile: MachineProfile = {
  observes: 'truck',
  inventory: { cpu: 'c', ram_gb: 1, storage_gb: 1, gpus: [] },
  firmware: '1',
  hasBattery: true,
  signals: [
    { name: 'heat', kind: 'curve', mean: 50, day: 10, peakHour: 15, noise: 0, least: 0, most: 100, digits: 1 },
    { name: 'fuel', kind: 'drain', perHour: 10, refillBelow: 20, to: 90 },
  ],
  effects: { rest: { heat: -12 } },
  check: { name: 'brakes', detail: 'worn', signal: 'heat', add: 30 },
}

function make(): {
  readonly machine: Machine
  readonly time: VirtualTime
  readonly at: (hour: number) => Promise<Readonly<Record<string, unknown>>>
} {
  const time = createVirtualTime(Date.UTC(2026, 10, 23), createScheduler().yield)
  const machine = createMachine({ profile, version: '1.0', configuration: {}, clock: time.clock, random: createSeededRandom('m') })
  const at = async (hour: number): Promise<Readonly<Record<string, unknown>>> => {
    await time.runUntil(Date.UTC(2026, 10, 23, hour))
    return machine.observe().values
  }
  return { machine, time, at }
}

describe('a simulated machine', () => {
  it('[SM16] measures along the day, uses up its fuel and is filled again', async () => {
    const { at } = make()
    expect((await at(3))['heat']).toBe(40)
    expect((await at(15))['heat']).toBe(60)
    const levels: number[] = []
    for (let hour = 16; hour < 36; hour++) levels.push(Number((await at(hour))['fuel']))
    expect(Math.min(...levels)).toBeGreaterThanOrEqual(20)
    expect(levels.some((level, place) => place > 0 && level > (levels[place - 1] ?? 0))).toBe(true)
  })

  it('[SM16] shows what ails it in a signal and in a check, until it is mended', async () => {
    const { machine, at } = make()
    machine.ail('FAILED')
    expect([machine.isAiling(), (await at(15))['heat'], machine.checks()[1]]).toEqual([
      true,
      90,
      { name: 'brakes', health: 'FAILED', detail: 'worn' },
    ])
    machine.heal()
    expect([machine.isAiling(), (await at(15))['heat'], machine.checks()[1]?.health]).toEqual([false, 60, 'OK'])
  })

  it('[SM16] does what was decided, runs what it was updated to, and keeps what was set by hand', async () => {
    const { machine, at } = make()
    machine.changeByHand(['limits', 'speed'], 99)
    expect(machine.parts().configuration).toEqual({})
    machine.applyConfiguration({ limits: { speed: 40, load: 2 } })
    machine.update('2.0')
    machine.carryOut(['rest', 'unknown'])
    expect((await at(15))['heat']).toBe(48)
    expect(machine.version()).toBe('2.0')
    expect(machine.parts().configuration).toEqual({ limits: { speed: 99, load: 2 } })
  })
})
