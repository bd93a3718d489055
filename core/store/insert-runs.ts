/** Writes events to the end of a branch, cut into runs. The one place that fills the table of runs. */
import type { Writer } from '../kernel/reader.ts'
import type { EventFiling, FiledEvents } from '../log/event-filing.ts'
import { eventAt, sliceFrames, type FramedEvents } from '../log/framing.ts'
import type { LogId } from '../log/log-id.ts'
import { noteBlobReferences, refersToBlobs } from './blob-references.ts'
import { contextOf } from './context.ts'
import { mergeWhenOverdue } from './event-index.ts'
import { subjectNumber, typeNumber } from './identities.ts'
import { lastPosition } from './read-position.ts'
import { idBytes, packColumns, type NewColumns } from './run-columns.ts'
import { lazyEvent, type StoredEvent } from './stored-event.ts'

/**
 * Of a run's bytes; an event larger than that is a run alone. Half as much costs a tenth more per event to write; twice as much makes
 * the reading of one event half as dear again (core/adr/0004-event-runs.md).
 */
export const runBytes = 16 * 1024

export type NewEvents = {
  readonly framed: FramedEvents
  /** SHA-256 of each, 32 bytes each. */
  readonly leaves: Uint8Array
  /** Events without an envelope are parsed when somebody asks for them. */
  readonly filed: EventFiling | FiledEvents
  readonly firstSeq: number
}

export type RunPlace = { readonly log: LogId; readonly number: number; readonly branch: number }

export function insertRuns(writer: Writer, place: RunPlace, batch: NewEvents, recordedAt: number): readonly StoredEvent[] {
  const { framed, firstSeq } = batch
  const count = framed.ends.length
  if (count === 0) return []
  const first = lastPosition(writer) + 1
  const columns = columnsOf(writer, batch)
  for (let from = 0; from < count; ) {
    const to = endOfRun(framed.ends, from)
    const { body, ends } = sliceFrames(framed, from, to)
    writer.run(
      'INSERT INTO runs (position, log, branch, from_seq, count, recorded_at, columns, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      first + from,
      place.number,
      place.branch,
      firstSeq + from,
      to - from,
      recordedAt,
      packColumns(columns, ends, from, to),
      body,
    )
    from = to
  }
  const stored: StoredEvent[] = []
  for (let index = 0; index < count; index++) stored.push(storedEvent(place, batch, first, index, recordedAt))
  mergeWhenOverdue(writer, first + count - 1)
  const carriers = batch.filed.types.map(refersToBlobs)
  if (carriers.includes(true)) {
    noteBlobReferences(
      writer,
      stored.filter((_, index) => carriers[(batch.filed.typePlaces[index] as number) - 1]),
    )
  }
  return stored
}

function storedEvent(
  place: RunPlace,
  { framed, filed, firstSeq }: NewEvents,
  first: number,
  index: number,
  recordedAt: number,
): StoredEvent {
  const position = first + index
  const seq = firstSeq + index
  const bytes = eventAt(framed, index)
  const { log, branch } = place
  if (filed.typePlaces[index] === 0) return { position, log, branch, seq, recordedAt, bytes, event: undefined }
  if (!('envelopes' in filed)) return lazyEvent({ position, log, branch, seq, recordedAt, bytes })
  return { position, log, branch, seq, recordedAt, bytes, event: filed.envelopes[index] }
}

/** As many events as fit, and one at least. */
function endOfRun(ends: Uint32Array, from: number): number {
  const start = from === 0 ? 0 : (ends[from - 1] ?? 0)
  let to = from + 1
  while (to < ends.length && (ends[to] ?? 0) - start <= runBytes) to++
  return to
}

function columnsOf(writer: Writer, { filed, leaves }: NewEvents): NewColumns {
  const { identities } = contextOf(writer)
  const { typePlaces } = filed
  const subjects = new Uint32Array(typePlaces.length)
  const types = new Uint32Array(typePlaces.length)
  const numbers = filed.types.map((type) => typeNumber(writer, identities, type))
  for (let index = 0; index < typePlaces.length; index++) {
    const place = typePlaces[index] as number
    if (place === 0) continue
    types[index] = numbers[place - 1] as number
    subjects[index] = subjectNumber(writer, identities, filed.subjects, index * idBytes)
  }
  return { leaves, subjects, types, ids: filed.ids }
}
