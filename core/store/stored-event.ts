/** An event as the store hands it out. */
import type { EventEnvelope } from '../kernel/event.ts'
import { readEvent, type EventReading } from '../log/event-bytes.ts'
import type { LogId } from '../log/log-id.ts'

export type StoredEvent = {
  /** Order in which this store came to hold it; counts from 1 and is local. */
  readonly position: number
  readonly log: LogId
  /** 0, or the number of the branch of a fork. */
  readonly branch: number
  readonly seq: number
  /** Wall milliseconds at this store. */
  readonly recordedAt: number
  readonly bytes: Uint8Array
  /** Undefined when the bytes could not be read: authentic, kept, without effect. */
  readonly event: EventEnvelope | undefined
}

/** As `readEvent`, and EVENT_SOURCE_FOREIGN when the event claims a source that is not the origin whose log it is in ([LG7]). */
export function readEventOf(log: LogId, bytes: Uint8Array): EventReading {
  const reading = readEvent(bytes)
  if (reading.kind === 'unreadable' || reading.envelope.source.endsWith(log.origin)) return reading
  return { kind: 'unreadable', code: 'EVENT_SOURCE_FOREIGN', sentence: 'The event claims to come from another origin than its log.' }
}
