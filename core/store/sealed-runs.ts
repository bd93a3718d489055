/** Reads runs whose bytes were sealed into an archive, a chunk at a time; the last chunks stay in memory. */
import { AppError } from '../kernel/app-error.ts'
import type { Reader, Row } from '../kernel/reader.ts'
import { sliceFrames, type FramedEvents } from '../log/framing.ts'
import { readChunk } from './archive-file.ts'
import { contextOf } from './context.ts'
import { damaged } from './failure.ts'

type ChunkRow = Row & {
  readonly file: string
  readonly from_seq: number
  readonly count: number
  readonly start: number
  readonly size: number
  readonly plain_size: number
  readonly sha256: Uint8Array
}

const keptChunks = 4

export type SealedRun = { readonly log: number; readonly branch: number; readonly fromSeq: number; readonly count: number }

/**
 * The bytes of a run, framed. Throws Unavailable `ARCHIVE_MISSING`, Corrupt `ARCHIVE_DAMAGED`, and Corrupt `STORE_DAMAGED` for a run
 * without bytes that was never sealed.
 */
export function readSealedRun(reader: Reader, { log, branch, fromSeq, count }: SealedRun): Uint8Array {
  const row = reader.get<ChunkRow>(
    `SELECT file, c.from_seq, c.count, c.start, c.size, c.plain_size, c.sha256
      FROM seals JOIN seal_chunks AS c ON c.seal = seals.number
      WHERE log = ? AND branch = ? AND c.from_seq <= ? ORDER BY c.from_seq DESC LIMIT 1`,
    log,
    branch,
    fromSeq,
  )
  if (row === undefined || fromSeq + count > row.from_seq + row.count) throw damaged({ log, branch, seq: fromSeq })
  return sliceFrames(chunkOf(reader, row), fromSeq - row.from_seq, fromSeq - row.from_seq + count).body
}

function chunkOf(reader: Reader, row: ChunkRow): FramedEvents {
  const { archive, ports } = contextOf(reader)
  if (archive === undefined) throw new AppError('Bug', 'ARCHIVE_NOWHERE', 'A store in memory has no archive.', { file: row.file })
  const name = `${row.file}:${row.from_seq}`
  const known = archive.chunks.get(name)
  if (known !== undefined) return known
  const chunk = { from: row.from_seq, count: row.count, start: row.start, size: row.size, plainSize: row.plain_size, sha256: row.sha256 }
  const framed = readChunk(archive.directory, row.file, chunk, ports)
  const [oldest] = archive.chunks.keys()
  if (archive.chunks.size >= keptChunks && oldest !== undefined) archive.chunks.delete(oldest)
  archive.chunks.set(name, framed)
  return framed
}
