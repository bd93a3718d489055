/**
 * The small numbers that stand for logs, subjects and types in the tables. Remembered in memory, since every event asks; what a
 * transaction added is forgotten with it when it fails.
 */
import { ulidToBytes } from '../kernel/ids.ts'
import type { Reader, SqlValue, Writer } from '../kernel/reader.ts'
import { formatLogId, isLogId, parseLogId, type LogId } from '../log/log-id.ts'
import { damaged } from './failure.ts'
import { createIdTable, type IdTable } from './id-table.ts'

export type Identities = {
  readonly logs: Map<string, number>
  readonly logNames: Map<number, LogId>
  readonly subjects: IdTable
  readonly types: Map<string, number>
}

/** About 8 MB of subjects; a fleet beyond that asks the index again. */
const keptSubjects = 250_000
const ulidBytes = 16

export function createIdentities(): Identities {
  return { logs: new Map(), logNames: new Map(), subjects: createIdTable(keptSubjects), types: new Map() }
}

/** After a failed transaction: numbers given in it are not in the tables. */
export function forgetIdentities(identities: Identities): void {
  identities.logs.clear()
  identities.logNames.clear()
  identities.subjects.clear()
  identities.types.clear()
}

export function findLogNumber(reader: Reader, identities: Identities, log: LogId): number | undefined {
  const name = formatLogId(log)
  const known = identities.logs.get(name)
  if (known !== undefined) return known
  const row = reader.get<{ number: number }>('SELECT number FROM logs WHERE name = ?', name)
  if (row !== undefined) identities.logs.set(name, row.number)
  return row?.number
}

export function logNumber(writer: Writer, identities: Identities, log: LogId): number {
  const known = findLogNumber(writer, identities, log)
  if (known !== undefined) return known
  writer.run('INSERT INTO logs (name, origin) VALUES (?, ?)', formatLogId(log), ulidToBytes(log.origin))
  return findLogNumber(writer, identities, log) as number
}

/** Throws Corrupt `STORE_DAMAGED` when there is none of that number. */
export function logOfNumber(reader: Reader, identities: Identities, number: number): LogId {
  const known = identities.logNames.get(number)
  if (known !== undefined) return known
  const row = reader.get<{ name: string }>('SELECT name FROM logs WHERE number = ?', number)
  if (row === undefined || !isLogId(row.name)) throw damaged({ log: number })
  const log = parseLogId(row.name)
  identities.logNames.set(number, log)
  return log
}

/** Of the 16 bytes of an id at `start`. */
export function subjectNumber(writer: Writer, identities: Identities, ids: Uint8Array, start: number): number {
  const known = identities.subjects.get(ids, start)
  if (known !== 0) return known
  const id = ids.slice(start, start + ulidBytes)
  const select = 'SELECT number FROM subjects WHERE id = ?'
  const number = numberOf(writer, select, id) ?? inserted(writer, 'INSERT INTO subjects (id) VALUES (?)', select, id)
  identities.subjects.set(ids, start, number)
  return number
}

export function typeNumber(writer: Writer, identities: Identities, type: string): number {
  const known = identities.types.get(type)
  if (known !== undefined) return known
  const select = 'SELECT number FROM types WHERE name = ?'
  const number = numberOf(writer, select, type) ?? inserted(writer, 'INSERT INTO types (name) VALUES (?)', select, type)
  identities.types.set(type, number)
  return number
}

function inserted(writer: Writer, insert: string, select: string, value: SqlValue): number {
  writer.run(insert, value)
  return numberOf(writer, select, value) as number
}

function numberOf(reader: Reader, select: string, value: SqlValue): number | undefined {
  return reader.get<{ number: number }>(select, value)?.number
}
