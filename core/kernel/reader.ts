/** Reading from and writing to the store's tables, as ports: only core/store knows which engine is behind them. */

export type SqlValue = string | number | bigint | Uint8Array | null
export type Row = Readonly<Record<string, SqlValue>>

/** Sees one consistent state for the length of a call. Statements are prepared once per text. */
export type Reader = {
  readonly all: <R extends Row = Row>(sql: string, ...values: readonly SqlValue[]) => readonly R[]
  readonly get: <R extends Row = Row>(sql: string, ...values: readonly SqlValue[]) => R | undefined
  readonly iterate: <R extends Row = Row>(sql: string, ...values: readonly SqlValue[]) => Iterable<R>
}

declare const writing: unique symbol

/** Exists only inside `transact`: all of it is durable when that returns, or none of it. */
export type Writer = Reader & {
  readonly [writing]: true
  readonly run: (sql: string, ...values: readonly SqlValue[]) => { readonly changes: number }
}
