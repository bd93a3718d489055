/** Writes events to the end of a branch, cut into runs. The one place that fills the table of runs. */
import type { EventEnvelope } from '../kernel/event.ts'
import { writeUlid } from '../kernel/ids.ts'
import type { Writer } from '../kernel/reader.ts'
import { eventAt, sliceFrames, type FramedEvents } from '../log/framing.ts'
import type { LogId } from '../log/log-id.ts'
import { noteBlobReferences } from './blob-references.ts'
import { contextOf } from './context.ts'
import { mergeWhenOverdue } from './event-index.ts'
import { subjectNumber, typeNumber } from './identities.ts'
import { lastPosition } from './read-position.ts'
import { idBytes, packColumns, type NewColumns } from './run-columns.ts'
import type { StoredEvent } from './stored-event.ts'

/**
 * Of a run's bytes; an event larger than that is a run alone. Half as much costs a tenth more per event to write; twice as much makes
 * the reading of one event half as dear again (core/adr/0004-event-runs.md).
 */
export const runBytes = 16 * 1024

export type NewEvents = {
  readonly framed: FramedEvents
  /** SHA-256 of each, 32 bytes each. */
  readonly leaves: Uint8Array
  /** Undefined for one that cannot be read. */
  readonly envelopes: readonly (EventEnvelope | undefined)[]
  readonly firstSeq: number
}

export type RunPlace = { readonly log: LogId; readonly number: number; readonly branch: number }

export function insertRuns(writer: Writer, place: RunPlace, batch: NewEvents, recordedAt: number): readonly StoredEvent[] {
  const { framed, envelopes, firstSeq } = batch
  if (envelopes.length === 0) return []
  const first = lastPosition(writer) + 1
  const columns = columnsOf(writer, batch)
  for (let from = 0; from < envelopes.length; ) {
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
  const stored = envelopes.map(
    (event, index): StoredEvent => ({
      position: first + index,
      log: place.log,
      branch: place.branch,
      seq: firstSeq + index,
      recordedAt,
      bytes: eventAt(framed, index),
      event,
    }),
  )
  mergeWhenOverdue(writer, first + envelopes.length - 1)
  noteBlobReferences(writer, stored)
  return stored
}

/** As many events as fit, and one at least. */
function endOfRun(ends: Uint32Array, from: number): number {
  const start = from === 0 ? 0 : (ends[from - 1] ?? 0)
  let to = from + 1
  while (to < ends.length && (ends[to] ?? 0) - start <= runBytes) to++
  return to
}

function columnsOf(writer: Writer, { envelopes, leaves }: NewEvents): NewColumns {
  const { identities } = contextOf(writer)
  const subjects = new Uint32Array(envelopes.length)
  const types = new Uint32Array(envelopes.length)
  const ids = new Uint8Array(envelopes.length * idBytes)
  for (const [index, event] of envelopes.entries()) {
    if (event === undefined) continue
    subjects[index] = subjectNumber(writer, identities, event.subject)
    types[index] = typeNumber(writer, identities, event.type)
    writeUlid(event.id, ids, index * idBytes)
  }
  return { leaves, subjects, types, ids }
}
