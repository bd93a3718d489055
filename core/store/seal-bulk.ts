/**
 * Seals the older part of a bulk log: its bytes go into an archive beside the store, and out of the store. What stays are the signed
 * points, the heads of the chain at both ends, and the columns of its runs, so that frontier, positions and indexes are what they were.
 *
 * Every step can be cut short: the archive is written, synced, renamed and read back before the seal is recorded, and only what a
 * recorded seal covers is dropped. Pages that become free are used again by what is recorded next; the file does not shrink.
 */
import { AppError } from '../kernel/app-error.ts'
import { equalBytes, toHex } from '../kernel/hex.ts'
import type { Reader } from '../kernel/reader.ts'
import { extendHeadBy } from '../log/chain.ts'
import { joinFrames, type FramedEvents } from '../log/framing.ts'
import { formatLogId, parseLogId, type LogId } from '../log/log-id.ts'
import { archiveEnding, readChunk, removeStrays, writeArchive, type Chunk } from './archive-file.ts'
import { branchOf, headAt, readLogTree, type LogTree } from './branches.ts'
import { contextOf } from './context.ts'
import { damaged } from './failure.ts'
import { inMemory, type Store } from './open.ts'
import { runsOfBranch } from './runs.ts'

export type SealLimits = {
  /** At most with this event. */
  readonly upTo?: number
  /** Only what was recorded here before, in wall milliseconds. */
  readonly recordedBefore?: number
}

export type Sealed = {
  readonly log: string
  readonly from: number
  readonly to: number
  readonly file: string
  readonly archiveBytes: number
}

const chunkBytes = 256 * 1024
/** Dropped at a time, so that nobody waits for long: about 8 MB. */
const dropRuns = 512

/**
 * Seals as much as the limits allow, up to a signed point at the end of a run; undefined when there is nothing to seal. Finishes first
 * what was cut short before. The newest signed stretch of a log is never sealed with `recordedBefore` in the future either way: what is
 * not signed stays. Throws Invalid `SEAL_NOT_BULK`, `SEAL_FORKED`, `SEAL_IN_MEMORY`; Corrupt `STORE_DAMAGED` when the events to be
 * sealed do not give the head that was signed.
 */
export function sealBulk(store: Store, log: LogId, limits: SealLimits, sealedAt: number): Sealed | undefined {
  const { reader } = store
  if (store.directory === inMemory) throw refusal('SEAL_IN_MEMORY', 'A store in memory has no place for archives.', log)
  if (log.lane !== 'bulk') throw refusal('SEAL_NOT_BULK', 'Only the bulk lane is sealed: control and facts stay at hand.', log)
  finishSeals(store)
  const tree = readLogTree(reader, log)
  if (tree === undefined || tree.branches.length === 0) return undefined
  if (tree.branches.length > 1) throw refusal('SEAL_FORKED', 'A log that forked is not sealed: its branches are evidence.', log)
  const from = sealedTo(reader, tree.number) + 1
  const to = lastSealable(reader, tree, from, limits)
  if (to === undefined) return undefined
  const prev = headAt(reader, tree, branchOf(tree, 0), from - 1)
  const { file, head, chunks, size } = archive(store, tree, from, to, prev)
  store.transact((writer) => {
    writer.run(
      'INSERT INTO seals (log, branch, from_seq, to_seq, prev, head, file, size, sealed_at) VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?)',
      tree.number,
      from,
      to,
      prev,
      head,
      file,
      size,
      sealedAt,
    )
    const seal = writer.get<{ number: number }>('SELECT number FROM seals WHERE file = ?', file)?.number ?? 0
    for (const chunk of chunks) {
      writer.run(
        'INSERT INTO seal_chunks (seal, from_seq, count, start, size, plain_size, sha256) VALUES (?, ?, ?, ?, ?, ?, ?)',
        seal,
        chunk.from,
        chunk.count,
        chunk.start,
        chunk.size,
        chunk.plainSize,
        chunk.sha256,
      )
    }
  })
  finishSeals(store)
  return { log: formatLogId(log), from, to, file, archiveBytes: size }
}

/** Every bulk log that has not forked, by `sealBulk`: what was recorded here more than `keepMs` ago. */
export function sealOldBulk(store: Store, keepMs: number, nowMs: number): readonly Sealed[] {
  const rows = store.reader.all<{ name: string }>(
    `SELECT name FROM logs WHERE name LIKE '%/bulk/%' AND (SELECT count(*) FROM heads WHERE heads.log = logs.number) = 1 ORDER BY name`,
  )
  return rows.flatMap(({ name }) => sealBulk(store, parseLogId(name), { recordedBefore: nowMs - keepMs }, nowMs) ?? [])
}

/** Takes out of the runs what a seal that is recorded covers, and out of the directory what none names. */
export function finishSeals(store: Store): void {
  const known = new Set(store.reader.all<{ file: string }>('SELECT file FROM seals').map(({ file }) => file))
  removeStrays(archiveOf(store), known)
  for (let dropped = dropRuns; dropped === dropRuns; ) {
    dropped = store.transact(
      (writer) =>
        writer.run(
          `UPDATE runs SET bytes = x'' WHERE position IN (
            SELECT position FROM seals JOIN runs
              ON runs.log = seals.log AND runs.branch = seals.branch AND runs.from_seq BETWEEN seals.from_seq AND seals.to_seq
            WHERE length(runs.bytes) > 0 LIMIT ?)`,
          dropRuns,
        ).changes,
    )
  }
}

/** The last seq of a log that is sealed; 0 when none is. */
export function sealedTo(reader: Reader, log: number): number {
  return reader.get<{ last: number | null }>('SELECT max(to_seq) AS last FROM seals WHERE log = ?', log)?.last ?? 0
}

/** The last signed point that is also the end of a run, within the limits. */
function lastSealable(reader: Reader, { number }: LogTree, from: number, { upTo, recordedBefore }: SealLimits): number | undefined {
  const most = Number.MAX_SAFE_INTEGER
  const young = reader.get<{ seq: number | null }>(
    'SELECT min(from_seq) AS seq FROM runs WHERE log = ? AND branch = 0 AND from_seq >= ? AND recorded_at >= ?',
    number,
    from,
    recordedBefore ?? most,
  )?.seq
  const row = reader.get<{ seq: number | null }>(
    `SELECT max(to_seq) AS seq FROM segments JOIN runs ON runs.log = segments.log AND runs.branch = 0 AND runs.from_seq + runs.count - 1 = to_seq
      WHERE segments.log = ? AND segments.branch = 0 AND to_seq BETWEEN ? AND ?`,
    number,
    from,
    Math.min(upTo ?? most, (young ?? most) - 1),
  )
  return row?.seq ?? undefined
}

type Archived = { readonly file: string; readonly head: Uint8Array; readonly chunks: readonly Chunk[]; readonly size: number }

/** Written, and read back. Throws Corrupt `STORE_DAMAGED`, `ARCHIVE_DAMAGED`. */
function archive(store: Store, tree: LogTree, from: number, to: number, prev: Uint8Array): Archived {
  const { reader } = store
  const { ports } = contextOf(reader)
  const log = formatLogId(tree.log)
  const file = `${log.replaceAll('/', '.')}.${from}-${to}${archiveEnding}`
  const head = headAt(reader, tree, branchOf(tree, 0), to)
  using writing = writeArchive(archiveOf(store), file, ports)
  let reached = prev
  for (const { seq, framed } of chunksOf(reader, tree.number, from, to)) {
    reached = extendHeadBy(ports.crypto, reached, framed)
    writing.add(seq, framed)
  }
  if (!equalBytes(reached, head)) throw damaged({ log: tree.number, from, to })
  const written = writing.finish({ log, from, to, prev: toHex(prev), head: toHex(head) })
  let readBack = prev
  for (const chunk of written.chunks) readBack = extendHeadBy(ports.crypto, readBack, readChunk(archiveOf(store), file, chunk, ports))
  if (!equalBytes(readBack, head))
    throw new AppError('Corrupt', 'ARCHIVE_DAMAGED', `The archive ${file} was not written as it should be.`, { file })
  return { file, head, ...written }
}

/** Whole runs, so that each lies in one chunk. */
function* chunksOf(
  reader: Reader,
  log: number,
  from: number,
  to: number,
): Generator<{ readonly seq: number; readonly framed: FramedEvents }, void> {
  let parts: FramedEvents[] = []
  let seq = from
  let size = 0
  let count = 0
  for (const run of runsOfBranch(reader, log, 0, from, to)) {
    parts.push(run.framed)
    size += run.framed.body.length
    count += run.count
    if (size < chunkBytes) continue
    yield { seq, framed: joinFrames(parts) }
    seq += count
    parts = []
    size = 0
    count = 0
  }
  if (count > 0) yield { seq, framed: joinFrames(parts) }
}

function archiveOf({ reader }: Store): string {
  return contextOf(reader).archive?.directory ?? ''
}

function refusal(code: string, sentence: string, log: LogId): AppError {
  return new AppError('Invalid', code, sentence, { log: formatLogId(log) })
}
