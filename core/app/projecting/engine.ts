/**
 * Runs the projections: new events fold into the state of their subject in the transaction that stores them ([PJ2], [PJ3]). It belongs
 * to whoever writes; what only reads uses the read-*.ts files beside it, from any connection.
 */
import type { Crypto } from '../../kernel/ports.ts'
import type { Reader, Writer } from '../../kernel/reader.ts'
import { readTables as shippedReadTables } from '../../projections/all.ts'
import type { Projection } from '../../projections/projection.ts'
import { lastPosition } from '../../store/read-events.ts'
import { isAnyArchiveMissing } from '../../store/seals.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { checkProjections, type ProjectionCheck, stateHashOf } from './check.ts'
import type { Folding } from './entry.ts'
import { createFolding } from './folding.ts'
import { knowsNothing } from './fold.ts'
import { countRejudged, type ReadState } from './read-states.ts'
import { buildAtOnce, foldQueued } from './rebuild.ts'
import { standInForMissing } from './stand-in.ts'
import {
  createGeneration,
  createGenerationTable,
  discardGenerations,
  fittedTo,
  type Kept,
  readGenerations,
  tableName,
  versionsOf,
} from './tables.ts'

export type ProjectionEngine = {
  readonly kept: Kept
  /**
   * Folds events that were just stored, in the transaction that stored them: every event exactly once, and before any later one is
   * stored.
   */
  readonly project: (writer: Writer, stored: readonly StoredEvent[]) => void
  /** As `readState`, without reading what this engine wrote or read last; undefined while the projection knows nothing of the subject. */
  readonly read: (reader: Reader, projection: string, subject: string) => ReadState | undefined
  /** Drops what is remembered: the transaction that brought these subjects' events did not commit. */
  readonly forget: (subjects: Iterable<string>) => void
  /** The state hash, hex, as it is once every subject that waits has been judged again. */
  readonly stateHash: (reader: Reader) => string
  /** Folds everything again from the first event; the answer says whether the result equals what is kept. */
  readonly check: (reader: Reader) => ProjectionCheck
  /** Judges at most so many waiting subjects again; answers how many wait still. */
  readonly settle: (writer: Writer, atMost: number) => number
  /** Somebody's state is as it was because an archive was missing when it was to be folded again. */
  readonly isAnyoneWithheld: (reader: Reader) => boolean
  /** Folds the subjects of parked events again, all or one; answers how many events are parked still. */
  readonly retryParked: (writer: Writer, now: number, subject?: string) => number
  /** A commit left subjects that wait to be judged again. */
  readonly isAnyoneWaiting: () => boolean
  /** Another generation serves now. */
  readonly reopen: (reader: Reader) => void
  /** What serves was made by another version of the projections; it serves, and is fed, until a rebuild has made the next. */
  readonly isOutdated: (reader: Reader) => boolean
}

export type EngineOptions = {
  readonly readTables?: readonly (typeof shippedReadTables)[number][]
  /** A store with at most so many events is rebuilt when it is opened, before anybody is served. */
  readonly rebuildsAtOnce?: number
  /** So many subjects are judged again in the commit that made it necessary. */
  readonly rejudgesAtOnce?: number
}

/**
 * Makes the tables where there are none. What another version made is rebuilt at once where that is quick or nothing else could serve;
 * otherwise it goes on serving, and `isOutdated` says that a rebuild is due (see keep-projections.ts).
 */
export function createProjectionEngine(
  writer: Writer,
  projections: readonly Projection[],
  crypto: Crypto,
  { readTables = shippedReadTables, rebuildsAtOnce = 20_000, rejudgesAtOnce = 32 }: EngineOptions = {},
): ProjectionEngine {
  const names = new Set(projections.map(({ name }) => name))
  // A table rests on its projections: a place that has only some of them keeps only what it can.
  const kept: Kept = { projections, readTables: readTables.filter(({ restsOn }) => restsOn.every((name) => names.has(name))) }
  createGenerationTable(writer)
  let folding = openFolding(writer, kept, crypto, rebuildsAtOnce)
  let isAnyoneWaiting = countRejudged(writer) > 0

  function project(into: Writer, stored: readonly StoredEvent[]): void {
    const last = stored.at(-1)?.position ?? 0
    if (last === 0) return
    folding.take(into, stored)
    const isBasisChanged = folding.notes.hasBasisChanges()
    folding.flush(into)
    if (isBasisChanged) {
      const waiting = countRejudged(into)
      if (waiting <= rejudgesAtOnce) foldQueued(into, folding, last, rejudgesAtOnce)
      isAnyoneWaiting = waiting > rejudgesAtOnce
    }
    // Every one of them has a row: one statement for all, since this is done for every decision.
    into.run('UPDATE checkpoints SET position = ? WHERE position < ?', last, last)
  }

  return {
    kept,
    project,
    read: (reader, name, subject) => {
      const projection = folding.kept.projections.find((candidate) => candidate.name === name)
      if (projection === undefined) return undefined
      const { now } = folding.entryOf(reader, projection, subject)
      if (knowsNothing(now)) return undefined
      return {
        facts: now.facts.state,
        decisions: now.decisions.state,
        // Looked up when asked for: every act reads a dozen states, and asks of none of them.
        get isBeingRejudged() {
          return isIn(reader, 'projection_rejudged', subject)
        },
        get hasParkedEvents() {
          return isIn(reader, 'projection_parked', subject)
        },
      }
    },
    forget: () => {
      folding.forget()
    },
    stateHash: (reader) => stateHashOf(reader, projections, crypto),
    check: (reader) => checkProjections(reader, projections, crypto),
    settle: (into, atMost) => {
      foldQueued(into, folding, lastPosition(into), atMost)
      const left = countRejudged(into)
      isAnyoneWaiting = left > 0
      return left
    },
    isAnyoneWithheld: (reader) => reader.get("SELECT 1 FROM projection_parked WHERE code = 'ARCHIVE_MISSING' LIMIT 1") !== undefined,
    retryParked: (into, now, subject) => {
      const where = subject === undefined ? '' : 'WHERE subject = ?'
      const values = subject === undefined ? [] : [subject]
      const rows = into.all<{ subject: string }>(`SELECT DISTINCT subject FROM projection_parked ${where}`, ...values)
      for (const row of rows) folding.foldAgain(into, row.subject, lastPosition(into))
      folding.flush(into)
      const parked = tableName('projection_parked', folding.generation)
      for (const row of rows) into.run(`UPDATE ${parked} SET last_at = ? WHERE subject = ?`, now, row.subject)
      return into.get<{ n: number }>('SELECT count(*) AS n FROM projection_parked')?.n ?? 0
    },
    isAnyoneWaiting: () => isAnyoneWaiting,
    reopen: (reader) => {
      const serving = readGenerations(reader).find(({ state }) => state === 'serving')
      if (serving !== undefined) folding = createFolding(serving.number, kept, crypto, { isBulk: false, isFresh: false })
    },
    isOutdated: (reader) => readGenerations(reader).find(({ state }) => state === 'serving')?.versions !== versionsOf(kept),
  }
}

function openFolding(writer: Writer, kept: Kept, crypto: Crypto, rebuildsAtOnce: number): Folding {
  const serving = readGenerations(writer).find(({ state }) => state === 'serving')
  const isCurrent = serving?.versions === versionsOf(kept)
  const isBehind = kept.projections.some(
    ({ name, version }) => writer.get('SELECT 1 FROM checkpoints WHERE projection = ? AND version = ?', name, version) === undefined,
  )
  // Nothing may be decided by what authority meant to another version.
  const judgesAsBefore = kept.projections
    .filter(({ name }) => name === 'authority')
    .every(({ name, version }) => writer.get('SELECT 1 FROM checkpoints WHERE projection = ? AND version = ?', name, version) !== undefined)
  // Without its archives not every event can be folded again: what serves goes on, and the rebuild waits for them in the background.
  const isLater = (): boolean => (judgesAsBefore && lastPosition(writer) > rebuildsAtOnce) || isAnyArchiveMissing(writer)
  if (serving !== undefined && ((isCurrent && !isBehind) || isLater())) {
    if (!isCurrent) standInForMissing(writer, kept, serving)
    return createFolding(serving.number, isCurrent ? kept : fittedTo(writer, kept, serving), crypto, { isBulk: false, isFresh: false })
  }
  discardGenerations(writer, 'building')
  const reason = serving === undefined ? 'There was none.' : 'The projections are of another version.'
  const { generation } = buildAtOnce(writer, kept, crypto, createGeneration(writer, kept, 0, reason))
  return createFolding(generation, kept, crypto, { isBulk: false, isFresh: false })
}

function isIn(reader: Reader, view: string, subject: string): boolean {
  return reader.get(`SELECT 1 FROM ${view} WHERE subject = ? LIMIT 1`, subject) !== undefined
}
