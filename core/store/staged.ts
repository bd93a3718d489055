/**
 * Pieces of a segment or blob on its way in, stored durably before they are acknowledged, so that a link that drops every minute
 * still advances ([ST8]).
 */
import { ulidToBytes, type OriginId } from '../kernel/ids.ts'
import type { Reader, Row, Writer } from '../kernel/reader.ts'
import type { Rejection } from '../kernel/result.ts'

export type Piece = {
  readonly origin: OriginId
  /** Names the whole that this is a piece of, for example `log:from-to`. */
  readonly key: string
  readonly offset: number
  /** Size of the whole, in bytes. */
  readonly total: number
  readonly bytes: Uint8Array
}

export type Staging =
  /** Held without a gap up to `offset`: send from there. */
  | { readonly kind: 'staged'; readonly offset: number }
  | { readonly kind: 'complete'; readonly bytes: Uint8Array }
  | { readonly kind: 'gap'; readonly expected: number }
  /** STAGING_FULL: the origin has too much on its way; STAGING_MALFORMED: the piece is not a part of its whole. */
  | { readonly kind: 'refused'; readonly refusal: Rejection }

/** Per origin: four segments of the largest size. */
export const stagingQuotaBytes = 16 * 1024 * 1024

/** Charged for each piece beside its bytes, so that a million tiny ones do not slip under the quota. */
const pieceOverheadBytes = 256

type PieceRow = Row & { readonly start: number; readonly total: number; readonly size: number }

/**
 * The same piece twice gets the same answer, also after the last one: pieces are kept until `dropStaged`. A whole of another size
 * under the same key begins anew.
 */
export function stagePiece(writer: Writer, piece: Piece, quotaBytes: number = stagingQuotaBytes): Staging {
  const staging = stagePieceOnly(writer, piece, quotaBytes)
  if (staging.kind !== 'all-here') return staging
  return { kind: 'complete', bytes: readWhole(writer, ulidToBytes(piece.origin), piece.key, piece.total) }
}

/** As `stagePiece`, but what is complete is left where it is, to be read by `stagedPieces`. */
export function stagePieceOnly(
  writer: Writer,
  piece: Piece,
  quotaBytes: number = stagingQuotaBytes,
): Exclude<Staging, { readonly kind: 'complete' }> | { readonly kind: 'all-here' } {
  const { offset, total, bytes, key } = piece
  if (!isPartOfItsWhole(piece)) {
    return refusal('STAGING_MALFORMED', 'The piece is not a part of what it says it belongs to.', {
      offset,
      total,
      sizeBytes: bytes.length,
    })
  }
  const origin = ulidToBytes(piece.origin)
  const last = lastPiece(writer, origin, key)
  if (last !== undefined && last.total !== total) dropStaged(writer, piece.origin, key)
  const reached = last === undefined || last.total !== total ? 0 : last.start + last.size
  if (offset > reached) return { kind: 'gap', expected: reached }
  const fresh = bytes.subarray(reached - offset)
  if (fresh.length > 0) {
    const used = stagedBytes(writer, piece.origin)
    if (used + fresh.length + pieceOverheadBytes > quotaBytes) {
      return refusal('STAGING_FULL', 'Too much is on its way from this origin already; finish or give up a transfer first.', {
        usedBytes: used,
        quotaBytes,
      })
    }
    writer.run(
      'INSERT INTO staged_pieces (origin, name, start, total, size, bytes) VALUES (?, ?, ?, ?, ?, ?)',
      origin,
      key,
      reached,
      total,
      fresh.length,
      fresh,
    )
  }
  const end = reached + fresh.length
  return end < total ? { kind: 'staged', offset: end } : { kind: 'all-here' }
}

/** What is staged, in order, one piece in memory at a time. */
export function* stagedPieces(reader: Reader, origin: OriginId, key: string): Generator<Uint8Array, void> {
  for (let start = 0; ; ) {
    const piece = reader.get<{ bytes: Uint8Array }>(
      'SELECT bytes FROM staged_pieces WHERE origin = ? AND name = ? AND start = ?',
      ulidToBytes(origin),
      key,
      start,
    )
    if (piece === undefined) return
    yield piece.bytes
    start += piece.bytes.length
  }
}

/** Once the whole was taken in, or was refused and must be sent again. */
export function dropStaged(writer: Writer, origin: OriginId, key: string): void {
  writer.run('DELETE FROM staged_pieces WHERE origin = ? AND name = ?', ulidToBytes(origin), key)
}

/** Everything that is on its way from this origin: it was given up, or has to begin anew. */
export function dropStagedOf(writer: Writer, origin: OriginId): void {
  writer.run('DELETE FROM staged_pieces WHERE origin = ?', ulidToBytes(origin))
}

/** How far a transfer has come, in bytes without a gap; 0 when nothing of it is staged. */
export function stagedOffset(reader: Reader, origin: OriginId, key: string): number {
  const last = lastPiece(reader, ulidToBytes(origin), key)
  return last === undefined ? 0 : last.start + last.size
}

/** What is on its way from everybody, in bytes. */
export function stagedInAll(reader: Reader): number {
  return reader.get<{ used: number | null }>('SELECT sum(size) AS used FROM staged_pieces')?.used ?? 0
}

/** What counts towards the origin's quota. */
export function stagedBytes(reader: Reader, origin: OriginId): number {
  const row = reader.get<{ used: number | null }>(
    `SELECT sum(size + ${pieceOverheadBytes}) AS used FROM staged_pieces WHERE origin = ?`,
    ulidToBytes(origin),
  )
  return row?.used ?? 0
}

function isPartOfItsWhole({ offset, total, bytes }: Piece): boolean {
  return Number.isSafeInteger(offset) && Number.isSafeInteger(total) && offset >= 0 && bytes.length > 0 && offset + bytes.length <= total
}

function lastPiece(reader: Reader, origin: Uint8Array, key: string): PieceRow | undefined {
  return reader.get<PieceRow>(
    'SELECT start, total, size FROM staged_pieces WHERE origin = ? AND name = ? ORDER BY start DESC LIMIT 1',
    origin,
    key,
  )
}

function readWhole(reader: Reader, origin: Uint8Array, key: string, total: number): Uint8Array {
  const whole = new Uint8Array(total)
  for (const piece of reader.all<{ start: number; bytes: Uint8Array }>(
    'SELECT start, bytes FROM staged_pieces WHERE origin = ? AND name = ? ORDER BY start',
    origin,
    key,
  )) {
    whole.set(piece.bytes, piece.start)
  }
  return whole
}

function refusal(code: string, sentence: string, facts: Rejection['facts']): Extract<Staging, { readonly kind: 'refused' }> {
  return { kind: 'refused', refusal: { code, sentence, facts } }
}
