/** The clock on the board of a simulated machine: it can be set wrong and run wrong, and goes on through a power cut. */
import type { Clock } from '../../kernel/ports.ts'

export type HardwareClock = {
  readonly now: () => number
  readonly jump: (byMs: number) => void
  /** Gains so many percent from now on; below zero it loses. */
  readonly setDrift: (percent: number) => void
  /** Right again, and running right. */
  readonly setRight: () => void
  readonly isRight: () => boolean
  readonly pace: () => number
}

export function createHardwareClock(world: Clock): HardwareClock {
  let offsetMs = 0
  let drift = 0
  let driftSince = 0
  const drifted = (): number => (world.monotonic() - driftSince) * drift
  function fold(): void {
    offsetMs += drifted()
    driftSince = world.monotonic()
  }
  return {
    now: () => Math.floor(world.now() + offsetMs + drifted()),
    jump: (byMs) => {
      offsetMs += byMs
    },
    setDrift: (percent) => {
      fold()
      drift = percent / 100
    },
    setRight: () => {
      ;[offsetMs, drift] = [0, 0]
      driftSince = world.monotonic()
    },
    isRight: () => offsetMs === 0 && drift === 0,
    pace: () => 1 + drift,
  }
}
