/**
 * The time of one simulated machine: its own clock and timers, which can run slower than the world around it. While an island lives
 * through its past in seconds its machines are slowed, so that they say in an hour what they would say in minutes; nothing else of
 * them differs. Halting it is the power cut: no code of the machine runs again.
 */
import type { Clock, Scheduler } from '../kernel/ports.ts'

export type PacedTime = {
  /** The wall clock is the world's; the growing one and the timers are the machine's. */
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** Machine seconds per world second, above 0. Timers that are set keep what is left of them, at the new pace. */
  readonly setPace: (pace: number) => void
  readonly halt: () => void
}

type Pending = { readonly due: number; readonly act: () => void; cancel: () => void }

export function createPacedTime(world: { readonly clock: Clock; readonly scheduler: Scheduler }, startPace: number): PacedTime {
  const pending = new Set<Pending>()
  let pace = startPace
  let changedAt = world.clock.monotonic()
  let ownThen = 0
  let isHalted = false

  const own = (): number => ownThen + (world.clock.monotonic() - changedAt) * pace

  function arm(timer: Pending): void {
    timer.cancel = world.scheduler.after((timer.due - own()) / pace, () => {
      pending.delete(timer)
      // Slowing is a division: what is due must not be early by the last bit.
      if (own() < timer.due) {
        ownThen = timer.due
        changedAt = world.clock.monotonic()
      }
      timer.act()
    })
  }

  return {
    clock: { now: world.clock.now, monotonic: own },
    scheduler: {
      after: (ms, act) => {
        if (isHalted) return () => undefined
        const timer: Pending = { due: own() + Math.max(ms, 0), act, cancel: () => undefined }
        pending.add(timer)
        arm(timer)
        return () => {
          pending.delete(timer)
          timer.cancel()
        }
      },
      yield: world.scheduler.yield,
    },
    setPace: (next) => {
      ownThen = own()
      changedAt = world.clock.monotonic()
      pace = next
      for (const timer of pending) {
        timer.cancel()
        arm(timer)
      }
    },
    halt: () => {
      isHalted = true
      for (const { cancel } of pending) cancel()
      pending.clear()
    },
  }
}
