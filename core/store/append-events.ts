/** Adds events to a log of one's own: the origin itself is the only one who may. */
import { AppError } from '../kernel/app-error.ts'
import { encodeEvent, type EventEnvelope } from '../kernel/event.ts'
import type { Writer } from '../kernel/reader.ts'
import { extendHead, genesisHead } from '../log/chain.ts'
import type { LogId } from '../log/log-id.ts'
import { readBranches, writeBranch } from './branches.ts'
import { contextOf } from './context.ts'
import { logNumber } from './identities.ts'
import { insertEvents, type NewEvent } from './insert-events.ts'
import { readEventOf, type StoredEvent } from './stored-event.ts'

/**
 * Numbers and chains `events` behind the log's last one and makes the log when it is new. They are unsigned until `signTail`.
 * Throws Invalid `EVENT_UNREADABLE` for an event that others could not read: it would stay in the log for ever.
 */
export function appendEvents(writer: Writer, log: LogId, events: readonly EventEnvelope[], recordedAt: number): readonly StoredEvent[] {
  if (events.length === 0) return []
  const { ports, identities } = contextOf(writer)
  const number = logNumber(writer, identities, log)
  const [tip] = readBranches(writer, number)
  let head = tip?.head ?? genesisHead(ports.crypto, log)
  let seq = tip?.seq ?? 0
  const rows: NewEvent[] = events.map((event) => {
    const bytes = encodeEvent(event)
    const reading = readEventOf(log, bytes)
    if (reading.kind === 'unreadable') {
      throw new AppError('Invalid', 'EVENT_UNREADABLE', `An event cannot be recorded: ${reading.sentence}`, {
        code: reading.code,
        type: event.type,
      })
    }
    head = extendHead(ports.crypto, head, bytes)
    seq++
    return { seq, bytes, reading }
  })
  const stored = insertEvents(writer, { log, number, branch: 0 }, rows, recordedAt)
  writeBranch(writer, number, { number: 0, parent: undefined, from: 1, seq, head })
  return stored
}
