/**
 * What was last heard from the master, per question asked. A question is asked again only when a tick of the live stream names
 * something it rests on, never by a timer, and never more often than its own pace; an old answer stays shown until the new one is there.
 */
import type { ChangeTick } from '../../core/contract/live.ts'
import type { Problem } from './problem.ts'

export type Query<Data> = {
  /** Names the question with its parameters; equal keys share one answer. */
  readonly key: string
  readonly load: (signal: AbortSignal) => Promise<Data>
  /** Whether a change touches what the answer rests on. */
  readonly isTouchedBy: (tick: ChangeTick) => boolean
  /** Least time between two askings, milliseconds. */
  readonly paceMs?: number
}

export type Answer<Data> = {
  readonly data: Data | undefined
  /** Why the last asking failed; the data of an earlier one may still be there. */
  readonly problem: Problem | null
  readonly isLoading: boolean
  /** When the data was heard, by this machine's clock. */
  readonly heardAt: number | null
}

export type QueryCachePorts = {
  readonly now: () => number
  /** Runs later; returns how to call it off. */
  readonly after: (delayMs: number, run: () => void) => () => void
  readonly toProblem: (error: unknown) => Problem
}

export type QueryCache = {
  readonly read: <Data>(query: Query<Data>) => Answer<Data>
  /** Watches an answer; asks if it is unknown or may have changed. Returns how to stop. */
  readonly watch: <Data>(query: Query<Data>, listener: () => void) => () => void
  readonly onTick: (tick: ChangeTick) => void
  /** Everything may have changed: after a break of the connection, or an act of one's own. */
  readonly invalidateAll: () => void
  /** Asks again now whatever the age of the answer. */
  readonly refresh: (key: string) => void
  readonly clear: () => void
}

type Entry = {
  query: Query<unknown>
  answer: Answer<unknown>
  isDirty: boolean
  startedAt: number
  running: AbortController | null
  callOff: (() => void) | null
  readonly listeners: Set<() => void>
}

/** At most four askings a second per question. */
export const defaultPaceMs = 250
/** Answers kept for going back, beside those that are watched. */
const keptUnwatched = 40
const unknown: Answer<unknown> = { data: undefined, problem: null, isLoading: true, heardAt: null }

export function createQueryCache(ports: QueryCachePorts): QueryCache {
  const entries = new Map<string, Entry>()

  const tell = (entry: Entry, answer: Answer<unknown>): void => {
    entry.answer = answer
    for (const listener of [...entry.listeners]) listener()
  }

  const ask = (entry: Entry): void => {
    if (entry.running !== null || entry.callOff !== null || entry.listeners.size === 0) return
    const wait = entry.startedAt + (entry.query.paceMs ?? defaultPaceMs) - ports.now()
    if (wait > 0) {
      entry.callOff = ports.after(wait, () => {
        entry.callOff = null
        ask(entry)
      })
      return
    }
    const running = new AbortController()
    entry.running = running
    entry.isDirty = false
    entry.startedAt = ports.now()
    if (entry.answer.data === undefined && !entry.answer.isLoading) tell(entry, unknown)
    entry.query.load(running.signal).then(
      (data) => settle(entry, running, { data, problem: null, isLoading: false, heardAt: ports.now() }),
      (error: unknown) => settle(entry, running, { ...entry.answer, problem: ports.toProblem(error), isLoading: false }),
    )
  }

  const settle = (entry: Entry, running: AbortController, answer: Answer<unknown>): void => {
    if (entry.running !== running) return
    entry.running = null
    tell(entry, answer)
    if (entry.isDirty) ask(entry)
  }

  const soil = (entry: Entry): void => {
    entry.isDirty = true
    ask(entry)
  }

  const entryOf = (query: Query<unknown>): Entry => {
    const known = entries.get(query.key)
    if (known !== undefined) return known
    const entry: Entry = {
      query,
      answer: unknown,
      isDirty: true,
      startedAt: Number.NEGATIVE_INFINITY,
      running: null,
      callOff: null,
      listeners: new Set(),
    }
    entries.set(query.key, entry)
    return entry
  }

  const forgetOldest = (): void => {
    const unwatched = [...entries].filter(([, entry]) => entry.listeners.size === 0)
    for (const [key] of unwatched.slice(0, Math.max(0, unwatched.length - keptUnwatched))) entries.delete(key)
  }

  return {
    read: <Data>(query: Query<Data>) => (entries.get(query.key)?.answer ?? unknown) as Answer<Data>,
    watch(query, listener) {
      const entry = entryOf(query)
      entry.query = query
      entry.listeners.add(listener)
      if (entry.isDirty) ask(entry)
      return () => {
        entry.listeners.delete(listener)
        if (entry.listeners.size > 0) return
        entry.callOff?.()
        entry.callOff = null
        if (entry.running !== null) {
          entry.running.abort()
          entry.running = null
          entry.isDirty = true
        }
        entries.delete(query.key)
        entries.set(query.key, entry)
        forgetOldest()
      }
    },
    onTick(tick) {
      for (const entry of entries.values()) if (tick.isPartial || entry.query.isTouchedBy(tick)) soil(entry)
    },
    invalidateAll() {
      for (const entry of entries.values()) soil(entry)
    },
    refresh(key) {
      const entry = entries.get(key)
      if (entry === undefined) return
      entry.startedAt = Number.NEGATIVE_INFINITY
      entry.callOff?.()
      entry.callOff = null
      soil(entry)
    },
    clear() {
      for (const entry of entries.values()) {
        entry.running?.abort()
        entry.callOff?.()
      }
      entries.clear()
    },
  }
}
