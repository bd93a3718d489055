/**
 * Which rows of read tables changed, one after the other, so that who remembers figures looks only at those again. The newest are kept;
 * who was away for longer finds numbers missing and looks at everything.
 */
import type { Writer } from '../../kernel/reader.ts'
import type { ReadTable } from '../../projections/read-table.ts'
import type { Values } from './rows.ts'
import { tableName } from './tables.ts'

/** Subject by the scopes it counts in, before and after. */
export type RowChanges = Map<string, Set<string>>

const keptAtMost = 20_000

export function noteChange(
  changes: RowChanges,
  table: ReadTable,
  subject: string,
  before: Values | undefined,
  after: Values | undefined,
): void {
  const scopes = changes.get(subject) ?? new Set<string>()
  for (const row of [before, after]) {
    if (row === undefined) continue
    for (const { scope } of table.counts(row)) if (scope !== '') scopes.add(scope)
  }
  // What counts nowhere has changed all the same.
  if (scopes.size === 0) scopes.add('')
  changes.set(subject, scopes)
}

export function writeChanges(writer: Writer, generation: number, changes: RowChanges): void {
  if (changes.size === 0) return
  const table = tableName('projection_changes', generation)
  let number = writer.get<{ last: number | null }>(`SELECT max(number) AS last FROM ${table}`)?.last ?? 0
  for (const [subject, scopes] of changes)
    for (const scope of scopes) writer.run(`INSERT INTO ${table} (number, subject, scope) VALUES (?, ?, ?)`, ++number, subject, scope)
  writer.run(`DELETE FROM ${table} WHERE number <= ?`, number - keptAtMost)
}
