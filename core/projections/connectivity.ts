/** ConnectivityProjection: the mode each node was assessed in, since when, why, and the debt it had then. */
import type { DecisionData } from '../fleet/decisions.ts'
import type { ConnectivityMode, LinkQuality, SyncDebt } from '../fleet/node/node-record.ts'
import { defineProjection, foldsNothing } from './projection.ts'

export type ConnectivityState = {
  readonly mode: ConnectivityMode
  readonly since: string
  readonly event: string
  readonly reason: string
  readonly lastSeen: string | null
  readonly link: LinkQuality | null
  readonly syncDebt: SyncDebt
  readonly lastDecisionId: string
}

export const connectivityProjection = defineProjection<null, ConnectivityState | null>({
  name: 'connectivity',
  version: 1,
  handles: ['ibcf.connectivity.assessed.v1'],
  facts: foldsNothing,
  decisions: {
    initial: null,
    apply: (_state, { event }) => {
      const data = event.data as DecisionData<'ibcf.connectivity.assessed.v1'>
      return {
        mode: data.to,
        since: event.time,
        event: data.event,
        reason: data.reason,
        lastSeen: data.lastSeen,
        link: data.link,
        syncDebt: data.syncDebt,
        lastDecisionId: event.id,
      }
    },
  },
  table: {
    name: 'connectivity_nodes',
    columns: {
      mode: 'TEXT',
      since: 'TEXT',
      event: 'TEXT',
      reason: 'TEXT',
      last_seen: 'TEXT',
      rtt_ms: 'REAL',
      loss_pct: 'REAL',
      bandwidth_kbps: 'REAL',
      seconds_behind: 'REAL',
      backlog_messages: 'INTEGER',
    },
    indexes: [['mode']],
  },
  row: (_subject, _facts, state) =>
    state === null
      ? undefined
      : {
          mode: state.mode,
          since: state.since,
          event: state.event,
          reason: state.reason,
          last_seen: state.lastSeen,
          rtt_ms: state.link?.rtt_ms ?? null,
          loss_pct: state.link?.loss_pct ?? null,
          bandwidth_kbps: state.link?.bandwidth_kbps ?? null,
          seconds_behind: state.syncDebt.seconds_behind,
          backlog_messages: state.syncDebt.backlog_messages,
        },
})
