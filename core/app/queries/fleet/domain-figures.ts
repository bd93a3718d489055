/** The figures of one domain's own nodes as events tell them: from the counters, and from both ends of an index. Nothing is scanned. */
import { connectivityModes, healths, phases } from '../../../fleet/node/node-record.ts'
import type { NodeId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../kernel/reader.ts'
import { type EvidenceClass, readEvidenceClass } from '../../../projections/standings.ts'
import { noSums, type Sums } from '../health-line.ts'

export type CountedClass = EvidenceClass & { readonly count: number }

export type DomainFigures = {
  /** Without drift, and without what depends on who was heard: the oldest and newest instants and the worst debt. */
  readonly sums: Sums
  readonly classes: readonly CountedClass[]
  /** Nodes by kind. */
  readonly kinds: ReadonlyMap<string, number>
}

export function readFigures(reader: Reader, domainId: string): DomainFigures {
  const sums = noSums()
  const kinds = new Map<string, number>()
  for (const { key, amount } of counters(reader, 'nodes', domainId)) addCounter(sums, kinds, key, amount)
  const classes = counters(reader, 'node_standings', domainId).map(({ key, amount }) => ({ ...readEvidenceClass(key), count: amount }))
  return { sums, classes, kinds }
}

/** Every domain that has nodes. */
export function countedDomains(reader: Reader): readonly string[] {
  const found: string[] = []
  // From one domain to the next by the index, not over the counters of each.
  for (let scope = ''; ; ) {
    const next = reader.get<{ scope: string }>(
      "SELECT scope FROM projection_counters WHERE read_table = 'node_standings' AND scope > ? ORDER BY scope LIMIT 1",
      scope,
    )
    if (next === undefined) return found
    scope = next.scope
    found.push(scope)
  }
}

function counters(reader: Reader, table: string, scope: string): readonly { key: string; amount: number }[] {
  return reader.all('SELECT key, amount FROM projection_counters WHERE read_table = ? AND scope = ?', table, scope)
}

const modeKeys = new Map(connectivityModes.map((mode) => [`mode:${mode}`, mode]))
const phaseKeys = new Map(phases.map((phase) => [`phase:${phase}`, phase]))
const healthKeys = new Map(healths.map((health) => [`health:${health}`, health]))

function addCounter(sums: Sums, kinds: Map<string, number>, key: string, amount: number): void {
  const mode = modeKeys.get(key)
  const phase = phaseKeys.get(key)
  const health = healthKeys.get(key)
  if (mode !== undefined) sums.modes[mode] = amount
  else if (phase !== undefined) sums.phases[phase] = amount
  else if (health !== undefined) sums.healths[health] = amount
  else if (key === 'nodes') sums.nodes = amount
  else if (key === 'backlog-messages') sums.backlogMessages = amount
  else if (key.startsWith('kind:')) kinds.set(key.slice('kind:'.length), amount)
}

/** Which end of which order: who was heard longest ago, and who should have been heard again first. */
export type Edge = 'last_seen_ms' | 'due_ms'

/**
 * The first of a domain in an order, without those that presence knows better. It remembers how far everybody was heard, so that nobody
 * is passed over twice.
 */
export type EdgeCursor = { ms: number; subject: string; found: number | null; isFound: boolean }

export function startOfEdge(): EdgeCursor {
  return { ms: Number.NEGATIVE_INFINITY, subject: '', found: null, isFound: false }
}

const pageOfEdge = 64

export function findEdge(reader: Reader, domainId: string, edge: Edge, cursor: EdgeCursor, isHeard: (node: NodeId) => boolean): void {
  cursor.isFound = true
  cursor.found = null
  for (;;) {
    const rows = reader.all<{ subject: string; ms: number }>(
      `SELECT subject, ${edge} AS ms FROM node_standings WHERE domain = ? AND (${edge}, subject) >= (?, ?) ORDER BY ${edge}, subject LIMIT ?`,
      domainId,
      Number.isFinite(cursor.ms) ? cursor.ms : Number.MIN_SAFE_INTEGER,
      cursor.subject,
      pageOfEdge,
    )
    for (const { subject, ms } of rows) {
      cursor.ms = ms
      cursor.subject = subject
      if (isHeard(subject as NodeId)) continue
      cursor.found = ms
      return
    }
    if (rows.length < pageOfEdge) return
    // Its last row was heard: the next page begins behind it.
    cursor.subject += '~'
  }
}

/** The newest instant at which anybody was heard who is not known better by presence, if it is after `since`. */
export function findNewest(reader: Reader, domainId: string, since: number | null, isHeard: (node: NodeId) => boolean): number | null {
  let before: readonly [ms: number, subject: string] = [Number.MAX_SAFE_INTEGER, '']
  for (;;) {
    const rows = reader.all<{ subject: string; ms: number }>(
      `SELECT subject, last_seen_ms AS ms FROM node_standings WHERE domain = ? AND last_seen_ms > ? AND (last_seen_ms, subject) < (?, ?)
        ORDER BY last_seen_ms DESC, subject DESC LIMIT ?`,
      domainId,
      since ?? Number.MIN_SAFE_INTEGER,
      ...before,
      pageOfEdge,
    )
    const found = rows.find(({ subject }) => !isHeard(subject as NodeId))
    if (found !== undefined) return found.ms
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageOfEdge) return null
    before = [last.ms, last.subject]
  }
}
