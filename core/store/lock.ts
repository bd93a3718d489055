/**
 * One process at a time owns a data directory. The operating system holds the lock, by way of SQLite, so a killed owner leaves
 * nothing behind to clean up.
 */
import { join } from 'node:path'
import { AppError } from '../kernel/app-error.ts'
import { makeDirectory } from './directory.ts'
import { loadEngine, type Database } from './engine.ts'
import { storeFailure } from './failure.ts'

type Holder = { readonly pid: number; readonly who: string }

/**
 * `who` is what the next one is told (`master`, `node`). Throws Conflict `DATA_DIRECTORY_LOCKED` with the holder's pid, Unavailable
 * `STORE_READ_ONLY`. Do not open `lock.sqlite` by other means in the same process: closing such a handle frees the lock (POSIX).
 */
export async function lockDataDirectory(directory: string, who: string): Promise<Disposable> {
  const open = await loadEngine()
  makeDirectory(directory)
  let database: Database | undefined
  try {
    database = open(join(directory, 'lock.sqlite'), { timeout: 0 })
    take(database, { pid: process.pid, who })
  } catch (error) {
    const holder = database !== undefined && isBusy(error) ? readHolder(database) : undefined
    database?.close()
    throw lockFailure(error, directory, holder)
  }
  const held = database
  return {
    [Symbol.dispose]: () => {
      held.close()
    },
  }
}

/**
 * The lock is a write transaction that is never committed; others may still read who holds it. The name must be committed to be
 * read, and another process can come in between: then the name is written again.
 */
function take(database: Database, holder: Holder): void {
  database.exec(
    'CREATE TABLE IF NOT EXISTS holder (place INTEGER PRIMARY KEY CHECK (place = 1), pid INTEGER NOT NULL, who TEXT NOT NULL) STRICT',
  )
  for (;;) {
    database.exec('BEGIN IMMEDIATE')
    const named = readHolder(database)
    if (named?.pid === holder.pid && named.who === holder.who) return
    database.prepare('INSERT OR REPLACE INTO holder (place, pid, who) VALUES (1, ?, ?)').run(holder.pid, holder.who)
    database.exec('COMMIT')
  }
}

function readHolder(database: Database): Holder | undefined {
  try {
    return database.prepare('SELECT pid, who FROM holder').get() as Holder | undefined
  } catch (error) {
    // The other process may be at the very moment of writing its name: locked all the same, only nameless.
    if (isBusy(error)) return undefined
    throw error
  }
}

function lockFailure(error: unknown, directory: string, holder: Holder | undefined): unknown {
  if (!isBusy(error)) return storeFailure(error)
  const name = holder === undefined ? 'another process' : `another ${holder.who} (process ${holder.pid})`
  return new AppError(
    'Conflict',
    'DATA_DIRECTORY_LOCKED',
    `The data directory ${directory} is in use by ${name}.`,
    { directory, pid: holder?.pid ?? null, who: holder?.who ?? null },
    error,
  )
}

function isBusy(error: unknown): boolean {
  const failure = storeFailure(error)
  return failure instanceof AppError && failure.code === 'STORE_BUSY'
}
