/**
 * A read table is data, like a projection: a row per subject made of the states of several projections, so that a list can be filtered,
 * sorted and paged by an index, and counted without looking at it. Rows and counters are kept in the transaction that stores the events;
 * what changed in a run is added up first, so that a counter is written once however often it moved (design 4).
 */
import type { Row, SqlValue } from '../kernel/reader.ts'
import type { ColumnType } from './projection.ts'

export type States = { readonly facts: unknown; readonly decisions: unknown }

/** What the projections know of one subject, by the name of the projection; undefined where one knows nothing. */
export type StatesOf = (projection: string) => States | undefined

/** One figure: `scope` is a domain, or empty for everything; `key` says what is counted. */
export type Count = { readonly scope: string; readonly key: string; readonly amount: number }

export type ReadTable<R extends Row = Row> = {
  readonly name: string
  /** Raised with the meaning of its rows or counts, or with its columns or indexes. */
  readonly version: number
  /** The projections its rows are made of. */
  readonly restsOn: readonly string[]
  readonly columns: Readonly<Record<string, ColumnType>>
  /** The key `subject` ends each of them by itself, so that pages follow each other by key. */
  readonly indexes: readonly (readonly string[])[]
  /** Undefined while there is nothing to show of the subject. */
  readonly row: (subject: string, states: StatesOf) => R | undefined
  readonly counts: (row: R) => readonly Count[]
  /** Texts that a row may have many of, each kept as a table of its own: `<name>(text, subject)`. */
  readonly lists: Readonly<Record<string, (row: R) => readonly string[]>>
}

/** Hides the type of the rows of one table, so that several can be kept in one list; each row only ever meets its own table. */
export function defineReadTable<R extends Readonly<Record<string, SqlValue>>>(table: ReadTable<R>): ReadTable {
  return table as unknown as ReadTable
}
