/** The part of the event index that is in memory only: events that came after what is merged, by subject and by id. */
import type { Reader, Row } from '../kernel/reader.ts'
import { idTimeAt, indexOfId, readColumns, timeOfId, subjectAt, typeAt, type Columns } from './run-columns.ts'
import { damaged } from './failure.ts'

export type IndexTail = {
  readonly mergedTo: number
  loadedTo: number
  /** By subject, position and type of each event in turn: a pair of plain numbers is a quarter of what an object would take. */
  readonly bySubject: Map<number, number[]>
  readonly runs: TailRun[]
}

/** `fromMs` and `toMs` are the earliest and latest time in its ids: few runs can hold a given one. */
type TailRun = { readonly position: number; readonly columns: Columns; fromMs: number; toMs: number }

export function createTail(mergedTo: number): IndexTail {
  return { mergedTo, loadedTo: mergedTo, bySubject: new Map(), runs: [] }
}

export type ColumnsRow = Row & { readonly position: number; readonly count: number; readonly columns: Uint8Array }

/** Throws Corrupt `STORE_DAMAGED`. */
export function openColumns({ position, count, columns }: ColumnsRow): Columns {
  const read = readColumns(columns, count)
  if (read === undefined) throw damaged({ position })
  return read
}

/** Reads the runs that came since it was last asked. */
export function loadTail(reader: Reader, tail: IndexTail): void {
  const rows = reader.all<ColumnsRow>('SELECT position, count, columns FROM runs WHERE position > ? ORDER BY position', tail.loadedTo)
  for (const row of rows) {
    const columns = openColumns(row)
    const run: TailRun = { position: row.position, columns, fromMs: Number.POSITIVE_INFINITY, toMs: 0 }
    tail.runs.push(run)
    for (let index = 0; index < columns.count; index++) {
      const subject = subjectAt(columns, index)
      if (subject === 0) continue
      const ms = idTimeAt(columns, index)
      if (ms < run.fromMs) run.fromMs = ms
      if (ms > run.toMs) run.toMs = ms
      const pairs = tail.bySubject.get(subject)
      if (pairs === undefined) tail.bySubject.set(subject, [row.position + index, typeAt(columns, index)])
      else pairs.push(row.position + index, typeAt(columns, index))
    }
    tail.loadedTo = row.position + row.count - 1
  }
}

/** The position of the first event in the tail that has that id. */
export function findInTail(tail: IndexTail, id: Uint8Array): number | undefined {
  const ms = timeOfId(id)
  for (const { position, columns, fromMs, toMs } of tail.runs) {
    if (ms < fromMs || ms > toMs) continue
    const index = indexOfId(columns, id)
    if (index !== -1) return position + index
  }
  return undefined
}
