/**
 * Which events are about whom, and where an id is. Subjects come in random order, and a sorted index on the hot path would rewrite a
 * page for each of them: appending was three times slower with one. So the tables are filled late, tens of thousands of events at a
 * time and sorted, and what is not yet in them (the tail) is found by lists in memory, made from the columns of the runs when somebody
 * first asks.
 *
 * A merge is one batch: per subject a row with all its events of the batch, and the batch's ids in sorted blocks. ULIDs grow with time,
 * so of many batches only few can hold a given id.
 */
import type { Reader, Writer } from '../kernel/reader.ts'
import { contextOf } from './context.ts'
import { batchOf, entriesOfBatch, idBlocksOfBatch } from './index-batch.ts'
import { createTail, loadTail, type IndexTail } from './index-tail.ts'
import { lastPosition } from './read-position.ts'

/** From this many on a merge pays: each page of the tables is touched for several entries at once. */
export const mergeEvents = 32_768

/**
 * Nobody has been idle for so long that the merge is done by whoever appends next: a few tenths of a second. The tail takes about
 * 10 MB then, and whoever opens the store and asks first reads it within a tenth of a second.
 */
const overdueEvents = 131_072

/** A batch is sorted in memory; what came in one huge transaction is more than one. */
const batchEvents = 2 ** 20

/** Whether `mergeIndexes` has something worth its while to do. */
export function isMergeDue(reader: Reader): boolean {
  return lastPosition(reader) - readMergedTo(reader) >= mergeEvents
}

/**
 * Moves the tail into the tables, in the caller's transaction. To be called when there is nothing else to do and `isMergeDue`; takes
 * about 1.5 us an event. Answers how many events it took in.
 */
export function mergeIndexes(writer: Writer): number {
  const mergedTo = readMergedTo(writer)
  const last = lastPosition(writer)
  for (let done = mergedTo; done < last; ) done = mergeBatch(writer, done + 1)
  contextOf(writer).indexTail = undefined
  return last - mergedTo
}

/** Answers the last position that it took in: where a run ends. */
function mergeBatch(writer: Writer, first: number): number {
  const last = lastPosition(writer, first + batchEvents)
  const batch = batchOf(writer, first, last)
  for (const { subject, position, entries } of entriesOfBatch(batch)) {
    writer.run('INSERT INTO subject_entries (subject, position, entries) VALUES (?, ?, ?)', subject, position, entries)
  }
  const blocks = idBlocksOfBatch(batch)
  for (const { first, entries } of blocks) {
    writer.run('INSERT INTO id_blocks (batch, first_id, entries) VALUES (?, ?, ?)', batch.first, first, entries)
  }
  writer.run(
    'INSERT INTO index_batches (batch, last, first_id, last_id) VALUES (?, ?, ?, ?)',
    batch.first,
    last,
    blocks[0]?.first ?? null,
    blocks.at(-1)?.last ?? null,
  )
  return last
}

/** To be called for each run of new events, in their transaction. */
export function mergeWhenOverdue(writer: Writer, last: number): void {
  if (last - readMergedTo(writer) >= overdueEvents) mergeIndexes(writer)
}

/** The last position that the tables know of. */
export function readMergedTo(reader: Reader): number {
  return reader.get<{ last: number }>('SELECT last FROM index_batches ORDER BY batch DESC LIMIT 1')?.last ?? 0
}

/** What the tables do not know of, up to now. */
export function tailAfter(reader: Reader, mergedTo: number): IndexTail {
  const context = contextOf(reader)
  const held = context.indexTail
  const tail = held?.mergedTo === mergedTo ? held : createTail(mergedTo)
  context.indexTail = tail
  loadTail(reader, tail)
  return tail
}
