/**
 * Content on its way in, one piece in memory at a time: within one transaction, or over many when it is large or comes slowly. Until
 * it is finished nobody finds it by its digest; what a killed process left of it is collected after the time of grace ([ST31]).
 */
import { AppError } from '../kernel/app-error.ts'
import { toHex } from '../kernel/hex.ts'
import type { Hasher } from '../kernel/ports.ts'
import type { Writer } from '../kernel/reader.ts'
import { blobLimits, keepBlob } from './blobs-row.ts'
import { contextOf } from './context.ts'
import type { Store } from './open.ts'

export type PutBlob =
  | { readonly kind: 'put'; readonly digest: string; readonly sizeBytes: number }
  /** It is not the content that was expected: nothing of it was kept. */
  | { readonly kind: 'differs'; readonly digest: string; readonly sizeBytes: number }

/** Nothing of it can be seen until `finish`; disposing of it before that gives it up. */
export type BlobPut = Disposable & {
  /** In chunks of any size. Throws Invalid `BLOB_TOO_LARGE`. */
  readonly write: (chunk: Uint8Array) => void
  readonly finish: () => PutBlob
}

/** Pieces that are made durable together: one wait for the disk for each is too many. */
const piecesAtOnce = 16

/** In one transaction. `expected` is a digest in hex. Throws Invalid `BLOB_TOO_LARGE`. */
export function putBlobFrom(writer: Writer, chunks: Iterable<Uint8Array>, expected?: string): PutBlob {
  const incoming = begin(writer)
  for (const piece of cut(chunks)) addPiece(writer, incoming, piece)
  return end(writer, incoming, expected)
}

/** Over many transactions, so that others commit in between. `expected` is a digest in hex. */
export function openBlobPut({ transact }: Pick<Store, 'transact'>, expected?: string): BlobPut {
  const incoming = transact(begin)
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  let isOver = false
  const flush = (isLast: boolean): void => {
    const pieces = [...cut(waiting)]
    const end = pieces.at(-1)
    // Unless it is full, the last one may still grow.
    const rest = isLast || end === undefined || end.length === blobLimits.pieceBytes ? undefined : pieces.pop()
    transact((writer) => {
      for (const piece of pieces) addPiece(writer, incoming, piece)
      writer.run('UPDATE blobs SET idle_since = ? WHERE number = ?', contextOf(writer).ports.clock.now(), incoming.number)
    })
    waiting = rest === undefined ? [] : [rest]
    waitingBytes = rest?.length ?? 0
  }
  return {
    write: (chunk) => {
      waiting.push(chunk)
      waitingBytes += chunk.length
      if (waitingBytes >= piecesAtOnce * blobLimits.pieceBytes) flush(false)
    },
    finish: () => {
      flush(true)
      isOver = true
      return transact((writer) => end(writer, incoming, expected))
    },
    [Symbol.dispose]: () => {
      if (!isOver) transact((writer) => drop(writer, incoming.number))
      isOver = true
    },
  }
}

type Incoming = { readonly number: number; readonly hasher: Hasher; sizeBytes: number }

function begin(writer: Writer): Incoming {
  const { clock, crypto } = contextOf(writer).ports
  writer.run('INSERT INTO blobs (sha256, size, reference_count, idle_since) VALUES (NULL, 0, 0, ?)', clock.now())
  const number = writer.get<{ number: number }>('SELECT last_insert_rowid() AS number')?.number ?? 0
  return { number, hasher: crypto.hasher(), sizeBytes: 0 }
}

function addPiece(writer: Writer, incoming: Incoming, piece: Uint8Array): void {
  const { crypto, compression } = contextOf(writer).ports
  if (incoming.sizeBytes + piece.length > blobLimits.maxBytes)
    throw new AppError('Invalid', 'BLOB_TOO_LARGE', `Content of more than ${blobLimits.maxBytes} bytes is not taken.`, {
      maxBytes: blobLimits.maxBytes,
    })
  const packed = compression.zstd(piece)
  const isSmaller = packed.length < piece.length
  writer.run(
    'INSERT INTO blob_pieces (blob, start, size, sha256, encoding, bytes) VALUES (?, ?, ?, ?, ?, ?)',
    incoming.number,
    incoming.sizeBytes,
    piece.length,
    crypto.sha256(piece),
    isSmaller ? 'zstd' : 'identity',
    isSmaller ? packed : piece,
  )
  incoming.hasher.update(piece)
  incoming.sizeBytes += piece.length
}

function end(writer: Writer, { number, hasher, sizeBytes }: Incoming, expected: string | undefined): PutBlob {
  const sha256 = hasher.digest()
  const digest = toHex(sha256)
  const isWanted = expected === undefined || expected === digest
  if (!isWanted || keepBlob(writer, digest)) {
    drop(writer, number)
    return { kind: isWanted ? 'put' : 'differs', digest, sizeBytes }
  }
  // Its events may have come before it.
  const count = writer.get<{ count: number }>('SELECT count(*) AS count FROM blob_references WHERE sha256 = ?', sha256)?.count ?? 0
  const idleSince = count > 0 ? null : contextOf(writer).ports.clock.now()
  writer.run(
    'UPDATE blobs SET sha256 = ?, size = ?, reference_count = ?, idle_since = ? WHERE number = ?',
    sha256,
    sizeBytes,
    count,
    idleSince,
    number,
  )
  return { kind: 'put', digest, sizeBytes }
}

function drop(writer: Writer, number: number): void {
  writer.run('DELETE FROM blob_pieces WHERE blob = ?', number)
  writer.run('DELETE FROM blobs WHERE number = ?', number)
}

/** Into pieces of the one size, the last one shorter. */
function* cut(chunks: Iterable<Uint8Array>): Generator<Uint8Array, void> {
  let piece = new Uint8Array(blobLimits.pieceBytes)
  let filled = 0
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.subarray(at, at + piece.length - filled)
      piece.set(taken, filled)
      filled += taken.length
      at += taken.length
      if (filled < piece.length) continue
      yield piece
      piece = new Uint8Array(blobLimits.pieceBytes)
      filled = 0
    }
  }
  if (filled > 0) yield piece.subarray(0, filled)
}
