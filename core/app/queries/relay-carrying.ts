/** What a relay that is a node says of itself: its link to the next hop, and what it holds for others ([RY7]). */
import type { z } from 'zod'
import type { relayCarrying } from '../../contract/relays.ts'
import type { NodeEventData } from '../../fleet/node/node-events.ts'
import type { LinkQuality } from '../../fleet/node/node-record.ts'
import type { NodeId } from '../../kernel/ids.ts'
import { readSubjectEvents } from '../../store/read-events.ts'
import { type Counting, countingOf } from '../projecting/counting.ts'
import type { ReadModel } from '../read-model.ts'
import { type BoundedCache, createBoundedCache } from './bounded-cache.ts'
import type { QueryMemory } from './query-memory.ts'

/** Newest events about it that are looked through; it observes itself more often than anything else happens to it. */
const lookedAt = 16
/** Of a log that was told in several ways some of the newest may not count. */
const lookedAtForked = 500

type Carrying = z.infer<typeof relayCarrying>

/** What relays said last, as of so many observations of theirs. */
const remembered = new WeakMap<
  QueryMemory,
  BoundedCache<{ readonly observations: number; readonly standing: string; readonly carrying: Carrying | null }>
>()
const rememberedAtMost = 5000

/**
 * Of its last observation as a relay; null where it made none lately, as a router does that runs no relay of ours. Looked for only when it
 * has observed something since: a page of a domain asks this of a hundred relays.
 */
export function carryingOf(model: ReadModel, relayId: string): Carrying | null {
  const { observations = 0 } = model.actual(relayId) ?? {}
  if (observations === 0) return null
  const cache = remembered.get(model.memory) ?? createBoundedCache(rememberedAtMost)
  remembered.set(model.memory, cache)
  const counting = countingOf(model)
  const standing = counting.standing(relayId)
  const known = cache.get(relayId)
  if (known?.observations === observations && known.standing === standing) return known.carrying
  const carrying = findCarrying(model, counting, relayId, standing === '' ? lookedAt : lookedAtForked)
  cache.set(relayId, { observations, standing, carrying })
  return carrying
}

function findCarrying(model: ReadModel, counting: Counting, relayId: string, limit: number): Carrying | null {
  const inputs = readSubjectEvents(model.reader, relayId, { limit, order: 'newest', isMissingSkipped: true })
    .filter(({ event, log }) => event?.type === 'ibcf.observation.recorded.v1' && log.origin === relayId)
    .flatMap((stored) => counting.effectOf(stored) ?? [])
    .toSorted((a, b) => (a.key < b.key ? 1 : -1))
  for (const { event } of inputs) {
    const { kind, values } = event.data as NodeEventData<'ibcf.observation.recorded.v1'>
    if (kind !== 'relay') continue
    const figure = (name: string): number => {
      const value = values[name]
      return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0
    }
    return {
      at: event.time,
      isUpstreamHere: values['upstream_here'] === true,
      heldEvents: figure('held_events'),
      heldBytes: figure('held_bytes'),
      heldOrigins: figure('held_origins'),
      queueUsedPct: figure('queue_used_pct'),
      droppedEvents: figure('dropped_events'),
      notTakenEvents: figure('not_taken_events'),
      refusedEvents: figure('refused_events'),
    }
  }
  return null
}

/** As it measured it itself, live where it was heard in this run. */
export function upstreamLinkOf(model: ReadModel, relayId: string): LinkQuality | null {
  return model.presence.of(relayId as NodeId)?.link ?? model.actual(relayId)?.link ?? null
}
