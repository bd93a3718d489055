/** The seals one by one, what waits for an archive that is not here, and what would be sealed next. */
import type { Reader, Row } from '../kernel/reader.ts'
import { parseLogId } from '../log/log-id.ts'
import { filesIn } from './archive-file.ts'
import { contextOf } from './context.ts'
import { bulkLogs, chooseSeal } from './seal-choice.ts'

export type Seal = {
  readonly number: number
  readonly log: string
  readonly from: number
  readonly to: number
  readonly file: string
  readonly archiveBytes: number
  readonly bytes: number
  readonly sealedAt: number
  /** When its first and its last event were recorded here. */
  readonly recordedFrom: number
  readonly recordedTo: number
  readonly isHere: boolean
}

/** Newest first, a page at a time: hand the last one's number back as `before` to go on. */
export function readSeals(reader: Reader, { before, limit }: { readonly before?: number; readonly limit: number }): readonly Seal[] {
  const here = filesHere(reader)
  const recorded = (seq: string): string =>
    `(SELECT recorded_at FROM runs WHERE runs.log = seals.log AND runs.branch = seals.branch AND runs.from_seq <= ${seq} ORDER BY runs.from_seq DESC LIMIT 1)`
  return reader
    .all<Row & Omit<Seal, 'isHere'>>(
      `SELECT seals.number, logs.name AS log, from_seq AS "from", to_seq AS "to", file, size AS archiveBytes, sealed_at AS sealedAt,
          (SELECT sum(plain_size) FROM seal_chunks WHERE seal = seals.number) AS bytes,
          ${recorded('seals.from_seq')} AS recordedFrom, ${recorded('seals.to_seq')} AS recordedTo
        FROM seals JOIN logs ON logs.number = seals.log WHERE seals.number < ? ORDER BY seals.number DESC LIMIT ?`,
      before ?? Number.MAX_SAFE_INTEGER,
      limit,
    )
    .map((seal) => ({ ...seal, isHere: here.has(seal.file) }))
}

export type MissingArchive = { readonly file: string; readonly events: number }

/** Archives that a seal names and that are not here, oldest first; of those that hold anything recorded after a position, if one is given. */
export function missingArchives(reader: Reader, afterPosition: number = 0): readonly MissingArchive[] {
  const here = filesHere(reader)
  const rows = reader.all<{ file: string; events: number; last: number }>(
    `SELECT file, to_seq - from_seq + 1 AS events, ${
      afterPosition === 0
        ? '1'
        : '(SELECT position + count - 1 FROM runs WHERE runs.log = seals.log AND runs.branch = seals.branch AND runs.from_seq <= to_seq ORDER BY runs.from_seq DESC LIMIT 1)'
    } AS last FROM seals ORDER BY number`,
  )
  return rows.filter(({ file, last }) => !here.has(file) && last > afterPosition).map(({ file, events }) => ({ file, events }))
}

export function isAnyArchiveMissing(reader: Reader): boolean {
  return reader.get('SELECT 1 FROM seals LIMIT 1') !== undefined && missingArchives(reader).length > 0
}

export type SealPreview = { readonly logs: number; readonly events: number; readonly bytes: number }

/** What would be sealed of all bulk logs. Looks at every run that would be, so ask now and then, not all the time. */
export function previewSeal(reader: Reader, recordedBefore: number, leastBytes: number): SealPreview {
  let [logs, events, bytes] = [0, 0, 0]
  for (const name of bulkLogs(reader, '', Number.MAX_SAFE_INTEGER)) {
    const choice = chooseSeal(reader, parseLogId(name), { recordedBefore, leastBytes })
    if (choice === undefined) continue
    logs++
    events += choice.to - choice.from + 1
    bytes += choice.bytes
  }
  return { logs, events, bytes }
}

function filesHere(reader: Reader): ReadonlySet<string> {
  return filesIn(contextOf(reader).archive?.directory)
}

export function countSeals(reader: Reader): number {
  return reader.get<{ n: number }>('SELECT count(*) AS n FROM seals')?.n ?? 0
}
