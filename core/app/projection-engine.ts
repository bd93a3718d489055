/**
 * Runs the projections: new events fold into the state of their subject in the transaction that stores them; an event that comes
 * late is folded where it belongs by refolding that one subject ([PJ2], [PJ3]).
 */
import type { Crypto } from '../kernel/ports.ts'
import type { Reader, SqlValue, Writer } from '../kernel/reader.ts'
import type { Projection } from '../projections/projection.ts'
import { readEventsAfter, readSubjectEvents } from '../store/read-events.ts'
import type { StoredEvent } from '../store/stored-event.ts'
import { applyOne, effective, foldAll, nothingOf, projectionsByType, type Subject } from './fold.ts'
import { checkProjections, type ProjectionCheck, stateHashOf } from './projection-check.ts'

type Touched = { readonly projection: Projection; readonly subject: string; state: Subject; isFoldedAgain: boolean }

export type ProjectionEngine = {
  /**
   * Folds events that were just stored, in the transaction that stored them: every event exactly once, and before any later one is
   * stored.
   */
  readonly project: (writer: Writer, stored: readonly StoredEvent[]) => void
  /** The two halves of what a projection knows of a subject; undefined while it knows nothing. */
  readonly read: (
    reader: Reader,
    projection: string,
    subject: string,
  ) => { readonly facts: unknown; readonly decisions: unknown } | undefined
  /** Drops what is remembered of these subjects: their transaction did not commit. */
  readonly forget: (subjects: Iterable<string>) => void
  /** SHA-256 over every state of every projection, hex. */
  readonly stateHash: (reader: Reader) => string
  /** Folds everything again from the first event; the answer says whether the result equals what is kept. */
  readonly check: (reader: Reader) => ProjectionCheck
}

const rememberedSubjects = 20_000

export function createProjectionEngine(writer: Writer, projections: readonly Projection[], crypto: Crypto): ProjectionEngine {
  createTables(writer, projections)
  const remembered = new Map<string, Subject>()
  const byType = projectionsByType(projections)

  function load(reader: Reader, projection: Projection, subject: string): Subject {
    const name = `${projection.name}/${subject}`
    const known = remembered.get(name)
    if (known !== undefined) return known
    const row = reader.get(
      'SELECT facts, facts_key, decisions, decisions_key FROM projection_states WHERE projection = ? AND subject = ?',
      projection.name,
      subject,
    )
    const loaded = row === undefined ? nothingOf(projection) : readSubject(row)
    remember(name, loaded)
    return loaded
  }

  function remember(name: string, subject: Subject): void {
    if (remembered.size >= rememberedSubjects) remembered.clear()
    remembered.set(name, subject)
  }

  function save(into: Writer, projection: Projection, subject: string, state: Subject): void {
    remember(`${projection.name}/${subject}`, state)
    into.run(
      'INSERT INTO projection_states (projection, subject, facts, facts_key, decisions, decisions_key) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (projection, subject) DO UPDATE SET facts = excluded.facts, facts_key = excluded.facts_key, decisions = excluded.decisions, decisions_key = excluded.decisions_key',
      projection.name,
      subject,
      JSON.stringify(state.facts.state),
      state.facts.key,
      JSON.stringify(state.decisions.state),
      state.decisions.key,
    )
    const row = projection.row(subject, state.facts.state, state.decisions.state)
    if (row === undefined) return
    const columns = Object.keys(projection.table.columns)
    into.run(
      `INSERT INTO ${projection.table.name} (subject, ${columns.join(', ')}) VALUES (?${', ?'.repeat(columns.length)}) ON CONFLICT (subject) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
      subject,
      ...columns.map((column): SqlValue => row[column] ?? null),
    )
  }

  /** All that is held of the subject up to a position, from nothing. */
  function foldAgain(reader: Reader, projection: Projection, subject: string, upTo: number): Subject {
    const events = readSubjectEvents(reader, subject, {
      types: projection.handles,
      beforePosition: upTo + 1,
      order: 'oldest',
      limit: Number.MAX_SAFE_INTEGER,
    })
    return foldAll(
      projection,
      events.map(effective).filter((item) => item !== undefined),
    )
  }

  function project(into: Writer, stored: readonly StoredEvent[]): void {
    const last = stored.reduce((most, { position }) => Math.max(most, position), 0)
    /** A batch mostly speaks of few subjects: each is written once. */
    const touched = new Map<string, Touched>()
    for (const item of stored) {
      const input = effective(item)
      if (input === undefined) continue
      for (const projection of byType.get(input.event.type) ?? []) {
        const subject = input.event.subject
        const name = `${projection.name}/${subject}`
        const entry = touched.get(name) ?? { projection, subject, state: load(into, projection, subject), isFoldedAgain: false }
        touched.set(name, entry)
        // Folding again took in the rest of the batch as well.
        if (entry.isFoldedAgain) continue
        const fold = projection[input.stream]
        const before = entry.state[input.stream]
        if (input.key > before.key || fold.commutes === true) {
          entry.state = { ...entry.state, [input.stream]: applyOne(fold, before, input) }
        } else {
          entry.state = foldAgain(into, projection, subject, last)
          entry.isFoldedAgain = true
        }
      }
    }
    for (const { projection, subject, state } of touched.values()) save(into, projection, subject, state)
    // Every one of them has a row since the engine was made: one statement for all, since this is done for every decision.
    if (last > 0) into.run('UPDATE checkpoints SET position = ? WHERE position < ?', last, last)
  }

  rebuildOutdated(writer, projections, project)
  return {
    project,
    stateHash: (reader) => stateHashOf(reader, projections, crypto),
    read: (reader, name, subject) => {
      const projection = projections.find((candidate) => candidate.name === name)
      if (projection === undefined) return undefined
      const { facts, decisions: decided } = load(reader, projection, subject)
      return facts.key === '' && decided.key === '' ? undefined : { facts: facts.state, decisions: decided.state }
    },
    forget: (subjects) => {
      for (const subject of subjects) for (const { name } of projections) remembered.delete(`${name}/${subject}`)
    },
    check: (reader) => checkProjections(reader, projections, crypto),
  }
}

function readSubject(row: Readonly<Record<string, SqlValue>>): Subject {
  return {
    facts: { state: JSON.parse(String(row['facts'])), key: String(row['facts_key']) },
    decisions: { state: JSON.parse(String(row['decisions'])), key: String(row['decisions_key']) },
  }
}

function createTables(writer: Writer, projections: readonly Projection[]): void {
  writer.run(
    'CREATE TABLE IF NOT EXISTS projection_states (projection TEXT NOT NULL, subject TEXT NOT NULL, facts TEXT NOT NULL, facts_key TEXT NOT NULL, decisions TEXT NOT NULL, decisions_key TEXT NOT NULL, PRIMARY KEY (projection, subject)) STRICT, WITHOUT ROWID',
  )
  for (const { name, version, table } of projections) {
    const kept = writer.get('SELECT version FROM checkpoints WHERE projection = ?', name)
    if (kept !== undefined && kept['version'] !== version) {
      writer.run(`DROP TABLE IF EXISTS ${table.name}`)
      writer.run('DELETE FROM projection_states WHERE projection = ?', name)
      writer.run('DELETE FROM checkpoints WHERE projection = ?', name)
    }
    const columns = Object.entries(table.columns).map(([column, type]) => `${column} ${type}`)
    writer.run(`CREATE TABLE IF NOT EXISTS ${table.name} (subject TEXT PRIMARY KEY, ${columns.join(', ')}) STRICT, WITHOUT ROWID`)
    for (const index of table.indexes)
      writer.run(`CREATE INDEX IF NOT EXISTS ${table.name}_by_${index.join('_')} ON ${table.name} (${index.join(', ')})`)
  }
}

/** Another version, or a new projection, starts from the first event; the tables were emptied when they were made. */
function rebuildOutdated(
  writer: Writer,
  projections: readonly Projection[],
  project: (writer: Writer, stored: readonly StoredEvent[]) => void,
): void {
  const isBehind = projections.some(({ name }) => writer.get('SELECT 1 FROM checkpoints WHERE projection = ?', name) === undefined)
  if (!isBehind) return
  writer.run('DELETE FROM projection_states')
  writer.run('DELETE FROM checkpoints')
  for (const { name, version, table } of projections) {
    writer.run(`DELETE FROM ${table.name}`)
    writer.run('INSERT INTO checkpoints (projection, version, position) VALUES (?, ?, 0)', name, version)
  }
  for (let position = 0; ; ) {
    const batch = readEventsAfter(writer, position, 2000)
    const last = batch.at(-1)
    if (last === undefined) return
    project(writer, batch)
    position = last.position
  }
}
