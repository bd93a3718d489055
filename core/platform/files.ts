/** Small files on disk: keys, settings, marks. Big ones never pass here. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../kernel/app-error.ts'
import type { Files } from '../kernel/ports.ts'

export function createFiles(): Files {
  return {
    read: (path) => {
      try {
        return new Uint8Array(readFileSync(path))
      } catch (cause) {
        if (codeOf(cause) === 'ENOENT') return undefined
        throw unavailable('read', path, cause)
      }
    },
    writeAtomic: (path, bytes, mode = 0o600) => {
      const beside = `${path}.new`
      try {
        const file = openSync(beside, 'w', mode)
        try {
          writeSync(file, bytes)
          fsyncSync(file)
        } finally {
          closeSync(file)
        }
        renameSync(beside, path)
        syncDirectory(dirname(path))
      } catch (cause) {
        throw unavailable('write', path, cause)
      }
    },
    makeDirectory: (path) => {
      try {
        makeMissing(path)
      } catch (cause) {
        throw unavailable('make', path, cause)
      }
    },
    remove: (path) => rmSync(path, { recursive: true, force: true }),
    list: (path) => {
      try {
        return readdirSync(path)
      } catch (cause) {
        if (codeOf(cause) === 'ENOENT') return []
        throw unavailable('list', path, cause)
      }
    },
  }
}

/** One by one: Node's own `recursive` never returns where a file system answers "no such directory" to its child, as /proc does. */
function makeMissing(path: string): void {
  if (existsSync(path)) return
  makeMissing(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (cause) {
    // Another process made it at the same moment.
    if (!existsSync(path)) throw cause
  }
}

/** A rename is durable once its directory is; Windows has no such call and needs none. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
}

function unavailable(verb: string, path: string, cause: unknown): AppError {
  const reason = codeOf(cause) ?? 'unknown'
  return new AppError('Unavailable', 'FILE_UNAVAILABLE', `Could not ${verb} ${path} (${reason}).`, { path, reason }, cause)
}
