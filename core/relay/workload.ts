/** A relay as a machine that observes itself: beside what its host measures, how it stands as a relay ([RY7]). */
import type { Observation, Workload } from '../agent/workload.ts'
import type { RelayView } from './config.ts'

/** From here on it counts as degraded: what comes is about to be refused. */
const nearlyFull = 0.9

export type RelayFigures = Omit<RelayView, 'agent'>

export function relayWorkload(host: Workload, figures: () => RelayFigures): Workload {
  return {
    ...host,
    observe: (): Observation => {
      const { held, losses, queueBytes, isUpstreamHere, via, link, forwarded } = figures()
      return {
        kind: 'relay',
        values: {
          ...host.observe().values,
          held_items: held.items,
          held_events: held.events,
          held_bytes: held.bytes,
          held_origins: held.origins,
          queue_used_pct: Math.round((1000 * held.bytes) / queueBytes) / 10,
          lost_items: losses.dropped.items + losses.full.items + losses.refused.items,
          dropped_events: losses.dropped.events,
          not_taken_events: losses.full.events,
          refused_events: losses.refused.events,
          forwarded_requests: forwarded.requests,
          forwarded_bytes: forwarded.bytes,
          upstream_here: isUpstreamHere,
          upstream_hops: via.length,
          ...(link === null ? {} : { upstream_rtt_ms: link.rtt_ms, upstream_loss_pct: link.loss_pct, upstream_kbps: link.bandwidth_kbps }),
        },
      }
    },
    checks: () => {
      const { held, queueBytes } = figures()
      const isFull = held.bytes > queueBytes * nearlyFull
      return [
        ...host.checks(),
        {
          name: 'queue',
          health: isFull ? 'DEGRADED' : 'OK',
          detail: isFull ? 'what it holds for others nearly fills its bound' : 'there is room for what others leave',
        },
      ]
    },
  }
}
