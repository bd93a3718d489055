/**
 * What the origins say that there is: each control segment names the heads of the other lanes of its origin, under its signature. Whoever
 * carried the one and left out the other cannot hide it ([SB30]).
 */
import type { Reader, Writer } from '../../kernel/reader.ts'
import { formatLogId, lanes } from '../../log/log-id.ts'
import type { FiledSegment } from '../../store/accept-segment.ts'

/** A part of a log that its origin spoke of, and that did not come here. */
export type Absent = { readonly log: string; readonly from: number; readonly to: number }

/** Of a segment that was proven. The furthest point that was told of counts. */
export function noteAnnounced(writer: Writer, { header, log }: Pick<FiledSegment, 'header' | 'log'>): void {
  for (const lane of lanes) {
    const told = lane === log.lane ? undefined : header.lanes?.[lane]
    if (told === undefined || told.seq === 0) continue
    writer.run(
      `INSERT INTO sync_announced (log, seq) VALUES (?, ?)
        ON CONFLICT (log) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > sync_announced.seq`,
      formatLogId({ ...log, lane }),
      told.seq,
    )
  }
}

/** By name of the log. Some of it may come with the next bundle: that it is not here is all that is said. */
export function readAbsent(reader: Reader, atMost: number): readonly Absent[] {
  return reader.all<Absent>(
    `SELECT told.log, coalesce(held.seq, 0) + 1 AS "from", told.seq AS "to" FROM sync_announced AS told
      LEFT JOIN logs ON logs.name = told.log
      LEFT JOIN heads AS held ON held.log = logs.number AND held.branch = 0
      WHERE coalesce(held.seq, 0) < told.seq ORDER BY told.log LIMIT ?`,
    atMost,
  )
}
