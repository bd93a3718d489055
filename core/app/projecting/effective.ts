/** What an event is worth to the projections: nothing, or a place in one of the two streams of its subject. */
import type { EventEnvelope } from '../../kernel/event.ts'
import { orderKey, type Stream, streamOf } from '../../projections/order.ts'
import type { FoldInput, Projection } from '../../projections/projection.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { fits, schemas } from './shapes.ts'

/** What a fold is given, and where it came from: one object for each of millions of events. */
export type Effective = FoldInput & { readonly stream: Stream; readonly stored: StoredEvent }

/**
 * Kept but without effect: what cannot be read, what does not fit its type's schema, what a node says of anyone but itself, and what
 * lies behind a fork and does not count ([PJ4], [FK3]): its mark is null (see forks.ts). Who does not ask there takes the first branch for
 * the only one. Types outside of `wanted` are not looked at; all that are known by default. `takesCritical` lets through what masters marked
 * critical and nobody here knows.
 */
export function effective(
  stored: StoredEvent,
  wanted: { readonly has: (type: string) => boolean } = schemas,
  takesCritical = false,
  mark: string | null = stored.branch === 0 ? '' : null,
): Effective | undefined {
  const { event, log, seq } = stored
  if (event === undefined || mark === null) return undefined
  const isOfNode = log.domain === '-'
  const isFreezing = takesCritical && !isOfNode && isUnknownCritical(event)
  if (!isFreezing && !wanted.has(event.type)) return undefined
  if (isOfNode && log.origin !== (event.subject as string)) return undefined
  if (!isFreezing && !fits(event.type, event.data)) return undefined
  const stream = streamOf(log, event.subject)
  return { event, origin: log.origin, lane: log.lane, log, seq, key: `${orderKey(stream, event, log, seq)}${mark}`, stream, stored }
}

/** Its meaning has to be known to go on deciding, and is not ([AU13]). */
export function isUnknownCritical({ type, critical }: Pick<EventEnvelope, 'type' | 'critical'>): boolean {
  return critical === true && !schemas.has(type)
}

export function projectionsByType(projections: readonly Projection[]): ReadonlyMap<string, readonly Projection[]> {
  const byType = new Map<string, Projection[]>()
  for (const projection of projections) for (const type of projection.handles) byType.set(type, [...(byType.get(type) ?? []), projection])
  return byType
}
