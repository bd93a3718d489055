/** Positions of the events about one subject: first those in the table, then those of the tail. */
import type { Reader } from '../kernel/reader.ts'
import { readMergedTo, tailAfter } from './event-index.ts'
import { damaged } from './failure.ts'
import { entryBytes } from './index-batch.ts'

export type EntryQuery = {
  /** Exclusive bounds. */
  readonly after: number
  readonly before: number
  /** Numbers of types; undefined for all. */
  readonly types: ReadonlySet<number> | undefined
  readonly limit: number
  readonly order: 'oldest' | 'newest'
}

/** In the order asked for. */
export function subjectPositions(reader: Reader, subject: number, query: EntryQuery): readonly number[] {
  const mergedTo = readMergedTo(reader)
  const tail = tailAfter(reader, mergedTo).bySubject.get(subject) ?? []
  const found: number[] = []
  if (query.order === 'newest') {
    collect(found, backwards(tail), query)
    if (found.length < query.limit) collect(found, mergedEntries(reader, mergedTo, subject, query), query)
  } else {
    collect(found, mergedEntries(reader, mergedTo, subject, query), query)
    if (found.length < query.limit) collect(found, forwards(tail), query)
  }
  return found
}

/** Position, type. */
type Entry = readonly [number, number]

function collect(found: number[], entries: Iterable<Entry>, { after, before, types, limit }: EntryQuery): void {
  for (const [position, type] of entries) {
    if (found.length >= limit) return
    if (position > after && position < before && (types === undefined || types.has(type))) found.push(position)
  }
}

function* forwards(pairs: readonly number[]): Generator<Entry, void> {
  for (let at = 0; at < pairs.length; at += 2) yield [pairs[at] as number, pairs[at + 1] as number]
}

function* backwards(pairs: readonly number[]): Generator<Entry, void> {
  for (let at = pairs.length - 2; at >= 0; at -= 2) yield [pairs[at] as number, pairs[at + 1] as number]
}

type EntriesRow = { readonly position: number; readonly entries: Uint8Array }

/**
 * From the row that the lower bound lies in. Bounded by what was merged when the question began, should another process merge
 * meanwhile. Throws Corrupt `STORE_DAMAGED`.
 */
function* mergedEntries(reader: Reader, mergedTo: number, subject: number, query: EntryQuery): Generator<Entry, void> {
  const direction = query.order === 'newest' ? 'DESC' : 'ASC'
  const rows = reader.iterate<EntriesRow>(
    `SELECT position, entries FROM subject_entries
      WHERE subject = ? AND position < ?
        AND position >= coalesce((SELECT max(position) FROM subject_entries WHERE subject = ? AND position <= ?), 0)
      ORDER BY position ${direction}`,
    subject,
    Math.min(query.before, mergedTo + 1),
    subject,
    query.after,
  )
  for (const { position, entries } of rows) {
    if (entries.length % entryBytes !== 0) throw damaged({ position })
    const pairs = pairsOf(position, entries)
    yield* query.order === 'newest' ? backwards(pairs) : forwards(pairs)
  }
}

function pairsOf(position: number, entries: Uint8Array): readonly number[] {
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength)
  const pairs: number[] = []
  for (let at = 0; at < entries.length; at += entryBytes) pairs.push(position + view.getUint32(at), view.getUint32(at + 4))
  return pairs
}
