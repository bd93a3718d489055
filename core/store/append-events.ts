/** Adds events to a log of one's own: the origin itself is the only one who may. */
import { AppError } from '../kernel/app-error.ts'
import { encodeEvent, type EventEnvelope } from '../kernel/event.ts'
import type { Writer } from '../kernel/reader.ts'
import { extendHeadBy, genesisHead, headBytes } from '../log/chain.ts'
import { writePlainEvent } from '../log/event-bytes.ts'
import { fileEnvelopes, readEventOf } from '../log/event-filing.ts'
import { frameBytes, type FramedEvents } from '../log/framing.ts'
import type { LogId } from '../log/log-id.ts'
import { readBranches, writeBranch } from './branches.ts'
import { contextOf } from './context.ts'
import { logNumber } from './identities.ts'
import { insertRuns } from './insert-runs.ts'
import type { StoredEvent } from './stored-event.ts'

/**
 * Numbers and chains `events` behind the log's last one and makes the log when it is new. They are unsigned until `signTail`.
 * Throws Invalid `EVENT_UNREADABLE` for an event that others could not read: it would stay in the log for ever.
 */
export function appendEvents(writer: Writer, log: LogId, events: readonly EventEnvelope[], recordedAt: number): readonly StoredEvent[] {
  if (events.length === 0) return []
  const { ports, identities } = contextOf(writer)
  const { framed, envelopes } = write(log, events)
  const number = logNumber(writer, identities, log)
  const [tip] = readBranches(writer, number)
  const firstSeq = (tip?.seq ?? 0) + 1
  const leaves = new Uint8Array(events.length * headBytes)
  const head = extendHeadBy(ports.crypto, tip?.head ?? genesisHead(ports.crypto, log), framed, leaves)
  const stored = insertRuns(writer, { log, number, branch: 0 }, { framed, leaves, filed: fileEnvelopes(envelopes), firstSeq }, recordedAt)
  writeBranch(writer, number, { number: 0, parent: undefined, from: 1, seq: firstSeq + events.length - 1, head })
  return stored
}

type Written = { readonly framed: FramedEvents; readonly envelopes: readonly EventEnvelope[] }

/** All of them as JSON in one buffer, which the run, the hash and the events that are handed out share. */
function write(log: LogId, events: readonly EventEnvelope[]): Written {
  const texts: string[] = []
  const envelopes: EventEnvelope[] = []
  let size = 0
  for (const event of events) {
    const plain = writePlainEvent(event)
    const isOurs = plain !== undefined && event.source.endsWith(log.origin)
    const text = plain ?? JSON.stringify(event) ?? ''
    envelopes.push(isOurs ? event : readBack(log, event))
    texts.push(text)
    size += frameBytes + Buffer.byteLength(text)
  }
  const body = Buffer.allocUnsafe(size)
  const ends = new Uint32Array(texts.length)
  let at = 0
  for (const [index, text] of texts.entries()) {
    const length = body.write(text, at + frameBytes)
    at = body.writeUInt32BE(length, at) + length
    ends[index] = at
  }
  return { framed: { body, ends }, envelopes }
}

/** As others will read it: JSON leaves out what is undefined, and turns some values into others. */
function readBack(log: LogId, event: EventEnvelope): EventEnvelope {
  const reading = readEventOf(log, encodeEvent(event))
  if (reading.kind === 'event') return reading.envelope
  throw new AppError('Invalid', 'EVENT_UNREADABLE', `An event cannot be recorded: ${reading.sentence}`, {
    code: reading.code,
    type: event.type,
  })
}
