/**
 * The tables of a generation. A rebuild writes a whole new generation beside the one that serves: every projection, every read table and
 * what belongs to them, under names that end in its number. Who reads uses the names without a number: views, which the swap points at
 * another generation in one transaction, for every connection at once ([PJ6]).
 */
import type { Reader, Row, Writer } from '../../kernel/reader.ts'
import type { Projection } from '../../projections/projection.ts'
import type { ReadTable } from '../../projections/read-table.ts'

export type Kept = { readonly projections: readonly Projection[]; readonly readTables: readonly ReadTable[] }

export type GenerationState = 'serving' | 'building' | 'dropping'

export type Generation = {
  readonly number: number
  readonly state: GenerationState
  /** The last event that is in it, while it is built. */
  readonly position: number
  /** Wall milliseconds. */
  readonly startedAt: number
  readonly reason: string
  /** When this run of the program began or went on with it, and where it stood then: what the rate is counted from. */
  readonly runAt: number
  readonly runPosition: number
  /** Versions of everything in it, as text to compare. */
  readonly versions: string
}

/** What every generation has beside the tables of the projections: name without number, and what is in the parentheses. */
const commonTables: Readonly<Record<string, string>> = {
  projection_states: `projection TEXT NOT NULL, subject TEXT NOT NULL, position INTEGER NOT NULL,
    facts TEXT NOT NULL, facts_key TEXT NOT NULL, facts_count INTEGER NOT NULL, facts_ms INTEGER NOT NULL,
    decisions TEXT NOT NULL, decisions_key TEXT NOT NULL, decisions_count INTEGER NOT NULL, decisions_ms INTEGER NOT NULL,
    PRIMARY KEY (projection, subject)`,
  projection_saved_states: `projection TEXT NOT NULL, subject TEXT NOT NULL, stream TEXT NOT NULL, position INTEGER NOT NULL,
    key TEXT NOT NULL, ms INTEGER NOT NULL, count INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (projection, subject, stream, position)`,
  projection_sums: 'projection TEXT NOT NULL PRIMARY KEY, subjects INTEGER NOT NULL, sum TEXT NOT NULL',
  projection_counters:
    'read_table TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (read_table, scope, key)',
  // What readers that remember figures look at again: which row changed, and a scope that it counts in. See changes.ts.
  projection_changes: 'number INTEGER PRIMARY KEY, subject TEXT NOT NULL, scope TEXT NOT NULL',
  projection_parked: `projection TEXT NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL, event_id TEXT NOT NULL, subject TEXT NOT NULL,
    type TEXT NOT NULL, code TEXT NOT NULL, sentence TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, tries INTEGER NOT NULL,
    PRIMARY KEY (projection, position)`,
  projection_rejudged: 'subject TEXT NOT NULL PRIMARY KEY, since INTEGER NOT NULL, cause TEXT NOT NULL',
  judged_questions: `domain TEXT NOT NULL, origin TEXT NOT NULL, incarnation TEXT NOT NULL, epoch INTEGER NOT NULL, rule TEXT NOT NULL,
    PRIMARY KEY (domain, origin, incarnation, epoch)`,
  judged_subjects: `domain TEXT NOT NULL, origin TEXT NOT NULL, incarnation TEXT NOT NULL, epoch INTEGER NOT NULL, subject TEXT NOT NULL,
    PRIMARY KEY (domain, origin, incarnation, epoch, subject)`,
  powerless_events: `subject TEXT NOT NULL, position INTEGER NOT NULL, domain TEXT NOT NULL, origin TEXT NOT NULL, epoch INTEGER NOT NULL,
    event_id TEXT NOT NULL, type TEXT NOT NULL, code TEXT NOT NULL, sentence TEXT NOT NULL, would_allow TEXT NOT NULL, PRIMARY KEY (subject, position)`,
}

const commonIndexes: Readonly<Record<string, readonly string[]>> = { projection_parked: ['subject'], powerless_events: ['position'] }

export function tableName(name: string, generation: number): string {
  return `${name}_g${generation}`
}

export function versionsOf({ projections, readTables }: Kept): string {
  return JSON.stringify([...projections, ...readTables].map(({ name, version }) => [name, version]))
}

/** The one table that outlives generations. */
export function createGenerationTable(writer: Writer): void {
  writer.run(
    `CREATE TABLE IF NOT EXISTS projection_generations (number INTEGER PRIMARY KEY, state TEXT NOT NULL, position INTEGER NOT NULL,
      started_at INTEGER NOT NULL, run_at INTEGER NOT NULL, run_position INTEGER NOT NULL, reason TEXT NOT NULL, versions TEXT NOT NULL, tables TEXT NOT NULL, indexes TEXT NOT NULL) STRICT`,
  )
}

export function readGenerations(reader: Reader): readonly Generation[] {
  const isThere = reader.get("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'projection_generations'") !== undefined
  if (!isThere) return []
  return reader
    .all<GenerationRow>('SELECT * FROM projection_generations ORDER BY number')
    .map(({ started_at, run_at, run_position, ...generation }) => ({
      ...generation,
      startedAt: started_at,
      runAt: run_at,
      runPosition: run_position,
    }))
}

type GenerationRow = Row &
  Omit<Generation, 'startedAt' | 'runAt' | 'runPosition'> & {
    readonly started_at: number
    readonly run_at: number
    readonly run_position: number
  }

/** Empty tables without indexes, and a row that says they are being built. */
export function createGeneration(writer: Writer, kept: Kept, startedAt: number, reason: string): Generation {
  const last = writer.get<{ last: number | null }>('SELECT max(number) AS last FROM projection_generations')?.last ?? 0
  const number = last + 1
  const tables: string[] = []
  const indexed: { readonly name: string; readonly on: string }[] = []
  const create = (name: string, definition: string, indexes: readonly (readonly string[])[]): void => {
    const table = tableName(name, number)
    writer.run(`CREATE TABLE ${table} (${definition}) STRICT, WITHOUT ROWID`)
    for (const index of indexes) indexed.push({ name: `${table}_by_${index.join('_')}`, on: `${table} (${index.join(', ')})` })
    tables.push(table)
  }
  for (const [name, definition] of Object.entries(commonTables))
    create(
      name,
      definition,
      (commonIndexes[name] ?? []).map((index) => [index]),
    )
  for (const { name, columns, indexes } of rowTablesOf(kept)) {
    const defined = Object.entries(columns).map(([column, type]) => `${column} ${type}`)
    create(name, `subject TEXT PRIMARY KEY, ${defined.join(', ')}`, indexes)
  }
  for (const name of listNamesOf(kept))
    create(name, 'text TEXT NOT NULL, subject TEXT NOT NULL, PRIMARY KEY (text, subject)', [['subject']])
  for (const { name } of kept.projections) writer.run(`INSERT INTO ${tableName('projection_sums', number)} VALUES (?, 0, ?)`, name, '0')
  const place = { position: 0, startedAt, runAt: startedAt, runPosition: 0 }
  const generation: Generation = { number, state: 'building', ...place, reason, versions: versionsOf(kept) }
  writer.run(
    `INSERT INTO projection_generations (number, state, position, started_at, run_at, run_position, reason, versions, tables, indexes)
      VALUES (?, 'building', 0, ?, ?, 0, ?, ?, ?, ?)`,
    number,
    startedAt,
    startedAt,
    reason,
    generation.versions,
    JSON.stringify(tables),
    JSON.stringify(indexed),
  )
  return generation
}

/** Makes one index of a generation that is folded; false when it has them all. Sorted at the end costs far less than row by row. */
export function createOneIndex(writer: Writer, number: number): boolean {
  const row = writer.get<{ indexes: string }>('SELECT indexes FROM projection_generations WHERE number = ?', number)
  const [index, ...rest] = JSON.parse(row?.indexes ?? '[]') as { readonly name: string; readonly on: string }[]
  if (index === undefined) return false
  writer.run(`CREATE INDEX ${index.name} ON ${index.on}`)
  writer.run('UPDATE projection_generations SET indexes = ? WHERE number = ?', JSON.stringify(rest), number)
  return true
}

export function startRun(writer: Writer, number: number, now: number): void {
  writer.run('UPDATE projection_generations SET run_at = ?, run_position = position WHERE number = ?', now, number)
}

/** They are dropped later; all of that state, or all but one. */
export function discardGenerations(writer: Writer, state: GenerationState, but: number = 0): void {
  writer.run("UPDATE projection_generations SET state = 'dropping' WHERE state = ? AND number <> ?", state, but)
}

/** From now on everybody reads this one; the one before is left to be dropped. */
export function serveGeneration(writer: Writer, kept: Kept, { number }: Generation, position: number): void {
  while (createOneIndex(writer, number));
  writer.run("UPDATE projection_generations SET state = 'dropping' WHERE state = 'serving'")
  writer.run("UPDATE projection_generations SET state = 'serving', position = ? WHERE number = ?", position, number)
  const views = [...Object.keys(commonTables), ...rowTablesOf(kept).map(({ name }) => name), ...listNamesOf(kept)]
  const marked = new Set(kept.readTables.map(({ name }) => name))
  for (const name of views) {
    removeName(writer, name)
    writer.run(`CREATE VIEW ${name} AS SELECT shown.*${marked.has(name) ? marks(number) : ''} FROM ${tableName(name, number)} AS shown`)
  }
  writer.run('DELETE FROM checkpoints')
  for (const { name, version } of kept.projections)
    writer.run('INSERT INTO checkpoints (projection, version, position) VALUES (?, ?, ?)', name, version, position)
}

/** Drops one table of what is no longer wanted; false when nothing is left. A large table takes a moment, so one at a time. */
export function dropOneTable(writer: Writer): boolean {
  const row = writer.get<{ number: number; tables: string }>(
    "SELECT number, tables FROM projection_generations WHERE state = 'dropping' LIMIT 1",
  )
  if (row === undefined) return false
  const [table, ...rest] = JSON.parse(row.tables) as string[]
  if (table !== undefined) writer.run(`DROP TABLE IF EXISTS ${table}`)
  if (rest.length === 0) writer.run('DELETE FROM projection_generations WHERE number = ?', row.number)
  else writer.run('UPDATE projection_generations SET tables = ? WHERE number = ?', JSON.stringify(rest), row.number)
  return true
}

/** What makes a row of a read table doubtful; costs nothing where it is not selected. */
export function marks(number: number): string {
  const isThere = (table: string): string =>
    `EXISTS (SELECT 1 FROM ${tableName(table, number)} AS other WHERE other.subject = shown.subject)`
  return `, ${isThere('projection_rejudged')} AS is_being_rejudged, ${isThere('projection_parked')} AS has_parked_events`
}

/** The name may be a view of another generation, or a table of a program before there were any. */
export function removeName(writer: Writer, name: string): void {
  const type = writer.get<{ type: string }>("SELECT type FROM sqlite_schema WHERE name = ? AND type IN ('table', 'view')", name)?.type
  if (type === 'view') writer.run(`DROP VIEW ${name}`)
  if (type === 'table') writer.run(`DROP TABLE ${name}`)
}

export function rowTablesOf({ projections, readTables }: Kept): readonly Pick<ReadTable, 'name' | 'columns' | 'indexes'>[] {
  return [...projections.map(({ table }) => table), ...readTables]
}

export function listNamesOf({ readTables }: Kept): readonly string[] {
  return readTables.flatMap(({ lists }) => Object.keys(lists))
}

/**
 * What of today's projections a generation of another version can be fed with while the next one is built: the columns and tables that
 * it has. It is the old state under a new fold; where the two do not fit, the event is parked there, and is right again in the next one.
 */
export function fittedTo(reader: Reader, kept: Kept, { number }: Generation): Kept {
  const columnsOf = (name: string): ReadonlySet<string> =>
    new Set(reader.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', tableName(name, number)).map((row) => row.name))
  const fitted = (name: string, columns: ReadTable['columns']): ReadTable['columns'] => {
    const there = columnsOf(name)
    return Object.fromEntries(Object.entries(columns).filter(([column]) => there.has(column)))
  }
  const projections = kept.projections.flatMap((projection) => {
    const columns = fitted(projection.table.name, projection.table.columns)
    return Object.keys(columns).length === 0 ? [] : [{ ...projection, table: { ...projection.table, columns } }]
  })
  const names = new Set(projections.map(({ name }) => name))
  const readTables = kept.readTables.flatMap((table) => {
    const columns = fitted(table.name, table.columns)
    if (Object.keys(columns).length === 0 || !table.restsOn.every((name) => names.has(name))) return []
    return [{ ...table, columns, lists: Object.fromEntries(Object.entries(table.lists).filter(([name]) => columnsOf(name).size > 0)) }]
  })
  return { projections, readTables }
}
