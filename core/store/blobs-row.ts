/** Blobs by their digest, without their content. */
import { fromHex } from '../kernel/hex.ts'
import type { Reader, Row, Writer } from '../kernel/reader.ts'
import { contextOf } from './context.ts'

export const blobLimits = {
  /** Of plain bytes: small enough for a range to read little more than it asks for, large enough for zstd to find what repeats. */
  pieceBytes: 256 * 1024,
  /** What a stick formatted as FAT32 takes as one file. */
  maxBytes: 4 * 1024 ** 3 - 1,
} as const

export type BlobRow = Row & { readonly number: number; readonly size: number }

export function findBlob(reader: Reader, digest: string): BlobRow | undefined {
  return reader.get<BlobRow>('SELECT number, size FROM blobs WHERE sha256 = ?', fromHex(digest))
}

/** Whether it is held; if so, and no event refers to it yet, its time of grace begins anew: somebody means to refer to it. */
export function keepBlob(writer: Writer, digest: string): boolean {
  const row = findBlob(writer, digest)
  if (row === undefined) return false
  const now = contextOf(writer).ports.clock.now()
  writer.run('UPDATE blobs SET idle_since = ? WHERE number = ? AND idle_since IS NOT NULL', now, row.number)
  return true
}
