/**
 * The read table `node_standings`: of every node of the fleet, what the figures of its domain and the inbox rest on, in the order in
 * which they look for it. Only what events say is in it; live presence, drift and the silence since then are laid over by whoever asks.
 *
 * For queries: `urgency` is minus the points that need neither clock nor drift, so that the worst come first; with `budget_s` it names a
 * group whose members differ by silence alone, so that the group's order by `ends_ms` never changes while time passes. `evidence` names
 * what drift compares: nodes of equal evidence under one policy have equal drift.
 */
import { type Attention, scoreNode } from '../fleet/attention/score.ts'
import type { ConnectivityMode, Health } from '../fleet/node/node-record.ts'
import { type NodesRow, nodesTable } from './nodes.ts'
import type { ColumnType } from './projection.ts'
import { type Count, defineReadTable, type StatesOf } from './read-table.ts'

const columns = {
  domain: 'TEXT',
  /** See `evidenceKey`; null of a node whose drift is unknown whatever it said ([QY8]). */
  evidence: 'TEXT',
  urgency: 'INTEGER',
  /** The autonomy budget of a node that is out of contact, else -1. */
  budget_s: 'REAL',
  /** When its budget ended or will: last heard, one contact and the budget later. Wall milliseconds; null while it is in contact. */
  ends_ms: 'INTEGER',
  /** Since when it waits for a person: of the heaviest of the points; of a node without any, when its snapshot was taken. */
  since: 'TEXT',
  last_seen_ms: 'INTEGER',
  /** When it should have been heard again; null while it is LIVE and of a node that was never heard. */
  due_ms: 'INTEGER',
} as const satisfies Readonly<Record<string, ColumnType>>

export type StandingRow = {
  readonly domain: string
  readonly evidence: string | null
  readonly urgency: number
  readonly budget_s: number
  readonly ends_ms: number | null
  readonly since: string
  readonly last_seen_ms: number | null
  readonly due_ms: number | null
}

export const standingsTable = defineReadTable<StandingRow & { readonly classed: string }>({
  name: 'node_standings',
  version: 1,
  restsOn: ['lifecycle', 'connectivity', 'actual'],
  columns: { ...columns, classed: 'TEXT' },
  indexes: [
    ['urgency', 'budget_s', 'since'],
    ['urgency', 'budget_s', 'ends_ms'],
    ['domain', 'urgency', 'budget_s', 'since'],
    ['domain', 'urgency', 'budget_s', 'ends_ms'],
    ['evidence', 'urgency', 'since'],
    ['domain', 'evidence', 'urgency', 'since'],
    ['domain', 'last_seen_ms'],
    ['domain', 'due_ms'],
  ],
  row,
  counts: ({ domain, classed }): readonly Count[] => [{ scope: domain, key: classed, amount: 1 }],
  lists: {},
})

/** A class of evidence as it is counted: whether drift of it can be known, and the digests of what it is compared by. */
export type EvidenceClass = {
  readonly isComparable: boolean
  readonly configurationDigest: string | null
  readonly softwareDigest: string | null
}

export function readEvidenceClass(key: string): EvidenceClass {
  const [comparable, configuration = '', software = ''] = key.split('/')
  return { isComparable: comparable === 'known', configurationDigest: configuration || null, softwareDigest: software || null }
}

/**
 * The same, shorter, for an index over all nodes: 96 bits of each digest. Nodes that are on their own are apart, because their silence
 * counts beside their drift.
 */
export function evidenceKey(isAlone: boolean, configuration: string | null, software: string | null): string {
  return `${isAlone ? 'alone' : 'met'}/${configuration?.slice(0, 24) ?? ''}/${software?.slice(0, 24) ?? ''}`
}

function row(subject: string, states: StatesOf): (StandingRow & { readonly classed: string }) | undefined {
  const shown = nodesTable.row(subject, states) as NodesRow | undefined
  if (shown === undefined || shown.rank === null) return undefined
  const { configuration_digest: configuration, software_digest: software } = shown
  const mode = shown.mode as ConnectivityMode | null
  const isOut = mode === 'AUTONOMOUS' || mode === 'DISCONNECTED'
  const isComparable = mode !== null && mode !== 'DISCONNECTED'
  const attention = attentionOf(shown)
  const lastSeenMs = shown.last_seen === null ? null : Date.parse(shown.last_seen)
  const dueMs = lastSeenMs === null ? null : lastSeenMs + 1000 * (shown.contact_every_s ?? 0)
  const budget = shown.autonomy_budget_s ?? 0
  return {
    domain: shown.domain ?? '',
    evidence: isComparable ? evidenceKey(mode === 'AUTONOMOUS', configuration, software) : null,
    urgency: attention === undefined ? 0 : -attention.score,
    budget_s: isOut ? budget : -1,
    ends_ms: isOut && dueMs !== null ? Math.round(dueMs + 1000 * budget) : null,
    since: sinceOf(shown, attention) ?? '',
    last_seen_ms: lastSeenMs,
    due_ms: mode === null || mode === 'LIVE' || dueMs === null ? null : Math.round(dueMs),
    classed: `${isComparable ? 'known' : 'unknown'}/${configuration ?? ''}/${software ?? ''}`,
  }
}

/** The points that follow from events alone: nothing of drift, evidence and silence. */
function attentionOf(shown: NodesRow): Attention | undefined {
  const { mode } = shown
  return scoreNode({
    quarantineEvent: shown.phase === 'QUARANTINED' ? shown.phase_event : null,
    health: shown.shown_health as Health,
    isDisconnected: mode === 'DISCONNECTED',
    isNeverHeard: mode === null,
    isOutOfContact: mode === 'AUTONOMOUS' || mode === 'DISCONNECTED',
    secondsBehind: 0,
    autonomyBudgetSeconds: shown.autonomy_budget_s ?? 0,
    backlogMessages: shown.backlog_messages ?? 0,
    evidence: 0,
    drift: null,
  })
}

function sinceOf(shown: NodesRow, attention: Attention | undefined): string | null {
  switch (attention?.kind) {
    case undefined:
      return shown.snapshot_at ?? shown.mode_since ?? shown.phase_since
    case 'quarantined':
      return shown.phase_since
    case 'health':
      return shown.health_at
    default:
      return shown.mode_since ?? shown.phase_since
  }
}
