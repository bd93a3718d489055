/** What the verbs of the store share behind a Reader or Writer: the connection, its ports, and the numbers of names already met. */
import { join } from 'node:path'
import { AppError } from '../kernel/app-error.ts'
import type { Ports } from '../kernel/ports.ts'
import type { Reader } from '../kernel/reader.ts'
import type { FramedEvents } from '../log/framing.ts'
import { forgetIdentities, type Identities } from './identities.ts'
import type { IndexTail } from './index-tail.ts'

export type StorePorts = Pick<Ports, 'crypto' | 'compression' | 'clock' | 'diagnostics'>

export type Archive = { readonly directory: string; readonly chunks: Map<string, FramedEvents> }

export function createArchive(directory: string): Archive {
  return { directory: join(directory, 'archive'), chunks: new Map() }
}

export type StoreContext = {
  readonly ports: StorePorts
  readonly identities: Identities
  /** Where sealed stretches lie, and the chunks of them that were read last; undefined for a store in memory. */
  readonly archive: Archive | undefined
  /** Made when first asked for; undefined again when it may hold what was rolled back. */
  indexTail: IndexTail | undefined
}

const contexts = new WeakMap<Reader, StoreContext>()

export function bindContext(reader: Reader, context: StoreContext): void {
  contexts.set(reader, context)
}

/** After a failed transaction: what was remembered in it is not in the tables. */
export function forgetTransaction(context: StoreContext): void {
  forgetIdentities(context.identities)
  context.indexTail = undefined
}

/** Throws Bug `READER_FOREIGN` for a Reader that no store handed out. */
export function contextOf(reader: Reader): StoreContext {
  const context = contexts.get(reader)
  if (context === undefined) throw new AppError('Bug', 'READER_FOREIGN', 'A reader was used that belongs to no event store.')
  return context
}
