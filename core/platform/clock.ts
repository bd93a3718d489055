/** The machine's clocks. */
import type { Clock } from '../kernel/ports.ts'

export function createClock(): Clock {
  return { now: () => Date.now(), monotonic: () => performance.now() }
}
