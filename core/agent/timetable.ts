/** The agent's timers by name, and its waiting: all of it ends at once when the agent does. */
import type { Scheduler } from '../kernel/ports.ts'

export type Timetable = {
  /** Runs `act` after `ms`; a timer of that name that is still running is replaced. */
  readonly set: (name: string, ms: number, act: () => void) => void
  readonly every: (name: string, ms: number, act: () => void) => void
  readonly has: (name: string) => boolean
  /** Waits; when `isIdle`, `wake` ends it early. */
  readonly pause: (ms: number, isIdle: boolean) => Promise<void>
  readonly wake: () => void
  /** Ends with the promise, or with `instead` when the timetable is closed: nobody waits for a dead link to time out. */
  readonly untilClosed: <T>(promise: Promise<T>, instead: T) => Promise<T>
  readonly close: () => void
  readonly isClosed: () => boolean
}

/** `guarded` runs each act that a timer sets off, and deals with what it throws. */
export function createTimetable(scheduler: Scheduler, guarded: (act: () => void) => void): Timetable {
  const timers = new Map<string, () => void>()
  const interruptible = new Set<() => void>()
  let isClosed = false
  let wake: () => void = () => undefined

  const set = (name: string, ms: number, act: () => void): void => {
    if (isClosed) return
    timers.get(name)?.()
    const cancel = scheduler.after(ms, () => {
      timers.delete(name)
      guarded(act)
    })
    timers.set(name, cancel)
  }
  const every = (name: string, ms: number, act: () => void): void =>
    set(name, ms, () => {
      every(name, ms, act)
      act()
    })
  const untilClosed = <T>(promise: Promise<T>, instead: T): Promise<T> =>
    new Promise((resolve, reject) => {
      if (isClosed) return resolve(instead)
      const interrupt = (): void => resolve(instead)
      interruptible.add(interrupt)
      void promise.then(resolve, reject).finally(() => interruptible.delete(interrupt))
    })
  return {
    set,
    every,
    untilClosed,
    has: (name) => timers.has(name),
    pause: (ms, isIdle) => {
      const waiting = new Promise<void>((resolve) => {
        wake = isIdle ? resolve : () => undefined
        set('pause', ms, resolve)
      })
      return untilClosed(waiting, undefined)
    },
    wake: () => wake(),
    close: () => {
      isClosed = true
      for (const cancel of timers.values()) cancel()
      timers.clear()
      for (const interrupt of [...interruptible]) interrupt()
    },
    isClosed: () => isClosed,
  }
}
