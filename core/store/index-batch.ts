/** What one merge of the event index writes, as a function of the runs it covers: made once to be stored, and again to be checked. */
import type { Reader } from '../kernel/reader.ts'
import { openColumns, type ColumnsRow } from './index-tail.ts'
import { idAt, idBytes, subjectAt, typeAt } from './run-columns.ts'

/** A row of an index page stays in its page up to about a quarter of it. */
const entriesPerRow = 100
const idsPerBlock = 48

/** u32 of the distance from the row's position, u32 type. */
export const entryBytes = 8
/** The id, and u32 of the distance from the batch's first position. */
export const idEntryBytes = idBytes + 4

export type Batch = {
  readonly first: number
  /** Per event; subject 0 for one that could not be read. */
  readonly subjects: Uint32Array
  readonly types: Uint32Array
  readonly ids: Buffer
}

/** The events of positions `first` to `last`, which are where runs begin and end. Throws Corrupt `STORE_DAMAGED`. */
export function batchOf(reader: Reader, first: number, last: number): Batch {
  const count = last - first + 1
  const batch = { first, subjects: new Uint32Array(count), types: new Uint32Array(count), ids: Buffer.alloc(count * idBytes) }
  const rows = reader.iterate<ColumnsRow>(
    'SELECT position, count, columns FROM runs WHERE position BETWEEN ? AND ? ORDER BY position',
    first,
    last,
  )
  for (const row of rows) {
    const columns = openColumns(row)
    const at = row.position - first
    for (let index = 0; index < columns.count && at + index < count; index++) {
      batch.subjects[at + index] = subjectAt(columns, index)
      batch.types[at + index] = typeAt(columns, index)
      batch.ids.set(idAt(columns, index), (at + index) * idBytes)
    }
  }
  return batch
}

export type SubjectRow = { readonly subject: number; readonly position: number; readonly entries: Uint8Array }

/** Sorted by subject, then position. */
export function* entriesOfBatch({ first, subjects, types }: Batch): Generator<SubjectRow, void> {
  const sorted = sortedBySubject(subjects)
  for (let from = 0; from < sorted.length; ) {
    const start = sorted[from] as number
    const subject = subjects[start] as number
    let to = from + 1
    while (to < sorted.length && to - from < entriesPerRow && subjects[sorted[to] as number] === subject) to++
    const entries = Buffer.allocUnsafe((to - from) * entryBytes)
    let at = 0
    for (let place = from; place < to; place++) {
      const index = sorted[place] as number
      at = entries.writeUInt32BE(types[index] as number, entries.writeUInt32BE(index - start, at))
    }
    yield { subject, position: first + start, entries }
    from = to
  }
}

/** Indexes of events that have a subject. A batch has fewer than 2^21 events, so subject and index share a double exactly. */
function sortedBySubject(subjects: Uint32Array): Uint32Array {
  const room = 2 ** 21
  const keys = new Float64Array(subjects.length)
  let count = 0
  for (let index = 0; index < subjects.length; index++) {
    const subject = subjects[index] as number
    if (subject !== 0) keys[count++] = subject * room + index
  }
  return Uint32Array.from(keys.subarray(0, count).sort(), (key) => key % room)
}

export type IdBlock = { readonly first: Uint8Array; readonly last: Uint8Array; readonly entries: Uint8Array }

/** Sorted; of an id that was used twice only the first event. */
export function idBlocksOfBatch(batch: Batch): readonly IdBlock[] {
  const { ids } = batch
  const sorted = sortedById(batch)
  const blocks: IdBlock[] = []
  for (let from = 0; from < sorted.length; from += idsPerBlock) {
    const part = sorted.slice(from, from + idsPerBlock)
    const entries = Buffer.allocUnsafe(part.length * idEntryBytes)
    for (const [place, index] of part.entries()) {
      entries.set(idOf(ids, index), place * idEntryBytes)
      entries.writeUInt32BE(index, place * idEntryBytes + idBytes)
    }
    blocks.push({ first: idOf(ids, part[0] as number), last: idOf(ids, part.at(-1) as number), entries })
  }
  return blocks
}

/** By time first, which tells most of them apart without looking at bytes, and which is nearly the order they came in. */
function sortedById({ subjects, ids }: Batch): readonly number[] {
  const times = new Float64Array(subjects.length)
  const indexes: number[] = []
  for (let index = 0; index < subjects.length; index++) {
    if (subjects[index] === 0) continue
    times[index] = ids.readUIntBE(index * idBytes, 6)
    indexes.push(index)
  }
  const compare = (a: number, b: number): number =>
    (times[a] as number) - (times[b] as number) || ids.compare(ids, b * idBytes, (b + 1) * idBytes, a * idBytes, (a + 1) * idBytes) || a - b
  indexes.sort(compare)
  return indexes.filter((index, place) => place === 0 || !idOf(ids, index).equals(idOf(ids, indexes[place - 1] as number)))
}

function idOf(ids: Buffer, index: number): Buffer {
  return ids.subarray(index * idBytes, (index + 1) * idBytes)
}
