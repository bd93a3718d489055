/** The side that has the events, of hypercore: a thread of its own that fills a core on disk, and replicates it to whoever connects. */
import { createServer, type AddressInfo } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import Hypercore from 'hypercore'

export type HypercoreSource = { readonly directory: string; readonly batches: readonly (readonly Uint8Array[])[] }
export type HypercoreOffer = { readonly key: Uint8Array; readonly port: number }

const { directory, batches } = workerData as HypercoreSource
const core = new Hypercore(directory)
await core.ready()
for (const batch of batches) await core.append(batch.map((bytes) => Buffer.from(bytes)))

const server = createServer((socket) => {
  const stream = core.replicate(false)
  // The other side ends by hanging up: that is no failure here.
  stream.on('error', () => undefined)
  socket.on('error', () => undefined)
  socket.pipe(stream).pipe(socket)
})
server.listen(0, '127.0.0.1', () => {
  const offer: HypercoreOffer = { key: core.key, port: (server.address() as AddressInfo).port }
  parentPort?.postMessage(offer)
})
