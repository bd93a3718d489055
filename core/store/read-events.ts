/** Reads events: in the order they came, by id, by subject, by log. Pages by key; no call reads without a bound. */
import { ulidToBytes } from '../kernel/ids.ts'
import type { Reader } from '../kernel/reader.ts'
import type { LogId } from '../log/log-id.ts'
import { branchOf, holderOf, readLogTree } from './branches.ts'
import { positionOfId } from './id-index.ts'
import { runAtPosition, runsAfter, runsOfBranch, storedEventsOf, type Run } from './runs.ts'
import type { StoredEvent } from './stored-event.ts'
import { subjectPositions } from './subject-index.ts'

export { lastPosition } from './read-position.ts'

/**
 * At most `limit` events that came after `position` (0 for the first), in the order they came. Sealed ones are read from their archive;
 * where that is not here, this and every other reading throws Unavailable `ARCHIVE_MISSING`, or leaves them out when `isMissingSkipped`.
 */
export function readEventsAfter(
  reader: Reader,
  position: number,
  limit: number,
  { isMissingSkipped = false }: { readonly isMissingSkipped?: boolean } = {},
): readonly StoredEvent[] {
  const events: StoredEvent[] = []
  if (limit < 1) return events
  for (const run of runsAfter(reader, position, isMissingSkipped)) {
    const from = Math.max(0, position + 1 - run.position)
    events.push(...storedEventsOf(reader, run, from, Math.min(run.count, from + limit - events.length)))
    if (events.length === limit) break
  }
  return events
}

/** The one that came first, should an origin have used an id that was taken. */
export function readEventById(reader: Reader, id: string): StoredEvent | undefined {
  const position = positionOfId(reader, id)
  return position === undefined ? undefined : readEventsAt(reader, [position])[0]
}

/** In the order of `positions`; those that nothing is held at are left out. Positions that lie together are read together. */
export function readEventsAt(reader: Reader, positions: readonly number[], isMissingSkipped: boolean = false): readonly StoredEvent[] {
  let run: Run | undefined
  return positions.flatMap((position) => {
    if (run === undefined || position < run.position || position >= run.position + run.count)
      run = runAtPosition(reader, position, isMissingSkipped)
    return run === undefined ? [] : storedEventsOf(reader, run, position - run.position, position - run.position + 1)
  })
}

/** Wall milliseconds at which the event of a position was recorded here; undefined when there is none. No event is read for it. */
export function recordedAtOf(reader: Reader, position: number): number | undefined {
  const row = reader.get<{ recorded_at: number; last: number }>(
    'SELECT recorded_at, position + count - 1 AS last FROM runs WHERE position <= ? ORDER BY position DESC LIMIT 1',
    position,
  )
  return row === undefined || position > row.last ? undefined : row.recorded_at
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
  /** Leaves out what lies in an archive that is not here, instead of refusing, and goes on behind it. */
  readonly isMissingSkipped?: boolean
}

/** Events about one entity, by the order in which they came here. Fold in order time, which this is not (design 2). */
export function readSubjectEvents(reader: Reader, subject: string, query: SubjectQuery): readonly StoredEvent[] {
  const row = reader.get<{ number: number }>('SELECT number FROM subjects WHERE id = ?', ulidToBytes(subject))
  if (row === undefined) return []
  const { limit, order = 'oldest', isMissingSkipped = false } = query
  const types = query.types === undefined ? undefined : typeNumbers(reader, query.types)
  const found: StoredEvent[] = []
  let [after, before] = [query.afterPosition ?? 0, query.beforePosition ?? Number.MAX_SAFE_INTEGER]
  for (;;) {
    const positions = subjectPositions(reader, row.number, { after, before, types, limit, order })
    found.push(...readEventsAt(reader, positions, isMissingSkipped))
    const last = positions.at(-1)
    if (last === undefined || positions.length < limit || found.length >= limit) return found.slice(0, limit)
    if (order === 'oldest') after = last
    else before = last
  }
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
    runs.unshift(readOwn(reader, tree.number, holder.number, Math.max(from, holder.from), end))
    end = holder.from - 1
  }
  return runs.flat()
}

function readOwn(reader: Reader, log: number, branch: number, from: number, to: number): readonly StoredEvent[] {
  const events: StoredEvent[] = []
  for (const run of runsOfBranch(reader, log, branch, from, to)) {
    events.push(...storedEventsOf(reader, run, Math.max(0, from - run.fromSeq), Math.min(run.count, to - run.fromSeq + 1)))
  }
  return events
}
