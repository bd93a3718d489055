/** From what SQLite says to what the caller can do about it. */
import { AppError } from '../kernel/app-error.ts'

/**
 * STORE_FULL, STORE_READ_ONLY, STORE_BUSY and STORE_IO_FAILED are Unavailable: nothing was changed, and trying again helps once the
 * cause is gone. STORE_DAMAGED is Corrupt. What is not SQLite's comes back unchanged, a mistake in SQL or a broken constraint too:
 * those are ours.
 */
export function storeFailure(error: unknown): unknown {
  const code = sqliteCode(error)
  if (code === undefined) return error
  const primary = /^SQLITE_[A-Z]+/.exec(code)?.[0]
  const facts = { sqlite: code }
  switch (primary) {
    case 'SQLITE_FULL':
      return new AppError(
        'Unavailable',
        'STORE_FULL',
        'The disk is full: nothing more can be recorded until space is freed. Reading goes on.',
        facts,
        error,
      )
    case 'SQLITE_READONLY':
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_PERM':
      return new AppError('Unavailable', 'STORE_READ_ONLY', 'The data directory cannot be written to.', facts, error)
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new AppError('Unavailable', 'STORE_BUSY', 'Another program is writing to the event store.', facts, error)
    case 'SQLITE_IOERR':
      return new AppError('Unavailable', 'STORE_IO_FAILED', 'The disk refused to read or write.', facts, error)
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return damaged(facts, error)
    default:
      return error
  }
}

/** Corrupt `STORE_DAMAGED`. */
export function damaged(facts: Readonly<Record<string, string | number>>, cause?: unknown): AppError {
  return new AppError(
    'Corrupt',
    'STORE_DAMAGED',
    'The event store is damaged: what is on the disk is not what was written there.',
    facts,
    cause,
  )
}

function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'SqliteError' || !('code' in error)) return undefined
  return String(error.code)
}
