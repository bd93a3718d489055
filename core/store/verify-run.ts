/** Checks one run: that it is framed as its columns say, and that each event is filed under what its bytes say. */
import { bytesToUlid } from '../kernel/ids.ts'
import { headBytes } from '../log/chain.ts'
import { readEventOf } from '../log/event-filing.ts'
import { eventAt, type FramedEvents } from '../log/framing.ts'
import type { EventReading } from '../log/event-bytes.ts'
import { addFinding } from './findings.ts'
import { framesAlone, framesOf, idAt, leafPrefixAt, leafPrefixOf, readColumns, subjectAt, typeAt, type Columns } from './run-columns.ts'
import type { RunRow } from './runs.ts'
import type { Suspect, Walk } from './verify-walk.ts'

export type CheckedRun = {
  readonly framed: FramedEvents
  /** To be filled as the run is chained. */
  readonly leaves: Uint8Array
  /** Of events `from` up to but not with `to`, by index, once their leaves are there: those whose leaf is not the one that was filed. */
  readonly suspectsOf: (from: number, to: number) => Suspect[]
}

/** Undefined, with a finding, when no event of the run can be told from the next. */
export function checkRun(walk: Walk, row: RunRow): CheckedRun | undefined {
  const columns = readColumns(row.columns, row.count)
  const filed = columns === undefined ? undefined : framesOf(columns, row.bytes)
  const framed = filed ?? framesAlone(row.bytes, row.count)
  if (filed === undefined) {
    const seq = row.from_seq + (columns === undefined ? 0 : firstDifference(columns, row.bytes))
    addFinding(walk.findings, { code: 'EVENT_DIFFERS', sentence: 'Where an event ends is not what was filed.', log: walk.name, seq })
  }
  if (framed === undefined) return undefined
  const leaves = new Uint8Array(row.count * headBytes)
  if (columns === undefined) return { framed, leaves, suspectsOf: () => [] }
  for (let index = 0; index < row.count; index++) checkColumns(walk, row, columns, index, eventAt(framed, index))
  const suspectsOf = (from: number, to: number): Suspect[] => {
    const suspects: Suspect[] = []
    for (let index = from; index < to; index++) {
      if (leafPrefixOf(leaves, index) === leafPrefixAt(columns, index)) continue
      suspects.push({ seq: row.from_seq + index, event: eventIdOf(columns, index) })
    }
    return suspects
  }
  return { framed, leaves, suspectsOf }
}

/** The first event whose end is not where its column says. */
function firstDifference({ packed, count }: Columns, body: Uint8Array): number {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  let start = 0
  for (let index = 0; index < count; index++) {
    const end = packed.readUInt32BE(4 * index)
    if (start + 4 > body.length || start + 4 + view.getUint32(start) !== end) return index
    start = end
  }
  return count - 1
}

/** What is looked up by must be what the bytes say; an event cannot be hidden by marking it unreadable either. */
function checkColumns(walk: Walk, row: RunRow, columns: Columns, index: number, bytes: Uint8Array): void {
  if (isFiledAsRead(walk, readEventOf(walk.tree.log, bytes), columns, index)) return
  const event = eventIdOf(columns, index)
  addFinding(walk.findings, {
    code: 'EVENT_DIFFERS',
    sentence: 'An event is not filed under what its bytes say.',
    log: walk.name,
    seq: row.from_seq + index,
    ...(event === undefined ? {} : { event }),
  })
}

function isFiledAsRead(walk: Walk, reading: EventReading, columns: Columns, index: number): boolean {
  const type = typeAt(columns, index)
  const subject = subjectAt(columns, index)
  if (reading.kind === 'unreadable') return type === 0 && subject === 0 && eventIdOf(columns, index) === undefined
  const { id, subject: about, type: name } = reading.envelope
  return eventIdOf(columns, index) === id && subjectOf(walk, subject) === about && typeOf(walk, type) === name
}

function eventIdOf(columns: Columns, index: number): string | undefined {
  const id = idAt(columns, index)
  return id.every((byte) => byte === 0) ? undefined : bytesToUlid(id)
}

const keptSubjects = 100_000

function subjectOf({ reader, names: { subjects } }: Walk, number: number): string | undefined {
  const known = subjects.get(number)
  if (known !== undefined) return known
  const row = reader.get<{ id: Uint8Array }>('SELECT id FROM subjects WHERE number = ?', number)
  if (row === undefined) return undefined
  if (subjects.size >= keptSubjects) subjects.clear()
  const id = bytesToUlid(row.id)
  subjects.set(number, id)
  return id
}

function typeOf({ reader, names: { types } }: Walk, number: number): string | undefined {
  const known = types.get(number)
  if (known !== undefined) return known
  const row = reader.get<{ name: string }>('SELECT name FROM types WHERE number = ?', number)
  if (row !== undefined) types.set(number, row.name)
  return row?.name
}
