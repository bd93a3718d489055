/** Who waits to return, as rows: seen by whoever reads the store, and known again after a restart of the master ([RT14]). */
import type { DomainId, NodeId } from '../../kernel/ids.ts'
import type { Reader, Row, Writer } from '../../kernel/reader.ts'

/** Instants are wall milliseconds of this master. */
export type Ticket = {
  readonly nodeId: NodeId
  readonly domainId: DomainId
  readonly expectedEvents: number
  /** When it asked first: its place in its domain. */
  readonly askedAt: number
  /** When it was told to ask again. */
  readonly dueAt: number
}

export type AdmissionBudget = {
  /** Returns open at once. */
  readonly maxSessions: number
  /** What they have yet to send, together. No single one counts for more than a quarter, however much it says it has. */
  readonly maxBytes: number
}

type TicketRow = Row & {
  readonly node_id: string
  readonly domain_id: string
  readonly expected_events: number
  readonly asked_at: number
  readonly due_at: number
}

/** Harmless when they are there already. */
export function createQueueTables(writer: Writer): void {
  writer.run(`CREATE TABLE IF NOT EXISTS return_queue (
    node_id TEXT PRIMARY KEY,
    domain_id TEXT NOT NULL,
    expected_events INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`)
  writer.run(`CREATE TABLE IF NOT EXISTS return_budget (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    max_sessions INTEGER NOT NULL,
    max_bytes INTEGER NOT NULL
  ) STRICT`)
}

export function putTicket(writer: Writer, { nodeId, domainId, expectedEvents, askedAt, dueAt }: Ticket): void {
  writer.run(
    `INSERT INTO return_queue (node_id, domain_id, expected_events, asked_at, due_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (node_id) DO UPDATE SET
        domain_id = excluded.domain_id, expected_events = excluded.expected_events,
        asked_at = excluded.asked_at, due_at = excluded.due_at`,
    nodeId,
    domainId,
    expectedEvents,
    askedAt,
    dueAt,
  )
}

export function dropTicket(writer: Writer, node: NodeId): void {
  writer.run('DELETE FROM return_queue WHERE node_id = ?', node)
}

export function readTickets(reader: Reader): readonly Ticket[] {
  return reader.all<TicketRow>('SELECT * FROM return_queue').map((row) => ({
    nodeId: row.node_id as NodeId,
    domainId: row.domain_id as DomainId,
    expectedEvents: row.expected_events,
    askedAt: row.asked_at,
    dueAt: row.due_at,
  }))
}

export function putBudget(writer: Writer, { maxSessions, maxBytes }: AdmissionBudget): void {
  writer.run('INSERT OR REPLACE INTO return_budget (only, max_sessions, max_bytes) VALUES (1, ?, ?)', maxSessions, maxBytes)
}

/** Undefined until a gateway has served. */
export function readBudget(reader: Reader): AdmissionBudget | undefined {
  const row = reader.get<{ max_sessions: number; max_bytes: number }>('SELECT max_sessions, max_bytes FROM return_budget')
  return row === undefined ? undefined : { maxSessions: row.max_sessions, maxBytes: row.max_bytes }
}

export type OpenLoad = { readonly sessions: number; readonly events: number }

/** What is open now, by domain: how many returns, and the events they have yet to send, of each no more than `mostEvents`. */
export function readOpenLoad(reader: Reader, mostEvents: number): ReadonlyMap<string, OpenLoad> {
  const rows = reader.all<{ domain_id: string; sessions: number; events: number }>(
    `SELECT domain_id, count(*) AS sessions, sum(min(max(expected_events - received_events, 0), ?)) AS events
      FROM return_sessions WHERE closed_at IS NULL GROUP BY domain_id`,
    mostEvents,
  )
  return new Map(rows.map(({ domain_id, sessions, events }) => [domain_id, { sessions, events }]))
}

/** Returns that ended within the last minute, a second; 0 while none did. */
export function readClosingRate(reader: Reader, nowMs: number): number {
  const row = reader.get<{ n: number; first: number | null }>(
    'SELECT count(*) AS n, min(closed_at) AS first FROM return_sessions WHERE closed_at > ?',
    nowMs - 60_000,
  )
  if (row === undefined || row.n === 0 || row.first === null) return 0
  // Of a storm that has just begun the whole minute would promise too little.
  return (row.n * 1000) / Math.max(nowMs - row.first, 1000)
}
