/** The console's idea of now: this machine's clock, set by what the master said it is, so that ages are the master's ages. */
export type MasterClock = {
  readonly now: () => number
  /** The master said this instant just now. */
  readonly hear: (at: string) => void
  readonly subscribe: (listener: () => void) => () => void
}

/** Below this, a difference is the time the answer took. */
const toleratedMs = 2_000

export function createMasterClock(machineNow: () => number, every: (ms: number, run: () => void) => () => void): MasterClock {
  const listeners = new Set<() => void>()
  let offset = 0
  let stop: (() => void) | null = null
  return {
    now: () => machineNow() + offset,
    hear(at) {
      const heard = Date.parse(at) - machineNow()
      if (Number.isFinite(heard) && Math.abs(heard - offset) > toleratedMs) offset = heard
    },
    subscribe(listener) {
      listeners.add(listener)
      stop ??= every(1_000, () => {
        for (const told of [...listeners]) told()
      })
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stop?.()
        stop = null
      }
    },
  }
}
