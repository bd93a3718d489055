/** What the benches of the store share: events as a fleet writes them, the raw side they are measured against, and what the parts cost. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeEvent, type EventEnvelope } from '../../core/kernel/event.ts'
import { formatHlc } from '../../core/kernel/hlc.ts'
import { createUlidSource, type Brand, type IncarnationId, type NodeId, type UlidSource } from '../../core/kernel/ids.ts'
import type { Ports } from '../../core/kernel/ports.ts'
import type { Lane, LogId } from '../../core/log/log-id.ts'
import { extendHeadBy } from '../../core/log/chain.ts'
import { keyIdOf } from '../../core/log/dsse.ts'
import { writePlainEvent } from '../../core/log/event-bytes.ts'
import { fileEnvelopes, fileEvents } from '../../core/log/event-filing.ts'
import { frameEvents } from '../../core/log/framing.ts'
import { createPorts } from '../../core/platform/ports.ts'
import { appendEvents } from '../../core/store/append-events.ts'
import { loadEngine } from '../../core/store/engine.ts'
import type { Store } from '../../core/store/open.ts'
import type { Signer } from '../../core/store/sign-tail.ts'
import { round } from './bench.ts'

export const perTransaction = 1000
export const transactionsPerTurn = 10

/** The raw side: what SQLite does at best with these bytes. */
export async function openRaw(
  directory: string,
): Promise<{ readonly insert: (batch: readonly Uint8Array[]) => void; readonly close: () => void }> {
  const open = await loadEngine()
  const database = open(join(directory, 'raw.sqlite'))
  database.pragma('journal_mode = WAL')
  database.exec('CREATE TABLE raw (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT')
  database.pragma('synchronous = FULL')
  database.pragma('cache_size = -65536')
  const statement = database.prepare('INSERT INTO raw (bytes) VALUES (?)')
  const insert = database.transaction((batch: readonly Uint8Array[]) => {
    for (const bytes of batch) statement.run(bytes)
  })
  return { insert, close: () => database.close() }
}

/** A fleet's worth of subjects and the types that come most, so that indexes are as scattered as in the field. */
const subjectCount = 10_000
const types = [
  'ibcf.observation.recorded.v1',
  'ibcf.snapshot.taken.v1',
  'ibcf.decision.taken.v1',
  'ibcf.alarm.raised.v1',
  'ibcf.presence.digested.v1',
]

export type World = {
  readonly ports: Ports
  readonly ulid: UlidSource
  readonly subjects: readonly Brand<string>[]
  readonly signer: Signer
  readonly publicKey: Uint8Array
}

export function createWorld(): World {
  const ports = createPorts('bench', 'error')
  const ulid = createUlidSource(ports.clock, ports.random)
  const pair = ports.crypto.generateKeyPair()
  const subjects = Array.from({ length: subjectCount }, () => ulid())
  return {
    ports,
    ulid,
    subjects,
    signer: { keyId: keyIdOf(ports.crypto, pair.publicKey), privateKey: pair.privateKey },
    publicKey: pair.publicKey,
  }
}

export function createLog(world: World, lane: Lane = 'fact'): LogId {
  return { origin: world.ulid<NodeId>(), incarnation: world.ulid<IncarnationId>(), lane, domain: '-' }
}

/** About 520 bytes each. */
export function createEvents(world: World, log: LogId, count: number): readonly EventEnvelope[] {
  const { ports, ulid, subjects } = world
  return Array.from({ length: count }, (_, index) => {
    const now = ports.clock.now()
    return {
      specversion: '1.0',
      id: ulid(),
      type: types[index % types.length] ?? '',
      source: `urn:ibcf:node:${log.origin}`,
      subject: subjects[Math.floor(ports.random.next() * subjects.length)] ?? ulid(),
      time: new Date(now).toISOString(),
      hlc: formatHlc(now, index & 0xffff),
      domain: log.domain === '-' ? ulid() : log.domain,
      data: {
        channel: 'env/temperature',
        value: round(ports.random.next() * 90, 3),
        unit: 'Cel',
        quality: 'good',
        battery: index % 100,
        note: 'n'.repeat(120),
      },
    } satisfies EventEnvelope
  })
}

export async function inTemporaryDirectory<T>(act: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'ibcf-bench-'))
  try {
    return await act(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export function fill(store: Store, world: World, log: LogId, count: number): void {
  for (let done = 0; done < count; done += perTransaction) {
    store.transact((writer) => appendEvents(writer, log, createEvents(world, log, perTransaction), world.ports.clock.now()))
  }
}

/** What the parts cost that are not the database's, in us an event, each measured alone on the same events. */
export function costsOf(world: World, log: LogId, batches: readonly (readonly EventEnvelope[])[]): string {
  const events = batches.flat()
  const framed = frameEvents(events.map(encodeEvent))
  const parts: readonly (readonly [string, () => unknown])[] = [
    ['checking and writing JSON', () => events.map(writePlainEvent)],
    ['hashing', () => extendHeadBy(world.ports.crypto, new Uint8Array(32), framed)],
    ['what it is filed under', () => fileEnvelopes(events)],
    ['reading and checking another’s JSON', () => fileEvents(log, framed)],
  ]
  return parts.map(([name, act]) => `${name} ${perEvent(fastest(act), events.length)}`).join(', ')
}

/** Milliseconds of the fastest of five. */
function fastest(act: () => unknown): number {
  return Math.min(
    ...Array.from({ length: 5 }, () => {
      const began = performance.now()
      act()
      return performance.now() - began
    }),
  )
}

/** Microseconds, of so many milliseconds for so many events. */
export function perEvent(ms: number, events: number): number {
  return round((1000 * ms) / events, 2)
}
