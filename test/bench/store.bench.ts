/**
 * The store on the hot path: appending to a log of one's own, and taking in the log of another (replay), each beside a bare INSERT
 * of the same bytes into a table with nothing but its key, with the same durability.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Worker } from 'node:worker_threads'
import { join } from 'node:path'
import { encodeEvent, type EventEnvelope } from '../../core/kernel/event.ts'
import { formatHlc } from '../../core/kernel/hlc.ts'
import { createUlidSource, type Brand, type IncarnationId, type NodeId, type UlidSource } from '../../core/kernel/ids.ts'
import type { Ports } from '../../core/kernel/ports.ts'
import type { Lane, LogId } from '../../core/log/log-id.ts'
import { extendHeadBy } from '../../core/log/chain.ts'
import { writePlainEvent } from '../../core/log/event-bytes.ts'
import { fileEnvelopes, fileEvents } from '../../core/log/event-filing.ts'
import { frameEvents } from '../../core/log/framing.ts'
import { decodeSegment, verifySegment, type VerifiedSegment } from '../../core/log/segment.ts'
import { keyIdOf } from '../../core/log/dsse.ts'
import { createPorts } from '../../core/platform/ports.ts'
import { acceptSegment, type FiledSegment } from '../../core/store/accept-segment.ts'
import { appendEvents } from '../../core/store/append-events.ts'
import { loadEngine } from '../../core/store/engine.ts'
import { mergeIndexes } from '../../core/store/event-index.ts'
import { putKey } from '../../core/store/keys.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { readSegmentsFrom } from '../../core/store/read-segments.ts'
import { signTail, type Signer } from '../../core/store/sign-tail.ts'
import { race, raceAsync, round, type Bench, type BenchLine, type BenchOptions } from './bench.ts'

const perTransaction = 1000
const transactionsPerTurn = 10

/** The raw side: what SQLite does at best with these bytes. */
async function openRaw(
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

type World = {
  readonly ports: Ports
  readonly ulid: UlidSource
  readonly subjects: readonly Brand<string>[]
  readonly signer: Signer
  readonly publicKey: Uint8Array
}

function createWorld(): World {
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

function createLog(world: World, lane: Lane = 'fact'): LogId {
  return { origin: world.ulid<NodeId>(), incarnation: world.ulid<IncarnationId>(), lane, domain: '-' }
}

/** About 520 bytes each. */
function createEvents(world: World, log: LogId, count: number): readonly EventEnvelope[] {
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

async function inTemporaryDirectory<T>(act: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'ibcf-bench-'))
  try {
    return await act(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function fill(store: Store, world: World, log: LogId, count: number): void {
  for (let done = 0; done < count; done += perTransaction) {
    store.transact((writer) => appendEvents(writer, log, createEvents(world, log, perTransaction), world.ports.clock.now()))
  }
}

async function append(options: BenchOptions): Promise<readonly BenchLine[]> {
  return inTemporaryDirectory(async (directory) => {
    const world = createWorld()
    const log = createLog(world)
    using store = await openStore({ directory, mode: 'read-write', role: 'node', ports: world.ports })
    const raw = await openRaw(directory)
    fill(store, world, log, options.events)
    for (let done = 0; done < options.events; done += perTransaction) raw.insert(createEvents(world, log, perTransaction).map(encodeEvent))
    const batches = Array.from({ length: transactionsPerTurn * options.turns }, () => createEvents(world, log, perTransaction))
    const rawBatches = batches.map((batch) => batch.map(encodeEvent))
    const [ours = 0, limit = 0] = race(
      [
        {
          name: 'store',
          turn: (turn) => {
            for (let index = 0; index < transactionsPerTurn; index++) {
              const batch = batches[turn * transactionsPerTurn + index] ?? []
              store.transact((writer) => appendEvents(writer, log, batch, world.ports.clock.now()))
            }
            return perTransaction * transactionsPerTurn
          },
        },
        {
          name: 'raw',
          turn: (turn) => {
            for (let index = 0; index < transactionsPerTurn; index++) raw.insert(rawBatches[turn * transactionsPerTurn + index] ?? [])
            return perTransaction * transactionsPerTurn
          },
        },
      ],
      options.turns,
    )
    raw.close()
    const against = `raw INSERT of the same bytes, key only, FULL: ${round(limit)}/s`
    const began = performance.now()
    const merged = store.transact(mergeIndexes)
    const mergeCost = perEvent(performance.now() - began, merged)
    const note = `Of ${perEvent(1000, ours)} us an event (raw ${perEvent(1000, limit)}): ${costsOf(world, log, batches.slice(-transactionsPerTurn))}; the rest is the row, SQLite's and the disk's. Merging the indexes comes on top when nobody waits: ${mergeCost} us.`
    return [{ bench: 'append', value: round(ours), unit: 'events/s', against, ratio: round(ours / limit, 2), goal: '>= 0.5', note }]
  })
}

/** What the parts cost that are not the database's, in us an event, each measured alone on the same events. */
function costsOf(world: World, log: LogId, batches: readonly (readonly EventEnvelope[])[]): string {
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
function perEvent(ms: number, events: number): number {
  return round((1000 * ms) / events, 2)
}

/** Segments of another origin, as a session uploads them: verified on a thread of their own, and written in transactions of a megabyte. */
async function replay(options: BenchOptions): Promise<readonly BenchLine[]> {
  return inTemporaryDirectory(async (directory) => {
    const world = createWorld()
    const count = perTransaction * transactionsPerTurn
    using source = await openStore({ directory: ':memory:', mode: 'read-write', role: 'node', ports: world.ports })
    using store = await openStore({ directory, mode: 'read-write', role: 'master', ports: world.ports })
    const raw = await openRaw(directory)
    fill(store, world, createLog(world), options.events)
    const logs = Array.from({ length: options.turns * 2 }, () => createLog(world))
    const replays = logs.map((log) => {
      const now = world.ports.clock.now()
      const key = { keyId: world.signer.keyId, origin: logs[0]?.origin ?? log.origin, publicKey: world.publicKey }
      store.transact((writer) => putKey(writer, key, now))
      source.transact((writer) => {
        putKey(writer, key, now)
        appendEvents(writer, log, createEvents(world, log, count), now)
        signTail(writer, log, world.signer, formatHlc(now, 0))
      })
      return inBatches([...readSegmentsFrom(source.reader, log, 1)].map((segment) => segment.bytes))
    })
    const rawBatches = replays.map((batches) => batches.map((segments) => segments.flatMap((bytes) => decoded(bytes.slice()).events)))
    const accept = (batch: readonly FiledSegment[]): void =>
      store.transact((writer) => {
        for (const segment of batch) acceptSegment(writer, segment, world.ports.clock.now())
      })
    const verifier = createVerifier(world.publicKey)
    const [ours = 0, alone = 0, limit = 0] = await raceAsync(
      [
        {
          name: 'replay',
          turn: async (turn) => {
            const answers = (replays[2 * turn] ?? []).map((batch) => verifier.verify(batch))
            for (const answer of answers) accept(await answer)
            return count
          },
        },
        {
          name: 'replay on one thread',
          turn: (turn) => {
            for (const batch of replays[2 * turn + 1] ?? []) accept(batch.map((bytes) => verified(world, bytes)))
            return count
          },
        },
        {
          name: 'raw',
          turn: (turn) => {
            for (const batch of rawBatches[2 * turn] ?? []) raw.insert(batch)
            return count
          },
        },
      ],
      options.turns,
    )
    raw.close()
    await verifier.close()
    const against = `raw INSERT of the same bytes, key only, FULL: ${round(limit)}/s`
    const sample = [createEvents(world, createLog(world), count)]
    const note = `Decoded, verified and read on a second thread while the first writes; on one thread ${round(alone)}/s, ratio ${round(alone / limit, 2)}. Of ${perEvent(1000, alone)} us an event on one thread (raw ${perEvent(1000, limit)}): ${costsOf(world, createLog(world), sample)}.`
    return [{ bench: 'replay', value: round(ours), unit: 'events/s', against, ratio: round(ours / limit, 2), goal: '>= 0.4', note }]
  })
}

/** Of about a megabyte: what is acknowledged at once. */
function inBatches(segments: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  return Array.from({ length: Math.ceil(segments.length / 16) }, (_, index) => segments.slice(index * 16, index * 16 + 16))
}

/** Answers come in the order of the questions. */
function createVerifier(publicKey: Uint8Array): {
  readonly verify: (segments: readonly Uint8Array[]) => Promise<readonly FiledSegment[]>
  readonly close: () => Promise<unknown>
} {
  const worker = new Worker(new URL('segment-verifier.ts', import.meta.url), { workerData: { publicKey } })
  const waiting: { readonly resolve: (segments: readonly FiledSegment[]) => void; readonly reject: (error: Error) => void }[] = []
  worker.on('message', (segments: readonly FiledSegment[]) => waiting.shift()?.resolve(segments))
  worker.on('error', (error) => {
    for (const { reject } of waiting) reject(error)
  })
  return {
    verify: (segments) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        worker.postMessage(
          segments,
          segments.map(({ buffer }) => buffer as ArrayBuffer),
        )
      }),
    close: () => worker.terminate(),
  }
}

function verified(world: World, bytes: Uint8Array): VerifiedSegment {
  const checked = verifySegment(world.ports.crypto, world.publicKey, decoded(bytes))
  if (!checked.ok) throw new Error(checked.refusal.sentence)
  return checked.value
}

function decoded(bytes: Uint8Array): Extract<ReturnType<typeof decodeSegment>, { ok: true }>['value'] {
  const result = decodeSegment(bytes)
  if (!result.ok) throw new Error(result.refusal.sentence)
  return result.value
}

export const storeBenches: readonly Bench[] = [
  { name: 'append', run: append },
  { name: 'replay', run: replay },
]
