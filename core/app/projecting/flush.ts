/** Writes what folding changed: states, rows, read tables, counters and sums, all in the caller's transaction. */
import { isAppError } from '../../kernel/app-error.ts'
import type { Writer } from '../../kernel/reader.ts'
import type { ReadTable, StatesOf } from '../../projections/read-table.ts'
import type { Entry, Folding } from './entry.ts'
import { knowsNothing, type Subject } from './fold.ts'
import { noteChange, type RowChanges, writeChanges } from './changes.ts'
import { addToSum, hashOfSubject, type StateTexts, type SumChanges, textsOf, writeSums } from './hash.ts'
import { park, queueAffected } from './notes.ts'
import { addCounts, type CounterChanges, type Values, writeCounters, writeLists, writeRow } from './rows.ts'
import { saveStates } from './saved-states.ts'
import { tableName } from './tables.ts'

type Shown = { readonly name: string; readonly version: number }

type Run = {
  readonly folding: Folding
  readonly writer: Writer
  readonly sums: SumChanges
  readonly counters: CounterChanges
  readonly rows: RowChanges
}

/** At most so many subjects; true when nothing is left. */
export function writeEntries(
  folding: Folding,
  writer: Writer,
  atMost: number,
  entries: ReadonlyMap<string, ReadonlyMap<string, Entry>>,
): boolean {
  const { generation, changed, judge, kept } = folding
  folding.notes.write(writer, generation, folding.latestAt())
  const run: Run = { folding, writer, sums: new Map(), counters: new Map(), rows: new Map() }
  let written = 0
  for (const id of changed) {
    if (written === atMost) break
    written++
    changed.delete(id)
    writeSubject(run, id, entries)
  }
  writeSums(writer, generation, run.sums)
  writeCounters(writer, generation, run.counters)
  // Who follows what changes begins anew with another generation.
  if (!folding.isBulk) writeChanges(writer, generation, run.rows)
  if (changed.size > 0) return false
  // Only now the tree of domains is in the tables as it is.
  const basis = folding.notes.takeBasisChanges()
  if (basis.size > 0 && kept.projections.some(({ name }) => name === 'domains')) {
    judge.forget()
    queueAffected(writer, generation, judge, basis, folding.latestAt())
  }
  return true
}

function writeSubject(run: Run, id: string, entries: ReadonlyMap<string, ReadonlyMap<string, Entry>>): void {
  const { folding, writer } = run
  const { kept } = folding
  const touched = kept.projections.flatMap(({ name }) => {
    const entry = entries.get(name)?.get(id)
    return entry === undefined || entry.now === entry.kept ? [] : [entry]
  })
  for (const table of kept.readTables) {
    if (!touched.some(({ projection }) => table.restsOn.includes(projection.name))) continue
    const all = new Map(
      table.restsOn.flatMap((name) => {
        const projection = kept.projections.find((candidate) => candidate.name === name)
        return projection === undefined ? [] : [[name, folding.entryOf(writer, projection, id)] as const]
      }),
    )
    writeReadTable(run, table, id, all, touched)
  }
  for (const entry of touched) {
    writeState(run, entry)
    writeOwnRow(run, entry)
    entry.kept = entry.now
  }
}

function writeState({ folding, writer, sums }: Run, entry: Entry): void {
  const { projection, id, kept, now } = entry
  const { generation, crypto } = folding
  const before = textsOf(kept)
  const texts = textsOf(now)
  const isOther = before.facts !== texts.facts || before.decisions !== texts.decisions || knowsNothing(kept) !== knowsNothing(now)
  if (isOther) {
    const sum = hashOfSubject(crypto, id, now, texts) - hashOfSubject(crypto, id, kept, before)
    addToSum(sums, projection.name, Number(!knowsNothing(now)) - Number(!knowsNothing(kept)), sum)
  }
  saveStates(writer, generation, entry)
  const table = tableName('projection_states', generation)
  if (knowsNothing(now)) {
    if (!knowsNothing(kept)) writer.run(`DELETE FROM ${table} WHERE projection = ? AND subject = ?`, projection.name, id)
    return
  }
  writeStateRow(writer, table, projection.name, id, now, texts)
}

const stateTexts = new Map<string, string>()

/** The same text each time, so that its statement is found without reading it. */
function stateText(table: string): string {
  const known = stateTexts.get(table)
  if (known !== undefined) return known
  const text = `INSERT INTO ${table} (projection, subject, position, facts, facts_key, facts_count, facts_ms, decisions, decisions_key, decisions_count, decisions_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (projection, subject) DO UPDATE SET position = excluded.position, facts = excluded.facts, facts_key = excluded.facts_key,
        facts_count = excluded.facts_count, facts_ms = excluded.facts_ms, decisions = excluded.decisions,
        decisions_key = excluded.decisions_key, decisions_count = excluded.decisions_count, decisions_ms = excluded.decisions_ms`
  stateTexts.set(table, text)
  return text
}

function writeStateRow(writer: Writer, table: string, projection: string, id: string, now: Subject, texts: StateTexts): void {
  const { position, facts, decisions } = now
  const half = [facts.key, facts.count, facts.ms, texts.decisions, decisions.key, decisions.count, decisions.ms]
  writer.run(stateText(table), projection, id, position, texts.facts, ...half)
}

function writeOwnRow({ folding, writer }: Run, { projection, id, kept, now }: Entry): void {
  const { name, columns } = projection.table
  const rowOf = ({ facts, decisions }: Subject): Values | undefined => projection.row(id, facts.state, decisions.state)
  const table = tableName(name, folding.generation)
  const before = knowsNothing(kept) ? undefined : tryRow(() => rowOf(kept))
  try {
    const after = knowsNothing(now) ? undefined : rowOf(now)
    writeRow(writer, table, Object.keys(columns), id, before === 'failed' ? undefined : before, after)
    if (before === 'failed') unparkRow(folding, writer, projection, id)
  } catch (error) {
    parkRow(folding, writer, projection, id, now.position, error)
  }
}

function writeReadTable(
  { folding, writer, counters, rows }: Run,
  table: ReadTable,
  id: string,
  all: ReadonlyMap<string, Entry>,
  touched: readonly Entry[],
): void {
  const { generation } = folding
  const statesOf =
    (which: 'kept' | 'now'): StatesOf =>
    (name) => {
      const subject = all.get(name)?.[which]
      if (subject === undefined || knowsNothing(subject)) return undefined
      return { facts: subject.facts.state, decisions: subject.decisions.state }
    }
  const tried = tryRow(() => table.row(id, statesOf('kept')))
  const shown = tableName(table.name, generation)
  // What threw before left the row as it was then.
  const before =
    tried === 'failed' ? writer.get(`SELECT ${Object.keys(table.columns).join(', ')} FROM ${shown} WHERE subject = ?`, id) : tried
  try {
    const after = table.row(id, statesOf('now'))
    const added: CounterChanges = new Map()
    addCounts(added, table, before, -1)
    addCounts(added, table, after, 1)
    if (writeRow(writer, shown, Object.keys(table.columns), id, before, after)) noteChange(rows, table, id, before, after)
    writeLists(writer, generation, table, id, before, after)
    for (const [name, amount] of added) counters.set(name, (counters.get(name) ?? 0) + amount)
    if (tried === 'failed') unparkRow(folding, writer, table, id)
  } catch (error) {
    const position = Math.max(...touched.map(({ now }) => now.position))
    parkRow(folding, writer, table, id, position, error)
  }
}

function tryRow(make: () => Values | undefined): Values | undefined | 'failed' {
  try {
    return make()
  } catch {
    // It threw when it was to be written, and was parked then.
    return 'failed'
  }
}

/** The state is folded; what cannot be shown of it is parked, and tried again with the next event of its subject. */
function parkRow(folding: Folding, writer: Writer, { name, version }: Shown, id: string, position: number, error: unknown): void {
  // A disk that is full or damaged is no fault of an event.
  if (isAppError(error) && (error.kind === 'Unavailable' || error.kind === 'Corrupt')) throw error
  park(writer, folding.generation, {
    projection: name,
    version,
    position,
    eventId: '',
    subject: id,
    type: '',
    error,
    at: folding.latestAt(),
  })
}

function unparkRow(folding: Folding, writer: Writer, { name }: Shown, id: string): void {
  writer.run(
    `DELETE FROM ${tableName('projection_parked', folding.generation)} WHERE subject = ? AND projection = ? AND type = ''`,
    id,
    name,
  )
}
