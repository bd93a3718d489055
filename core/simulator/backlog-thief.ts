/**
 * Alters what a node has stored and not yet delivered, the way a thief with the disk would: past the store's verbs and its
 * append-only triggers, one digit of one event. The chain of the log is what finds it out.
 */
import { openMemory } from '../agent/memory.ts'
import type { NodeId } from '../kernel/ids.ts'
import type { Reader, Writer } from '../kernel/reader.ts'
import { readFrontier } from '../store/frontier.ts'
import type { Store } from '../store/open.ts'

const trigger = 'events_are_not_changed'

export type Altered = { readonly log: string; readonly seq: number }

/** Undefined when nothing waits to be delivered; signed events before unsigned ones, facts before the rest. */
export function alterBacklog(store: Store, node: NodeId): Altered | undefined {
  const delivered = openMemory(store.reader, store.transact).get('held') ?? {}
  const found = findUndelivered(store.reader, node, delivered)
  if (found === undefined) return undefined
  store.transact((writer) => overwrite(writer, found.position, withOtherDigit(found.bytes)))
  return { log: found.log, seq: found.seq }
}

type Found = Altered & { readonly position: number; readonly bytes: Uint8Array }

function findUndelivered(reader: Reader, node: NodeId, delivered: Readonly<Record<string, number>>): Found | undefined {
  const logs = readFrontier(reader, { origin: node }).toSorted(
    (a, b) => Number(b.log.includes('/fact/')) - Number(a.log.includes('/fact/')),
  )
  for (const isSigned of [true, false]) {
    for (const { log } of logs) {
      const found = firstOf(reader, log, delivered[log] ?? 0, isSigned)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function firstOf(reader: Reader, log: string, afterSeq: number, isSigned: boolean): Found | undefined {
  const row = reader.get<{ position: number; seq: number; bytes: Uint8Array }>(
    `SELECT e.position, e.seq, e.bytes FROM events e JOIN logs l ON l.number = e.log
     WHERE l.name = ? AND e.branch = 0 AND e.seq > ?
       AND (? = 0 OR EXISTS (SELECT 1 FROM segments s WHERE s.log = e.log AND s.branch = 0 AND s.to_seq >= e.seq))
     ORDER BY e.seq LIMIT 1`,
    log,
    afterSeq,
    isSigned ? 1 : 0,
  )
  return row === undefined ? undefined : { log, seq: row.seq, position: row.position, bytes: row.bytes }
}

/** The last digit becomes its neighbour: another reading, and still an event that looks right. */
function withOtherDigit(bytes: Uint8Array): Uint8Array {
  const altered = Uint8Array.from(bytes)
  const at = altered.findLastIndex((byte) => byte >= 0x30 && byte <= 0x39)
  const byte = altered[Math.max(at, 0)]
  if (byte !== undefined) altered[Math.max(at, 0)] = byte ^ 1
  return altered
}

function overwrite(writer: Writer, position: number, bytes: Uint8Array): void {
  const definition = writer.get<{ sql: string }>("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?", trigger)
  writer.run(`DROP TRIGGER IF EXISTS ${trigger}`)
  writer.run('UPDATE events SET bytes = ? WHERE position = ?', bytes, position)
  // He leaves everything as he found it, but for the one digit.
  if (definition !== undefined) writer.run(definition.sql)
}
