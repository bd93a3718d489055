/** Opens the event store of a data directory: one SQLite file that holds every log, signed point and blob of a master or a node. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../kernel/app-error.ts'
import type { Reader, Writer } from '../kernel/reader.ts'
import { connect, pageCacheKib } from './connection.ts'
import { bindContext, createArchive, forgetTransaction, type StoreContext, type StorePorts } from './context.ts'
import { makeDirectory } from './directory.ts'
import { loadEngine, type Database } from './engine.ts'
import { storeFailure } from './failure.ts'
import { createIdentities } from './identities.ts'
import { migrate, pendingMigrations, schemaVersion, type Migration } from './migrate.ts'
import { migrations as allMigrations } from './migrations/all.ts'
import { isWritable, makeReadingCopy } from './reading-copy.ts'

/** In `PRAGMA application_id`: the letters IBCF. */
const applicationId = 0x49424346

/** What stands for a database in memory, gone when it is closed. */
export const inMemory = ':memory:'

export type StoreOptions = {
  /** Made when missing; `inMemory` for none. The file in it is `store.sqlite`. */
  readonly directory: string
  /** Read-only shows the store as it was when it was opened. */
  readonly mode: 'read-write' | 'read-only'
  readonly role: StoreRole
  readonly ports: StorePorts
  /** Of 4096 bytes each; the store says STORE_FULL beyond. */
  readonly maxPages?: number
  /** Of a store in memory: what it begins with, as `imageOf` made it. */
  readonly image?: Uint8Array
}

export type StoreRole = 'master' | 'node'

export type Store = {
  readonly directory: string
  readonly reader: Reader
  /**
   * All of it is durable when this returns, or none of it; `act` must not wait for anything. Throws Unavailable `STORE_FULL`,
   * `STORE_READ_ONLY`, `STORE_BUSY` or `STORE_IO_FAILED` with nothing changed.
   */
  readonly transact: <T>(act: (writer: Writer) => T) => T
  readonly [Symbol.dispose]: () => void
}

/**
 * Throws Incompatible `HOST_TOO_OLD`, `STORE_FROM_FUTURE`, `STORE_OUTDATED` (read-only, and a migration is due), `STORE_FOREIGN`;
 * Conflict `STORE_ROLE_DIFFERS`; Corrupt `STORE_DAMAGED`; Unavailable `STORE_READ_ONLY`, `STORE_FULL`, `STORE_BUSY`; NotFound
 * `STORE_MISSING` (read-only).
 */
export async function openStore(options: StoreOptions, migrations: readonly Migration[] = allMigrations): Promise<Store> {
  const open = await loadEngine()
  const isReadOnly = options.mode === 'read-only'
  const file = options.directory === inMemory ? inMemory : join(options.directory, 'store.sqlite')
  if (file !== inMemory) prepareDirectory(options.directory, file, isReadOnly)
  const copy = isReadOnly && file !== inMemory && !isWritable(options.directory) ? makeReadingCopy(file) : undefined
  let database: Database | undefined
  try {
    const source = file === inMemory && options.image !== undefined ? Buffer.from(options.image) : (copy?.file ?? file)
    database = open(source, { readonly: isReadOnly, timeout: 5000 })
    requireOurs(database, file)
    if (isReadOnly) requireCurrent(database, migrations)
    else await prepareForWriting(database, file, options, migrations)
    setPragmas(database, options)
  } catch (error) {
    database?.close()
    copy?.[Symbol.dispose]()
    throw storeFailure(error)
  }
  return storeOver(database, options, copy)
}

function prepareDirectory(directory: string, file: string, isReadOnly: boolean): void {
  if (!isReadOnly) makeDirectory(directory)
  else if (!existsSync(file)) throw new AppError('NotFound', 'STORE_MISSING', `There is no event store in ${directory}.`, { directory })
}

/** An empty file may become ours; one with another program's tables in it is left as it is. Damage to the first page shows here. */
function requireOurs(database: Database, file: string): void {
  if (database.pragma('application_id', { simple: true }) === applicationId) return
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get() as { readonly count: number }
  if (tables.count === 0 && !database.readonly) return
  throw new AppError('Incompatible', 'STORE_FOREIGN', `${file} is a database of another program.`, { file })
}

function requireCurrent(database: Database, migrations: readonly Migration[]): void {
  if (pendingMigrations(schemaVersion(database), migrations).length === 0) return
  throw new AppError(
    'Incompatible',
    'STORE_OUTDATED',
    'The event store is of an older version: open it once for writing, so that it is brought up to date.',
  )
}

async function prepareForWriting(database: Database, file: string, options: StoreOptions, migrations: readonly Migration[]): Promise<void> {
  pendingMigrations(schemaVersion(database), migrations)
  // SQLite opens a file that it may not write as read-only, without a word; a write lock is refused at once.
  database.exec('BEGIN IMMEDIATE; ROLLBACK')
  database.pragma('journal_mode = WAL')
  if (options.maxPages !== undefined) database.pragma(`max_page_count = ${options.maxPages}`)
  const backup = await migrate(database, file, migrations)
  if (backup !== undefined) options.ports.diagnostics.info('The event store was brought up to date; its state before is kept.', { backup })
  if (database.pragma('application_id', { simple: true }) !== applicationId) database.pragma(`application_id = ${applicationId}`)
  keepRole(database, options)
}

/** A node's log in the hands of a master, or the other way round, is a mistake of the command line. */
function keepRole(database: Database, options: StoreOptions): void {
  database
    .prepare(`INSERT INTO store_facts (name, value) VALUES ('role', ?), ('created_at', ?) ON CONFLICT DO NOTHING`)
    .run(options.role, String(options.ports.clock.now()))
  const kept = database.prepare(`SELECT value FROM store_facts WHERE name = 'role'`).get() as { readonly value: string }
  if (kept.value === options.role) return
  throw new AppError('Conflict', 'STORE_ROLE_DIFFERS', `${options.directory} belongs to a ${kept.value}, not to a ${options.role}.`, {
    directory: options.directory,
    role: kept.value,
  })
}

function setPragmas(database: Database, options: StoreOptions): void {
  database.pragma('foreign_keys = ON')
  database.pragma('trusted_schema = OFF')
  database.pragma('cell_size_check = ON')
  database.pragma('temp_store = MEMORY')
  database.pragma(`cache_size = -${pageCacheKib.writing}`)
  // Pages of 4 KiB in the write-ahead log before they are moved to the file: fewer, larger moves under load.
  database.pragma('wal_autocheckpoint = 4000')
  if (options.mode === 'read-only') {
    // One moment for as long as it is open: what is read first and what is read last belong together, whoever writes meanwhile.
    database.exec('BEGIN')
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return
  }
  if (database.memory) return
  // On its first read of a WAL file SQLite falls back to the level it was built with; so read first, then set, then look.
  database.prepare('SELECT count(*) FROM sqlite_schema').get()
  database.pragma('synchronous = FULL')
  requireDurable({
    journalMode: String(database.pragma('journal_mode', { simple: true })),
    synchronous: Number(database.pragma('synchronous', { simple: true })),
  })
}

/** A commit must survive a power cut, or an acknowledgement means nothing. Throws Unavailable `STORE_NOT_DURABLE`. */
export function requireDurable(found: { readonly journalMode: string; readonly synchronous: number }): void {
  const full = 2
  if (found.journalMode === 'wal' && found.synchronous >= full) return
  throw new AppError('Unavailable', 'STORE_NOT_DURABLE', 'The disk of the data directory does not let the event store write durably.', {
    ...found,
  })
}

const databases = new WeakMap<Reader, Database>()

/** What a store in memory holds, whole: another one can begin with it, as a disk that was copied. Throws NotFound `STORE_MISSING`. */
export function imageOf({ reader }: Pick<Store, 'reader'>): Uint8Array {
  const database = databases.get(reader)
  if (database === undefined) throw new AppError('NotFound', 'STORE_MISSING', 'There is no such store in memory.')
  return database.serialize()
}

function storeOver(database: Database, options: StoreOptions, copy: Disposable | undefined): Store {
  const { reader, writer, transact } = connect(database)
  const archive = options.directory === inMemory ? undefined : createArchive(options.directory)
  const context: StoreContext = { ports: options.ports, identities: createIdentities(), archive, indexTail: undefined }
  bindContext(reader, context)
  bindContext(writer, context)
  if (options.directory === inMemory) databases.set(reader, database)
  return {
    directory: options.directory,
    reader,
    transact: (act) => {
      if (database.readonly) throw new AppError('Unavailable', 'STORE_READ_ONLY', 'The event store was opened for reading only.')
      return transact(act, () => forgetTransaction(context))
    },
    [Symbol.dispose]: () => {
      database.close()
      copy?.[Symbol.dispose]()
    },
  }
}
