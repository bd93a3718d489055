/**
 * What each node last reported of itself: health, version, snapshot, link. Facts of the node only. A return brings the lanes of a
 * node one after the other, so each part of the state remembers the place of what it rests on, and late events fold as they come.
 */
import type { Health, LinkQuality } from '../fleet/node/node-record.ts'
import type { NodeEventData } from '../fleet/node/node-events.ts'
import { defineProjection, foldsNothing, type FoldInput } from './projection.ts'

/** The parts of the state that are replaced as a whole by what comes later in the node's own order. */
type Part = 'event' | 'health' | 'snapshot' | 'link' | 'adopted' | 'alarm'

export type ActualState = {
  readonly health: Health
  readonly healthAt: string | null
  /** Digests (SHA-256, hex) of the parts of the last snapshot. */
  readonly parts: Readonly<Record<string, { readonly digest: string; readonly sizeBytes: number }>>
  readonly snapshotId: string | null
  readonly snapshotAt: string | null
  readonly link: LinkQuality | null
  readonly linkAt: string | null
  /** The relay that the link was measured over; null for none. */
  readonly linkViaId: string | null
  readonly adopted: { readonly policyBundleId: string; readonly policyVersion: string; readonly at: string } | null
  readonly lastEventId: string | null
  readonly lastEventAt: string | null
  readonly observations: number
  readonly decisionsAlone: number
  readonly alarms: number
  readonly lastAlarm: { readonly name: string; readonly severity: string; readonly detail: string; readonly at: string } | null
  /** The order key of the event that each part rests on; empty before the first. */
  readonly order: Readonly<Record<Part, string>>
}

const initial: ActualState = {
  health: 'UNKNOWN',
  healthAt: null,
  parts: {},
  snapshotId: null,
  snapshotAt: null,
  link: null,
  linkAt: null,
  linkViaId: null,
  adopted: null,
  lastEventId: null,
  lastEventAt: null,
  observations: 0,
  decisionsAlone: 0,
  alarms: 0,
  lastAlarm: null,
  order: { event: '', health: '', snapshot: '', link: '', adopted: '', alarm: '' },
}

export const actualProjection = defineProjection<ActualState, null>({
  name: 'actual',
  version: 3,
  handles: [
    'ibcf.observation.recorded.v1',
    'ibcf.health.changed.v1',
    'ibcf.link.measured.v1',
    'ibcf.snapshot.taken.v1',
    'ibcf.decision.taken.v1',
    'ibcf.alarm.raised.v1',
    'ibcf.desired.adopted.v1',
  ],
  facts: { initial, apply, commutes: true },
  decisions: foldsNothing,
  table: {
    name: 'actual_nodes',
    columns: {
      health: 'TEXT',
      health_at: 'TEXT',
      snapshot_id: 'TEXT',
      snapshot_at: 'TEXT',
      configuration_digest: 'TEXT',
      software_digest: 'TEXT',
      adopted_policy: 'TEXT',
      last_event_at: 'TEXT',
    },
    indexes: [['health']],
  },
  row: (_subject, state) =>
    state.lastEventId === null
      ? undefined
      : {
          health: state.health,
          health_at: state.healthAt,
          snapshot_id: state.snapshotId,
          snapshot_at: state.snapshotAt,
          configuration_digest: state.parts['configuration']?.digest ?? null,
          software_digest: state.parts['software']?.digest ?? null,
          adopted_policy: state.adopted?.policyBundleId ?? null,
          last_event_at: state.lastEventAt,
        },
})

/** Once for every event a node ever sent: one new state each, made at the end. */
function apply(before: ActualState, { event, key }: FoldInput): ActualState {
  switch (event.type) {
    case 'ibcf.observation.recorded.v1':
      return changed(before, event, key, undefined, { observations: before.observations + 1 })
    case 'ibcf.health.changed.v1': {
      const { to } = event.data as NodeEventData<'ibcf.health.changed.v1'>
      return changed(before, event, key, 'health', { health: to, healthAt: event.time })
    }
    case 'ibcf.link.measured.v1': {
      const { link, viaId } = event.data as NodeEventData<'ibcf.link.measured.v1'>
      return changed(before, event, key, 'link', { link, linkAt: event.time, linkViaId: viaId })
    }
    case 'ibcf.snapshot.taken.v1': {
      const data = event.data as NodeEventData<'ibcf.snapshot.taken.v1'>
      const parts = Object.fromEntries(data.parts.map(({ name, digest, sizeBytes }) => [name, { digest, sizeBytes }]))
      return changed(before, event, key, 'snapshot', { snapshotId: event.id, snapshotAt: event.time, parts })
    }
    case 'ibcf.decision.taken.v1':
      return changed(before, event, key, undefined, { decisionsAlone: before.decisionsAlone + 1 })
    case 'ibcf.alarm.raised.v1': {
      const { name, severity, detail } = event.data as NodeEventData<'ibcf.alarm.raised.v1'>
      const counted = { ...before, alarms: before.alarms + 1 }
      return changed(counted, event, key, 'alarm', { lastAlarm: { name, severity, detail, at: event.time } })
    }
    case 'ibcf.desired.adopted.v1': {
      const { policyBundleId, policyVersion } = event.data as NodeEventData<'ibcf.desired.adopted.v1'>
      return changed(before, event, key, 'adopted', { adopted: { policyBundleId, policyVersion, at: event.time } })
    }
    default:
      return before
  }
}

/** The values, unless that part of the state already rests on something later; a count belongs to no part. */
function changed(
  state: ActualState,
  event: FoldInput['event'],
  key: string,
  part: Part | undefined,
  values: Partial<Omit<ActualState, 'order'>>,
): ActualState {
  const { order } = state
  const isNewest = key > order.event
  const isTaken = part === undefined || key > order[part]
  if (!isNewest && !isTaken) return state
  const next: { -readonly [Name in keyof ActualState]: ActualState[Name] } = isTaken ? { ...state, ...values } : { ...state }
  if (isNewest) {
    next.lastEventId = event.id
    next.lastEventAt = event.time
  }
  const at = isNewest ? key : order.event
  next.order = part === undefined || !isTaken ? { ...order, event: at } : { ...order, event: at, [part]: key }
  return next
}
