/** Writes a run of events to the end of a branch. The one place that fills the events table. */
import { ulidToBytes } from '../kernel/ids.ts'
import type { Writer } from '../kernel/reader.ts'
import type { EventReading } from '../log/event-bytes.ts'
import type { LogId } from '../log/log-id.ts'
import { noteBlobReferences } from './blob-references.ts'
import { contextOf } from './context.ts'
import { subjectNumber, typeNumber, type Identities } from './identities.ts'
import type { StoredEvent } from './stored-event.ts'
import { indexSubjects } from './subject-index.ts'

export type NewEvent = { readonly seq: number; readonly bytes: Uint8Array; readonly reading: EventReading }

const insert = `INSERT INTO events (position, log, branch, seq, event_id, subject, type, hlc_ms, recorded_at, is_readable, bytes)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

export function insertEvents(
  writer: Writer,
  place: { readonly log: LogId; readonly number: number; readonly branch: number },
  events: readonly NewEvent[],
  recordedAt: number,
): readonly StoredEvent[] {
  const { identities } = contextOf(writer)
  let position = writer.get<{ last: number | null }>('SELECT max(position) AS last FROM events')?.last ?? 0
  const stored = events.map(({ seq, bytes, reading }) => {
    position++
    const event = reading.kind === 'event' ? reading.envelope : undefined
    if (event === undefined) {
      writer.run(insert, position, place.number, place.branch, seq, null, null, null, null, recordedAt, 0, bytes)
    } else {
      const { id, subject, type, hlc } = columnsOf(writer, identities, event)
      writer.run(insert, position, place.number, place.branch, seq, id, subject, type, hlc, recordedAt, 1, bytes)
    }
    return { position, log: place.log, branch: place.branch, seq, recordedAt, bytes, event }
  })
  indexSubjects(writer, position)
  noteBlobReferences(writer, stored)
  return stored
}

type EventColumns = { readonly id: Uint8Array; readonly subject: number; readonly type: number; readonly hlc: number }

function columnsOf(writer: Writer, identities: Identities, event: NonNullable<StoredEvent['event']>): EventColumns {
  return {
    id: ulidToBytes(event.id),
    subject: subjectNumber(writer, identities, event.subject),
    type: typeNumber(writer, identities, event.type),
    hlc: Number.parseInt(event.hlc.slice(0, 12), 16),
  }
}
