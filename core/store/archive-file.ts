/**
 * The file that a sealed stretch of a log lies in. `IBCA`, u8 version (1), then chunks: zstd of events framed as in a segment, about
 * 256 KiB of them; then the index as JSON (log, from, to, prev, head, and of each chunk from, count, start, size, plainSize, sha256), u32
 * length of the index, `IBCA`. So it can be read, and proven from `prev` to `head`, without the store that it came from.
 */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../kernel/app-error.ts'
import { equalBytes, toHex } from '../kernel/hex.ts'
import { readFrames, type FramedEvents } from '../log/framing.ts'
import type { StorePorts } from './context.ts'
import { makeDirectory } from './directory.ts'

export type Chunk = {
  /** The seq of its first event. */
  readonly from: number
  readonly count: number
  /** Where its compressed bytes begin in the file. */
  readonly start: number
  readonly size: number
  readonly plainSize: number
  /** Of the compressed bytes. */
  readonly sha256: Uint8Array
}

export type ArchiveIndex = {
  readonly log: string
  readonly from: number
  readonly to: number
  /** Hex. */
  readonly prev: string
  readonly head: string
}

const magic = new TextEncoder().encode('IBCA\u0001')

export type ArchiveWriter = Disposable & {
  readonly add: (from: number, framed: FramedEvents) => void
  /** Durable under its name when it returns. Answers the chunks and the size of the file. */
  readonly finish: (index: ArchiveIndex) => { readonly chunks: readonly Chunk[]; readonly size: number }
}

/**
 * Nothing is under the name before `finish`; disposing of it before leaves nothing behind. Throws Unavailable `ARCHIVE_DISK_FULL`,
 * `ARCHIVE_NOT_WRITABLE`.
 */
export function writeArchive(directory: string, file: string, ports: StorePorts): ArchiveWriter {
  const unfinished = join(directory, `${file}.part`)
  const handle = told(file, () => {
    makeDirectory(directory)
    return openSync(unfinished, 'w', 0o600)
  })
  const chunks: Chunk[] = []
  let at = 0
  let isOpen = true
  const write = (bytes: Uint8Array): void => {
    told(file, () => {
      for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done)
    })
    at += bytes.length
  }
  const close = (): void => {
    if (isOpen) closeSync(handle)
    isOpen = false
  }
  try {
    write(magic)
  } catch (error) {
    close()
    rmSync(unfinished, { force: true })
    throw error
  }
  return {
    add: (from, { body, ends }) => {
      const packed = ports.compression.zstd(body)
      const sha256 = ports.crypto.sha256(packed)
      chunks.push({ from, count: ends.length, start: at, size: packed.length, plainSize: body.length, sha256 })
      write(packed)
    },
    finish: (index) => {
      const listed = chunks.map((chunk) => ({ ...chunk, sha256: toHex(chunk.sha256) }))
      const json = new TextEncoder().encode(JSON.stringify({ ...index, chunks: listed }))
      const length = new Uint8Array(4)
      new DataView(length.buffer).setUint32(0, json.length)
      for (const part of [json, length, magic.subarray(0, 4)]) write(part)
      told(file, () => {
        fsyncSync(handle)
        close()
        renameSync(unfinished, join(directory, file))
        syncDirectory(directory)
      })
      return { chunks, size: at }
    },
    [Symbol.dispose]: () => {
      close()
      rmSync(unfinished, { force: true })
    },
  }
}

/**
 * The events of one chunk. Throws Unavailable `ARCHIVE_MISSING` when the file is not there, Corrupt `ARCHIVE_DAMAGED` when it holds
 * something else.
 */
export function readChunk(directory: string, file: string, chunk: Chunk, ports: StorePorts): FramedEvents {
  const packed = readPart(directory, file, chunk)
  const isRight = packed !== undefined && equalBytes(ports.crypto.sha256(packed), chunk.sha256)
  const framed = isRight ? readFrames(ports.compression.unzstd(packed, chunk.plainSize), chunk.count) : 'short'
  if (typeof framed !== 'string') return framed
  throw new AppError('Corrupt', 'ARCHIVE_DAMAGED', `The archive ${file} is damaged: it is not what was sealed.`, { file, from: chunk.from })
}

/** What a run that died left behind, and what no seal names: none of it counts. Throws Unavailable `ARCHIVE_NOT_WRITABLE`. */
export function removeStrays(directory: string, known: ReadonlySet<string>): void {
  if (!existsSync(directory)) return
  told(directory, () => {
    for (const file of readdirSync(directory)) {
      if (file.endsWith('.part') || (file.endsWith(archiveEnding) && !known.has(file))) rmSync(join(directory, file), { force: true })
    }
  })
}

/** Names of the files in the directory; none where it is no directory, or cannot be read. */
export function filesIn(directory: string | undefined): ReadonlySet<string> {
  if (directory === undefined || !existsSync(directory)) return new Set()
  try {
    return new Set(readdirSync(directory))
  } catch {
    // What cannot be listed cannot be read either: all of it counts as missing, and that is what is told.
    return new Set()
  }
}

export const archiveEnding = '.ibca'

/** What the system says of a disk, in words: nothing was dropped from the store, and trying again helps once there is room. */
function told<Value>(file: string, act: () => Value): Value {
  try {
    return act()
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (reason === 'ENOSPC' || reason === 'EDQUOT' || reason === 'EFBIG') {
      throw new AppError(
        'Unavailable',
        'ARCHIVE_DISK_FULL',
        'The disk has no room for an archive. Nothing was taken out of the store; it goes on once there is room.',
        { file },
        error,
      )
    }
    if (reason === '') throw error
    throw new AppError(
      'Unavailable',
      'ARCHIVE_NOT_WRITABLE',
      'The directory of the archives cannot be written to. Nothing was taken out of the store.',
      { file, reason },
      error,
    )
  }
}

/** Undefined when the file ends before. */
function readPart(directory: string, file: string, { start, size }: Chunk): Uint8Array | undefined {
  const path = join(directory, file)
  if (!existsSync(path)) {
    throw new AppError(
      'Unavailable',
      'ARCHIVE_MISSING',
      `What is asked for was sealed into the archive ${file}, which is not here. Put it back into ${directory} to read it.`,
      { file },
    )
  }
  const handle = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(size)
    let done = 0
    while (done < size) {
      const read = readSync(handle, bytes, done, size - done, start + done)
      if (read === 0) return undefined
      done += read
    }
    return bytes
  } finally {
    closeSync(handle)
  }
}

/** A rename is durable once its directory is; Windows does that by itself and lets nobody open one. */
function syncDirectory(directory: string): void {
  let handle: number
  try {
    handle = openSync(directory, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EISDIR' || error.code === 'EPERM' || error.code === 'EACCES')) return
    throw error
  }
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
