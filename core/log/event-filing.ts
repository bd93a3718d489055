/**
 * What the events of a segment are filed under, found out where they are verified: on another thread than the one that writes, if
 * there is one. Plain bytes and texts, so that they can be handed from thread to thread.
 */
import type { EventEnvelope } from '../kernel/event.ts'
import { writeUlid } from '../kernel/ids.ts'
import { readEvent, type EventReading } from './event-bytes.ts'
import { eventsOf, type FramedEvents } from './framing.ts'
import type { LogId } from './log-id.ts'

const ulidBytes = 16

export type EventFiling = {
  /** 16 bytes an event; zeros for one that cannot be read. */
  readonly ids: Uint8Array
  /** As `ids`. */
  readonly subjects: Uint8Array
  /** For each event 0 when it cannot be read, else one more than its place in `types`. */
  readonly typePlaces: Uint32Array
  readonly types: readonly string[]
}

export type FiledEvents = EventFiling & {
  /** Undefined for one that cannot be read. */
  readonly envelopes: readonly (EventEnvelope | undefined)[]
}

/** As `readEvent`, and EVENT_SOURCE_FOREIGN when the event claims a source that is not the origin whose log it is in ([LG7]). */
export function readEventOf(log: LogId, bytes: Uint8Array): EventReading {
  const reading = readEvent(bytes)
  if (reading.kind === 'unreadable' || reading.envelope.source.endsWith(log.origin)) return reading
  return { kind: 'unreadable', code: 'EVENT_SOURCE_FOREIGN', sentence: 'The event claims to come from another origin than its log.' }
}

export function fileEvents(log: LogId, framed: FramedEvents): FiledEvents {
  return fileEnvelopes(
    eventsOf(framed).map((bytes) => {
      const reading = readEventOf(log, bytes)
      return reading.kind === 'event' ? reading.envelope : undefined
    }),
  )
}

export function fileEnvelopes(envelopes: readonly (EventEnvelope | undefined)[]): FiledEvents {
  const ids = new Uint8Array(envelopes.length * ulidBytes)
  const subjects = new Uint8Array(envelopes.length * ulidBytes)
  const typePlaces = new Uint32Array(envelopes.length)
  const places = new Map<string, number>()
  for (let index = 0; index < envelopes.length; index++) {
    const event = envelopes[index]
    if (event === undefined) continue
    writeUlid(event.id, ids, index * ulidBytes)
    writeUlid(event.subject, subjects, index * ulidBytes)
    let place = places.get(event.type)
    if (place === undefined) {
      place = places.size + 1
      places.set(event.type, place)
    }
    typePlaces[index] = place
  }
  return { ids, subjects, typePlaces, types: [...places.keys()], envelopes }
}
