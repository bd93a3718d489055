/** Content by its SHA-256: stored once, in pieces that are compressed and checked one by one, never held whole ([ST30]). */
import { AppError } from '../kernel/app-error.ts'
import { equalBytes, toHex } from '../kernel/hex.ts'
import type { Reader, Row, Writer } from '../kernel/reader.ts'
import { putBlobFrom } from './blobs-incoming.ts'
import { type BlobRow, findBlob, keepBlob } from './blobs-row.ts'
import { contextOf } from './context.ts'

type PieceRow = Row & {
  readonly start: number
  readonly size: number
  readonly sha256: Uint8Array
  readonly encoding: string
  readonly bytes: Uint8Array
}

export type BlobStream = { readonly sizeBytes: number; readonly pieces: Iterable<Uint8Array> }

/** Answers the digest in hex. Harmless when it is held already. Throws Invalid `BLOB_TOO_LARGE`. */
export function putBlob(writer: Writer, bytes: Uint8Array): string {
  const digest = toHex(contextOf(writer).ports.crypto.sha256(bytes))
  if (!keepBlob(writer, digest)) putBlobFrom(writer, [bytes])
  return digest
}

/** All of it. Throws Corrupt `BLOB_DAMAGED` when what is stored is not what was put. What may be large is read by `streamBlob`. */
export function readBlob(reader: Reader, digest: string): Uint8Array | undefined {
  const stream = streamBlob(reader, digest)
  if (stream === undefined) return undefined
  const whole = new Uint8Array(stream.sizeBytes)
  let reached = 0
  for (const piece of stream.pieces) {
    whole.set(piece, reached)
    reached += piece.length
  }
  return whole
}

/**
 * Its pieces in order, one in memory at a time. Each is checked before it is handed out, and the whole against its digest after the
 * last one: only a stream that ended without Corrupt `BLOB_DAMAGED` was the content.
 */
export function streamBlob(reader: Reader, digest: string): BlobStream | undefined {
  const row = findBlob(reader, digest)
  return row === undefined ? undefined : { sizeBytes: row.size, pieces: checkedPieces(reader, row, digest) }
}

/**
 * Bytes `first`..`last`, both included, of which only the pieces that hold them are read. Each of these is checked against its own
 * digest; that the pieces together are the content is what `readBlob`, `streamBlob` and `ibcf verify` prove. Throws Corrupt
 * `BLOB_DAMAGED`.
 */
export function readBlobRange(reader: Reader, digest: string, first: number, last: number): Uint8Array | undefined {
  const row = findBlob(reader, digest)
  if (row === undefined) return undefined
  const end = Math.min(last + 1, row.size)
  const range = new Uint8Array(Math.max(0, end - first))
  let reached = first
  while (reached < end) {
    const piece = pieceAt(reader, row.number, reached)
    if (piece === undefined || piece.start + piece.size <= reached) throw blobDamaged(digest)
    const bytes = openPiece(reader, piece, digest)
    const to = Math.min(end, piece.start + bytes.length)
    range.set(bytes.subarray(reached - piece.start, to - piece.start), reached - first)
    reached = to
  }
  return range
}

export function hasBlob(reader: Reader, digest: string): boolean {
  return findBlob(reader, digest) !== undefined
}

/** Plain bytes; undefined when it is not held. */
export function blobSize(reader: Reader, digest: string): number | undefined {
  return findBlob(reader, digest)?.size
}

/** Corrupt. */
export function blobDamaged(digest: string, cause?: unknown): AppError {
  return new AppError(
    'Corrupt',
    'BLOB_DAMAGED',
    `The stored content ${digest.slice(0, 12)} is damaged: it is not what was put there.`,
    { digest },
    cause,
  )
}

function* checkedPieces(reader: Reader, { number, size }: BlobRow, digest: string): Generator<Uint8Array, void> {
  const hasher = contextOf(reader).ports.crypto.hasher()
  let reached = 0
  while (reached < size) {
    // Asked for one by one, not iterated: writing may go on between them.
    const piece = pieceAt(reader, number, reached)
    if (piece?.start !== reached) throw blobDamaged(digest)
    const bytes = openPiece(reader, piece, digest)
    hasher.update(bytes)
    reached += bytes.length
    yield bytes
  }
  if (reached !== size || toHex(hasher.digest()) !== digest) throw blobDamaged(digest)
}

function openPiece(reader: Reader, piece: PieceRow, digest: string): Uint8Array {
  const { crypto, compression } = contextOf(reader).ports
  const bytes = piece.encoding === 'zstd' ? unpack(compression.unzstd, piece, digest) : piece.bytes
  if (bytes.length !== piece.size || bytes.length === 0 || !equalBytes(crypto.sha256(bytes), piece.sha256)) throw blobDamaged(digest)
  return bytes
}

function unpack(unzstd: (bytes: Uint8Array, maxBytes: number) => Uint8Array, { bytes, size }: PieceRow, digest: string): Uint8Array {
  try {
    return unzstd(bytes, size)
  } catch (cause) {
    throw blobDamaged(digest, cause)
  }
}

function pieceAt(reader: Reader, blob: number, at: number): PieceRow | undefined {
  return reader.get<PieceRow>(
    'SELECT start, size, sha256, encoding, bytes FROM blob_pieces WHERE blob = ? AND start <= ? ORDER BY start DESC LIMIT 1',
    blob,
    at,
  )
}
