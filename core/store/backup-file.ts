/**
 * A large file that is there whole or not at all: written under another name, synced, read back and compared, and only then given its
 * name. And directories to work in beside it, which go with what was begun in them.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../kernel/app-error.ts'
import { toHex } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'

const chunkBytes = 1024 * 1024

export type FinishedFile = { readonly sha256: string; readonly sizeBytes: number }

export type WritingFile = Disposable & {
  readonly write: (bytes: Uint8Array) => void
  /** Throws Corrupt `FILE_NOT_AS_WRITTEN` when the disk gives back other bytes than it was given. */
  readonly finish: () => FinishedFile
}

/** Throws Conflict `FILE_EXISTS`, Unavailable `DISK_FULL` or `FILE_UNAVAILABLE`, as do its functions. Disposing of it unfinished removes it. */
export function createFile(path: string, crypto: Pick<Crypto, 'hasher'>): WritingFile {
  if (existsSync(path)) throw new AppError('Conflict', 'FILE_EXISTS', `There is a file of that name already: ${path}.`, { path })
  const beside = `${path}.part`
  const file = told(beside, () => openSync(beside, 'w', 0o600))
  const hasher = crypto.hasher()
  let sizeBytes = 0
  let isOpen = true
  const close = (): void => {
    if (isOpen) closeSync(file)
    isOpen = false
  }
  return {
    write: (bytes) => {
      told(beside, () => {
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
      })
      hasher.update(bytes)
      sizeBytes += bytes.length
    },
    finish: () => {
      told(beside, () => fsyncSync(file))
      close()
      const sha256 = toHex(hasher.digest())
      if (digestOfFile(beside, crypto) !== sha256) {
        throw new AppError('Corrupt', 'FILE_NOT_AS_WRITTEN', 'The disk gave back other bytes than it was given; use another one.', { path })
      }
      told(path, () => {
        renameSync(beside, path)
        syncDirectory(dirname(path))
      })
      return { sha256, sizeBytes }
    },
    [Symbol.dispose]: () => {
      close()
      rmSync(beside, { force: true })
    },
  }
}

/** Another name for a finished file, in the same directory; durable when it returns. */
export function renameFile(path: string, name: string): void {
  told(path, () => {
    renameSync(path, name)
    syncDirectory(dirname(name))
  })
}

/** Beside the file, as sha256sum writes and checks it. */
export function writeDigest(path: string, sha256: string): void {
  told(path, () => writeFileSync(`${path}.sha256`, `${sha256}  ${basename(path)}\n`, { mode: 0o600 }))
}

export type FoundFile = { readonly name: string; readonly sizeBytes: number }

/** Files of a directory by the end of their name, sorted; none when there is no such directory. */
export function listFiles(directory: string, ending: string): readonly FoundFile[] {
  if (!existsSync(directory)) return []
  const names = told(directory, () => readdirSync(directory)).filter((name) => name.endsWith(ending))
  return names.toSorted().map((name) => ({ name, sizeBytes: fileSize(join(directory, name)) }))
}

/** Makes a directory be seen at another place as well, without copying it. */
export function linkDirectory(existing: string, path: string): void {
  if (existsSync(existing)) told(path, () => symlinkSync(existing, path, 'junction'))
}

/** Its bytes in chunks. Throws NotFound `FILE_MISSING`, Unavailable `FILE_UNAVAILABLE`. */
export function* readChunks(path: string): Generator<Uint8Array, void> {
  if (!existsSync(path)) throw new AppError('NotFound', 'FILE_MISSING', `There is no file ${path}.`, { path })
  const file = told(path, () => openSync(path, 'r'))
  try {
    for (;;) {
      const chunk = new Uint8Array(chunkBytes)
      const length = told(path, () => readSync(file, chunk))
      if (length === 0) return
      yield chunk.subarray(0, length)
    }
  } finally {
    closeSync(file)
  }
}

/** Its size, and when it was changed last in wall milliseconds; both 0 when it is not there or cannot be asked about. */
export function fileStanding(path: string): { readonly sizeBytes: number; readonly modifiedAt: number } {
  try {
    const standing = statSync(path, { throwIfNoEntry: false })
    return { sizeBytes: standing?.size ?? 0, modifiedAt: standing?.mtimeMs ?? 0 }
  } catch {
    return { sizeBytes: 0, modifiedAt: 0 }
  }
}

/** 0 when it is not there. */
export function fileSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** What may still be written where `path` is, or would be. */
export function freeBytes(path: string): number {
  let existing = path
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing)
  const { bavail, bsize } = told(existing, () => statfsSync(existing))
  return bavail * bsize
}

/** Throws Unavailable `DISK_SPACE_SHORT`. */
export function requireFreeBytes(path: string, neededBytes: number): void {
  const free = freeBytes(path)
  if (free >= neededBytes) return
  throw new AppError(
    'Unavailable',
    'DISK_SPACE_SHORT',
    `There is not enough room: ${megabytes(neededBytes)} MB are needed there, ${megabytes(free)} MB are free.`,
    { path, neededBytes, freeBytes: free },
  )
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000)
}

export type WorkingDirectory = Disposable & {
  readonly path: string
  /** Syncs what is in it and gives it this name, which must be free or an empty directory. */
  readonly become: (path: string) => void
}

/** Beside `path`, on the same disk; gone when it is disposed of, unless it became something. */
export function createWorkingDirectory(path: string): WorkingDirectory {
  const parent = dirname(path)
  const working = told(parent, () => {
    mkdirSync(parent, { recursive: true })
    return mkdtempSync(join(parent, `.${basename(path)}.working-`))
  })
  return {
    path: working,
    become: (target) =>
      told(target, () => {
        syncAll(working)
        if (existsSync(target)) rmdirSync(target)
        renameSync(working, target)
        syncDirectory(dirname(target))
      }),
    [Symbol.dispose]: () => rmSync(working, { recursive: true, force: true }),
  }
}

/** Throws Conflict `RESTORE_TARGET_IN_USE` when there is anything in the directory: nothing there is ever overwritten. */
export function requireVacant(directory: string): void {
  const found = existsSync(directory) ? told(directory, () => readdirSync(directory)) : []
  if (found.length === 0) return
  throw new AppError(
    'Conflict',
    'RESTORE_TARGET_IN_USE',
    `${directory} is not empty. Restore into a new directory; nothing that is there is overwritten.`,
    { directory, found: found.slice(0, 5).join(', ') },
  )
}

/** SHA-256 of its content, in hex. Throws Unavailable `FILE_UNAVAILABLE`. */
export function digestOfFile(path: string, crypto: Pick<Crypto, 'hasher'>): string {
  const hasher = crypto.hasher()
  const file = told(path, () => openSync(path, 'r'))
  try {
    // One chunk for all of it: a new one each time would fill the memory faster than it is cleared.
    const chunk = new Uint8Array(chunkBytes)
    for (;;) {
      const length = told(path, () => readSync(file, chunk))
      if (length === 0) return toHex(hasher.digest())
      hasher.update(chunk.subarray(0, length))
    }
  } finally {
    closeSync(file)
  }
}

/** A directory with all that is in it. */
function syncAll(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) syncAll(path)
    else syncFile(path)
  }
  syncDirectory(directory)
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  fsyncSync(file)
  closeSync(file)
}

/** Windows has no such call and needs none. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const directory = openSync(path, 'r')
  fsyncSync(directory)
  closeSync(directory)
}

function told<Value>(path: string, act: () => Value): Value {
  try {
    return act()
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
    if (reason === undefined) throw cause
    if (reason === 'ENOSPC') throw new AppError('Unavailable', 'DISK_FULL', `The disk is full: ${path}.`, { path }, cause)
    throw new AppError('Unavailable', 'FILE_UNAVAILABLE', `Could not use ${path} (${reason}).`, { path, reason }, cause)
  }
}
