/** Content by its SHA-256: stored once, compressed, checked whenever it is read ([ST7]). */
import { AppError } from '../kernel/app-error.ts'
import { equalBytes, fromHex, toHex } from '../kernel/hex.ts'
import type { Reader, Row, Writer } from '../kernel/reader.ts'
import { contextOf } from './context.ts'

export type BlobRow = Row & { readonly sha256: Uint8Array; readonly size: number; readonly encoding: string; readonly bytes: Uint8Array }

/** Answers the digest in hex. Harmless when it is held already. */
export function putBlob(writer: Writer, bytes: Uint8Array): string {
  const { crypto, compression } = contextOf(writer).ports
  const digest = crypto.sha256(bytes)
  if (isHeld(writer, digest)) return toHex(digest)
  const packed = compression.zstd(bytes)
  const isSmaller = packed.length < bytes.length
  writer.run(
    'INSERT INTO blobs (sha256, size, encoding, bytes) VALUES (?, ?, ?, ?)',
    digest,
    bytes.length,
    isSmaller ? 'zstd' : 'identity',
    isSmaller ? packed : bytes,
  )
  return toHex(digest)
}

/** Throws Corrupt `BLOB_DAMAGED` when what is stored is not what was put. */
export function readBlob(reader: Reader, digest: string): Uint8Array | undefined {
  const row = reader.get<BlobRow>('SELECT sha256, size, encoding, bytes FROM blobs WHERE sha256 = ?', fromHex(digest))
  return row === undefined ? undefined : openBlob(reader, row)
}

export function hasBlob(reader: Reader, digest: string): boolean {
  return isHeld(reader, fromHex(digest))
}

/** Throws Corrupt `BLOB_DAMAGED`. */
export function openBlob(reader: Reader, row: BlobRow): Uint8Array {
  const { crypto, compression } = contextOf(reader).ports
  const bytes = row.encoding === 'zstd' ? unpack(compression.unzstd, row) : row.bytes
  if (!equalBytes(crypto.sha256(bytes), row.sha256)) throw blobDamaged(row)
  return bytes
}

function unpack(unzstd: (bytes: Uint8Array, maxBytes: number) => Uint8Array, row: BlobRow): Uint8Array {
  try {
    return unzstd(row.bytes, row.size)
  } catch (cause) {
    throw blobDamaged(row, cause)
  }
}

function blobDamaged(row: BlobRow, cause?: unknown): AppError {
  const digest = toHex(row.sha256)
  return new AppError(
    'Corrupt',
    'BLOB_DAMAGED',
    `The stored content ${digest.slice(0, 12)} is damaged: it is not what was put there.`,
    { digest },
    cause,
  )
}

function isHeld(reader: Reader, digest: Uint8Array): boolean {
  return reader.get('SELECT 1 FROM blobs WHERE sha256 = ?', digest) !== undefined
}
