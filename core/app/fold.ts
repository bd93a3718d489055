/** What an event is worth to the projections, and the fold of a subject's events into the two halves of its state. */
import { decisions } from '../fleet/decisions.ts'
import { nodeEvents } from '../fleet/node/node-events.ts'
import { orderKey, type Stream, streamOf } from '../projections/order.ts'
import type { Fold, Projection } from '../projections/projection.ts'
import type { StoredEvent } from '../store/stored-event.ts'

/** The state of one stream, and the key of the last event in it; empty while there was none. */
export type Half = { readonly state: unknown; readonly key: string }
export type Subject = { readonly facts: Half; readonly decisions: Half }

export type Effective = {
  readonly event: NonNullable<StoredEvent['event']>
  readonly stream: Stream
  readonly key: string
  readonly stored: StoredEvent
}

const schemas: Readonly<Record<string, { readonly data: { safeParse: (data: unknown) => { readonly success: boolean } } }>> = {
  ...nodeEvents,
  ...decisions,
}

/**
 * What an event is worth here. Kept but without effect: what cannot be read, what does not fit its type's schema, branches of a
 * fork, and what a node says of anyone but itself ([PJ4]).
 */
export function effective(stored: StoredEvent): Effective | undefined {
  const { event, log, branch, seq } = stored
  if (event === undefined || branch !== 0) return undefined
  const isOfNode = log.domain === '-'
  if (isOfNode && log.origin !== (event.subject as string)) return undefined
  const schema = schemas[event.type]
  if (schema === undefined || !schema.data.safeParse(event.data).success) return undefined
  const stream = streamOf(log, event.subject)
  return { event, stream, key: orderKey(stream, event, log, seq), stored }
}

export function applyOne(fold: Fold<unknown>, before: Half, { event, key, stored }: Effective): Half {
  const { log, seq } = stored
  const state = fold.apply(before.state, { event, origin: log.origin, lane: log.lane, seq, key })
  return { state, key: key > before.key ? key : before.key }
}

/** All of `inputs`, which may come in any order, from nothing. */
export function foldAll(projection: Projection, inputs: readonly Effective[]): Subject {
  let subject = nothingOf(projection)
  for (const input of inputs.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    subject = { ...subject, [input.stream]: applyOne(projection[input.stream], subject[input.stream], input) }
  }
  return subject
}

export function nothingOf(projection: Projection): Subject {
  return { facts: { state: projection.facts.initial, key: '' }, decisions: { state: projection.decisions.initial, key: '' } }
}

export function projectionsByType(projections: readonly Projection[]): ReadonlyMap<string, readonly Projection[]> {
  const byType = new Map<string, Projection[]>()
  for (const projection of projections) for (const type of projection.handles) byType.set(type, [...(byType.get(type) ?? []), projection])
  return byType
}
