/**
 * Which events are about whom, in the order they came. Subjects come in random order, and a sorted index on the hot path would
 * rewrite a page for each of them: appending was three times slower with one. So the table `subject_entries` is filled late, many
 * thousand events at a time and sorted, and what is not yet in it (the tail) is found by a list in memory, made from the events
 * themselves when somebody first asks.
 */
import type { Reader, Row, SqlValue, Writer } from '../kernel/reader.ts'
import { contextOf } from './context.ts'
import type { SubjectTail } from './subject-tail.ts'

/** A merge of this many takes about a tenth of a second, and touches each page of the table for many entries at once. */
const mergeEvery = 32_768

export type EntryQuery = {
  /** Exclusive bounds. */
  readonly after: number
  readonly before: number
  /** Numbers of types; undefined for all. */
  readonly types: ReadonlySet<number> | undefined
  readonly limit: number
  readonly order: 'oldest' | 'newest'
}

/** Positions of events about the subject, in the order asked for. */
export function subjectPositions(reader: Reader, subject: number, query: EntryQuery): readonly number[] {
  const mergedTo = readMergedTo(reader)
  const tail = tailPositions(reader, mergedTo, subject, query)
  if (query.order === 'newest') {
    return tail.length === query.limit
      ? tail
      : [...tail, ...mergedPositions(reader, mergedTo, subject, { ...query, limit: query.limit - tail.length })]
  }
  const merged = mergedPositions(reader, mergedTo, subject, query)
  return [...merged, ...tail.slice(0, query.limit - merged.length)]
}

/** To be called for each run of new events, in their transaction: merges when the tail has grown to `after` events. */
export function indexSubjects(writer: Writer, last: number, after: number = mergeEvery): void {
  const mergedTo = readMergedTo(writer)
  if (last - mergedTo < after) return
  writer.run(
    `INSERT INTO subject_entries (subject, position, type)
      SELECT subject, position, type FROM events WHERE position > ? AND subject IS NOT NULL ORDER BY subject, position`,
    mergedTo,
  )
  writer.run('UPDATE subject_index SET merged_to = ?', last)
  contextOf(writer).subjectTail = undefined
}

function readMergedTo(reader: Reader): number {
  return reader.get<{ merged_to: number }>('SELECT merged_to FROM subject_index')?.merged_to ?? 0
}

/** Bounded by what was merged when the question began, should another process merge meanwhile. */
function mergedPositions(reader: Reader, mergedTo: number, subject: number, query: EntryQuery): readonly number[] {
  const values: SqlValue[] = [subject, query.after, Math.min(query.before, mergedTo + 1)]
  const isTyped = query.types === undefined ? '' : 'AND type IN (SELECT value FROM json_each(?))'
  if (query.types !== undefined) values.push(JSON.stringify([...query.types]))
  const direction = query.order === 'newest' ? 'DESC' : 'ASC'
  return reader
    .all<{ position: number }>(
      `SELECT position FROM subject_entries WHERE subject = ? AND position > ? AND position < ? ${isTyped} ORDER BY position ${direction} LIMIT ?`,
      ...values,
      query.limit,
    )
    .map((row) => row.position)
}

function tailPositions(reader: Reader, mergedTo: number, subject: number, query: EntryQuery): readonly number[] {
  const entries = loadTail(reader, mergedTo).bySubject.get(subject) ?? []
  const found = entries.filter(
    ({ position, type }) => position > query.after && position < query.before && (query.types?.has(type) ?? true),
  )
  const ordered = query.order === 'newest' ? found.toReversed() : found
  return ordered.slice(0, query.limit).map(({ position }) => position)
}

/** Reads the events that came since it was last asked. */
function loadTail(reader: Reader, mergedTo: number): SubjectTail {
  const context = contextOf(reader)
  const held = context.subjectTail
  const tail: SubjectTail = held?.mergedTo === mergedTo ? held : { mergedTo, loadedTo: mergedTo, bySubject: new Map() }
  context.subjectTail = tail
  const rows = reader.all<Row & { position: number; subject: number; type: number }>(
    'SELECT position, subject, type FROM events WHERE position > ? AND subject IS NOT NULL ORDER BY position',
    tail.loadedTo,
  )
  for (const { position, subject, type } of rows) {
    const entries = tail.bySubject.get(subject)
    if (entries === undefined) tail.bySubject.set(subject, [{ position, type }])
    else entries.push({ position, type })
    tail.loadedTo = position
  }
  return tail
}
