/**
 * Builds a generation beside the one that serves, in slices: read and fold in memory for a few milliseconds, write some hundred subjects,
 * let everybody else commit, go on ([PJ6]). Only rows are written: nobody is told and nothing is decided. What was written is skipped
 * after a crash, because each state says which event was the last in it.
 */
import type { Crypto, Ports } from '../../kernel/ports.ts'
import type { Reader, Writer } from '../../kernel/reader.ts'
import { lastPosition, readEventsAfter } from '../../store/read-events.ts'
import type { Store } from '../../store/open.ts'
import type { Folding } from './entry.ts'
import { createFolding } from './folding.ts'
import { createOneIndex, type Generation, type Kept, serveGeneration, tableName } from './tables.ts'

/** How much of the work is done before others have their turn, and before memory is given back. */
export const limits = {
  sliceMs: 4,
  readEvents: 256,
  writeSubjects: 300,
  foldAgainSubjects: 50,
  /** Written at the latest after so many events: what a crash costs. */
  unwrittenEvents: 100_000,
  /** States in memory; about 1 KiB each. */
  heldEntries: 150_000,
  /** What may be left to do in the transaction that swaps. */
  swapEvents: 500,
  swapSubjects: 50,
} as const

/** Everything in the caller's transaction; for a new store, a small one, and when no one waits. */
export function buildAtOnce(writer: Writer, kept: Kept, crypto: Crypto, generation: Generation): Folding {
  const folding = createFolding(generation.number, kept, crypto, { isBulk: true, isFresh: isEmpty(writer, generation) })
  let position = generation.position
  for (;;) {
    const batch = readEventsAfter(writer, position, 2000)
    const last = batch.at(-1)
    if (last === undefined) break
    folding.take(writer, batch)
    position = last.position
    if (folding.held() > limits.heldEntries) {
      folding.flush(writer)
      folding.forget()
    }
  }
  folding.flush(writer)
  while (foldQueued(writer, folding, position, 500) > 0);
  serveGeneration(writer, kept, generation, position)
  return folding
}

/** A run that was killed may have written some of a slice before the position says so. */
function isEmpty(reader: Reader, { number }: Generation): boolean {
  return reader.get(`SELECT 1 FROM ${tableName('projection_states', number)} LIMIT 1`) === undefined
}

/** Folds subjects of the generation's queue again; answers how many it found. */
export function foldQueued(writer: Writer, folding: Folding, upTo: number, atMost: number): number {
  const rows = writer.all<{ subject: string }>(
    `SELECT subject FROM ${tableName('projection_rejudged', folding.generation)} LIMIT ?`,
    atMost,
  )
  for (const { subject } of rows) folding.foldAgain(writer, subject, upTo)
  if (rows.length > 0) folding.flush(writer)
  return rows.length
}

export type Build = {
  readonly generation: Generation
  /** Some milliseconds of work. True when it serves. Throws what the store throws, with nothing lost but the slice. */
  readonly step: () => boolean
  readonly position: () => number
}

export function createBuild(store: Store, kept: Kept, ports: Pick<Ports, 'clock' | 'crypto'>, generation: Generation): Build {
  const folding = createFolding(generation.number, kept, ports.crypto, { isBulk: true, isFresh: isEmpty(store.reader, generation) })
  let written = generation.position
  let position = generation.position
  let phase: 'reading' | 'writing' = 'reading'

  function read(): void {
    const until = ports.clock.monotonic() + limits.sliceMs
    do {
      const batch = readEventsAfter(store.reader, position, limits.readEvents)
      folding.take(store.reader, batch)
      position = batch.at(-1)?.position ?? position
      const isEnough = position - written >= limits.unwrittenEvents || folding.held() >= limits.heldEntries
      if (isEnough || batch.length < limits.readEvents) phase = 'writing'
    } while (phase === 'reading' && ports.clock.monotonic() < until)
  }

  function write(): boolean {
    const isWritten = store.transact((writer) => {
      const isDone = folding.flush(writer, limits.writeSubjects)
      if (isDone) writer.run('UPDATE projection_generations SET position = ? WHERE number = ?', position, generation.number)
      return isDone
    })
    if (!isWritten) return false
    written = position
    phase = 'reading'
    if (folding.held() >= limits.heldEntries / 2) folding.forget()
    if (lastPosition(store.reader) - position > limits.swapEvents) return false
    if (store.transact((writer) => createOneIndex(writer, generation.number))) return false
    return store.transact((writer) => swap(writer))
  }

  /** Catches up and serves, if little is left; otherwise does some of what is left. */
  function swap(writer: Writer): boolean {
    if (foldQueued(writer, folding, position, limits.foldAgainSubjects) === limits.foldAgainSubjects) return false
    const batch = readEventsAfter(writer, position, limits.swapEvents)
    const last = batch.at(-1)?.position ?? position
    if (last < lastPosition(writer)) return false
    folding.take(writer, batch)
    folding.flush(writer)
    let left: number = limits.swapSubjects
    while (left > 0) {
      const found = foldQueued(writer, folding, last, left)
      if (found === 0) break
      left -= found
    }
    position = last
    written = last
    writer.run('UPDATE projection_generations SET position = ? WHERE number = ?', position, generation.number)
    if (left <= 0) return false
    serveGeneration(writer, kept, generation, position)
    return true
  }

  return {
    generation,
    position: () => position,
    step: () => {
      try {
        if (phase === 'writing') return write()
        read()
        return false
      } catch (error) {
        // What was rolled back is folded again from where the tables stand.
        folding.forget()
        position = written
        phase = 'reading'
        throw error
      }
    },
  }
}
