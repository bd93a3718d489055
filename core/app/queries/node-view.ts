/**
 * A node as everything else here sees it: the rows of the projections with the live presence laid over them. Lists, counts, scores
 * and pages are all made of this one view, so that they never disagree.
 */
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import type { ConnectivityMode, Health, LinkQuality, NodeKind, Phase } from '../../fleet/node/node-record.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { Row } from '../../kernel/reader.ts'
import type { ReadModel } from '../read-model.ts'
import { contactSecondsAfter, isUnheard, liveBacklog, liveHealth, secondsBehind } from './live-node.ts'

export { isUnheard }

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
  /** From when it was last heard to the next contact that is expected. */
  readonly contactSecondsAfter: number
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
  /** Of the fleet or not. */
  | { readonly kind: 'phases'; readonly phases: readonly Phase[]; readonly domainIds?: readonly string[] }

/** All of them, in no order: only where they are known to be few. */
export function readNodeViews(model: ReadModel, selection: NodeSelection): NodeView[] {
  const conditions = [selection.kind === 'fleet' ? 'rank IS NOT NULL' : 'phase IN (SELECT value FROM json_each(?))']
  const values = selection.kind === 'fleet' ? [] : [JSON.stringify(selection.phases)]
  if (selection.domainIds !== undefined) {
    conditions.push('domain IN (SELECT value FROM json_each(?))')
    values.push(JSON.stringify(selection.domainIds))
  }
  const nowMs = model.ports.clock.now()
  return model.reader.all<NodeRow>(`${select} WHERE ${conditions.join(' AND ')}`, ...values).map((row) => viewOf(model, row, nowMs))
}

/** In the order of `nodeIds`; who is not known is left out. */
export function readNodeViewsOf(model: ReadModel, nodeIds: readonly string[]): NodeView[] {
  if (nodeIds.length === 0) return []
  const nowMs = model.ports.clock.now()
  const rows = model.reader.all<NodeRow>(`${select} WHERE subject IN (SELECT value FROM json_each(?))`, JSON.stringify(nodeIds))
  const views = new Map<string, NodeView>(rows.map((row) => [row.id, viewOf(model, row, nowMs)]))
  return nodeIds.flatMap((id) => views.get(id) ?? [])
}

export function readNodeView(model: ReadModel, node: string): NodeView | undefined {
  const row = model.pastRowOf === undefined ? model.reader.get<NodeRow>(`${select} WHERE subject = ?`, node) : pastRow(model, node)
  return row === undefined ? undefined : viewOf(model, row, model.ports.clock.now())
}

/** In the names of `select`. */
function pastRow({ pastRowOf }: ReadModel, node: string): NodeRow | undefined {
  const row = pastRowOf?.(node)
  return row === undefined ? undefined : ({ ...row, id: node, event: row.phase_event, reason: row.phase_reason } as unknown as NodeRow)
}

/** The mode as it is counted and shown: who was never heard of is not connected. */
export function shownMode({ mode }: NodeView): ConnectivityMode {
  return mode ?? 'DISCONNECTED'
}

export function isOfFleet({ enrolment, phase }: NodeView): boolean {
  return enrolment === 'APPROVED' && phase !== 'PROVISIONING' && phase !== 'RETIRED'
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
  readonly contact_schedule: string | null
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

const select = `SELECT subject AS id, domain, name, kind, tags, serial, phase, phase_since, phase_event AS event, phase_reason AS reason,
    enrolment, via, contact_every_s, contact_schedule, autonomy_budget_s, mode, mode_since, mode_reason, last_seen, rtt_ms, loss_pct, bandwidth_kbps,
    backlog_messages, health, health_at, snapshot_at, configuration_digest, software_digest FROM nodes`

function viewOf(model: ReadModel, row: NodeRow, nowMs: number): NodeView {
  const heard = model.presence.of(row.id as NodeId)
  const lastSeenMs = heard?.heardAt ?? (row.last_seen === null ? null : Date.parse(row.last_seen))
  const health = liveHealth(row, heard, nowMs)
  const contactSeconds = contactSecondsAfter(row, lastSeenMs)
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
    health: health.health,
    healthAt: health.at,
    link: heard?.link ?? linkOf(row),
    backlogMessages: liveBacklog(row, heard),
    contactSecondsAfter: contactSeconds,
    secondsBehind: secondsBehind(row.mode, contactSeconds, lastSeenMs, nowMs),
    heartbeatVersion: heard?.version ?? null,
    snapshotAt: row.snapshot_at,
    configurationDigest: row.configuration_digest,
    softwareDigest: row.software_digest,
  }
}

function linkOf(row: NodeRow): LinkQuality | null {
  if (row.rtt_ms === null || row.loss_pct === null || row.bandwidth_kbps === null) return null
  return { rtt_ms: row.rtt_ms, loss_pct: row.loss_pct, bandwidth_kbps: row.bandwidth_kbps }
}
