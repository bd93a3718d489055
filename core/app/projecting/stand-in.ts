/**
 * What a generation of an older program lacks while it goes on serving: columns and tables of today, read as if nobody were in them.
 * They are names without anything behind them, so nothing is fed into them, and the swap puts the real ones in their place ([PJ6]).
 */
import type { Reader, Writer } from '../../kernel/reader.ts'
import { type Generation, type Kept, listNamesOf, marks, removeName, rowTablesOf, tableName } from './tables.ts'

export function standInForMissing(writer: Writer, kept: Kept, { number }: Generation): void {
  const marked = new Set(kept.readTables.map(({ name }) => name))
  for (const { name, columns } of rowTablesOf(kept)) standIn(writer, name, number, ['subject', ...Object.keys(columns)], marked.has(name))
  for (const name of listNamesOf(kept)) standIn(writer, name, number, ['text', 'subject'], false)
}

function standIn(writer: Writer, name: string, number: number, columns: readonly string[], isMarked: boolean): void {
  const there = columnsOf(writer, tableName(name, number))
  const missing = columns.filter((column) => !there.has(column))
  if (missing.length === 0) return
  const nothing = missing.map((column) => `NULL AS ${column}`).join(', ')
  removeName(writer, name)
  if (there.size === 0) {
    const unmarked = isMarked ? ', 0 AS is_being_rejudged, 0 AS has_parked_events' : ''
    writer.run(`CREATE VIEW ${name} AS SELECT ${nothing}${unmarked} WHERE 0`)
  } else
    writer.run(`CREATE VIEW ${name} AS SELECT shown.*, ${nothing}${isMarked ? marks(number) : ''} FROM ${tableName(name, number)} AS shown`)
}

function columnsOf(reader: Reader, table: string): ReadonlySet<string> {
  return new Set(reader.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', table).map((row) => row.name))
}
