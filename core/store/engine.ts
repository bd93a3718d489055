/** The only place that loads better-sqlite3, and only once the host was found fit for it. */
import type BetterSqlite3 from 'better-sqlite3'
import { requireHost } from './host.ts'

export type Database = BetterSqlite3.Database
export type Statement = BetterSqlite3.Statement
export type OpenDatabase = (file: string | Buffer, options?: BetterSqlite3.Options) => Database

/** Throws Incompatible `HOST_TOO_OLD`. */
export async function loadEngine(): Promise<OpenDatabase> {
  requireHost(process.versions)
  const { default: Engine } = await import('better-sqlite3')
  return (file, options) => new Engine(file, options)
}
