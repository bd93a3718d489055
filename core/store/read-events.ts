/** Reads events: in the order they came, by id, by subject, by log. Pages by key; no call reads without a bound. */
import { ulidToBytes } from '../kernel/ids.ts'
import type { Reader, SqlValue } from '../kernel/reader.ts'
import type { LogId } from '../log/log-id.ts'
import { branchOf, holderOf, readLogTree } from './branches.ts'
import { eventColumns, storedEventOf, type EventRow, type StoredEvent } from './stored-event.ts'
import { subjectPositions } from './subject-index.ts'

/** At most `limit` events that came after `position` (0 for the first), in the order they came. */
export function readEventsAfter(reader: Reader, position: number, limit: number): readonly StoredEvent[] {
  return select(reader, `SELECT ${eventColumns} FROM events WHERE position > ? ORDER BY position LIMIT ?`, position, limit)
}

/** The position of the event that came last; 0 when there is none. */
export function lastPosition(reader: Reader): number {
  return reader.get<{ last: number | null }>('SELECT max(position) AS last FROM events')?.last ?? 0
}

/** The one that came first, should an origin have used an id that was taken. */
export function readEventById(reader: Reader, id: string): StoredEvent | undefined {
  return select(reader, `SELECT ${eventColumns} FROM events WHERE event_id = ? ORDER BY position LIMIT 1`, ulidToBytes(id))[0]
}

export type SubjectQuery = {
  /** Only events that came after it. */
  readonly afterPosition?: number
  /** Only events that came before it. */
  readonly beforePosition?: number
  readonly types?: readonly string[]
  readonly limit: number
  /** Which end to begin at; `oldest` unless said otherwise. */
  readonly order?: 'oldest' | 'newest'
}

/** Events about one entity, by the order in which they came here. Fold in order time, which this is not (design 2). */
export function readSubjectEvents(reader: Reader, subject: string, query: SubjectQuery): readonly StoredEvent[] {
  const row = reader.get<{ number: number }>('SELECT number FROM subjects WHERE id = ?', ulidToBytes(subject))
  if (row === undefined) return []
  const positions = subjectPositions(reader, row.number, {
    after: query.afterPosition ?? 0,
    before: query.beforePosition ?? Number.MAX_SAFE_INTEGER,
    types: query.types === undefined ? undefined : typeNumbers(reader, query.types),
    limit: query.limit,
    order: query.order ?? 'oldest',
  })
  return positions.flatMap((position) => select(reader, `SELECT ${eventColumns} FROM events WHERE position = ?`, position))
}

function typeNumbers(reader: Reader, names: readonly string[]): ReadonlySet<number> {
  const rows = reader.all<{ number: number }>(
    'SELECT number FROM types WHERE name IN (SELECT value FROM json_each(?))',
    JSON.stringify(names),
  )
  return new Set(rows.map((row) => row.number))
}

/** Events `from`..`to` of a log on the way to the tip of `branch`, in order, as far as they are held. */
export function readLogEvents(reader: Reader, log: LogId, from: number, to: number, branch: number = 0): readonly StoredEvent[] {
  const tree = readLogTree(reader, log)
  if (tree === undefined || tree.branches.length === 0) return []
  const runs: (readonly StoredEvent[])[] = []
  let end = to
  for (let holder = holderOf(tree, branchOf(tree, branch), end); end >= from; holder = holderOf(tree, holder, end)) {
    runs.unshift(readRun(reader, tree.number, holder.number, Math.max(from, holder.from), end))
    end = holder.from - 1
  }
  return runs.flat()
}

function readRun(reader: Reader, log: number, branch: number, from: number, to: number): readonly StoredEvent[] {
  return select(
    reader,
    `SELECT ${eventColumns} FROM events WHERE log = ? AND branch = ? AND seq BETWEEN ? AND ? ORDER BY seq`,
    log,
    branch,
    from,
    to,
  )
}

function select(reader: Reader, sql: string, ...values: readonly SqlValue[]): readonly StoredEvent[] {
  return reader.all<EventRow>(sql, ...values).map((row) => storedEventOf(reader, row))
}
