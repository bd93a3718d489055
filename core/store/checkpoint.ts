/**
 * Moving the write-ahead log into the store's file. It costs as much as many commits, so a busy master leaves it to a connection of
 * another thread (`entry-checkpointer.ts`); SQLite lets one move what others go on writing behind.
 */
import { join } from 'node:path'
import type { Reader } from '../kernel/reader.ts'
import { loadEngine } from './engine.ts'
import { storeFailure } from './failure.ts'

export type CheckpointKind =
  /** Moves what nobody still reads, and makes nobody wait. */
  | 'PASSIVE'
  /** And leaves its file empty; does nothing but PASSIVE while anybody reads or writes. For when nothing happens. */
  | 'TRUNCATE'

/** Pages in the log, and how many of them have been moved. */
export type Checkpointed = { readonly logPages: number; readonly movedPages: number }

export function checkpoint(reader: Reader, kind: CheckpointKind): Checkpointed {
  const row = reader.get(`PRAGMA wal_checkpoint(${kind})`)
  return { logPages: Math.max(0, Number(row?.['log'] ?? 0)), movedPages: Math.max(0, Number(row?.['checkpointed'] ?? 0)) }
}

/** The writer's own commits move the log when it has grown to this many pages. */
export function checkpointInline(reader: Reader, afterPages: number): void {
  reader.get(`PRAGMA wal_autocheckpoint = ${Math.trunc(afterPages)}`)
}

export type Checkpointer = Disposable & { readonly checkpoint: (kind: CheckpointKind) => Checkpointed }

/** A connection that does nothing else, to a store that is open for writing in this process. */
export async function openCheckpointer(directory: string): Promise<Checkpointer> {
  const open = await loadEngine()
  try {
    // A writer is never waited for: what cannot be done now is done the next time.
    const database = open(join(directory, 'store.sqlite'), { timeout: 0 })
    database.pragma('synchronous = FULL')
    database.pragma('wal_autocheckpoint = 0')
    return {
      checkpoint: (kind) => {
        try {
          const [row] = database.pragma(`wal_checkpoint(${kind})`) as readonly { readonly log: number; readonly checkpointed: number }[]
          return { logPages: Math.max(0, row?.log ?? 0), movedPages: Math.max(0, row?.checkpointed ?? 0) }
        } catch (error) {
          throw storeFailure(error)
        }
      },
      [Symbol.dispose]: () => {
        database.close()
      },
    }
  } catch (error) {
    throw storeFailure(error)
  }
}
