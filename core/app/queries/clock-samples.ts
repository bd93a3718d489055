/**
 * How far the clocks of nodes were off when they were heard last: of the last so many, and of all that are doubtful. Presence is not kept
 * as a list, so this listens, and holds a bounded part of it.
 */
import type { NodePresence } from '../../ingest/presence.ts'
import { maxAheadMs } from '../../kernel/hlc.ts'
import type { NodeId } from '../../kernel/ids.ts'

export type ClockSample = { readonly offsetMs: number; readonly at: number }

export type ClockSamples = {
  readonly take: (node: NodeId, heard: NodePresence | undefined) => void
  readonly recent: ReadonlyMap<NodeId, ClockSample>
  readonly doubtful: ReadonlyMap<NodeId, ClockSample>
}

const recentAtMost = 500
const doubtfulAtMost = 2000

export function createClockSamples(): ClockSamples {
  const recent = new Map<NodeId, ClockSample>()
  const doubtful = new Map<NodeId, ClockSample>()
  /** The one that was put in first makes room. */
  const put = (into: Map<NodeId, ClockSample>, node: NodeId, sample: ClockSample, most: number): void => {
    into.delete(node)
    into.set(node, sample)
    if (into.size <= most) return
    for (const oldest of into.keys()) {
      into.delete(oldest)
      return
    }
  }
  return {
    recent,
    doubtful,
    take: (node, heard) => {
      const clock = heard?.clock
      if (clock === undefined) {
        recent.delete(node)
        doubtful.delete(node)
        return
      }
      put(recent, node, clock, recentAtMost)
      if (Math.abs(clock.offsetMs) > maxAheadMs) put(doubtful, node, clock, doubtfulAtMost)
      else doubtful.delete(node)
    },
  }
}
