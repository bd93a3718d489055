/** Lets go of content that no event refers to, some time after that began, a little at a time ([ST33]). */
import type { Reader, Writer } from '../kernel/reader.ts'
import { noteBlobReferences } from './blob-references.ts'
import { contextOf } from './context.ts'
import { readEventsAfter } from './read-events.ts'

export type Collection = {
  readonly kind: 'counting' | 'collected'
  /** Events read, or pieces let go. Zero: nothing is left to do. */
  readonly done: number
}

/**
 * A week: content travels before the event that speaks of it, and on a thin link, or with a courier, the event may come days later.
 * Whoever offers the content again, or asks whether it is held, begins that time anew.
 */
export const blobGraceMs = 7 * 24 * 60 * 60_000

const eventsAtOnce = 2000
const piecesAtOnce = 64

/** One step, short enough for commits to wait for; to be called until it has nothing to do. */
export function collectBlobs(writer: Writer, graceMs: number = blobGraceMs): Collection {
  const countedTo = writer.get<{ counted_to: number | null }>('SELECT counted_to FROM blob_counting')?.counted_to ?? null
  if (countedTo !== null) return { kind: 'counting', done: countOlder(writer, countedTo) }
  const idle = firstIdle(writer, contextOf(writer).ports.clock.now() - graceMs)
  return { kind: 'collected', done: idle === undefined ? 0 : letGo(writer, idle) }
}

/** A file from before references were counted holds events that were not. */
function countOlder(writer: Writer, from: number): number {
  const events = readEventsAfter(writer, from, eventsAtOnce)
  noteBlobReferences(writer, events)
  writer.run('UPDATE blob_counting SET counted_to = ?', events.at(-1)?.position ?? null)
  return events.length + 1
}

/** Of which pieces are on their way, is about to be referred to: it is left. */
function firstIdle(reader: Reader, before: number): number | undefined {
  return reader.get<{ number: number }>(
    `SELECT number FROM blobs WHERE idle_since <= ?
      AND NOT EXISTS (SELECT 1 FROM staged_pieces WHERE sha256 IS NOT NULL AND name = 'blob:' || lower(hex(sha256)))
      ORDER BY idle_since LIMIT 1`,
    before,
  )?.number
}

/** Nobody finds it from the first step on; its pieces go some at a time. */
function letGo(writer: Writer, number: number): number {
  writer.run('UPDATE blobs SET sha256 = NULL WHERE number = ?', number)
  const { changes } = writer.run(
    'DELETE FROM blob_pieces WHERE rowid IN (SELECT rowid FROM blob_pieces WHERE blob = ? LIMIT ?)',
    number,
    piecesAtOnce,
  )
  if (changes < piecesAtOnce) writer.run('DELETE FROM blobs WHERE number = ?', number)
  return changes + 1
}
