/**
 * Runs: how events lie in the store. A run is a stretch of one branch of one log that came in one transaction, framed as in a segment,
 * of about 16 KiB (core/adr/0004-event-runs.md). Its position is that of its first event, and those of the others follow.
 */
import { isAppError } from '../kernel/app-error.ts'
import type { Reader, Row } from '../kernel/reader.ts'
import { eventAt, joinFrames, noEvents, sliceFrames, type FramedEvents } from '../log/framing.ts'
import { contextOf } from './context.ts'
import { damaged } from './failure.ts'
import { logOfNumber } from './identities.ts'
import { framesOf, readColumns, typeAt, type Columns } from './run-columns.ts'
import { readSealedRun } from './sealed-runs.ts'
import { openEvent, type StoredEvent } from './stored-event.ts'

export type RunRow = Row & {
  readonly position: number
  readonly log: number
  readonly branch: number
  readonly from_seq: number
  readonly count: number
  readonly recorded_at: number
  readonly columns: Uint8Array
  readonly bytes: Uint8Array
}

export type Run = {
  /** Of its first event. */
  readonly position: number
  /** The log's number. */
  readonly log: number
  readonly branch: number
  readonly fromSeq: number
  readonly count: number
  readonly recordedAt: number
  readonly columns: Columns
  readonly framed: FramedEvents
}

/** For SELECT. */
export const runColumns = 'position, log, branch, from_seq, count, recorded_at, columns, bytes'

/** Its bytes, from the archive when it was sealed. Throws as `readSealedRun` does. */
export function bytesOfRun(reader: Reader, row: RunRow): Uint8Array {
  if (row.bytes.length > 0) return row.bytes
  return readSealedRun(reader, { log: row.log, branch: row.branch, fromSeq: row.from_seq, count: row.count })
}

/** Throws Corrupt `STORE_DAMAGED` when the row does not hold together, and as `bytesOfRun` does. */
export function openRun(reader: Reader, row: RunRow): Run {
  const columns = readColumns(row.columns, row.count)
  const framed = columns === undefined ? undefined : framesOf(columns, bytesOfRun(reader, row))
  if (columns === undefined || framed === undefined) throw damaged({ position: row.position })
  return {
    position: row.position,
    log: row.log,
    branch: row.branch,
    fromSeq: row.from_seq,
    count: row.count,
    recordedAt: row.recorded_at,
    columns,
    framed,
  }
}

/** The run that holds `position`; undefined when none does, or when its archive is not here and `isMissingSkipped`. */
export function runAtPosition(reader: Reader, position: number, isMissingSkipped: boolean = false): Run | undefined {
  const row = reader.get<RunRow>(`SELECT ${runColumns} FROM runs WHERE position <= ? ORDER BY position DESC LIMIT 1`, position)
  if (row === undefined || position >= row.position + row.count) return undefined
  return isMissingSkipped ? openIfHere(reader, row) : openRun(reader, row)
}

/**
 * Runs that hold anything after `position`, in the order they came; those whose archive is not here are left out when
 * `isMissingSkipped`. The connection cannot write while it is gone through.
 */
export function* runsAfter(reader: Reader, position: number, isMissingSkipped: boolean = false): Generator<Run, void> {
  for (const row of runRowsAfter(reader, position)) {
    const run = isMissingSkipped ? openIfHere(reader, row) : openRun(reader, row)
    if (run !== undefined) yield run
  }
}

function openIfHere(reader: Reader, row: RunRow): Run | undefined {
  try {
    return openRun(reader, row)
  } catch (error) {
    if (isAppError(error) && error.code === 'ARCHIVE_MISSING') return undefined
    throw error
  }
}

function* runRowsAfter(reader: Reader, position: number): Generator<RunRow, void> {
  const last = reader.get<{ position: number }>(
    'SELECT position FROM runs WHERE position <= ? ORDER BY position DESC LIMIT 1',
    position + 1,
  )
  const start = last?.position ?? 1
  for (const row of reader.iterate<RunRow>(`SELECT ${runColumns} FROM runs WHERE position >= ? ORDER BY position`, start)) {
    if (row.position + row.count > position + 1) yield row
  }
}

/** The last run of a branch that begins at or before `seq`. */
const startOfRun = `coalesce((SELECT max(from_seq) FROM runs WHERE log = ? AND branch = ? AND from_seq <= ?), 0)`

/** Runs of one branch that hold any of its own events `from`..`to`, in order. */
export function* runsOfBranch(reader: Reader, log: number, branch: number, from: number, to: number): Generator<Run, void> {
  if (from > to) return
  const rows = reader.iterate<RunRow>(
    `SELECT ${runColumns} FROM runs WHERE log = ? AND branch = ? AND from_seq >= ${startOfRun} AND from_seq <= ? ORDER BY from_seq`,
    log,
    branch,
    log,
    branch,
    from,
    to,
  )
  for (const row of rows) if (row.from_seq + row.count > from) yield openRun(reader, row)
}

/** One branch's own events `from`..`to`, as far as they are held, framed one behind the other. */
export function readFramed(reader: Reader, log: number, branch: number, from: number, to: number): FramedEvents {
  const parts: FramedEvents[] = []
  for (const run of runsOfBranch(reader, log, branch, from, to)) parts.push(partOf(run, from, to))
  return parts.length === 0 ? noEvents : joinFrames(parts)
}

/** The part of a run that lies within `from`..`to`. */
export function partOf({ framed, fromSeq, count }: Run, from: number, to: number): FramedEvents {
  return sliceFrames(framed, Math.max(0, from - fromSeq), Math.min(count, to - fromSeq + 1))
}

/** Events `from` up to but not with `to` of the run, by index. Throws Corrupt `STORE_DAMAGED`. */
export function storedEventsOf(reader: Reader, run: Run, from: number = 0, to: number = run.count): StoredEvent[] {
  const log = logOfNumber(reader, contextOf(reader).identities, run.log)
  const events: StoredEvent[] = []
  for (let index = from; index < to; index++) {
    const bytes = eventAt(run.framed, index)
    events.push({
      position: run.position + index,
      log,
      branch: run.branch,
      seq: run.fromSeq + index,
      recordedAt: run.recordedAt,
      bytes,
      event: typeAt(run.columns, index) === 0 ? undefined : openEvent({ bytes, position: run.position + index }),
    })
  }
  return events
}
