/**
 * Reads a store that another connection writes: beside the writer, never in its way. What it shows is always what was committed last,
 * and within a `moment` one state of it, whoever writes meanwhile.
 */
import { join } from 'node:path'
import type { Reader } from '../kernel/reader.ts'
import { connect, pageCacheKib } from './connection.ts'
import { bindContext, createArchive, type StorePorts } from './context.ts'
import { loadEngine, type Database } from './engine.ts'
import { storeFailure } from './failure.ts'
import { createIdentities } from './identities.ts'

export type LiveReader = Disposable & {
  readonly reader: Reader
  /**
   * All that `read` reads belongs to one moment. Keep it short: the write-ahead log cannot be begun anew while a moment lasts. One
   * inside of another is the outer one.
   */
  readonly moment: <T>(read: () => T) => T
  /** A number that is another one when somebody has committed since it was last asked for. */
  readonly version: () => number
}

/** The store of the directory, which its writer has opened and brought up to date before. Throws as `openStore` does for reading. */
export async function openLiveReader(directory: string, ports: StorePorts): Promise<LiveReader> {
  const open = await loadEngine()
  let database: Database | undefined
  try {
    database = open(join(directory, 'store.sqlite'), { readonly: true, timeout: 5000 })
    database.pragma('trusted_schema = OFF')
    database.pragma('cell_size_check = ON')
    database.pragma('temp_store = MEMORY')
    database.pragma(`cache_size = -${pageCacheKib.serving}`)
    // The first read shows whether it can be read at all.
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
  } catch (error) {
    database?.close()
    throw storeFailure(error)
  }
  return readerOver(database, directory, ports)
}

function readerOver(database: Database, directory: string, ports: StorePorts): LiveReader {
  const { reader } = connect(database)
  bindContext(reader, { ports, identities: createIdentities(), archive: createArchive(directory), indexTail: undefined })
  const begin = database.prepare('BEGIN')
  const end = database.prepare('COMMIT')
  return {
    reader,
    moment: (read) => {
      if (database.inTransaction) return read()
      begin.run()
      try {
        return read()
      } finally {
        end.run()
      }
    },
    version: () => Number(reader.get('PRAGMA data_version')?.['data_version']),
    [Symbol.dispose]: () => {
      database.close()
    },
  }
}
