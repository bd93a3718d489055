/** An event as the store hands it out. */
import type { EventEnvelope } from '../kernel/event.ts'
import { openStoredEvent } from '../log/event-bytes.ts'
import type { LogId } from '../log/log-id.ts'
import { damaged } from './failure.ts'

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

type Place = Omit<StoredEvent, 'event'>

/** An event that was read before it was stored, and is parsed only if somebody asks for it. Throws Corrupt `STORE_DAMAGED` then. */
export function lazyEvent(place: Place): StoredEvent {
  let event: EventEnvelope | undefined
  return {
    ...place,
    get event() {
      event ??= openEvent(place)
      return event
    },
  }
}

export function openEvent({ bytes, position }: Pick<StoredEvent, 'bytes' | 'position'>): EventEnvelope {
  try {
    return openStoredEvent(bytes)
  } catch (cause) {
    throw damaged({ position }, cause)
  }
}
