/** Tells subscribers what changed, coalesced: at most four ticks a second each, however much happens (design 5, Build). */
import type { z } from 'zod'
import type { changeTick } from '../contract/live.ts'
import type { Clock, Scheduler } from '../kernel/ports.ts'

type Tick = z.infer<typeof changeTick>
export type Topic = Tick['topics'][number]
export type Change = {
  readonly topics: readonly Topic[]
  readonly nodeIds?: readonly string[]
  readonly domainIds?: readonly string[]
  /** No event came, and more of the same follows soon: whoever passes it on may gather. */
  readonly isProgress?: boolean
}

export type ChangeFeed = {
  readonly tell: (change: Change) => void
  /** Hears every change as it is told, whole and at once; the answer ends it. */
  readonly listen: (hear: (change: Change) => void) => () => void
  /** Ticks until the signal aborts, of the changes that `isOf` lets through; begins with one that says where things stand. */
  readonly subscribe: (signal: AbortSignal | undefined, isOf?: (change: Change) => boolean) => AsyncGenerator<Tick, void, void>
  readonly close: () => void
}

const coalesceMs = 250
const listedAtMost = 100

type Pending = { readonly topics: Set<Topic>; readonly nodeIds: Set<string>; readonly domainIds: Set<string> }
type Subscriber = { pending: Pending; wake: () => void; readonly isOf: ((change: Change) => boolean) | undefined }

export function createChangeFeed(clock: Clock, scheduler: Scheduler, position: () => number): ChangeFeed {
  const subscribers = new Set<Subscriber>()
  const listeners = new Set<(change: Change) => void>()
  let isClosed = false
  return {
    tell: (change) => {
      const { topics, nodeIds = [], domainIds = [] } = change
      for (const hear of listeners) hear(change)
      for (const subscriber of subscribers) {
        if (subscriber.isOf?.(change) === false) continue
        for (const topic of topics) subscriber.pending.topics.add(topic)
        for (const id of nodeIds) subscriber.pending.nodeIds.add(id)
        for (const id of domainIds) subscriber.pending.domainIds.add(id)
        subscriber.wake()
      }
    },
    listen: (hear) => {
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
    close: () => {
      isClosed = true
      for (const { wake } of subscribers) wake()
    },
    subscribe: async function* (signal, isOf) {
      const subscriber: Subscriber = { pending: nothing(), wake: () => undefined, isOf }
      subscribers.add(subscriber)
      const onAbort = (): void => subscriber.wake()
      signal?.addEventListener('abort', onAbort)
      const isOver = (): boolean => isClosed || signal?.aborted === true
      try {
        yield tickOf(nothing(), position(), clock.now())
        while (!isOver()) {
          if (subscriber.pending.topics.size === 0) await new Promise<void>((resolve) => (subscriber.wake = resolve))
          if (isOver()) return
          await new Promise<void>((resolve) => {
            scheduler.after(coalesceMs, resolve)
          })
          // It may have closed meanwhile, and what `position` reads with it.
          if (isOver()) return
          const { pending } = subscriber
          subscriber.pending = nothing()
          subscriber.wake = () => undefined
          yield tickOf(pending, position(), clock.now())
        }
      } finally {
        signal?.removeEventListener('abort', onAbort)
        subscribers.delete(subscriber)
      }
    },
  }
}

function nothing(): Pending {
  return { topics: new Set(), nodeIds: new Set(), domainIds: new Set() }
}

function tickOf({ topics, nodeIds, domainIds }: Pending, position: number, now: number): Tick {
  const isPartial = nodeIds.size > listedAtMost || domainIds.size > listedAtMost
  return {
    position,
    at: new Date(now).toISOString(),
    topics: [...topics],
    nodeIds: isPartial ? [] : [...nodeIds],
    domainIds: isPartial ? [] : [...domainIds],
    isPartial,
  }
}
