/**
 * Proves what the projections keep: everything is folded again from the first event and held against the tables - states, rows,
 * counters, sums. It writes nothing and needs nothing but a Reader. Subjects are taken in turns, so that memory stays bounded however
 * many there are; each turn reads all events.
 */
import type { Crypto } from '../../kernel/ports.ts'
import type { Reader, Row } from '../../kernel/reader.ts'
import { readTables as shippedReadTables } from '../../projections/all.ts'
import type { Projection } from '../../projections/projection.ts'
import type { StatesOf } from '../../projections/read-table.ts'
import { lastPosition, readEventsAfter } from '../../store/read-events.ts'
import type { Folding } from './entry.ts'
import { createFolding } from './folding.ts'
import { knowsNothing, type Subject } from './fold.ts'
import { hashOfSubject, hashOfSums, modulo, readStateHash, textsOf } from './hash.ts'
import { addCounts, type CounterChanges, type Values } from './rows.ts'
import { type Kept, readGenerations } from './tables.ts'

/** Subjects that are folded in one turn: about 200 MB of states at most. */
const perTurn = 50_000

export type ProjectionCheck = {
  readonly isEqual: boolean
  /** `projection/subject`, `read table/subject`, `read table/counter scope/key`, `projection/sum`. */
  readonly differing: readonly string[]
  /** Of what the events give. */
  readonly stateHash: string
}

type StateRow = Row & { readonly projection: string; readonly subject: string; readonly facts: string; readonly decisions: string }

/** Reads only. What waits to be judged again, or is not folded to the end because of a parked event, differs only if it is wrong then. */
export function checkProjections(reader: Reader, projections: readonly Projection[], crypto: Crypto): ProjectionCheck {
  // A store that no master has opened yet, or whose projections were never finished.
  if (!readGenerations(reader).some(({ state }) => state === 'serving'))
    return { isEqual: false, differing: ['every projection'], stateHash: hashOfSums(crypto, projections, new Map()) }
  const names = new Set(projections.map(({ name }) => name))
  const kept: Kept = { projections, readTables: shippedReadTables.filter(({ restsOn }) => restsOn.every((name) => names.has(name))) }
  const waiting = new Set(reader.all<{ subject: string }>('SELECT subject FROM projection_rejudged').map(({ subject }) => subject))
  const subjects = reader.get<{ n: number }>('SELECT count(DISTINCT subject) AS n FROM projection_states')?.n ?? 0
  const turns = Math.max(1, Math.ceil(subjects / perTurn))
  const found: Found = { differing: [], sums: new Map(), counters: new Map(), states: new Map(), rows: new Map() }
  for (let turn = 0; turn < turns; turn++) compareTurn(reader, kept, crypto, waiting, { turn, turns }, found)
  compareTotals(reader, kept, waiting, found)
  return { isEqual: found.differing.length === 0, differing: found.differing, stateHash: hashOfSums(crypto, projections, found.sums) }
}

/** The state hash as it is once every subject that waits has been judged again; at once where none does. */
export function stateHashOf(reader: Reader, projections: readonly Projection[], crypto: Crypto): string {
  const { hash, isSettled } = readStateHash(reader, projections, crypto)
  return isSettled ? hash : checkProjections(reader, projections, crypto).stateHash
}

type Found = {
  readonly differing: string[]
  readonly sums: Map<string, bigint>
  readonly counters: CounterChanges
  /** How many there should be. */
  readonly states: Map<string, number>
  readonly rows: Map<string, number>
}

type Turn = { readonly turn: number; readonly turns: number }

function compareTurn(reader: Reader, kept: Kept, crypto: Crypto, waiting: ReadonlySet<string>, { turn, turns }: Turn, found: Found): void {
  const isWanted = (subject: string): boolean => turns === 1 || turnOf(subject, turns) === turn
  const folding = createFolding(0, kept, crypto, { isBulk: true, isFresh: true, isWanted })
  foldEverything(reader, folding)
  for (const id of folding.changed) {
    if (!isWanted(id)) continue
    for (const projection of kept.projections) {
      const { now } = folding.entryOf(reader, projection, id)
      if (knowsNothing(now)) continue
      compareState(reader, crypto, projection, id, now, waiting, found)
    }
    compareRows(reader, kept, folding, id, waiting, found)
  }
}

/** By the end of the id: the beginning is time, and the same for many. */
function turnOf(subject: string, turns: number): number {
  let number = 0
  for (const letter of subject.slice(-6)) number = (number * 33 + letter.charCodeAt(0)) % 1_000_003
  return number % turns
}

function foldEverything(reader: Reader, folding: Folding): void {
  let position = 0
  for (;;) {
    const batch = readEventsAfter(reader, position, 2000)
    const last = batch.at(-1)
    if (last === undefined) break
    folding.take(reader, batch)
    position = last.position
  }
  folding.judge.forget()
  const upTo = lastPosition(reader)
  for (const id of [...folding.late]) folding.foldAgain(reader, id, upTo)
  // What was folded late may be what others are judged by.
  folding.judge.forget()
  for (const id of folding.judgedOtherwise(reader)) folding.foldAgain(reader, id, upTo)
}

function compareState(
  reader: Reader,
  crypto: Crypto,
  { name }: Projection,
  id: string,
  now: Subject,
  waiting: ReadonlySet<string>,
  found: Found,
): void {
  const texts = textsOf(now)
  found.sums.set(name, modulo((found.sums.get(name) ?? 0n) + hashOfSubject(crypto, id, now, texts)))
  found.states.set(name, (found.states.get(name) ?? 0) + 1)
  if (waiting.has(id)) return
  const row = reader.get<StateRow>(
    'SELECT projection, subject, facts, decisions FROM projection_states WHERE projection = ? AND subject = ?',
    name,
    id,
  )
  if (row?.facts !== texts.facts || row.decisions !== texts.decisions) found.differing.push(`${name}/${id}`)
}

function compareRows(
  reader: Reader,
  { projections, readTables }: Kept,
  folding: Folding,
  id: string,
  waiting: ReadonlySet<string>,
  found: Found,
): void {
  const statesOf: StatesOf = (name) => {
    const projection = projections.find((candidate) => candidate.name === name)
    const now = projection === undefined ? undefined : folding.entryOf(reader, projection, id).now
    return now === undefined || knowsNothing(now) ? undefined : { facts: now.facts.state, decisions: now.decisions.state }
  }
  const compare = (name: string, table: string, columns: readonly string[], row: Values | undefined): void => {
    if (row !== undefined) found.rows.set(table, (found.rows.get(table) ?? 0) + 1)
    if (waiting.has(id)) return
    const shown = reader.get(`SELECT ${columns.join(', ')} FROM ${table} WHERE subject = ?`, id)
    const isSame =
      row === undefined || shown === undefined ? row === shown : columns.every((column) => (row[column] ?? null) === shown[column])
    if (!isSame && !found.differing.includes(`${name}/${id}`)) found.differing.push(`${name}/${id}`)
  }
  for (const { name, table, row } of projections) {
    const states = statesOf(name)
    compare(name, table.name, Object.keys(table.columns), states === undefined ? undefined : row(id, states.facts, states.decisions))
  }
  for (const table of readTables) {
    const row = table.row(id, statesOf)
    addCounts(found.counters, table, row, 1)
    compare(table.name, table.name, Object.keys(table.columns), row)
  }
}

/** What is kept and should not be shows in the numbers; with subjects that wait, the numbers are still to change. */
function compareTotals(reader: Reader, { projections, readTables }: Kept, waiting: ReadonlySet<string>, found: Found): void {
  if (waiting.size > 0) return
  const rows = reader.all<Row & { projection: string; subjects: number; sum: string }>('SELECT * FROM projection_sums')
  for (const { name, table } of projections) {
    const sum = rows.find(({ projection }) => projection === name)
    const states = reader.get<{ n: number }>('SELECT count(*) AS n FROM projection_states WHERE projection = ?', name)?.n ?? 0
    if (states !== (found.states.get(name) ?? 0)) found.differing.push(`${name}/states`)
    if (BigInt(`0x${sum?.sum ?? '0'}`) !== (found.sums.get(name) ?? 0n) || sum?.subjects !== states) found.differing.push(`${name}/sum`)
    if (countRows(reader, table.name) !== (found.rows.get(table.name) ?? 0)) found.differing.push(`${name}/rows`)
  }
  for (const { name } of readTables) {
    if (countRows(reader, name) !== (found.rows.get(name) ?? 0)) found.differing.push(`${name}/rows`)
    for (const { scope, key, amount } of reader.all<{ scope: string; key: string; amount: number }>(
      'SELECT scope, key, amount FROM projection_counters WHERE read_table = ?',
      name,
    )) {
      const counter = `${name}\0${scope}\0${key}`
      if ((found.counters.get(counter) ?? 0) !== amount) found.differing.push(`${name}/counter ${scope}/${key}`)
      found.counters.delete(counter)
    }
  }
  for (const [counter, amount] of found.counters) if (amount !== 0) found.differing.push(counter.replaceAll('\0', '/counter '))
}

function countRows(reader: Reader, table: string): number {
  return reader.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0
}
