/** Changes events on the disk the way nobody should be able to: past the store and its guards. Knows how a run is packed. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'

/** One event within its run. What is changed in `bytes` and in the columns is written back. */
export type RunOfEvent = {
  readonly count: number
  /** Its place in the run, from 0. */
  readonly index: number
  readonly columns: Buffer
  readonly bytes: Buffer
  /** Where its own bytes are in `bytes`. */
  readonly start: number
  readonly end: number
}

const columnPlaces = { end: [0, 4], leaf: [4, 4], subject: [8, 4], type: [12, 4], id: [16, 16] } as const

/** A view of one event's column. */
export function columnOf({ columns, count, index }: RunOfEvent, name: keyof typeof columnPlaces): Buffer {
  const [place, width] = columnPlaces[name]
  return columns.subarray(place * count + width * index, place * count + width * (index + 1))
}

/** What is needed of a connection, a Writer's or one past the store. */
export type Sql = {
  readonly get: (sql: string, ...values: readonly (string | number)[]) => unknown
  readonly run: (sql: string, ...values: readonly (string | number | Uint8Array)[]) => unknown
}

/** Lets `act` do to the file what it wants, with the triggers away meanwhile. */
export function tamper(directory: string, act: (sql: Sql & { readonly exec: (sql: string) => void }) => void): void {
  const database = new DatabaseSync(join(directory, 'store.sqlite'))
  try {
    const guards = database.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`).all() as { name: string; sql: string }[]
    for (const { name } of guards) database.exec(`DROP TRIGGER ${name}`)
    act({
      get: (sql, ...values) => database.prepare(sql).get(...values),
      run: (sql, ...values) => database.prepare(sql).run(...values),
      exec: (sql) => {
        database.exec(sql)
      },
    })
    for (const { sql } of guards) database.exec(sql)
  } finally {
    database.close()
  }
}

/** Rewrites the run that holds the event `seq` of a log's first branch; `log` is a pattern of its name. The guards must be away. */
export function alterRun(sql: Sql, seq: number, change: (run: RunOfEvent) => void, log: string = '%'): void {
  const row = sql.get(
    `SELECT position, from_seq, count, columns, bytes FROM runs
      WHERE log = (SELECT number FROM logs WHERE name LIKE ?) AND branch = 0 AND from_seq <= ? AND from_seq + count > ?`,
    log,
    seq,
    seq,
  ) as { position: number; from_seq: number; count: number; columns: Uint8Array; bytes: Uint8Array } | undefined
  if (row === undefined) throw new Error(`There is no event ${seq} to alter.`)
  const columns = Buffer.from(row.columns)
  const index = seq - row.from_seq
  const start = (index === 0 ? 0 : columns.readUInt32BE(4 * (index - 1))) + 4
  const run: RunOfEvent = { count: row.count, index, columns, bytes: Buffer.from(row.bytes), start, end: columns.readUInt32BE(4 * index) }
  change(run)
  sql.run('UPDATE runs SET columns = ?, bytes = ? WHERE position = ?', run.columns, run.bytes, row.position)
}

/** Exchanges part of the event's text for as long a one. Throws when there is nothing to exchange. */
export function alterText(sql: Sql, seq: number, from: string | RegExp, to: string, log?: string): void {
  const change = ({ bytes, start, end }: RunOfEvent): void => {
    const before = bytes.toString('utf8', start, end)
    const after = Buffer.from(before.replace(from, to))
    if (after.length !== end - start || after.equals(bytes.subarray(start, end))) throw new Error('Nothing was altered.')
    bytes.set(after, start)
  }
  alterRun(sql, seq, change, log)
}

/** The last digit of the event becomes its neighbour: another reading, and still an event that looks right. */
export function turnDigit({ bytes, start, end }: RunOfEvent): void {
  for (let at = end - 1; at >= start; at--) {
    const byte = bytes[at] ?? 0
    if (byte < 0x30 || byte > 0x39) continue
    bytes[at] = byte ^ 1
    return
  }
}
