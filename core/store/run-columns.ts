/**
 * What a run of events is looked up by, packed: for each event its end in the run's bytes, the first four bytes of its SHA-256, the
 * numbers of its subject and type (0 for an event that could not be read), and its id. One array behind the other, integers
 * big-endian, 32 bytes an event. They lie before the bytes in the row, so that reading them touches none of the pages of the bytes.
 */
import type { FramedEvents } from '../log/framing.ts'
import { frameBytes, readFrames } from '../log/framing.ts'

export const columnsBytes = 32
export const idBytes = 16
const leafBytes = 32
const keptLeafBytes = 4

/** Of a whole batch of new events, before it is cut into runs. */
export type NewColumns = {
  /** 32 bytes an event. */
  readonly leaves: Uint8Array
  readonly subjects: Uint32Array
  readonly types: Uint32Array
  /** 16 bytes an event; zeros for one that could not be read. */
  readonly ids: Uint8Array
}

/** The columns of events `from` up to but not with `to`, whose `ends` are the run's own. */
export function packColumns(batch: NewColumns, ends: Uint32Array, from: number, to: number): Buffer {
  const count = to - from
  const packed = Buffer.allocUnsafe(count * columnsBytes)
  let at = 0
  for (let index = 0; index < count; index++) at = packed.writeUInt32BE(ends[index] as number, at)
  for (let index = from; index < to; index++) {
    const leaf = index * leafBytes
    for (let byte = 0; byte < keptLeafBytes; byte++) packed[at++] = batch.leaves[leaf + byte] as number
  }
  for (let index = from; index < to; index++) at = packed.writeUInt32BE(batch.subjects[index] as number, at)
  for (let index = from; index < to; index++) at = packed.writeUInt32BE(batch.types[index] as number, at)
  packed.set(batch.ids.subarray(from * idBytes, to * idBytes), at)
  return packed
}

/** Columns as they were read; `count` events. */
export type Columns = { readonly count: number; readonly packed: Buffer }

/** Undefined when the row does not hold columns of so many events. */
export function readColumns(packed: Uint8Array, count: number): Columns | undefined {
  if (count < 1 || packed.length !== count * columnsBytes) return undefined
  return { count, packed: Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength) }
}

/** The first four bytes of the event's SHA-256, as a number. */
export function leafPrefixAt({ packed, count }: Columns, index: number): number {
  return packed.readUInt32BE(4 * (count + index))
}

export function leafPrefixOf(leaves: Uint8Array, index: number): number {
  return new DataView(leaves.buffer, leaves.byteOffset + index * leafBytes, keptLeafBytes).getUint32(0)
}

export function subjectAt({ packed, count }: Columns, index: number): number {
  return packed.readUInt32BE(4 * (2 * count + index))
}

/** 0 for an event that could not be read. */
export function typeAt({ packed, count }: Columns, index: number): number {
  return packed.readUInt32BE(4 * (3 * count + index))
}

/** A view. */
export function idAt(columns: Columns, index: number): Uint8Array {
  const start = idsStart(columns) + index * idBytes
  return columns.packed.subarray(start, start + idBytes)
}

/** Milliseconds, from the event's id. */
export function idTimeAt(columns: Columns, index: number): number {
  const start = idsStart(columns) + index * idBytes
  return columns.packed.readUInt32BE(start) * 2 ** 16 + columns.packed.readUInt16BE(start + 4)
}

/** A ULID begins with 48 bits of milliseconds. */
export function timeOfId(id: Uint8Array): number {
  const view = new DataView(id.buffer, id.byteOffset, id.byteLength)
  return view.getUint32(0) * 2 ** 16 + view.getUint16(4)
}

/** Of the first event with that id; -1 when there is none. */
export function indexOfId(columns: Columns, id: Uint8Array): number {
  const { packed } = columns
  const start = idsStart(columns)
  for (let at = packed.indexOf(id, start); at !== -1; at = packed.indexOf(id, at + 1)) {
    if ((at - start) % idBytes === 0) return (at - start) / idBytes
  }
  return -1
}

/** The run's events; undefined when its bytes are not framed as its columns say. */
export function framesOf({ packed, count }: Columns, body: Uint8Array): FramedEvents | undefined {
  const ends = new Uint32Array(count)
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  let start = 0
  for (let index = 0; index < count; index++) {
    const end = packed.readUInt32BE(4 * index)
    if (end < start + frameBytes || end > body.length || view.getUint32(start) !== end - start - frameBytes) return undefined
    ends[index] = end
    start = end
  }
  return start === body.length ? { body, ends } : undefined
}

/** As far as the frames themselves go, whatever the columns say: to find out where a run was altered. */
export function framesAlone(body: Uint8Array, count: number): FramedEvents | undefined {
  const framed = readFrames(body, count)
  return typeof framed === 'string' ? undefined : framed
}

function idsStart({ count }: Columns): number {
  return 4 * 4 * count
}
