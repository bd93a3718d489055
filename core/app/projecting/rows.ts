/** Writes rows by what differs from before: an index is touched only where one of its columns changed. Counters are added up first. */
import type { SqlValue, Writer } from '../../kernel/reader.ts'
import type { ReadTable } from '../../projections/read-table.ts'
import { tableName } from './tables.ts'

export type Values = Readonly<Record<string, SqlValue>>

/** Undefined stands for no row. Answers whether anything was to be written. */
export function writeRow(
  writer: Writer,
  table: string,
  columns: readonly string[],
  subject: string,
  before: Values | undefined,
  after: Values | undefined,
): boolean {
  if (after === undefined) {
    if (before !== undefined) writer.run(`DELETE FROM ${table} WHERE subject = ?`, subject)
    return before !== undefined
  }
  if (before === undefined) {
    // A row may be there when a flush was cut off after it: what it says is replaced.
    writer.run(insertText(table, columns), subject, ...columns.map((column) => after[column] ?? null))
    return true
  }
  const changed = columns.filter((column) => (before[column] ?? null) !== (after[column] ?? null))
  if (changed.length === 0) return false
  const values = changed.map((column) => after[column] ?? null)
  writer.run(`UPDATE ${table} SET ${changed.map((column) => `${column} = ?`).join(', ')} WHERE subject = ?`, ...values, subject)
  return true
}

const insertTexts = new Map<string, string>()

function insertText(table: string, columns: readonly string[]): string {
  const known = insertTexts.get(table)
  if (known !== undefined) return known
  const text = `INSERT OR REPLACE INTO ${table} (subject, ${columns.join(', ')}) VALUES (?${', ?'.repeat(columns.length)})`
  insertTexts.set(table, text)
  return text
}

/** By read table, scope and key, with a NUL between them: the first two hold none. */
export type CounterChanges = Map<string, number>

export function addCounts(changes: CounterChanges, table: ReadTable, row: Values | undefined, sign: 1 | -1): void {
  if (row === undefined) return
  for (const { scope, key, amount } of table.counts(row)) {
    const name = `${table.name}\0${scope}\0${key}`
    changes.set(name, (changes.get(name) ?? 0) + sign * amount)
  }
}

export function writeCounters(writer: Writer, generation: number, changes: CounterChanges): void {
  const table = tableName('projection_counters', generation)
  for (const [name, amount] of changes) {
    if (amount === 0) continue
    const [readTable = '', scope = '', ...rest] = name.split('\0')
    const key = rest.join('\0')
    writer.run(
      `INSERT INTO ${table} (read_table, scope, key, amount) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount`,
      readTable,
      scope,
      key,
      amount,
    )
    // What nobody is in any more is not kept: a rebuild would not make it either.
    if (amount < 0) writer.run(`DELETE FROM ${table} WHERE read_table = ? AND scope = ? AND key = ? AND amount = 0`, readTable, scope, key)
  }
}

export function writeLists(
  writer: Writer,
  generation: number,
  table: ReadTable,
  subject: string,
  before: Values | undefined,
  after: Values | undefined,
): void {
  for (const [name, list] of Object.entries(table.lists)) {
    const old = new Set(before === undefined ? [] : list(before))
    const now = new Set(after === undefined ? [] : list(after))
    for (const text of old)
      if (!now.has(text)) writer.run(`DELETE FROM ${tableName(name, generation)} WHERE text = ? AND subject = ?`, text, subject)
    for (const text of now)
      if (!old.has(text)) writer.run(`INSERT OR IGNORE INTO ${tableName(name, generation)} (text, subject) VALUES (?, ?)`, text, subject)
  }
}
