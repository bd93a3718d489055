/** Ports whose clock, timers, randomness and files are the test's own; crypto and compression are the real ones. */
import type { Facts } from '../../../core/kernel/app-error.ts'
import type { Files, Ports } from '../../../core/kernel/ports.ts'
import { createCompression } from '../../../core/platform/compression.ts'
import { createCrypto } from '../../../core/platform/crypto.ts'

export type VirtualPorts = Ports & {
  /** Lets time pass: timers fire in order, and what they set going is finished before the next. */
  readonly advance: (ms: number) => Promise<void>
  /** Lets time pass until the condition holds; fails when it does not within `withinMs`. */
  readonly advanceUntil: (condition: () => boolean, withinMs?: number) => Promise<void>
  /** Sets the wall clock; the monotonic one and the timers do not notice. */
  readonly setWall: (ms: number) => void
  readonly told: readonly { readonly message: string; readonly facts: Facts | undefined }[]
}

type Timer = { readonly at: number; readonly number: number; readonly act: () => void }

export function createVirtualPorts(seed = 1): VirtualPorts {
  const startedAt = Date.UTC(2026, 10, 23)
  const told: { message: string; facts: Facts | undefined }[] = []
  const timers = new Set<Timer>()
  let monotonic = 0
  let wallOffset = startedAt
  let numbered = 0
  let state = seed
  const next = (): number => {
    // mulberry32: small, seeded, good enough for jitter and identifiers.
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const tell = (message: string, facts?: Facts): void => void told.push({ message, facts })

  const fireNext = async (until: number): Promise<boolean> => {
    await settle()
    const [due] = [...timers].toSorted((a, b) => a.at - b.at || a.number - b.number)
    if (due === undefined || due.at > until) return false
    timers.delete(due)
    monotonic = Math.max(monotonic, due.at)
    due.act()
    return true
  }
  return {
    clock: { now: () => wallOffset + Math.floor(monotonic), monotonic: () => monotonic },
    random: { next, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)) },
    scheduler: {
      after: (ms, act) => {
        const timer = { at: monotonic + Math.max(ms, 0), number: numbered++, act }
        timers.add(timer)
        return () => void timers.delete(timer)
      },
      yield: () => Promise.resolve(),
    },
    crypto: createCrypto(),
    compression: createCompression(),
    files: createMemoryFiles(),
    diagnostics: { debug: tell, info: tell, warn: tell, error: tell },
    advance: async (ms) => {
      const until = monotonic + ms
      while (await fireNext(until));
      monotonic = until
      await settle()
    },
    advanceUntil: async (condition, withinMs = 3_600_000) => {
      const until = monotonic + withinMs
      await settle()
      while (!condition()) {
        if (!(await fireNext(until))) throw new Error(`The condition did not come true within ${withinMs} virtual ms.`)
        await settle()
      }
    },
    setWall: (ms) => {
      wallOffset = ms - Math.floor(monotonic)
    },
    told,
  }
}

export function createMemoryFiles(): Files {
  const kept = new Map<string, Uint8Array>()
  return {
    read: (path) => kept.get(path),
    writeAtomic: (path, bytes) => void kept.set(path, bytes.slice()),
    makeDirectory: () => undefined,
    remove: (path) => void kept.delete(path),
    list: (path) => [...kept.keys()].filter((name) => name.startsWith(`${path}/`)).map((name) => name.slice(path.length + 1)),
  }
}

/** Everything that is waiting on nothing but promises runs to its next timer or request. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve))
  })
}
