/**
 * The read table `nodes`: everything that lists of nodes filter or sort by, from what is stored. Live presence (a heartbeat, the silence
 * since) is not in it and is laid over by whoever asks.
 *
 * For queries: `SELECT ... FROM nodes WHERE rank IS NOT NULL` is the fleet ([QY7]) in the order of [QY9] by (rank, name, subject); every
 * index ends with those three, so a page goes on after the last row's values and never by OFFSET. Tags are `node_tags(text, subject)`.
 * Totals are in `projection_counters` (see readCounters): scope '' is everything, else the domain that a node is in itself.
 * `is_being_rejudged` and `has_parked_events` are columns of the view that cost nothing unless they are asked for.
 */
import { expectationOf } from '../fleet/connectivity/expected-contact.ts'
import { stateOf } from '../fleet/lifecycle/state.ts'
import type { ConnectivityMode, Health } from '../fleet/node/node-record.ts'
import type { ActualState } from './actual.ts'
import type { ConnectivityState } from './connectivity.ts'
import type { LifecycleState } from './lifecycle.ts'
import type { ColumnType } from './projection.ts'
import { type Count, defineReadTable, type StatesOf } from './read-table.ts'

const columns = {
  domain: 'TEXT',
  name: 'TEXT',
  kind: 'TEXT',
  /** JSON array of text. */
  tags: 'TEXT',
  serial: 'TEXT',
  via: 'TEXT',
  enrolment: 'TEXT',
  request_id: 'TEXT',
  key_id: 'TEXT',
  phase: 'TEXT',
  phase_since: 'TEXT',
  phase_event: 'TEXT',
  phase_reason: 'TEXT',
  /** From when it was last heard to when it was to be heard again. */
  contact_every_s: 'REAL',
  /** JSON; null where that is always the same. */
  contact_schedule: 'TEXT',
  autonomy_budget_s: 'REAL',
  /** Null until it was first assessed. */
  mode: 'TEXT',
  /** As it is counted: DISCONNECTED while it was never heard of. */
  shown_mode: 'TEXT',
  mode_since: 'TEXT',
  mode_reason: 'TEXT',
  last_seen: 'TEXT',
  rtt_ms: 'REAL',
  loss_pct: 'REAL',
  bandwidth_kbps: 'REAL',
  seconds_behind: 'REAL',
  backlog_messages: 'INTEGER',
  /** It owes a return before it can be LIVE again. */
  replay_required: 'INTEGER',
  health: 'TEXT',
  health_at: 'TEXT',
  /** As it is counted: good news of a node that is out of contact has expired ([QY4]). */
  shown_health: 'TEXT',
  snapshot_id: 'TEXT',
  snapshot_at: 'TEXT',
  configuration_digest: 'TEXT',
  software_digest: 'TEXT',
  adopted_policy: 'TEXT',
  adopted_version: 'TEXT',
  last_event_at: 'TEXT',
  observations: 'INTEGER',
  alarms: 'INTEGER',
  /** [LC3], without the step of an open return, which is not in the events. */
  state: 'TEXT',
  /** [QY9]: 0 QUARANTINED, 1 FAILED, 2 to 8 by mode; null of what is not of the fleet. */
  rank: 'INTEGER',
  /** When its phase or its mode changed last, wall milliseconds: what a time window of a list of nodes is about ([QY42]). */
  moved_ms: 'INTEGER',
  /** When its request was decided, else when it asked; wall milliseconds. */
  asked_ms: 'INTEGER',
} as const satisfies Readonly<Record<string, ColumnType>>

type ValueOf<Type extends ColumnType> = Type extends 'TEXT' ? string : number

export type NodesRow = { readonly [Column in keyof typeof columns]: ValueOf<(typeof columns)[Column]> | null }

/** From the worst: what is farthest from being heard comes first. */
const modeRank: Readonly<Record<ConnectivityMode, number>> = {
  DISCONNECTED: 2,
  AUTONOMOUS: 3,
  RETURNING: 4,
  REPLAYING: 5,
  EDGE_CACHED: 6,
  DELAYED: 7,
  LIVE: 8,
}

export const nodesTable = defineReadTable<NodesRow>({
  name: 'nodes',
  version: 5,
  restsOn: ['lifecycle', 'connectivity', 'actual'],
  columns,
  indexes: [
    ['rank', 'name'],
    ['domain', 'rank', 'name'],
    ['phase', 'rank', 'name'],
    ['shown_mode', 'rank', 'name'],
    ['shown_health', 'rank', 'name'],
    ['state', 'rank', 'name'],
    ['kind', 'rank', 'name'],
    ['adopted_policy', 'rank', 'name'],
    ['enrolment', 'name'],
    ['request_id'],
    ['via', 'rank', 'name'],
    ['moved_ms'],
    ['enrolment', 'asked_ms'],
  ],
  row,
  counts,
  lists: { node_tags: (shown) => JSON.parse(shown.tags ?? '[]') as string[] },
})

function row(_subject: string, states: StatesOf): NodesRow | undefined {
  const lifecycle = (states('lifecycle')?.decisions ?? null) as LifecycleState | null
  if (lifecycle === null) return undefined
  const connectivity = (states('connectivity')?.decisions ?? null) as ConnectivityState | null
  const actual = (states('actual')?.facts ?? null) as ActualState | null
  const mode = connectivity?.mode ?? null
  const shownMode = mode ?? 'DISCONNECTED'
  const health = actual?.health ?? 'UNKNOWN'
  const shownHealth = shownHealthOf(health, mode)
  const isOfFleet = lifecycle.enrolment === 'APPROVED' && lifecycle.phase !== 'PROVISIONING' && lifecycle.phase !== 'RETIRED'
  const { phase, event } = lifecycle
  return {
    domain: lifecycle.domainId,
    name: lifecycle.name,
    kind: lifecycle.kind,
    tags: JSON.stringify(lifecycle.tags),
    serial: lifecycle.serial,
    // As it measured last; before that, as it said when it asked to join.
    via: actual === null || actual.linkAt === null ? lifecycle.viaId : actual.linkViaId,
    enrolment: lifecycle.enrolment,
    request_id: lifecycle.requestId,
    key_id: lifecycle.keyId,
    phase,
    phase_since: lifecycle.phaseSince,
    phase_event: event,
    phase_reason: lifecycle.reason,
    contact_every_s: contactEverySeconds(lifecycle, connectivity?.lastSeen ?? null),
    contact_schedule: lifecycle.contactSchedule === null ? null : JSON.stringify(lifecycle.contactSchedule),
    autonomy_budget_s: lifecycle.autonomyBudgetSeconds,
    mode,
    shown_mode: shownMode,
    mode_since: connectivity?.since ?? null,
    mode_reason: connectivity?.reason ?? null,
    last_seen: connectivity?.lastSeen ?? null,
    rtt_ms: connectivity?.link?.rtt_ms ?? null,
    loss_pct: connectivity?.link?.loss_pct ?? null,
    bandwidth_kbps: connectivity?.link?.bandwidth_kbps ?? null,
    seconds_behind: connectivity?.syncDebt.seconds_behind ?? null,
    backlog_messages: connectivity?.syncDebt.backlog_messages ?? null,
    replay_required: connectivity?.syncDebt.replay_required === true ? 1 : 0,
    health,
    health_at: actual?.healthAt ?? null,
    shown_health: shownHealth,
    snapshot_id: actual?.snapshotId ?? null,
    snapshot_at: actual?.snapshotAt ?? null,
    configuration_digest: actual?.parts['configuration']?.digest ?? null,
    software_digest: actual?.parts['software']?.digest ?? null,
    adopted_policy: actual?.adopted?.policyBundleId ?? null,
    adopted_version: actual?.adopted?.policyVersion ?? null,
    last_event_at: actual?.lastEventAt ?? null,
    observations: actual?.observations ?? 0,
    alarms: actual?.alarms ?? 0,
    state: stateOf({ phase, mode, step: null, quarantineEvent: phase === 'QUARANTINED' ? event : null }),
    rank: isOfFleet ? rankOf(phase, shownHealth, shownMode) : null,
    moved_ms: latestOf(lifecycle.phaseSince, connectivity?.since ?? null),
    asked_ms: latestOf(lifecycle.decidedAt ?? lifecycle.requestedAt),
  }
}

function latestOf(...instants: readonly (string | null)[]): number | null {
  const known = instants.flatMap((instant) => (instant === null || Number.isNaN(Date.parse(instant)) ? [] : [Date.parse(instant)]))
  return known.length === 0 ? null : Math.max(...known)
}

/** A schedule that has run out expects nobody: for a hundred years, so that it stays a number that sums can hold. */
function contactEverySeconds(lifecycle: LifecycleState, lastSeen: string | null): number {
  if (lifecycle.contactSchedule === null || lastSeen === null) return lifecycle.contactEverySeconds
  return Math.min(expectationOf(lifecycle, Date.parse(lastSeen)).contactEveryMs / 1000, 100 * 366 * 86_400)
}

function shownHealthOf(health: Health, mode: ConnectivityMode | null): Health {
  const isUnheard = mode === null || mode === 'AUTONOMOUS' || mode === 'DISCONNECTED'
  return health === 'OK' && isUnheard ? 'UNKNOWN' : health
}

/** [QY9]: 0 QUARANTINED, 1 FAILED, 2 to 8 by mode. */
export function rankOf(phase: string, health: Health, mode: ConnectivityMode): number {
  if (phase === 'QUARANTINED') return 0
  if (health === 'FAILED') return 1
  return modeRank[mode]
}

function isInContact(mode: string | null): boolean {
  return mode !== null && mode !== 'AUTONOMOUS' && mode !== 'DISCONNECTED'
}

/**
 * Of the fleet: `nodes`, `mode:M`, `phase:P`, `health:H`, `state:S`, `kind:K`, `adopted:<policy bundle>`, `via:<relay>` and those of them that are in contact as `via-heard:<relay>`,
 * `tag:<tag>`, `is:M/P/H/K` for those that are all four at once, so that any of them can be counted beside any other, and the sum
 * `backlog-messages`. Of the rest: `beyond:<phase>`, and `pending` for a request that waits.
 */
function counts(shown: NodesRow): readonly Count[] {
  const figures: [key: string, amount: number][] = []
  if (shown.enrolment === 'PENDING') figures.push(['pending', 1])
  if (shown.rank === null) figures.push([`beyond:${shown.phase}`, 1])
  else {
    figures.push(
      ['nodes', 1],
      [`mode:${shown.shown_mode}`, 1],
      [`phase:${shown.phase}`, 1],
      [`health:${shown.shown_health}`, 1],
      [`state:${shown.state}`, 1],
      [`kind:${shown.kind}`, 1],
      [`is:${shown.shown_mode}/${shown.phase}/${shown.shown_health}/${shown.kind}`, 1],
    )
    for (const tag of new Set(JSON.parse(shown.tags ?? '[]') as string[])) figures.push([`tag:${tag}`, 1])
    if (shown.via !== null) figures.push([`via:${shown.via}`, 1])
    if (shown.via !== null && isInContact(shown.mode)) figures.push([`via-heard:${shown.via}`, 1])
    if (shown.adopted_policy !== null) figures.push([`adopted:${shown.adopted_policy}`, 1])
    if ((shown.backlog_messages ?? 0) > 0) figures.push(['backlog-messages', shown.backlog_messages ?? 0])
  }
  return figures.flatMap(([key, amount]) => [
    { scope: '', key, amount },
    // A node of no domain has a scope that is no domain's, and not that of everything.
    { scope: shown.domain === null || shown.domain === '' ? '-' : shown.domain, key, amount },
  ])
}
