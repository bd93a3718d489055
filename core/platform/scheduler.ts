/** Timers of the process. */
import type { Scheduler } from '../kernel/ports.ts'

const longestMs = 2 ** 31 - 1

export function createScheduler(): Scheduler {
  return {
    after: (ms, act) => {
      const timer = setTimeout(act, Math.min(Math.max(ms, 0), longestMs))
      return () => clearTimeout(timer)
    },
    yield: () => new Promise((resolve) => setImmediate(resolve)),
  }
}
