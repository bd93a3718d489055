/**
 * Reads what the projections keep, from a plain Reader: any connection of any thread sees what was committed, nothing is remembered.
 * Marked is what may change by itself soon ([PJ9]) and what an event that could not be folded is missing from ([PJ8]).
 */
import type { Reader, Row } from '../../kernel/reader.ts'
import { tableName } from './tables.ts'

export type ReadState = {
  readonly facts: unknown
  readonly decisions: unknown
  readonly isBeingRejudged: boolean
  readonly hasParkedEvents: boolean
}

type StateRow = Row & {
  readonly facts: string
  readonly decisions: string
  readonly is_being_rejudged: number
  readonly has_parked_events: number
}

/** Undefined while the projection knows nothing of the subject. */
export function readState(reader: Reader, projection: string, subject: string): ReadState | undefined {
  const row = reader.get<StateRow>(
    `SELECT facts, decisions, EXISTS (SELECT 1 FROM projection_rejudged WHERE subject = states.subject) AS is_being_rejudged,
        EXISTS (SELECT 1 FROM projection_parked WHERE subject = states.subject) AS has_parked_events
      FROM projection_states AS states WHERE projection = ? AND subject = ?`,
    projection,
    subject,
  )
  if (row === undefined) return undefined
  return {
    facts: JSON.parse(row.facts) as unknown,
    decisions: JSON.parse(row.decisions) as unknown,
    isBeingRejudged: row.is_being_rejudged === 1,
    hasParkedEvents: row.has_parked_events === 1,
  }
}

/**
 * The figures of a read table by key: of everything (scope ''), or of several scopes added up, such as a domain with all below it.
 * A figure that nobody is in is not there.
 */
export function readCounters(reader: Reader, readTable: string, scopes: readonly string[] = ['']): ReadonlyMap<string, number> {
  const rows = reader.all<{ key: string; amount: number }>(
    'SELECT key, sum(amount) AS amount FROM projection_counters WHERE read_table = ? AND scope IN (SELECT value FROM json_each(?)) GROUP BY key',
    readTable,
    JSON.stringify(scopes),
  )
  return new Map(rows.map(({ key, amount }) => [key, amount]))
}

export type ParkedEvent = {
  readonly projection: string
  readonly version: number
  readonly position: number
  readonly eventId: string
  readonly subject: string
  readonly type: string
  readonly code: string
  readonly sentence: string
  readonly firstAt: number
  readonly lastAt: number
  readonly tries: number
}

type ParkedRow = Row &
  Omit<ParkedEvent, 'eventId' | 'firstAt' | 'lastAt'> & { readonly event_id: string; readonly first_at: number; readonly last_at: number }

/** Events that could not be folded, newest first, a page at a time: hand the last one's position and projection back to go on. */
export function readParked(
  reader: Reader,
  page: { readonly after?: { readonly position: number; readonly projection: string }; readonly limit: number; readonly subject?: string },
): readonly ParkedEvent[] {
  const { after = { position: Number.MAX_SAFE_INTEGER, projection: '' }, limit, subject } = page
  return reader
    .all<ParkedRow>(
      `SELECT * FROM projection_parked WHERE (position < ? OR (position = ? AND projection > ?)) ${subject === undefined ? '' : 'AND subject = ?'}
        ORDER BY position DESC, projection LIMIT ?`,
      after.position,
      after.position,
      after.projection,
      ...(subject === undefined ? [] : [subject]),
      limit,
    )
    .map(({ event_id, first_at, last_at, ...row }) => ({ ...row, eventId: event_id, firstAt: first_at, lastAt: last_at }))
}

export function countParked(reader: Reader): number {
  return reader.get<{ n: number }>('SELECT count(*) AS n FROM projection_parked')?.n ?? 0
}

/** Subjects about which something was said that is marked critical and that this version does not know ([AU13]). */
export function readFreezers(reader: Reader): readonly string[] {
  return reader.all<{ subject: string }>('SELECT subject FROM authority_domains WHERE is_freezing = 1').map(({ subject }) => subject)
}

export type PowerlessEvent = {
  readonly position: number
  readonly eventId: string
  readonly type: string
  readonly subject: string
  readonly domain: string
  readonly origin: string
  readonly epoch: number
  /** Why, and what would give it effect. */
  readonly code: string
  readonly sentence: string
  readonly wouldAllow: string
}

type PowerlessRow = Row & Omit<PowerlessEvent, 'eventId' | 'wouldAllow'> & { readonly event_id: string; readonly would_allow: string }

/** Decisions by masters that did not hold the domain: kept, and without effect ([PJ9]). Newest first. */
export function readPowerless(reader: Reader, page: { readonly before?: number; readonly limit: number }): readonly PowerlessEvent[] {
  return reader
    .all<PowerlessRow>(
      'SELECT * FROM powerless_events WHERE position < ? ORDER BY position DESC LIMIT ?',
      page.before ?? Number.MAX_SAFE_INTEGER,
      page.limit,
    )
    .map(({ event_id, would_allow, ...row }) => ({ ...row, eventId: event_id, wouldAllow: would_allow }))
}

/** The same of one domain. */
export function readPowerlessIn(reader: Reader, domainId: string, limit: number): readonly PowerlessEvent[] {
  return reader
    .all<PowerlessRow>('SELECT * FROM powerless_events WHERE domain = ? ORDER BY position DESC LIMIT ?', domainId, limit)
    .map(({ event_id, would_allow, ...row }) => ({ ...row, eventId: event_id, wouldAllow: would_allow }))
}

export function countPowerless(reader: Reader): number {
  return reader.get<{ n: number }>('SELECT count(*) AS n FROM powerless_events')?.n ?? 0
}

/** Subjects that wait to be judged again, in a generation or in the one that serves. */
export function countRejudged(reader: Reader, generation?: number): number {
  const table = generation === undefined ? 'projection_rejudged' : tableName('projection_rejudged', generation)
  return reader.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0
}
