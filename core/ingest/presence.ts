/**
 * Presence: who was heard, when, and how well. Kept in memory, because presence is not history (design 2, Volume): what enters the
 * log is every change of assessment and a digest per domain and interval.
 */
import type { Thresholds } from '../fleet/decisions.ts'
import { isWithinBounds } from '../fleet/connectivity/assess.ts'
import type { Health, LinkQuality } from '../fleet/node/node-record.ts'
import type { NodeId } from '../kernel/ids.ts'
import type { Heard } from './master-port.ts'

export type NodePresence = {
  /** Milliseconds; when it was last heard in this run of the master. */
  readonly heardAt: number
  /** The same instant on the clock that only grows: silence is measured with it, so that a wall clock that is set harms nothing. */
  readonly heardMonotonic: number
  readonly link: LinkQuality | null
  readonly linkAt: number | null
  /** The last heartbeat: the instant that health, version, uptime and backlog rest on. Null when it was only heard otherwise. */
  readonly heartbeatAt: number | null
  readonly health: Health | null
  readonly version: string | null
  readonly uptimeSeconds: number | null
  readonly backlogMessages: number
  readonly batteryPct: number | null
  readonly viaId: string | null
  /** Contacts in a row within bounds, and beyond them. */
  readonly goodContacts: number
  readonly slowContacts: number
  /** Contacts since the start of this run. */
  readonly contacts: number
  /** Its wall clock minus ours when it was heard last, with the way here in it; absent while it did not say. */
  readonly clock?: { readonly offsetMs: number; readonly at: number }
}

export type Bounds = { readonly thresholds: Thresholds; readonly contactEveryMs: number }

export type Presence = {
  readonly of: (node: NodeId) => NodePresence | undefined
  readonly hear: (node: NodeId, heard: Heard, monotonicMs: number, bounds: Bounds) => NodePresence
  readonly forget: (node: NodeId) => void
  /** Told of every node that is heard or forgotten from now on, so that who adds presence up looks only at what changed. */
  readonly follow: (listener: (node: NodeId) => void) => void
}

export function createPresence(): Presence {
  const kept = new Map<NodeId, NodePresence>()
  const listeners: ((node: NodeId) => void)[] = []
  const tell = (node: NodeId): void => {
    for (const listener of listeners) listener(node)
  }
  return {
    of: (node) => kept.get(node),
    follow: (listener) => void listeners.push(listener),
    forget: (node) => {
      kept.delete(node)
      tell(node)
    },
    hear: (node, { at, heartbeat, link, clockOffsetMs }, monotonicMs, { thresholds, contactEveryMs }) => {
      const before = kept.get(node)
      const measured = heartbeat?.link ?? link ?? null
      const isSlow = !isWithinBounds(measured, thresholds)
      const isOnTime = before === undefined || monotonicMs - before.heardMonotonic <= contactEveryMs + thresholds.delayedAfterS * 1000
      // Only heartbeats come at a known rate; other requests would make a busy node look regular.
      const counts = heartbeat !== undefined
      const offsetMs = heartbeat === undefined ? clockOffsetMs : Date.parse(heartbeat.sentAt) - at
      const clock = offsetMs === undefined ? before?.clock : { offsetMs, at }
      const after: NodePresence = {
        heardAt: at,
        heardMonotonic: monotonicMs,
        link: measured ?? before?.link ?? null,
        linkAt: measured === null ? (before?.linkAt ?? null) : at,
        heartbeatAt: heartbeat === undefined ? (before?.heartbeatAt ?? null) : at,
        health: heartbeat?.health ?? before?.health ?? null,
        version: heartbeat?.version ?? before?.version ?? null,
        uptimeSeconds: heartbeat?.uptimeSeconds ?? before?.uptimeSeconds ?? null,
        backlogMessages: heartbeat?.backlogMessages ?? before?.backlogMessages ?? 0,
        batteryPct: heartbeat?.batteryPct ?? before?.batteryPct ?? null,
        // A heartbeat that came by itself says so by naming no relay.
        viaId: heartbeat === undefined ? (before?.viaId ?? null) : (heartbeat.viaId ?? null),
        goodContacts: isOnTime && !isSlow ? (before?.goodContacts ?? 0) + (counts ? 1 : 0) : 0,
        slowContacts: isSlow ? (before?.slowContacts ?? 0) + (counts ? 1 : 0) : 0,
        contacts: (before?.contacts ?? 0) + 1,
        ...(clock === undefined ? {} : { clock }),
      }
      kept.set(node, after)
      tell(node)
      return after
    },
  }
}
