/**
 * Seals the older part of a bulk log: its bytes go into an archive beside the store, and out of the store. What stays are the signed
 * points, the heads of the chain at both ends, and the columns of its runs, so that frontier, positions and indexes are what they were.
 *
 * Every step can be cut short: the archive is written, synced, renamed and read back before the seal is recorded, and only what a
 * recorded seal covers is dropped. Pages that become free are used again by what is recorded next; the file does not shrink.
 */
import { AppError } from '../kernel/app-error.ts'
import { equalBytes, toHex } from '../kernel/hex.ts'
import type { Reader, Writer } from '../kernel/reader.ts'
import { extendHeadBy } from '../log/chain.ts'
import { joinFrames, type FramedEvents } from '../log/framing.ts'
import { formatLogId, parseLogId, type LogId } from '../log/log-id.ts'
import { archiveEnding, type ArchiveWriter, type Chunk, readChunk, removeStrays, writeArchive } from './archive-file.ts'
import { branchOf, headAt, readLogTree } from './branches.ts'
import { contextOf } from './context.ts'
import { damaged } from './failure.ts'
import { inMemory, type Store } from './open.ts'
import { runsOfBranch } from './runs.ts'
import { bulkLogs, chooseSeal, refusal, type SealChoice, sealedTo, type SealLimits } from './seal-choice.ts'

export type Sealed = {
  readonly log: string
  readonly from: number
  readonly to: number
  readonly file: string
  /** Of events, as they lay in the store. */
  readonly bytes: number
  readonly archiveBytes: number
}

/** How far one seal has come, in bytes of events. */
export type SealStep = { readonly log: string; readonly done: number; readonly total: number }

const chunkBytes = 256 * 1024
/** Dropped at a time: some milliseconds. A run may hold one small event or 16 KiB of them. */
const dropBytes = 1024 * 1024
const dropRuns = 512

/**
 * Seals as much as the limits allow, up to a signed point at the end of a run; undefined when there is nothing to seal. Finishes first
 * what was cut short before. What is not signed stays, and so does the run at the tip. Throws Invalid `SEAL_NOT_BULK`, `SEAL_FORKED`,
 * `SEAL_IN_MEMORY`; Corrupt `STORE_DAMAGED` when the events to be sealed do not give the head that was signed, `ARCHIVE_DAMAGED` when
 * what was written is not read back; Unavailable `ARCHIVE_DISK_FULL`, `ARCHIVE_NOT_WRITABLE`.
 */
export function sealBulk(store: Store, log: LogId, limits: SealLimits, sealedAt: number): Sealed | undefined {
  requireFile(store, log)
  finishSeals(store)
  return toTheEnd(sealing(store, log, limits, sealedAt))
}

/** Every bulk log that has not forked, by `sealBulk`: what was recorded here more than `keepMs` ago. */
export function sealOldBulk(store: Store, keepMs: number, nowMs: number): readonly Sealed[] {
  const names = bulkLogs(store.reader, '', Number.MAX_SAFE_INTEGER)
  return names.flatMap((name) => sealBulk(store, parseLogId(name), { recordedBefore: nowMs - keepMs }, nowMs) ?? [])
}

/** `finishing` to its end. */
export function finishSeals(store: Store): void {
  toTheEnd(finishing(store))
}

/**
 * `sealBulk` in steps of some milliseconds, whoever commits in between; without finishing anything else first. One at a time. Given up
 * before its end it leaves nothing that counts.
 */
export function* sealing(store: Store, log: LogId, limits: SealLimits, sealedAt: number): Generator<SealStep, Sealed | undefined, void> {
  requireFile(store, log)
  const choice = chooseSeal(store.reader, log, limits)
  if (choice === undefined) return undefined
  const { from, to, bytes } = choice
  const name = formatLogId(log)
  const file = `${name.replaceAll('/', '.')}.${from}-${to}${archiveEnding}`
  const archived = yield* archive(store, choice, name, file)
  const number = store.transact((writer) => record(writer, choice, file, archived, sealedAt))
  yield { log: name, done: bytes, total: bytes }
  while (store.transact((writer) => dropSome(writer, number)) > 0) yield { log: name, done: bytes, total: bytes }
  return { log: name, from, to, file, bytes, archiveBytes: archived.size }
}

/** Takes out of the runs what a seal that is recorded covers, and out of the directory what none names; in steps of milliseconds. */
export function* finishing(store: Store): Generator<void, void, void> {
  const { reader } = store
  removeStrays(archiveOf(reader), new Set(reader.all<{ file: string }>('SELECT file FROM seals').map(({ file }) => file)))
  for (let after = 0; ; ) {
    yield
    const seals = reader.all<{ number: number }>('SELECT number FROM seals WHERE number > ? ORDER BY number LIMIT 200', after)
    const last = seals.at(-1)
    if (last === undefined) return
    for (const { number } of seals.filter((seal) => !isDropped(reader, seal.number)))
      while (store.transact((writer) => dropSome(writer, number)) > 0) yield
    after = last.number
  }
}

type Archived = { readonly prev: Uint8Array; readonly head: Uint8Array; readonly chunks: readonly Chunk[]; readonly size: number }

/** Written, and read back. Throws Corrupt `STORE_DAMAGED`, `ARCHIVE_DAMAGED`, and what writing the file throws. */
function* archive(store: Store, { tree, from, to, bytes }: SealChoice, log: string, file: string): Generator<SealStep, Archived, void> {
  const { reader } = store
  const { ports } = contextOf(reader)
  const directory = archiveOf(reader)
  const branch = branchOf(tree, 0)
  const prev = headAt(reader, tree, branch, from - 1)
  const head = headAt(reader, tree, branch, to)
  // Reading back and dropping take about as long as writing.
  const step = (half: number, done: number): SealStep => ({ log, done: Math.floor(half * (bytes / 2) + done / 2), total: bytes })
  using writing: ArchiveWriter = writeArchive(directory, file, ports)
  let reached = prev
  let done = 0
  for (let seq = from; seq <= to; ) {
    const framed = chunkFrom(reader, tree.number, seq, to)
    if (framed.ends.length === 0) throw damaged({ log: tree.number, from, to })
    reached = extendHeadBy(ports.crypto, reached, framed)
    writing.add(seq, framed)
    seq += framed.ends.length
    done += framed.body.length
    yield step(0, done)
  }
  if (!equalBytes(reached, head)) throw damaged({ log: tree.number, from, to })
  const written = writing.finish({ log, from, to, prev: toHex(prev), head: toHex(head) })
  let readBack = prev
  done = 0
  for (const chunk of written.chunks) {
    yield step(1, done)
    readBack = extendHeadBy(ports.crypto, readBack, readChunk(directory, file, chunk, ports))
    done += chunk.plainSize
  }
  if (!equalBytes(readBack, head))
    throw new AppError('Corrupt', 'ARCHIVE_DAMAGED', `The archive ${file} was not written as it should be.`, { file })
  return { prev, head, ...written }
}

/** Whole runs, so that each lies in one chunk. Read anew each time: what is gone through would keep others from writing. */
function chunkFrom(reader: Reader, log: number, from: number, to: number): FramedEvents {
  const parts: FramedEvents[] = []
  let size = 0
  for (const { framed } of runsOfBranch(reader, log, 0, from, to)) {
    parts.push(framed)
    size += framed.body.length
    if (size >= chunkBytes) break
  }
  return joinFrames(parts)
}

/** The number of the seal. Throws Invalid `SEAL_FORKED` when the log forked since it was chosen. */
function record(writer: Writer, { tree, from, to }: SealChoice, file: string, archived: Archived, sealedAt: number): number {
  if ((readLogTree(writer, tree.log)?.branches.length ?? 0) > 1 || sealedTo(writer, tree.number) !== from - 1)
    throw refusal('SEAL_FORKED', 'The log forked while it was being sealed: its branches are evidence.', tree.log)
  const { prev, head, size, chunks } = archived
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
  const number = writer.get<{ number: number }>('SELECT number FROM seals WHERE file = ?', file)?.number ?? 0
  for (const chunk of chunks) {
    writer.run(
      'INSERT INTO seal_chunks (seal, from_seq, count, start, size, plain_size, sha256) VALUES (?, ?, ?, ?, ?, ?, ?)',
      number,
      chunk.from,
      chunk.count,
      chunk.start,
      chunk.size,
      chunk.plainSize,
      chunk.sha256,
    )
  }
  return number
}

/** From the first run on, so that the last one tells whether all are; answers how many. */
function dropSome(writer: Writer, seal: number): number {
  return writer.run(
    `UPDATE runs SET bytes = x'' WHERE position IN (
      SELECT position FROM (
        SELECT position, sum(size) OVER (ORDER BY from_seq) - size AS before FROM (
          SELECT position, runs.from_seq, length(runs.bytes) AS size FROM seals JOIN runs
            ON runs.log = seals.log AND runs.branch = seals.branch AND runs.from_seq BETWEEN seals.from_seq AND seals.to_seq
          WHERE seals.number = ? AND length(runs.bytes) > 0 ORDER BY runs.from_seq LIMIT ?))
      WHERE before < ?)`,
    seal,
    dropRuns,
    dropBytes,
  ).changes
}

function isDropped(reader: Reader, seal: number): boolean {
  const last = reader.get<{ size: number }>(
    `SELECT length(runs.bytes) AS size FROM seals JOIN runs
        ON runs.log = seals.log AND runs.branch = seals.branch AND runs.from_seq BETWEEN seals.from_seq AND seals.to_seq
      WHERE seals.number = ? ORDER BY runs.from_seq DESC LIMIT 1`,
    seal,
  )
  return last?.size === 0
}

function toTheEnd<Value>(steps: Generator<unknown, Value, void>): Value {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value as Value
  }
}

function archiveOf(reader: Reader): string {
  return contextOf(reader).archive?.directory ?? ''
}

function requireFile({ directory }: Store, log: LogId): void {
  if (directory === inMemory) throw refusal('SEAL_IN_MEMORY', 'A store in memory has no place for archives.', log)
}
