/** A node's timeline: what masters decided about it, and what it told of itself, newest first. */
import type { FleetFilter } from '../../contract/filter.ts'
import type { TimelineEntry } from '../../contract/nodes.ts'
import { readEventsAt } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import type { ReadModel } from '../read-model.ts'
import { readPositionCursor } from './cursor.ts'
import { isClockDoubtful } from './event-clock.ts'
import { instantOf } from './instants.ts'
import { hasText, isWithin, windowEnd } from './list-page.ts'
import { actorName, namesOf } from './names.ts'
import { timelinePositions } from './node-history.ts'
import { requireNode } from './require-node.ts'
import { isDecisionType, isNodeEventType, type Names, sentenceOfDecision, sentenceOfFact } from './sentences.ts'

export type TimelinePage = { items: TimelineEntry[]; next: string | null; total: number; isTotalExact: boolean }

/** What a history is asked for, `from` and `to` by when this master recorded it. */
export type HistoryInput = {
  readonly nodeId: string
  readonly cursor?: string | undefined
  readonly limit: number
} & Pick<FleetFilter, 'from' | 'to' | 'text' | 'asOf'>

/** Events that one page looks at, where most of them are left out ([QY19]). */
const lookedAtMost = 2000

/** Throws NotFound `NODE_UNKNOWN`, Invalid `CURSOR_MALFORMED`, `AS_OF_IN_FUTURE`. */
export function readTimeline(model: ReadModel, { nodeId, cursor, limit, from, text, asOf, ...window }: HistoryInput): TimelinePage {
  const to = windowEnd(model.ports.clock.now(), window.to, asOf)
  const before = readPositionCursor(cursor)
  const lifecycle = requireNode(model, nodeId)
  const positions = timelinePositions(model, nodeId)
  const end = firstAtLeast(positions, before)
  const names = namesOf(model)
  const read = (shown: readonly number[]): TimelineEntry[] =>
    readEventsAt(model.reader, shown).flatMap((stored) => entryOf(model, stored, names, Date.parse(lifecycle.requestedAt)) ?? [])
  if (from === undefined && to === undefined && text === undefined) {
    const shown = positions.slice(Math.max(0, end - limit), end).reverse()
    return { items: read(shown), next: end > limit ? String(shown.at(-1)) : null, total: positions.length, isTotalExact: true }
  }
  const items: TimelineEntry[] = []
  let at = end
  for (const stop = Math.max(0, end - lookedAtMost); at > stop && items.length < limit; at--) {
    const [entry] = read(positions.slice(at - 1, at))
    if (entry !== undefined && isWithin(entry.recordedAt, { from, to }) && hasText(text, entry.sentence, entry.type)) items.push(entry)
  }
  return { items, next: at === 0 ? null : String(positions[at]), total: items.length, isTotalExact: cursor === undefined && at === 0 }
}

function entryOf(model: ReadModel, stored: StoredEvent, names: Names, knownSinceMs: number): TimelineEntry | undefined {
  const { event, log, recordedAt } = stored
  if (event === undefined) return undefined
  const isOfNode = log.domain === '-'
  const { from = null, to = null } = event.data as { readonly from?: unknown; readonly to?: unknown }
  return {
    eventId: event.id,
    track: isOfNode ? 'node' : trackOf(event.type),
    type: event.type,
    from: typeof from === 'string' ? from : null,
    to: typeof to === 'string' ? to : null,
    sentence: sentenceOf(event, isOfNode, names),
    time: event.time,
    recordedAt: instantOf(recordedAt),
    isClockDoubtful: isClockDoubtful({
      event,
      recordedAt,
      knownSinceMs: isOfNode ? knownSinceMs : null,
      isOwn: log.origin === (model.masterId as string),
    }),
    actorName: actorName(model, event.actor),
    causeEventId: event.causation ?? null,
    originName: isOfNode ? (model.lifecycle(log.origin)?.name ?? log.origin) : (model.master(log.origin)?.name ?? log.origin),
    originKind: isOfNode ? 'node' : 'master',
  }
}

/** The sentence of an event that has effect. */
export function sentenceOf({ type, data }: { readonly type: string; readonly data: unknown }, isOfNode: boolean, names: Names): string {
  if (isOfNode && isNodeEventType(type)) return sentenceOfFact(type, data, names)
  return isDecisionType(type) ? sentenceOfDecision(type, data, names) : ''
}

function trackOf(type: string): TimelineEntry['track'] {
  if (type === 'ibcf.lifecycle.transitioned.v1') return 'phase'
  if (type === 'ibcf.connectivity.assessed.v1') return 'connectivity'
  if (type.startsWith('ibcf.session.') || type === 'ibcf.evidence.parked.v1') return 'session'
  return 'act'
}

/** The index of the first position that is not before `bound`. */
function firstAtLeast(positions: readonly number[], bound: number): number {
  let low = 0
  let high = positions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((positions[middle] ?? Number.POSITIVE_INFINITY) < bound) low = middle + 1
    else high = middle
  }
  return low
}
