/**
 * Others that carry data from one place to another where both are offline by turns, as they are installed: each takes the same events out
 * of a source on disk into a new copy on disk. Neither waits for the disk before it goes on, as the store here does, and neither files or
 * projects anything. PouchDB has both ends in one process, with no network between: it has no quicker way. Hypercore has its source in a
 * thread of its own behind a loopback socket, which is quicker than both in one thread.
 */
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import Hypercore from 'hypercore'
import leveldown from 'leveldown'
import LevelAdapter, { type LevelAdapterOptions } from 'pouchdb-adapter-leveldb-core'
import PouchDB from 'pouchdb-core'
import replication from 'pouchdb-replication'
import type { EventEnvelope } from '../../core/kernel/event.ts'
import type { HypercoreOffer, HypercoreSource } from './hypercore-source.ts'

export type Peer = {
  /** Replicates all of it; answers how many events arrived. Once. */
  readonly replicate: () => Promise<number>
  readonly close: () => Promise<void>
}

/** Its own adapter for LevelDB on disk, without what that brings along to move databases of PouchDB 1 and 2. */
function LevelOnDisk(this: unknown, options: LevelAdapterOptions, opened: () => void): void {
  LevelAdapter.call(this, { ...options, db: leveldown }, opened)
}
LevelOnDisk.valid = () => true
LevelOnDisk.use_prefix = false

PouchDB.plugin((pouch) => pouch.adapter('leveldb', LevelOnDisk, true)).plugin(replication)

/** Documents to a round trip: of 100 (its own choice), 1,000 and 5,000 the quickest, by far. */
const pouchBatch = 5000

/** An event is a document, its id the document's. */
export async function preparePouch(directory: string, batches: readonly (readonly EventEnvelope[])[]): Promise<Peer> {
  mkdirSync(directory, { recursive: true })
  const source = new PouchDB(join(directory, 'source'), { adapter: 'leveldb' })
  const target = new PouchDB(join(directory, 'target'), { adapter: 'leveldb' })
  for (const batch of batches) {
    const rows = await source.bulkDocs(batch.map(({ id, ...rest }) => ({ _id: id, ...rest })))
    const failed = rows.find(({ error }) => error !== undefined)
    if (failed !== undefined) throw new Error(`PouchDB did not take a document: ${JSON.stringify(failed)}`)
  }
  await target.info()
  return {
    replicate: async () => (await PouchDB.replicate(source, target, { batch_size: pouchBatch })).docs_written,
    close: async () => {
      await source.close()
      await target.close()
    },
  }
}

/** An event is a block, its bytes as they are in a log. */
export async function prepareHypercore(directory: string, batches: readonly (readonly Uint8Array[])[]): Promise<Peer> {
  mkdirSync(directory, { recursive: true })
  const workerData: HypercoreSource = { directory: join(directory, 'source'), batches }
  const worker = new Worker(new URL('hypercore-source.ts', import.meta.url), { workerData })
  const [{ key, port }] = (await once(worker, 'message')) as [HypercoreOffer]
  const target = new Hypercore(join(directory, 'target'), Buffer.from(key))
  await target.ready()
  const count = batches.reduce((sum, batch) => sum + batch.length, 0)
  return {
    replicate: async () => {
      const socket = connect(port, '127.0.0.1')
      const stream = target.replicate(true)
      const failed = Promise.race([once(socket, 'error'), once(stream, 'error')])
      socket.pipe(stream).pipe(socket)
      const done = target.download({ start: 0, end: count }).done()
      await Promise.race([done, failed.then(([error]) => Promise.reject(error as Error))])
      stream.on('error', () => undefined)
      stream.destroy()
      socket.destroy()
      return target.contiguousLength
    },
    close: async () => {
      await target.close()
      await worker.terminate()
    },
  }
}
