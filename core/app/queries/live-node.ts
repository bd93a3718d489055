/** What a heartbeat says over what is stored of a node. The one place where presence and events meet, for single nodes and for sums. */
import type { ContactSchedule } from '../../fleet/connectivity/connectivity-events.ts'
import { expectationOf } from '../../fleet/connectivity/expected-contact.ts'
import type { ConnectivityMode, Health } from '../../fleet/node/node-record.ts'
import type { NodePresence } from '../../ingest/presence.ts'
import { believedMs, instantOf } from './instants.ts'

export type StoredHealth = { readonly mode: ConnectivityMode | null; readonly health: Health | null; readonly health_at: string | null }
export type StoredBacklog = { readonly mode_since: string | null; readonly backlog_messages: number | null }

/** Out of contact: what was heard of it last may no longer be so. */
export function isUnheard({ mode }: { readonly mode: ConnectivityMode | null }): boolean {
  return mode === null || mode === 'AUTONOMOUS' || mode === 'DISCONNECTED'
}

/** The later of the last heartbeat and the last change that the node recorded; good news expires ([QY4], [QY5]). */
export function liveHealth(
  stored: StoredHealth,
  heard: NodePresence | undefined,
  nowMs: number,
): { readonly health: Health; readonly at: string | null } {
  const { health, at } = latestHealth(stored, heard, nowMs)
  return { health: health === 'OK' && isUnheard(stored) ? 'UNKNOWN' : health, at }
}

function latestHealth(
  stored: StoredHealth,
  heard: NodePresence | undefined,
  nowMs: number,
): { readonly health: Health; readonly at: string | null } {
  const recordedMs = believedMs(stored.health_at, nowMs)
  const { health, heartbeatAt } = heard ?? { health: null, heartbeatAt: null }
  const isHeartbeatNewer = health !== null && heartbeatAt !== null && (recordedMs === null || heartbeatAt >= recordedMs)
  if (isHeartbeatNewer) return { health, at: instantOf(heartbeatAt) }
  return { health: stored.health ?? 'UNKNOWN', at: stored.health_at }
}

/** The later of the last heartbeat and the last assessment. */
export function liveBacklog(stored: StoredBacklog, heard: NodePresence | undefined): number {
  if (
    heard?.heartbeatAt !== null &&
    heard !== undefined &&
    (stored.mode_since === null || heard.heartbeatAt >= Date.parse(stored.mode_since))
  )
    return heard.backlogMessages
  return stored.backlog_messages ?? 0
}

export type StoredContact = { readonly contact_every_s: number; readonly contact_schedule: string | null }

/** From that contact to the next one that is expected; the row tells it of the last contact that is in the events. */
export function contactSecondsAfter({ contact_every_s, contact_schedule }: StoredContact, heardAtMs: number | null): number {
  if (contact_schedule === null || heardAtMs === null) return contact_every_s
  const contactSchedule = JSON.parse(contact_schedule) as ContactSchedule
  return expectationOf({ contactSchedule, contactEverySeconds: contact_every_s }, heardAtMs).contactEveryMs / 1000
}

/** Silence beyond its schedule, whole seconds; 0 while it is LIVE. `contactSeconds`: see contactSecondsAfter. */
export function secondsBehind(mode: ConnectivityMode | null, contactSeconds: number, lastSeenMs: number | null, nowMs: number): number {
  if (mode === null || mode === 'LIVE' || lastSeenMs === null) return 0
  return Math.max(0, Math.floor((nowMs - lastSeenMs) / 1000 - contactSeconds))
}
