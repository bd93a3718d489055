/**
 * Time that is driven: a clock and timers that move only when they are told to, and can later be handed over to the real ones
 * without a jump. Everything of a simulated world hangs on one of these, so that hours pass in seconds and in the same order.
 */
import type { Clock, Scheduler } from '../kernel/ports.ts'

export type VirtualTime = {
  readonly clock: Clock
  readonly scheduler: Scheduler
  /**
   * Lets time pass up to this instant (milliseconds since 1970). Timers fire in the order they are due, those of the same instant in
   * the order they were set, and what one sets going by promises is finished before the next.
   */
  readonly runUntil: (wallMs: number) => Promise<void>
  /** Lets time pass until the condition holds; false when it does not within `withinMs`. */
  readonly runUntilTrue: (condition: () => boolean, withinMs: number) => Promise<boolean>
  /** From here on time passes by itself, as the given ports tell it; the timers that are set stay set. */
  readonly goLive: (real: { readonly clock: Clock; readonly scheduler: Scheduler }) => void
  /** No timer fires any more, and none can be set. */
  readonly halt: () => void
  /** Timers that are set. */
  readonly pending: () => number
}

type Timer = { readonly at: number; readonly number: number; act: (() => void) | undefined }

/** `settle` ends when everything that waits on nothing but promises has run: a scheduler's `yield`. */
export function createVirtualTime(startMs: number, settle: () => Promise<void>): VirtualTime {
  const timers = createTimerHeap()
  let elapsed = 0
  let real: { readonly clock: Clock; readonly scheduler: Scheduler; readonly sinceMs: number; readonly elapsedThen: number } | undefined
  let cancelWaking: (() => void) | undefined
  let wakesAt = Number.POSITIVE_INFINITY
  let isHalted = false

  const clock: Clock = {
    now: () => real?.clock.now() ?? startMs + Math.floor(elapsed),
    monotonic: () => (real === undefined ? elapsed : real.elapsedThen + real.clock.monotonic() - real.sinceMs),
  }

  function after(ms: number, act: () => void): () => void {
    if (isHalted) return () => undefined
    const cancel = timers.add(clock.monotonic() + Math.max(ms, 0), act)
    wakeInTime()
    return cancel
  }

  /** In live time one real timer waits for the earliest of ours. */
  function wakeInTime(): void {
    const next = timers.next()
    if (real === undefined || isHalted || next === undefined || next.at >= wakesAt) return
    cancelWaking?.()
    wakesAt = next.at
    cancelWaking = real.scheduler.after(next.at - clock.monotonic(), fireDue)
  }

  function fireDue(): void {
    wakesAt = Number.POSITIVE_INFINITY
    try {
      for (let next = timers.next(); next !== undefined && next.at <= clock.monotonic(); next = timers.next()) fire(next)
    } finally {
      // One that throws must not take the others with it.
      wakeInTime()
    }
  }

  function fire(timer: Timer): void {
    const { act } = timer
    timers.remove(timer)
    act?.()
  }

  async function fireNext(until: number): Promise<boolean> {
    await settle()
    const next = timers.next()
    if (next === undefined || next.at > until) return false
    elapsed = Math.max(elapsed, next.at)
    fire(next)
    return true
  }

  return {
    clock,
    scheduler: {
      after,
      yield: () =>
        real?.scheduler.yield() ??
        new Promise((resolve) => {
          after(0, resolve)
        }),
    },
    runUntil: async (wallMs) => {
      const until = wallMs - startMs
      while (await fireNext(until));
      elapsed = Math.max(elapsed, until)
    },
    runUntilTrue: async (condition, withinMs) => {
      const until = elapsed + withinMs
      for (;;) {
        await settle()
        if (condition()) return true
        if (!(await fireNext(until))) break
      }
      elapsed = until
      return condition()
    },
    goLive: (ports) => {
      real = { ...ports, sinceMs: ports.clock.monotonic(), elapsedThen: elapsed }
      wakeInTime()
    },
    halt: () => {
      isHalted = true
      cancelWaking?.()
      timers.clear()
    },
    pending: () => timers.size(),
  }
}

type TimerHeap = {
  readonly add: (at: number, act: () => void) => () => void
  readonly next: () => Timer | undefined
  readonly remove: (timer: Timer) => void
  readonly clear: () => void
  readonly size: () => number
}

/** A binary heap by (instant, order of setting). A timer that is cancelled stays until it surfaces, without its act. */
function createTimerHeap(): TimerHeap {
  const heap: Timer[] = []
  let numbered = 0
  let live = 0
  const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.number < b.number)

  function drop(timer: Timer): void {
    if (timer.act !== undefined) live--
    timer.act = undefined
  }

  function dropSpent(): void {
    for (let top = heap[0]; top !== undefined && top.act === undefined; top = heap[0]) pop()
  }

  function push(timer: Timer): void {
    let at = heap.length
    heap.push(timer)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !isBefore(timer, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = timer
  }

  function pop(): void {
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      const [left, right] = [heap[child], heap[child + 1]]
      if (left === undefined) break
      if (right !== undefined && isBefore(right, left)) child++
      const smaller = heap[child]
      if (smaller === undefined || !isBefore(smaller, last)) break
      heap[at] = smaller
      at = child
    }
    heap[at] = last
  }

  return {
    add: (at, act) => {
      const timer: Timer = { at, number: numbered++, act }
      live++
      push(timer)
      return () => drop(timer)
    },
    next: () => {
      dropSpent()
      return heap[0]
    },
    remove: drop,
    clear: () => {
      heap.length = 0
      live = 0
    },
    size: () => live,
  }
}
