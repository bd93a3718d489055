/** The machine's clocks. */
import type { Clock } from '../kernel/ports.ts'

export function createClock(): Clock {
  // Not performance.now, which begins anew with each thread: an instant of one has to mean the same in another.
  return { now: () => Date.now(), monotonic: () => Number(process.hrtime.bigint()) / 1e6 }
}
