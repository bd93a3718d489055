/**
 * A node as everything else here sees it: the rows of the projections with the live presence laid over them. Lists, counts, scores
 * and pages are all made of this one view, so that they never disagree.
 */
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import type { ConnectivityMode, Health, LinkQuality, NodeKind, Phase } from '../../fleet/node/node-record.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { Row } from '../../kernel/reader.ts'
import type { NodePresence } from '../../ingest/presence.ts'
import type { ReadModel } from '../read-model.ts'
import { believedMs, instantOf } from './instants.ts'

export type NodeView = {
  readonly id: NodeId
  readonly name: string
  readonly kind: NodeKind
  readonly tags: readonly string[]
  readonly serial: string | null
  readonly domainId: string
  /** The relay it reaches the master through, if any. */
  readonly viaId: string | null
  readonly enrolment: 'PENDING' | 'APPROVED' | 'REFUSED'
  readonly phase: Phase
  readonly phaseSince: string
  readonly phaseEvent: string
  readonly phaseReason: string
  readonly contactEverySeconds: number
  readonly autonomyBudgetSeconds: number
  /** Null until it was first heard of after its approval. */
  readonly mode: ConnectivityMode | null
  readonly modeSince: string | null
  readonly modeReason: string
  /** Wall milliseconds of this master. */
  readonly lastSeenMs: number | null
  /** What may be said of its health now ([QY4]). */
  readonly health: Health
  readonly healthAt: string | null
  readonly link: LinkQuality | null
  readonly backlogMessages: number
  /** Silence beyond its schedule; 0 while it is LIVE. */
  readonly secondsBehind: number
  /** Of the last heartbeat. */
  readonly heartbeatVersion: string | null
  readonly snapshotAt: string | null
  /** SHA-256 of the parts of the last snapshot, hex. */
  readonly configurationDigest: string | null
  readonly softwareDigest: string | null
}

/** Shown of a node that was approved and has not come. */
export const neverHeardReason = 'Never heard of since it was approved.'

export type NodeSelection =
  /** The nodes of the fleet: approved and not retired ([QY7]). */
  | { readonly kind: 'fleet'; readonly domainIds?: readonly string[] }
  | { readonly kind: 'everything'; readonly domainIds?: readonly string[] }

export function readNodeViews(model: ReadModel, selection: NodeSelection): NodeView[] {
  const conditions: string[] = []
  const values: string[] = []
  if (selection.kind === 'fleet') conditions.push(`l.enrolment = 'APPROVED' AND l.phase NOT IN ('PROVISIONING', 'RETIRED')`)
  if (selection.domainIds !== undefined) {
    conditions.push('l.domain IN (SELECT value FROM json_each(?))')
    values.push(JSON.stringify(selection.domainIds))
  }
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const nowMs = model.ports.clock.now()
  return model.reader.all<NodeRow>(`${select}${where}`, ...values).map((row) => viewOf(model, row, nowMs))
}

export function readNodeView(model: ReadModel, node: string): NodeView | undefined {
  const row = model.reader.get<NodeRow>(`${select} WHERE l.subject = ?`, node)
  return row === undefined ? undefined : viewOf(model, row, model.ports.clock.now())
}

/** The mode as it is counted and shown: who was never heard of is not connected. */
export function shownMode({ mode }: NodeView): ConnectivityMode {
  return mode ?? 'DISCONNECTED'
}

export function isOfFleet({ enrolment, phase }: NodeView): boolean {
  return enrolment === 'APPROVED' && phase !== 'PROVISIONING' && phase !== 'RETIRED'
}

/** Out of contact: what was heard of it last may no longer be so. */
export function isUnheard({ mode }: Pick<NodeView, 'mode'>): boolean {
  return mode === null || mode === 'AUTONOMOUS' || mode === 'DISCONNECTED'
}

export function syncDebtOf(view: NodeView): { seconds_behind: number; backlog_messages: number; replay_required: boolean } {
  return { seconds_behind: view.secondsBehind, backlog_messages: view.backlogMessages, replay_required: needsReturn(view.mode) }
}

type NodeRow = Row & {
  readonly id: string
  readonly domain: string
  readonly name: string
  readonly kind: NodeKind
  readonly tags: string
  readonly serial: string | null
  readonly phase: Phase
  readonly phase_since: string
  readonly event: string
  readonly reason: string
  readonly enrolment: NodeView['enrolment']
  readonly via: string | null
  readonly contact_every_s: number
  readonly autonomy_budget_s: number
  readonly mode: ConnectivityMode | null
  readonly mode_since: string | null
  readonly mode_reason: string | null
  readonly last_seen: string | null
  readonly rtt_ms: number | null
  readonly loss_pct: number | null
  readonly bandwidth_kbps: number | null
  readonly backlog_messages: number | null
  readonly health: Health | null
  readonly health_at: string | null
  readonly snapshot_at: string | null
  readonly configuration_digest: string | null
  readonly software_digest: string | null
}

const select = `SELECT l.subject AS id, l.domain, l.name, l.kind, l.tags, l.serial, l.phase, l.phase_since, l.event, l.reason, l.enrolment, l.via,
    l.contact_every_s, l.autonomy_budget_s, c.mode, c.since AS mode_since, c.reason AS mode_reason, c.last_seen, c.rtt_ms, c.loss_pct,
    c.bandwidth_kbps, c.backlog_messages, a.health, a.health_at, a.snapshot_at, a.configuration_digest, a.software_digest
  FROM lifecycle_nodes l
    LEFT JOIN connectivity_nodes c ON c.subject = l.subject
    LEFT JOIN actual_nodes a ON a.subject = l.subject`

function viewOf(model: ReadModel, row: NodeRow, nowMs: number): NodeView {
  const heard = model.presence.of(row.id as NodeId)
  const lastSeenMs = heard?.heardAt ?? (row.last_seen === null ? null : Date.parse(row.last_seen))
  const health = healthOf(row, heard, nowMs)
  const isGood = health.health === 'OK' && isUnheard(row)
  return {
    id: row.id as NodeId,
    name: row.name,
    kind: row.kind,
    tags: JSON.parse(row.tags) as string[],
    serial: row.serial,
    domainId: row.domain,
    viaId: heard?.viaId ?? row.via,
    enrolment: row.enrolment,
    phase: row.phase,
    phaseSince: row.phase_since,
    phaseEvent: row.event,
    phaseReason: row.reason,
    contactEverySeconds: row.contact_every_s,
    autonomyBudgetSeconds: row.autonomy_budget_s,
    mode: row.mode,
    modeSince: row.mode_since,
    modeReason: row.mode === null ? neverHeardReason : (row.mode_reason ?? ''),
    lastSeenMs,
    health: isGood ? 'UNKNOWN' : health.health,
    healthAt: health.at,
    link: heard?.link ?? linkOf(row),
    backlogMessages: backlogOf(row, heard),
    secondsBehind: secondsBehind(row, lastSeenMs, nowMs),
    heartbeatVersion: heard?.version ?? null,
    snapshotAt: row.snapshot_at,
    configurationDigest: row.configuration_digest,
    softwareDigest: row.software_digest,
  }
}

/** The later of the last heartbeat and the last change that the node recorded ([QY4], [QY5]). */
function healthOf(row: NodeRow, heard: NodePresence | undefined, nowMs: number): { readonly health: Health; readonly at: string | null } {
  const recordedMs = believedMs(row.health_at, nowMs)
  const { health, heartbeatAt } = heard ?? { health: null, heartbeatAt: null }
  const isHeartbeatNewer = health !== null && heartbeatAt !== null && (recordedMs === null || heartbeatAt >= recordedMs)
  if (isHeartbeatNewer) return { health, at: instantOf(heartbeatAt) }
  return { health: row.health ?? 'UNKNOWN', at: row.health_at }
}

/** The later of the last heartbeat and the last assessment. */
function backlogOf(row: NodeRow, heard: NodePresence | undefined): number {
  if (heard?.heartbeatAt !== null && heard !== undefined && (row.mode_since === null || heard.heartbeatAt >= Date.parse(row.mode_since)))
    return heard.backlogMessages
  return row.backlog_messages ?? 0
}

function secondsBehind(row: NodeRow, lastSeenMs: number | null, nowMs: number): number {
  if (row.mode === null || row.mode === 'LIVE' || lastSeenMs === null) return 0
  return Math.max(0, Math.floor((nowMs - lastSeenMs) / 1000) - row.contact_every_s)
}

function linkOf(row: NodeRow): LinkQuality | null {
  if (row.rtt_ms === null || row.loss_pct === null || row.bandwidth_kbps === null) return null
  return { rtt_ms: row.rtt_ms, loss_pct: row.loss_pct, bandwidth_kbps: row.bandwidth_kbps }
}
