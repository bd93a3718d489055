/**
 * Alters what a node has stored and not yet delivered, the way a thief with the disk would: past the store's verbs and its
 * append-only triggers, one digit of one event. The chain of the log is what finds it out.
 */
import { openMemory } from '../agent/memory.ts'
import type { NodeId } from '../kernel/ids.ts'
import type { Reader, Writer } from '../kernel/reader.ts'
import { readFrames, startOf } from '../log/framing.ts'
import { parseLogId } from '../log/log-id.ts'
import { readFrontier, readHead } from '../store/frontier.ts'
import type { Store } from '../store/open.ts'
import { readLogEvents } from '../store/read-events.ts'
import type { StoredEvent } from '../store/stored-event.ts'

const trigger = 'runs_are_not_changed'

export type Altered = { readonly log: string; readonly seq: number }

/** Undefined when nothing waits to be delivered; signed events before unsigned ones, facts before the rest. */
export function alterBacklog(store: Store, node: NodeId): Altered | undefined {
  const delivered = openMemory(store.reader, store.transact).get('held') ?? {}
  const found = findUndelivered(store.reader, node, delivered)
  if (found === undefined) return undefined
  store.transact((writer) => overwrite(writer, found.event))
  return { log: found.log, seq: found.event.seq }
}

type Found = { readonly log: string; readonly event: StoredEvent }

function findUndelivered(reader: Reader, node: NodeId, delivered: Readonly<Record<string, number>>): Found | undefined {
  const logs = readFrontier(reader, { origin: node }).toSorted(
    (a, b) => Number(b.log.includes('/fact/')) - Number(a.log.includes('/fact/')),
  )
  for (const isSigned of [true, false]) {
    for (const { log } of logs) {
      const next = (delivered[log] ?? 0) + 1
      const [event] = readLogEvents(reader, parseLogId(log), next, next)
      const isWanted = !isSigned || (readHead(reader, parseLogId(log))?.signedTo ?? 0) >= next
      if (event !== undefined && isWanted) return { log, event }
    }
  }
  return undefined
}

/** In the run that holds it, the last digit becomes its neighbour: another reading, and still an event that looks right. */
function overwrite(writer: Writer, { position, bytes: event }: StoredEvent): void {
  const run = writer.get<{ position: number; count: number; bytes: Uint8Array }>(
    'SELECT position, count, bytes FROM runs WHERE position <= ? ORDER BY position DESC LIMIT 1',
    position,
  )
  const framed = run === undefined ? 'short' : readFrames(run.bytes, run.count)
  if (run === undefined || typeof framed === 'string') return
  const altered = Uint8Array.from(run.bytes)
  const at =
    startOf(framed, position - run.position) +
    Math.max(
      event.findLastIndex((byte) => byte >= 0x30 && byte <= 0x39),
      0,
    )
  altered[at] = (altered[at] ?? 0) ^ 1
  const definition = writer.get<{ sql: string }>("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?", trigger)
  writer.run(`DROP TRIGGER IF EXISTS ${trigger}`)
  writer.run('UPDATE runs SET bytes = ? WHERE position = ?', altered, run.position)
  // He leaves everything as he found it, but for the one digit.
  if (definition !== undefined) writer.run(definition.sql)
}
