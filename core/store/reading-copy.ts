/**
 * A copy to read from, where nothing can be written beside the original: SQLite reads a WAL file only with files of its own next to
 * it. A store on a read-only medium, or in another user's directory, is so opened without being touched.
 */
import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../kernel/app-error.ts'

export type ReadingCopy = Disposable & { readonly file: string }

export function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    // Whatever the reason, it cannot be written to.
    return false
  }
}

/** Copies the file and what waits in its write-ahead log. Throws Unavailable `STORE_BUSY` when somebody wrote meanwhile. */
export function makeReadingCopy(file: string): ReadingCopy {
  const directory = mkdtempSync(join(tmpdir(), 'ibcf-reading-'))
  const copy: ReadingCopy = {
    file: join(directory, 'store.sqlite'),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  }
  try {
    const before = stateOf(file)
    copyFileSync(file, copy.file)
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy.file}-wal`)
    if (stateOf(file) === before) return copy
  } catch (error) {
    copy[Symbol.dispose]()
    throw error
  }
  copy[Symbol.dispose]()
  throw new AppError('Unavailable', 'STORE_BUSY', 'Another program is writing to the event store.', { file })
}

function stateOf(file: string): string {
  return [file, `${file}-wal`]
    .map((name) => statSync(name, { throwIfNoEntry: false }))
    .map((found) => `${found?.size} ${found?.mtimeMs}`)
    .join()
}
