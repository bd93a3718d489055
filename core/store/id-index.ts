/** Where the event with an id is: in one of the few merged batches whose ids begin before it and end after it, or in the tail. */
import { ulidToBytes } from '../kernel/ids.ts'
import type { Reader } from '../kernel/reader.ts'
import { readMergedTo, tailAfter } from './event-index.ts'
import { idEntryBytes } from './index-batch.ts'
import { findInTail } from './index-tail.ts'
import { idBytes } from './run-columns.ts'

/** The position of the one that came first, should an origin have used an id that was taken. */
export function positionOfId(reader: Reader, text: string): number | undefined {
  const id = ulidToBytes(text)
  const mergedTo = readMergedTo(reader)
  const batches = reader.all<{ batch: number }>(
    'SELECT batch FROM index_batches WHERE first_id <= ? AND last_id >= ? AND last <= ? ORDER BY batch',
    id,
    id,
    mergedTo,
  )
  for (const { batch } of batches) {
    const block = reader.get<{ entries: Uint8Array }>(
      'SELECT entries FROM id_blocks WHERE batch = ? AND first_id <= ? ORDER BY first_id DESC LIMIT 1',
      batch,
      id,
    )
    const found = block === undefined ? undefined : findInBlock(block.entries, id)
    if (found !== undefined) return batch + found
  }
  return findInTail(tailAfter(reader, mergedTo), id)
}

function findInBlock(block: Uint8Array, id: Uint8Array): number | undefined {
  const entries = Buffer.from(block.buffer, block.byteOffset, block.byteLength)
  for (let at = 0; at < entries.length; at += idEntryBytes) {
    if (entries.compare(id, 0, idBytes, at, at + idBytes) === 0) return entries.readUInt32BE(at + idBytes)
  }
  return undefined
}
