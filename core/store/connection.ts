/**
 * A Reader and a Writer over one SQLite connection: statements prepared once per text, failures in our words. While an `iterate` is
 * under way the connection can read but not write; what must write in between reads in pages with `all`.
 */
import { AppError } from '../kernel/app-error.ts'
import type { Reader, Row, SqlValue, Writer } from '../kernel/reader.ts'
import type { Database, Statement } from './engine.ts'
import { storeFailure } from './failure.ts'

/** Texts are written by programmers, so this is never reached but by a query that is put together from input. */
const keptStatements = 1000

/**
 * KiB of the file's pages that a connection keeps. The system keeps them too, and takes back what others need more: with 64 MiB here
 * a process of several connections held the same pages several times, and was not faster for it.
 */
export const pageCacheKib = { writing: 16_384, serving: 8192 } as const

export type Connection = {
  readonly reader: Reader
  /** Runs `act` in one transaction. `undo` is called when it failed and was rolled back. */
  readonly transact: <T>(act: (writer: Writer) => T, undo: () => void) => T
  readonly writer: Writer
}

export function connect(database: Database): Connection {
  const statements = new Map<string, Statement>()
  const prepared = (sql: string): Statement => {
    const known = statements.get(sql)
    if (known !== undefined && !known.busy) return known
    const statement = database.prepare(sql)
    if (known !== undefined) return statement
    if (statements.size >= keptStatements) statements.clear()
    statements.set(sql, statement)
    return statement
  }
  const reader: Reader = {
    all: <R extends Row>(sql: string, ...values: readonly SqlValue[]) => {
      try {
        return prepared(sql).all(...values) as readonly R[]
      } catch (error) {
        throw storeFailure(error)
      }
    },
    get: <R extends Row>(sql: string, ...values: readonly SqlValue[]) => {
      try {
        return prepared(sql).get(...values) as R | undefined
      } catch (error) {
        throw storeFailure(error)
      }
    },
    *iterate<R extends Row>(sql: string, ...values: readonly SqlValue[]) {
      try {
        for (const row of prepared(sql).iterate(...values)) yield row as R
      } catch (error) {
        throw storeFailure(error)
      }
    },
  }
  const writer = {
    ...reader,
    run: (sql: string, ...values: readonly SqlValue[]) => {
      try {
        return { changes: prepared(sql).run(...values).changes }
      } catch (error) {
        throw storeFailure(error)
      }
    },
  } as Writer
  const transact = <T>(act: (writer: Writer) => T, undo: () => void): T => {
    if (database.inTransaction) throw new AppError('Bug', 'TRANSACTION_NESTED', 'A transaction was begun inside another one.')
    writer.run('BEGIN IMMEDIATE')
    try {
      const value = act(writer)
      if (value instanceof Promise)
        throw new AppError('Bug', 'TRANSACTION_ASYNC', 'A transaction cannot wait: what it does must be done when it returns.')
      writer.run('COMMIT')
      return value
    } catch (error) {
      // SQLite rolls back by itself on some failures (disk full, for one).
      if (database.inTransaction) writer.run('ROLLBACK')
      undo()
      throw error
    }
  }
  return { reader, writer, transact }
}
