/**
 * Replay: what another recorded while it was away, taken in. The store with a verifier's thread beside a bare INSERT of the same bytes,
 * the whole product over HTTP, and two others that replicate: all by turns in the same run.
 */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { formatHlc } from '../../core/kernel/hlc.ts'
import { decodeSegment, verifySegment, type VerifiedSegment } from '../../core/log/segment.ts'
import { acceptSegment, type FiledSegment } from '../../core/store/accept-segment.ts'
import { appendEvents } from '../../core/store/append-events.ts'
import { putKey } from '../../core/store/keys.ts'
import { openStore } from '../../core/store/open.ts'
import { readSegmentsFrom } from '../../core/store/read-segments.ts'
import { signTail } from '../../core/store/sign-tail.ts'
import { raceAsync, round, type Bench, type BenchLine, type BenchOptions } from './bench.ts'
import { prepareHypercore, preparePouch, type Peer } from './peers.ts'
import { prepareProduct } from './replay-product.ts'
import {
  costsOf,
  createEvents,
  createLog,
  createWorld,
  fill,
  inTemporaryDirectory,
  openRaw,
  perEvent,
  perTransaction,
  transactionsPerTurn,
  type World,
} from './store-world.ts'

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
    const told = logs.map((log) => createEvents(world, log, count))
    const replays = logs.map((log, index) => {
      const now = world.ports.clock.now()
      const key = { keyId: world.signer.keyId, origin: logs[0]?.origin ?? log.origin, publicKey: world.publicKey }
      store.transact((writer) => putKey(writer, key, now))
      source.transact((writer) => {
        putKey(writer, key, now)
        appendEvents(writer, log, told[index] ?? [], now)
        signTail(writer, log, world.signer, formatHlc(now, 0))
      })
      return inBatches([...readSegmentsFrom(source.reader, log, 1)].map((segment) => segment.bytes))
    })
    const rawBatches = replays.map((batches) => batches.map((segments) => segments.flatMap((bytes) => decoded(bytes.slice()).events)))
    const pouches: Peer[] = []
    const hypercores: Peer[] = []
    for (let turn = 0; turn < options.turns; turn++) {
      pouches.push(await preparePouch(join(directory, `pouch-${turn}`), inThousands(told[2 * turn] ?? [])))
      hypercores.push(await prepareHypercore(join(directory, `hypercore-${turn}`), rawBatches[2 * turn] ?? []))
    }
    // The store here is warm from being filled; so is the process by a turn that does not count.
    const product = await prepareProduct(directory, options.turns + 1, 2 * count)
    await product.turn(options.turns)
    const accept = (batch: readonly FiledSegment[]): void =>
      store.transact((writer) => {
        for (const segment of batch) acceptSegment(writer, segment, world.ports.clock.now())
      })
    const verifier = createVerifier(world.publicKey)
    const [ours = 0, alone = 0, limit = 0, whole = 0, pouch = 0, hypercore = 0] = await raceAsync(
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
        { name: 'product', turn: product.turn },
        { name: 'PouchDB', turn: (turn) => replicated(pouches[turn], count) },
        { name: 'hypercore', turn: (turn) => replicated(hypercores[turn], count) },
      ],
      options.turns,
    )
    raw.close()
    await verifier.close()
    await product.close()
    for (const peer of [...pouches, ...hypercores]) await peer.close()
    const against = `raw INSERT of the same bytes, key only, FULL: ${round(limit)}/s`
    const sample = [createEvents(world, createLog(world), count)]
    const unit = 'events/s'
    const besides = (peer: number): string =>
      `The whole product, over HTTP with projections: ${round(whole / peer, 1)} times as quick as it.`
    return [
      {
        bench: 'replay',
        value: round(ours),
        unit,
        against,
        ratio: round(ours / limit, 2),
        goal: '>= 0.4',
        note: `Decoded, verified and read on a second thread while the first writes; on one thread ${round(alone)}/s, ratio ${round(alone / limit, 2)}. Of ${perEvent(1000, alone)} us an event on one thread (raw ${perEvent(1000, limit)}): ${costsOf(world, createLog(world), sample)}.`,
      },
      {
        bench: 'replay-product',
        value: round(whole),
        unit,
        against,
        ratio: round(whole / limit, 2),
        goal: '>= 0.4',
        note: `A master process with its writer and checker threads, a store that begins nearly empty, and 8 nodes that send at once, each proving itself first; filed, projected, durable and acknowledged. The nodes are on the same processors. ${round(product.bytesPerEvent)} bytes an event.`,
      },
      {
        bench: 'replay-pouchdb',
        value: round(ours),
        unit,
        against: `PouchDB 9, LevelDB on disk at both ends, documents of the same events: ${round(pouch)}/s`,
        ratio: round(ours / pouch, 1),
        goal: '>= 10',
        note: besides(pouch),
      },
      {
        bench: 'replay-hypercore',
        value: round(ours),
        unit,
        against: `hypercore 11, on disk at both ends, blocks of the same bytes: ${round(hypercore)}/s`,
        ratio: round(ours / hypercore, 1),
        goal: '>= 10',
        note: besides(hypercore),
      },
    ]
  })
}

/** Throws where not all of it came. */
async function replicated(peer: Peer | undefined, count: number): Promise<number> {
  const arrived = (await peer?.replicate()) ?? 0
  if (arrived !== count) throw new Error(`${arrived} of ${count} events came over.`)
  return arrived
}

function inThousands<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / 1000) }, (_, index) => all.slice(index * 1000, (index + 1) * 1000))
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

export const replayBenches: readonly Bench[] = [{ name: 'replay', run: replay }]
