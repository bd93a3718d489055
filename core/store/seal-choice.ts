/**
 * What of a bulk log may be sealed: whole runs up to a signed point, recorded long enough ago, and never the run at its tip, which is asked
 * for at every start and by whoever goes on with the log.
 */
import { AppError } from '../kernel/app-error.ts'
import type { Reader, Row } from '../kernel/reader.ts'
import { formatLogId, type LogId } from '../log/log-id.ts'
import { branchOf, readLogTree, type LogTree } from './branches.ts'

export type SealLimits = {
  /** At most with this event. */
  readonly upTo?: number
  /** Only what was recorded here before, in wall milliseconds. */
  readonly recordedBefore?: number
  /** About so many bytes of events, at least one signed stretch. */
  readonly atMostBytes?: number
  /** Less than this is not worth an archive. */
  readonly leastBytes?: number
}

export type SealChoice = { readonly tree: LogTree; readonly from: number; readonly to: number; readonly bytes: number }

type RunEnd = Row & { readonly from_seq: number; readonly count: number; readonly recorded_at: number; readonly size: number }

/** Undefined when there is nothing to seal. Throws Invalid `SEAL_NOT_BULK`, `SEAL_FORKED`. */
export function chooseSeal(reader: Reader, log: LogId, limits: SealLimits): SealChoice | undefined {
  if (log.lane !== 'bulk') throw refusal('SEAL_NOT_BULK', 'Only the bulk lane is sealed: control and facts stay at hand.', log)
  const tree = readLogTree(reader, log)
  if (tree === undefined || tree.branches.length === 0) return undefined
  if (tree.branches.length > 1) throw refusal('SEAL_FORKED', 'A log that forked is not sealed: its branches are evidence.', log)
  const from = sealedTo(reader, tree.number) + 1
  const ends = sealableRuns(reader, tree, from, limits)
  const last = ends.at(-1)?.to ?? 0
  const to = last < from ? undefined : lastSignedEnd(reader, tree, from, last)
  const bytes = ends.find((end) => end.to === to)?.bytes ?? 0
  return to === undefined || bytes < (limits.leastBytes ?? 0) ? undefined : { tree, from, to, bytes }
}

/** The last seq of a log that is sealed; 0 when none is. */
export function sealedTo(reader: Reader, log: number): number {
  return reader.get<{ last: number | null }>('SELECT max(to_seq) AS last FROM seals WHERE log = ?', log)?.last ?? 0
}

/** Names of bulk logs that did not fork, behind `after` in the order of their names. */
export function bulkLogs(reader: Reader, after: string, limit: number): readonly string[] {
  return reader
    .all<{ name: string }>(
      `SELECT name FROM logs WHERE name > ? AND name LIKE '%/bulk/%' AND (SELECT count(*) FROM heads WHERE heads.log = logs.number) = 1
        ORDER BY name LIMIT ?`,
      after,
      limit,
    )
    .map(({ name }) => name)
}

export function refusal(code: string, sentence: string, log: LogId): AppError {
  return new AppError('Invalid', code, sentence, { log: formatLogId(log) })
}

type Ended = { readonly to: number; readonly bytes: number }

/** With the bytes from the first one on. What is too young, or the tip, ends it, and what the limits leave out. */
function sealableRuns(reader: Reader, tree: LogTree, from: number, { upTo, recordedBefore, atMostBytes }: SealLimits): readonly Ended[] {
  const tip = branchOf(tree, 0).seq
  const found: Ended[] = []
  let bytes = 0
  const rows = reader.iterate<RunEnd>(
    'SELECT from_seq, count, recorded_at, length(bytes) AS size FROM runs WHERE log = ? AND branch = 0 AND from_seq >= ? ORDER BY from_seq',
    tree.number,
    from,
  )
  for (const { from_seq, count, recorded_at, size } of rows) {
    const to = from_seq + count - 1
    if (to >= tip || to > (upTo ?? tip) || recorded_at >= (recordedBefore ?? Number.POSITIVE_INFINITY)) break
    bytes += size
    found.push({ to, bytes })
    if (bytes >= (atMostBytes ?? Number.POSITIVE_INFINITY) && lastSignedEnd(reader, tree, from, to) !== undefined) break
  }
  return found
}

/** The last signed point that is also the end of a run. */
function lastSignedEnd(reader: Reader, { number }: LogTree, from: number, to: number): number | undefined {
  const row = reader.get<{ seq: number }>(
    `SELECT to_seq AS seq FROM segments WHERE log = ? AND branch = 0 AND to_seq BETWEEN ? AND ? AND to_seq = (
        SELECT from_seq + count - 1 FROM runs WHERE log = segments.log AND branch = 0 AND runs.from_seq <= to_seq
          ORDER BY runs.from_seq DESC LIMIT 1)
      ORDER BY to_seq DESC LIMIT 1`,
    number,
    from,
    to,
  )
  return row?.seq
}
