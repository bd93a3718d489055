/**
 * In which order the events about one subject fold ([PJ2]). Keys are compared as text.
 * Facts: the origin's own clock, then lane and number; clocks are never compared across origins, so the origin comes first.
 * Decisions: (placement, epoch, hlc, origin, incarnation, lane, seq).
 */
import type { EventEnvelope } from '../kernel/event.ts'
import type { LogId } from '../log/log-id.ts'

export type Stream = 'facts' | 'decisions'

export function streamOf(log: LogId, subject: string): Stream {
  return log.origin === subject && log.domain === '-' ? 'facts' : 'decisions'
}

export function orderKey(stream: Stream, event: EventEnvelope, log: LogId, seq: number): string {
  const place = `${log.incarnation}/${log.lane}/${digits(seq)}`
  if (stream === 'facts') return `${log.origin}/${event.hlc}/${place}`
  return `${digits(event.placement ?? 0)}/${digits(event.epoch ?? 0)}/${event.hlc}/${log.origin}/${place}`
}

const zeros = '00000000000'

function digits(value: number): string {
  const text = value.toString(36)
  return text.length >= zeros.length ? text : zeros.slice(text.length) + text
}
