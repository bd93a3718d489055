/** What every simulated machine is made of: its ports, which die with its power, and how it is switched on again. */
import type { Facts } from '../../kernel/app-error.ts'
import type { Ports } from '../../kernel/ports.ts'
import { createPacedTime } from '../paced-time.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { Disk } from './disk.ts'
import type { CrashPoint } from './happening.ts'
import type { HardwareClock } from './hardware-clock.ts'
import { createPower, type Power } from './power.ts'
import type { Witness } from './witness.ts'

export type Boot = {
  readonly power: Power
  readonly ports: Ports
  /** Of the same pace as the clock on its board from now on. */
  readonly setPace: (pace: number) => void
}

export type BootParts = {
  readonly name: string
  readonly world: Ports
  readonly hardware: HardwareClock
  readonly random: SeededRandom
  readonly disk: Disk
  readonly isTorn: () => boolean
  readonly witness: Witness
  readonly gone: () => void
}

export function boot({ name, world, hardware, random, disk, isTorn, witness, gone }: BootParts): Boot {
  const time = createPacedTime(world, hardware.pace())
  const power = createPower({
    gone: (moment) => {
      time.halt()
      disk.cut(moment, isTorn())
      gone()
    },
    aboutToCommit: disk.note,
  })
  const quiet = (): void => undefined
  const crypto = { ...world.crypto, generateKeyPair: () => world.crypto.keyPairFromSeed(random.bytes(32)) }
  const ports: Ports = {
    ...world,
    crypto,
    random,
    files: disk.files,
    clock: { now: hardware.now, monotonic: time.clock.monotonic },
    scheduler: {
      ...time.scheduler,
      // What was still on the stack when the power went ends with the machine, and is no fault of its code.
      after: (ms, act) =>
        time.scheduler.after(ms, () => {
          try {
            act()
          } catch (error) {
            if (power.isOn()) throw error
          }
        }),
    },
    diagnostics: {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (message: string, facts?: Facts) => {
        if (power.isOn()) witness.troubles.push({ who: name, message, facts })
      },
    },
  }
  return { power, ports, setPace: time.setPace }
}

/** A machine as a switch: it is on with what was started on it, or off. */
export type Machine<Up> = {
  /** Undefined while it is down. */
  readonly running: () => { readonly up: Up; readonly power: Power } | undefined
  /** Throws what starting throws; it is off then. Harmless while it runs. */
  readonly start: () => Promise<void>
  /** `gone` is called when the power has gone, which for a write or a commit is when the next one comes. */
  readonly crash: (point: CrashPoint, isTorn: boolean, gone?: () => void) => void
  readonly setPace: (pace: number) => void
  readonly cut: () => void
}

export type MachineParts<Up> = Omit<BootParts, 'isTorn' | 'gone'> & {
  /** What runs on it; `times` counts its starts. */
  readonly switchOn: (booted: Boot, times: number) => Promise<Up>
}

export function createMachine<Up>({ switchOn, random, ...parts }: MachineParts<Up>): Machine<Up> {
  let running: { readonly up: Up; readonly booted: Boot } | undefined
  let times = 0
  let isStarting = false
  let isTorn = false
  let whenGone: (() => void) | undefined

  function gone(): void {
    running = undefined
    isTorn = false
    whenGone?.()
    whenGone = undefined
  }

  return {
    running: () => (running === undefined ? undefined : { up: running.up, power: running.booted.power }),
    start: async () => {
      if (running !== undefined || isStarting) return
      isStarting = true
      const booted = boot({ ...parts, random: random.fork(`start ${++times}`), isTorn: () => isTorn, gone })
      try {
        const up = await switchOn(booted, times)
        // What is started can fall while it starts.
        if (booted.power.isOn()) running = { up, booted }
      } catch (error) {
        booted.power.cut()
        throw error
      } finally {
        isStarting = false
      }
    },
    crash: (point, torn, whenItHas) => {
      isTorn = torn
      whenGone = whenItHas
      running?.booted.power.arm(point)
    },
    setPace: (pace) => running?.booted.setPace(pace),
    cut: () => running?.booted.power.cut(),
  }
}
