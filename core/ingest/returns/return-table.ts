/**
 * Returns of nodes as rows, so that a session survives the death of this process at any point (seed 3B; [RT2]). Written in the same
 * transactions as the events it leads to.
 */
import type { headSchema, SignedStatement } from '../../contract/gateway/statement.ts'
import type { VerdictReason } from '../../fleet/decisions.ts'
import type { SessionStep } from '../../fleet/lifecycle/state.ts'
import type { DomainId, EventId, NodeId, SessionId } from '../../kernel/ids.ts'
import type { Reader, Row, SqlValue, Writer } from '../../kernel/reader.ts'
import type { z } from 'zod'
import type { ReconciliationPolicy } from '../../fleet/reconciliation/policy.ts'
import type { DriftFigure } from './judged.ts'

export type Head = Readonly<z.infer<typeof headSchema>>
export type MissingRange = { readonly log: string; readonly fromSeq: number; readonly toSeq: number }
export type Verdict = 'CLEAN' | 'QUARANTINED' | 'ABANDONED'

/** Instants are wall milliseconds of this master. */
export type ReturnSession = {
  readonly sessionId: SessionId
  readonly nodeId: NodeId
  /** In whose control log the session is told of. */
  readonly domainId: DomainId
  /** PROVING: proven, the lock waits for the node's signature; LOCKED; UPLOADING; RECONCILING; CLOSED. */
  readonly step: SessionStep
  readonly keyId: string
  /** SHA-256 of the token. */
  readonly tokenHash: Uint8Array
  readonly openedAt: number
  readonly leaseUntil: number
  readonly closedAt: number | null
  readonly firstPieceAt: number | null
  readonly lastProgressAt: number | null
  readonly expectedEvents: number
  readonly receivedEvents: number
  readonly receivedBytes: number
  readonly unreadableEvents: number
  /** The node's wall clock minus ours. */
  readonly clockOffsetMs: number
  readonly placement: number
  readonly epoch: number
  /** What the node says it holds. */
  readonly frontier: readonly Head[]
  /** What was held here when its last return was judged: the verdict is about what came after. */
  readonly base: readonly Head[]
  readonly lock: SignedStatement
  /** Base64, the node's signature over the lock. */
  readonly countersignature: string | null
  readonly resumedTimes: number
  readonly verdict: Verdict | null
  readonly reasons: readonly VerdictReason[]
  /** By which it was judged; null until then. */
  readonly policy: ReconciliationPolicy | null
  /** What was known of its drift when it came, and when it was judged; null where nothing was. */
  readonly driftBefore: DriftFigure | null
  readonly driftAfter: DriftFigure | null
  /** The event that opened it, the cause of what follows. */
  readonly openedEventId: EventId
}

type SessionRow = Row & Readonly<Record<(typeof columns)[number], SqlValue>>

const columns = [
  'session_id',
  'node_id',
  'domain_id',
  'step',
  'key_id',
  'token_hash',
  'opened_at',
  'lease_until',
  'closed_at',
  'first_piece_at',
  'last_progress_at',
  'expected_events',
  'received_events',
  'received_bytes',
  'unreadable_events',
  'clock_offset_ms',
  'placement',
  'epoch',
  'frontier',
  'base',
  'lock',
  'countersignature',
  'resumed_times',
  'verdict',
  'reasons',
  'opened_event_id',
  'policy',
  'drift_before',
  'drift_after',
] as const

/** Came later than the table: text that may be null. */
const addedColumns = ['policy', 'drift_before', 'drift_after'] as const

/** Harmless when the table is there already. */
export function createReturnTable(writer: Writer): void {
  writer.run(`CREATE TABLE IF NOT EXISTS return_sessions (
    session_id TEXT PRIMARY KEY,
    node_id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('PROVING', 'LOCKED', 'UPLOADING', 'RECONCILING', 'CLOSED')),
    key_id TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    opened_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    closed_at INTEGER,
    first_piece_at INTEGER,
    last_progress_at INTEGER,
    expected_events INTEGER NOT NULL,
    received_events INTEGER NOT NULL,
    received_bytes INTEGER NOT NULL,
    unreadable_events INTEGER NOT NULL,
    clock_offset_ms INTEGER NOT NULL,
    placement INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    frontier TEXT NOT NULL,
    base TEXT NOT NULL,
    lock TEXT NOT NULL,
    countersignature TEXT,
    resumed_times INTEGER NOT NULL,
    verdict TEXT CHECK (verdict IN ('CLEAN', 'QUARANTINED', 'ABANDONED')),
    reasons TEXT NOT NULL,
    opened_event_id TEXT NOT NULL,
    CHECK ((step = 'CLOSED') = (closed_at IS NOT NULL)),
    CHECK ((step = 'CLOSED') = (verdict IS NOT NULL))
  ) STRICT`)
  const present = new Set(writer.all<{ name: string }>("SELECT name FROM pragma_table_info('return_sessions')").map(({ name }) => name))
  for (const column of addedColumns) if (!present.has(column)) writer.run(`ALTER TABLE return_sessions ADD COLUMN ${column} TEXT`)
  writer.run('CREATE UNIQUE INDEX IF NOT EXISTS return_sessions_open ON return_sessions (node_id) WHERE closed_at IS NULL')
  writer.run('CREATE INDEX IF NOT EXISTS return_sessions_by_node ON return_sessions (node_id, opened_at)')
  writer.run('CREATE INDEX IF NOT EXISTS return_sessions_by_age ON return_sessions (closed_at, opened_at)')
}

export function insertSession(writer: Writer, session: ReturnSession): void {
  writer.run(`INSERT INTO return_sessions (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`, ...valuesOf(session))
}

/** Writes the whole row; the answer is what was written. */
export function updateSession(
  writer: Writer,
  session: ReturnSession,
  changes: Partial<Omit<ReturnSession, 'sessionId' | 'nodeId'>>,
): ReturnSession {
  const next = { ...session, ...changes }
  const set = columns.map((column) => `${column} = ?`).join(', ')
  writer.run(`UPDATE return_sessions SET ${set} WHERE session_id = ?`, ...valuesOf(next), session.sessionId)
  return next
}

export function readSession(reader: Reader, sessionId: string): ReturnSession | undefined {
  return one(reader, 'session_id = ?', sessionId)
}

export function openSessionOf(reader: Reader, node: NodeId): ReturnSession | undefined {
  return one(reader, 'node_id = ? AND closed_at IS NULL', node)
}

/** Open or closed. */
export function sessionOfToken(reader: Reader, tokenHash: Uint8Array): ReturnSession | undefined {
  return one(reader, 'token_hash = ?', tokenHash)
}

/** The one that was opened last, open or closed. */
export function lastSessionOf(reader: Reader, node: NodeId): ReturnSession | undefined {
  return one(reader, 'node_id = ? ORDER BY opened_at DESC, session_id DESC LIMIT 1', node)
}

export function openSessions(reader: Reader): readonly ReturnSession[] {
  return many(reader, 'closed_at IS NULL ORDER BY opened_at, session_id')
}

export function countOpenSessions(reader: Reader): number {
  return reader.get<{ count: number }>('SELECT count(*) AS count FROM return_sessions WHERE closed_at IS NULL')?.count ?? 0
}

export type SessionQuery = {
  /** Sessions of these domains; all when absent. */
  readonly domainIds?: readonly string[]
  readonly onlyOpen: boolean
  readonly limit: number
}

/** Open ones first, each kind newest first. */
export function listSessions(reader: Reader, { domainIds, onlyOpen, limit }: SessionQuery): readonly ReturnSession[] {
  const conditions = [
    ...(onlyOpen ? ['closed_at IS NULL'] : []),
    ...(domainIds === undefined ? [] : ['domain_id IN (SELECT value FROM json_each(?))']),
  ]
  const where = conditions.length === 0 ? '1' : conditions.join(' AND ')
  const values = domainIds === undefined ? [limit] : [JSON.stringify(domainIds), limit]
  return many(reader, `${where} ORDER BY closed_at IS NOT NULL, opened_at DESC, session_id DESC LIMIT ?`, ...values)
}

function one(reader: Reader, where: string, ...values: readonly SqlValue[]): ReturnSession | undefined {
  const row = reader.get<SessionRow>(`SELECT * FROM return_sessions WHERE ${where}`, ...values)
  return row === undefined ? undefined : sessionOf(row)
}

function many(reader: Reader, where: string, ...values: readonly SqlValue[]): readonly ReturnSession[] {
  return reader.all<SessionRow>(`SELECT * FROM return_sessions WHERE ${where}`, ...values).map(sessionOf)
}

/** In the order of `columns`. */
function valuesOf(session: ReturnSession): readonly SqlValue[] {
  return [
    session.sessionId,
    session.nodeId,
    session.domainId,
    session.step,
    session.keyId,
    session.tokenHash,
    session.openedAt,
    session.leaseUntil,
    session.closedAt,
    session.firstPieceAt,
    session.lastProgressAt,
    session.expectedEvents,
    session.receivedEvents,
    session.receivedBytes,
    session.unreadableEvents,
    session.clockOffsetMs,
    session.placement,
    session.epoch,
    JSON.stringify(session.frontier),
    JSON.stringify(session.base),
    JSON.stringify(session.lock),
    session.countersignature,
    session.resumedTimes,
    session.verdict,
    JSON.stringify(session.reasons),
    session.openedEventId,
    session.policy,
    session.driftBefore === null ? null : JSON.stringify(session.driftBefore),
    session.driftAfter === null ? null : JSON.stringify(session.driftAfter),
  ]
}

/** What stands in the row was written by `valuesOf`. */
function sessionOf(row: SessionRow): ReturnSession {
  const count = (value: SqlValue): number => Number(value)
  const figure = (value: SqlValue): DriftFigure | null => (value === null ? null : (JSON.parse(String(value)) as DriftFigure))
  const maybe = (value: SqlValue): number | null => (value === null ? null : Number(value))
  return {
    sessionId: row.session_id as SessionId,
    nodeId: row.node_id as NodeId,
    domainId: row.domain_id as DomainId,
    step: row.step as SessionStep,
    keyId: String(row.key_id),
    tokenHash: row.token_hash as Uint8Array,
    openedAt: count(row.opened_at),
    leaseUntil: count(row.lease_until),
    closedAt: maybe(row.closed_at),
    firstPieceAt: maybe(row.first_piece_at),
    lastProgressAt: maybe(row.last_progress_at),
    expectedEvents: count(row.expected_events),
    receivedEvents: count(row.received_events),
    receivedBytes: count(row.received_bytes),
    unreadableEvents: count(row.unreadable_events),
    clockOffsetMs: count(row.clock_offset_ms),
    placement: count(row.placement),
    epoch: count(row.epoch),
    frontier: JSON.parse(String(row.frontier)) as readonly Head[],
    base: JSON.parse(String(row.base)) as readonly Head[],
    lock: JSON.parse(String(row.lock)) as SignedStatement,
    countersignature: row.countersignature === null ? null : String(row.countersignature),
    resumedTimes: count(row.resumed_times),
    verdict: row.verdict as Verdict | null,
    reasons: JSON.parse(String(row.reasons)) as readonly VerdictReason[],
    openedEventId: row.opened_event_id as EventId,
    policy: row.policy as ReconciliationPolicy | null,
    driftBefore: figure(row.drift_before),
    driftAfter: figure(row.drift_after),
  }
}
