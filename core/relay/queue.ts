/**
 * What a relay holds for others, durably and bounded by bytes: whole segments and blobs as their origin sent them. It is counted by
 * origin and lane in the same transaction, so that nothing that is dropped or refused is ever lost from the count ([RY4]..[RY6]).
 */
import type { LossReason } from '../fleet/relay/relay-facts.ts'
import type { Reader, Writer } from '../kernel/reader.ts'
import { lanes, type Lane } from '../log/log-id.ts'

export type NewItem = {
  readonly origin: string
  readonly lane: Lane
  /** The public key that its content is signed with; empty for a blob. */
  readonly key: Uint8Array
  readonly body: Uint8Array
} & (
  | { readonly kind: 'segment'; readonly log: string; readonly from: number; readonly to: number }
  | { readonly kind: 'blob'; readonly digest: string }
)

/** In the order of lanes, then as they came. */
export type HeldItem = NewItem & { readonly number: number }

export type Taking =
  | { readonly kind: 'taken' }
  /** Held already, or handed on before. */
  | { readonly kind: 'known' }
  | { readonly kind: 'gap'; readonly expected: number }
  /** Nothing was taken. */
  | { readonly kind: 'full' }

export type Loss = {
  readonly origin: string
  readonly lane: Lane
  readonly reason: LossReason
  readonly items: number
  readonly events: number
  readonly bytes: number
  readonly code: string | null
}

export type Held = { readonly items: number; readonly events: number; readonly bytes: number }

/** Charged for each item beside its bytes, so that a million tiny ones do not slip under the bound. */
const overheadBytes = 512
/** Under this name what was lost of all of them is counted together. */
export const strangers = 'strangers'
/** Of the whole, for what one origin has here. */
export const originShare = 1 / 2
/** Of the whole, for all together that the master never let through here. */
export const strangerShare = 1 / 16

export function createQueueTables(writer: Writer): void {
  writer.run(`CREATE TABLE IF NOT EXISTS relay_items (
    number INTEGER PRIMARY KEY AUTOINCREMENT, lane INTEGER NOT NULL, kind TEXT NOT NULL, origin TEXT NOT NULL, name TEXT NOT NULL UNIQUE,
    log TEXT, from_seq INTEGER, to_seq INTEGER, is_stranger INTEGER NOT NULL, size INTEGER NOT NULL, key BLOB NOT NULL, body BLOB NOT NULL
  ) STRICT`)
  writer.run('CREATE INDEX IF NOT EXISTS relay_items_by_lane ON relay_items (lane, number)')
  writer.run('CREATE INDEX IF NOT EXISTS relay_items_by_log ON relay_items (log, from_seq) WHERE log IS NOT NULL')
  writer.run('CREATE INDEX IF NOT EXISTS relay_items_by_origin ON relay_items (origin, lane, number)')
  // What is held, added up: the bound is looked at with every item, however many there are.
  writer.run(`CREATE TABLE IF NOT EXISTS relay_sums (
    origin TEXT NOT NULL, lane INTEGER NOT NULL, is_stranger INTEGER NOT NULL, items INTEGER NOT NULL, events INTEGER NOT NULL,
    bytes INTEGER NOT NULL, PRIMARY KEY (origin, lane, is_stranger)
  ) STRICT`)
  writer.run('CREATE TABLE IF NOT EXISTS relay_tops (log TEXT PRIMARY KEY, origin TEXT NOT NULL, seq INTEGER NOT NULL) STRICT')
  writer.run('CREATE INDEX IF NOT EXISTS relay_tops_by_origin ON relay_tops (origin)')
  writer.run(`CREATE TABLE IF NOT EXISTS relay_losses (
    origin TEXT NOT NULL, lane INTEGER NOT NULL, reason TEXT NOT NULL, items INTEGER NOT NULL, events INTEGER NOT NULL,
    bytes INTEGER NOT NULL, code TEXT, told_items INTEGER NOT NULL, told_events INTEGER NOT NULL, told_bytes INTEGER NOT NULL,
    PRIMARY KEY (origin, lane, reason)
  ) STRICT`)
}

/** How far the logs of an origin are held here or were handed on. */
export function heldTops(reader: Reader, origin: string): readonly { readonly log: string; readonly seq: number }[] {
  return reader.all<{ log: string; seq: number }>('SELECT log, seq FROM relay_tops WHERE origin = ? ORDER BY log DESC LIMIT 64', origin)
}

/** `isStranger`: its origin was never seen to be let in by a master. Overflow is counted; what makes room is dropped as [RY5] says. */
export function takeItem(writer: Writer, item: NewItem, isStranger: boolean, queueBytes: number): Taking {
  const placed = place(writer, item)
  if (placed !== undefined) return placed
  if (!makeRoom(writer, item, isStranger, queueBytes)) {
    count(writer, item, isStranger, 'full', null)
    return { kind: 'full' }
  }
  const isSegment = item.kind === 'segment'
  writer.run(
    `INSERT INTO relay_items (lane, kind, origin, name, log, from_seq, to_seq, is_stranger, size, key, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    lanes.indexOf(item.lane),
    item.kind,
    item.origin,
    nameOf(item),
    isSegment ? item.log : null,
    isSegment ? item.from : null,
    isSegment ? item.to : null,
    isStranger ? 1 : 0,
    item.body.length,
    item.key,
    item.body,
  )
  addUp(writer, item, isStranger, 1)
  if (isSegment)
    writer.run(
      'INSERT INTO relay_tops (log, origin, seq) VALUES (?, ?, ?) ON CONFLICT (log) DO UPDATE SET seq = max(seq, excluded.seq)',
      item.log,
      item.origin,
      item.to,
    )
  return { kind: 'taken' }
}

/** What to hand on next: the most urgent lane first, in it what came first, but nothing of the logs and items in `but`. */
export function nextItem(reader: Reader, butLogs: readonly string[], butNumbers: readonly number[]): HeldItem | undefined {
  const row = reader.get<ItemRow>(
    `SELECT * FROM relay_items WHERE (log IS NULL OR log NOT IN (SELECT value FROM json_each(?)))
      AND number NOT IN (SELECT value FROM json_each(?)) ORDER BY lane, number LIMIT 1`,
    JSON.stringify(butLogs),
    JSON.stringify(butNumbers),
  )
  return row === undefined ? undefined : itemOf(row)
}

/** The next hop holds it durably. */
export function handedOn(writer: Writer, item: HeldItem): void {
  remove(writer, item.number)
}

/** The next hop does not take it, for good: it is let go and counted. */
export function letGo(writer: Writer, item: HeldItem, code: string): void {
  count(writer, item, remove(writer, item.number), 'refused', code)
}

export function heldInAll(reader: Reader): Held & { readonly origins: number } {
  const row = reader.get<{ items: number | null; events: number | null; bytes: number | null; origins: number }>(
    'SELECT sum(items) AS items, sum(events) AS events, sum(bytes) AS bytes, count(DISTINCT origin) AS origins FROM relay_sums WHERE items > 0',
  )
  return { items: row?.items ?? 0, events: row?.events ?? 0, bytes: row?.bytes ?? 0, origins: row?.origins ?? 0 }
}

export function lossesInAll(reader: Reader): Readonly<Record<LossReason, Held>> {
  const none: Held = { items: 0, events: 0, bytes: 0 }
  const rows = reader.all<Held & { reason: LossReason }>(
    'SELECT reason, sum(items) AS items, sum(events) AS events, sum(bytes) AS bytes FROM relay_losses GROUP BY reason',
  )
  const of = (reason: LossReason): Held => {
    const row = rows.find((candidate) => candidate.reason === reason)
    return row === undefined ? none : { items: row.items, events: row.events, bytes: row.bytes }
  }
  return { dropped: of('dropped'), full: of('full'), refused: of('refused') }
}

/** What was lost since it was told last; at most `most` at once. */
export function untoldLosses(reader: Reader, most: number): readonly Loss[] {
  return reader
    .all<{ origin: string; lane: number; reason: LossReason; items: number; events: number; bytes: number; code: string | null }>(
      `SELECT origin, lane, reason, items - told_items AS items, events - told_events AS events, bytes - told_bytes AS bytes, code
         FROM relay_losses WHERE items > told_items ORDER BY lane, origin LIMIT ?`,
      most,
    )
    .map((row) => ({ ...row, lane: lanes[row.lane] ?? 'bulk' }))
}

/** In the transaction that records the event. */
export function noteTold(writer: Writer, losses: readonly Loss[]): void {
  for (const { origin, lane, reason, items, events, bytes } of losses)
    writer.run(
      `UPDATE relay_losses SET told_items = told_items + ?, told_events = told_events + ?, told_bytes = told_bytes + ?
        WHERE origin = ? AND lane = ? AND reason = ?`,
      items,
      events,
      bytes,
      origin,
      lanes.indexOf(lane),
      reason,
    )
}

function place(reader: Reader, item: NewItem): Taking | undefined {
  if (reader.get('SELECT 1 FROM relay_items WHERE name = ?', nameOf(item)) !== undefined) return { kind: 'known' }
  if (item.kind === 'blob') return undefined
  const top = reader.get<{ seq: number }>('SELECT seq FROM relay_tops WHERE log = ?', item.log)?.seq
  if (top === undefined) return undefined
  if (item.to <= top) return { kind: 'known' }
  // Of a log of which nothing is here any more, others may have carried what lies in between.
  const isHere = reader.get('SELECT 1 FROM relay_items WHERE log = ?', item.log) !== undefined
  return isHere && item.from > top + 1 ? { kind: 'gap', expected: top + 1 } : undefined
}

/**
 * What is more urgent displaces what is less: of the lowest lane that is held, the newest of the origin that has most of it. What was
 * taken is never dropped for something of its own lane: whoever sends that still has it.
 */
function makeRoom(writer: Writer, item: NewItem, isStranger: boolean, queueBytes: number): boolean {
  const needed = item.body.length + overheadBytes
  const rank = lanes.indexOf(item.lane)
  const sumOf = (where: string, ...values: readonly (string | number)[]): number =>
    writer.get<{ bytes: number | null }>(`SELECT sum(bytes) AS bytes FROM relay_sums WHERE ${where}`, ...values)?.bytes ?? 0
  if (isStranger && sumOf('is_stranger = 1') + needed > queueBytes * strangerShare) return false
  if (sumOf('origin = ? AND lane <= ?', item.origin, rank) + needed > queueBytes * originShare) return false
  // Whether room can be made at all is known before anything is dropped for it.
  if (sumOf('lane <= ?', rank) + needed > queueBytes) return false
  for (let used = sumOf('1 = 1'); used + needed > queueBytes; ) {
    const most = writer.get<{ origin: string; lane: number }>(
      'SELECT origin, lane FROM relay_sums WHERE items > 0 AND lane > ? ORDER BY lane DESC, bytes DESC, origin LIMIT 1',
      rank,
    )
    if (most === undefined) return false
    const row = writer.get<ItemRow>(
      'SELECT * FROM relay_items WHERE origin = ? AND lane = ? ORDER BY number DESC LIMIT 1',
      most.origin,
      most.lane,
    )
    if (row === undefined) return false
    drop(writer, itemOf(row))
    used -= row.size + overheadBytes
  }
  return true
}

function drop(writer: Writer, item: HeldItem): void {
  count(writer, item, remove(writer, item.number), 'dropped', null)
  // Its node is asked to send from there again.
  if (item.kind === 'segment') writer.run('UPDATE relay_tops SET seq = min(seq, ?) WHERE log = ?', item.from - 1, item.log)
}

/** Answers whether it was a stranger's. */
function remove(writer: Writer, number: number): boolean {
  const row = writer.get<ItemRow>('SELECT * FROM relay_items WHERE number = ?', number)
  if (row === undefined) return false
  const isStranger = row.is_stranger === 1
  writer.run('DELETE FROM relay_items WHERE number = ?', number)
  addUp(writer, itemOf(row), isStranger, -1)
  // Of strangers nothing is remembered once it is gone: anybody can make up any number of them.
  if (isStranger && row.log !== null && writer.get('SELECT 1 FROM relay_items WHERE log = ?', row.log) === undefined)
    writer.run('DELETE FROM relay_tops WHERE log = ?', row.log)
  return isStranger
}

function addUp(writer: Writer, item: NewItem, isStranger: boolean, sign: 1 | -1): void {
  writer.run(
    `INSERT INTO relay_sums (origin, lane, is_stranger, items, events, bytes) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (origin, lane, is_stranger)
     DO UPDATE SET items = items + excluded.items, events = events + excluded.events, bytes = bytes + excluded.bytes`,
    item.origin,
    lanes.indexOf(item.lane),
    isStranger ? 1 : 0,
    sign,
    sign * eventsOf(item),
    sign * (item.body.length + overheadBytes),
  )
  if (sign < 0) writer.run('DELETE FROM relay_sums WHERE origin = ? AND items = 0', item.origin)
}

function count(writer: Writer, item: NewItem, isStranger: boolean, reason: LossReason, code: string | null): void {
  writer.run(
    `INSERT INTO relay_losses (origin, lane, reason, items, events, bytes, code, told_items, told_events, told_bytes)
     VALUES (?, ?, ?, 1, ?, ?, ?, 0, 0, 0)
     ON CONFLICT (origin, lane, reason) DO UPDATE
       SET items = items + 1, events = events + excluded.events, bytes = bytes + excluded.bytes, code = excluded.code`,
    isStranger ? strangers : item.origin,
    lanes.indexOf(item.lane),
    reason,
    eventsOf(item),
    item.body.length,
    code,
  )
}

type ItemRow = {
  readonly number: number
  readonly lane: number
  readonly kind: string
  readonly origin: string
  readonly name: string
  readonly log: string | null
  readonly from_seq: number | null
  readonly to_seq: number | null
  readonly is_stranger: number
  readonly size: number
  readonly key: Uint8Array
  readonly body: Uint8Array
}

function itemOf(row: ItemRow): HeldItem {
  const { number, origin, key, body, log, from_seq: from, to_seq: to } = row
  const lane = lanes[row.lane] ?? 'bulk'
  return log === null || from === null || to === null
    ? { kind: 'blob', number, origin, lane, key, body, digest: row.name.slice('blob:'.length) }
    : { kind: 'segment', number, origin, lane, key, body, log, from, to }
}

function nameOf(item: NewItem): string {
  return item.kind === 'segment' ? `segment:${item.log}:${item.from}-${item.to}` : `blob:${item.digest}`
}

function eventsOf(item: NewItem): number {
  return item.kind === 'segment' ? item.to - item.from + 1 : 0
}
