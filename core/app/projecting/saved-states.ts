/**
 * States of a subject saved on the way, so that a question about the past begins near it ([PJ12]). One is saved after every so many
 * events of a stream and holds exactly the events that had come by then, all of them before its key. An event that comes late, before
 * that key, removes it.
 */
import type { Reader, Row, Writer } from '../../kernel/reader.ts'
import type { Stream } from '../../projections/order.ts'
import type { Entry } from './entry.ts'
import type { Half } from './fold.ts'
import { tableName } from './tables.ts'

/** A question about the past then reads at most this many events of a stream that came in order. */
export const saveEvery = 256

export function saveStates(writer: Writer, generation: number, entry: Entry): void {
  const { projection, id, kept, now, savedCut } = entry
  const table = tableName('projection_saved_states', generation)
  for (const stream of ['facts', 'decisions'] as const) {
    const cut = savedCut[stream]
    if (cut !== undefined)
      writer.run(`DELETE FROM ${table} WHERE projection = ? AND subject = ? AND stream = ? AND key >= ?`, projection.name, id, stream, cut)
    const before = cut === '' ? 0 : kept[stream].count
    const { key, ms, count, state } = now[stream]
    if (Math.floor(count / saveEvery) <= Math.floor(before / saveEvery)) continue
    writer.run(
      `INSERT OR REPLACE INTO ${table} (projection, subject, stream, position, key, ms, count, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      projection.name,
      id,
      stream,
      now.position,
      key,
      ms,
      count,
      JSON.stringify(state),
    )
  }
  entry.savedCut = {}
}

export type SavedState = Half & { readonly position: number }

type SavedRow = Row & {
  readonly position: number
  readonly key: string
  readonly ms: number
  readonly count: number
  readonly state: string
}

/** The latest one of what serves in which nothing is newer than `atMs`. */
export function readSavedState(reader: Reader, projection: string, subject: string, stream: Stream, atMs: number): SavedState | undefined {
  const row = reader.get<SavedRow>(
    'SELECT position, key, ms, count, state FROM projection_saved_states WHERE projection = ? AND subject = ? AND stream = ? AND ms <= ? ORDER BY position DESC LIMIT 1',
    projection,
    subject,
    stream,
    atMs,
  )
  return row === undefined ? undefined : { ...row, state: JSON.parse(row.state) as unknown }
}
