/** What an event is worth to the projections: nothing, or a place in one of the two streams of its subject. */
import { orderKey, type Stream, streamOf } from '../../projections/order.ts'
import type { FoldInput, Projection } from '../../projections/projection.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { fits, schemas } from './shapes.ts'

/** What a fold is given, and where it came from: one object for each of millions of events. */
export type Effective = FoldInput & { readonly stream: Stream; readonly stored: StoredEvent }

/**
 * Kept but without effect: what cannot be read, what does not fit its type's schema, branches of a fork, and what a node says of anyone
 * but itself ([PJ4]). Types outside of `wanted` are not looked at; all that are known by default.
 */
export function effective(stored: StoredEvent, wanted: { readonly has: (type: string) => boolean } = schemas): Effective | undefined {
  const { event, log, branch, seq } = stored
  if (event === undefined || branch !== 0 || !wanted.has(event.type)) return undefined
  const isOfNode = log.domain === '-'
  if (isOfNode && log.origin !== (event.subject as string)) return undefined
  if (!fits(event.type, event.data)) return undefined
  const stream = streamOf(log, event.subject)
  return { event, origin: log.origin, lane: log.lane, seq, key: orderKey(stream, event, log, seq), stream, stored }
}

export function projectionsByType(projections: readonly Projection[]): ReadonlyMap<string, readonly Projection[]> {
  const byType = new Map<string, Projection[]>()
  for (const projection of projections) for (const type of projection.handles) byType.set(type, [...(byType.get(type) ?? []), projection])
  return byType
}
