/** Brings a store file to today's schema: one transaction per step, and a copy of the file as it was kept beside it first. */
import { AppError } from '../kernel/app-error.ts'
import type { Database } from './engine.ts'

export type Migration = {
  /** What `PRAGMA user_version` says once it ran. */
  readonly version: number
  /** Runs inside a transaction; statements only, no code that a later change could alter. */
  readonly up: (database: Database) => void
}

/**
 * Answers the backup's path when one was made: when there was data and something to migrate. Throws Incompatible
 * `STORE_FROM_FUTURE`.
 */
export async function migrate(database: Database, file: string, migrations: readonly Migration[]): Promise<string | undefined> {
  const before = schemaVersion(database)
  const pending = pendingMigrations(before, migrations)
  if (pending.length === 0) return undefined
  const isEmpty = before === 0
  const backup = isEmpty || database.memory ? undefined : `${file}.before-${pending[0]?.version}`
  if (backup !== undefined) await database.backup(backup)
  for (const migration of pending) {
    const step = database.transaction(() => {
      migration.up(database)
      database.pragma(`user_version = ${migration.version}`)
    })
    step.exclusive()
  }
  return backup
}

/** Throws Incompatible `STORE_FROM_FUTURE` when the file knows more than these do. */
export function pendingMigrations(version: number, migrations: readonly Migration[]): readonly Migration[] {
  const newest = Math.max(...migrations.map((migration) => migration.version))
  if (version > newest) {
    throw new AppError(
      'Incompatible',
      'STORE_FROM_FUTURE',
      `The event store was made by a newer version of this program (schema ${version}; this one knows ${newest}). Use that version, or a backup from before.`,
      { version, newest },
    )
  }
  return migrations.filter((migration) => migration.version > version)
}

export function schemaVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }))
}
