/**
 * Replay as it is in the field: a master that is a process of its own, with its writer and its checker in their threads, takes segments
 * over HTTP from several nodes at once; each sends the next when the last one is acknowledged. Taken in is filed, projected and durable.
 */
import { join as joinPath } from 'node:path'
import { attach, send, type FieldNode, type Piece } from '../helpers/gateway/field-node.ts'
import { connect, join } from '../helpers/gateway/storm.ts'
import { startMaster } from '../helpers/processes.ts'

export type ProductReplay = {
  /** What the nodes of this turn have to tell, all of it, until it is acknowledged; answers how many events that were. */
  readonly turn: (turn: number) => Promise<number>
  /** Of one event as it is stored, on average. */
  readonly bytesPerEvent: number
  readonly close: () => Promise<void>
}

/** At once. More than a few gain nothing on two processors. */
const nodesPerTurn = 8

type Sender = { readonly node: FieldNode; readonly pieces: readonly Piece[]; readonly events: number }

export async function prepareProduct(directory: string, turns: number, eventsPerTurn: number): Promise<ProductReplay> {
  const master = await startMaster(joinPath(directory, 'master'))
  await master.call('operator.create', { name: 'Ada', role: 'authority' })
  const { island, close } = connect(master)
  const senders: Sender[] = []
  for (let made = 0; made < turns * nodesPerTurn; made++) {
    const node = await join(island, master, Math.round(eventsPerTurn / nodesPerTurn))
    const heads = node.frontier()
    senders.push({
      node,
      pieces: heads.flatMap(({ log }) => node.pieces(log)),
      events: heads.reduce((sum, { seq }) => sum + seq, 0),
    })
  }
  const deliver = async ({ node, pieces, events }: Sender): Promise<number> => {
    const token = await attach(island, node)
    for (const piece of pieces) {
      const { status, json } = await send(island, token, piece)
      if (status !== 200) throw new Error(`A segment was refused: ${JSON.stringify(json)}`)
    }
    return events
  }
  const [first] = senders
  return {
    bytesPerEvent: first === undefined ? 0 : bytesPerEvent(island.ports.compression, first),
    turn: async (turn) => {
      const counts = await Promise.all(senders.slice(turn * nodesPerTurn, (turn + 1) * nodesPerTurn).map(deliver))
      return counts.reduce((sum, count) => sum + count, 0)
    },
    close: async () => {
      close()
      for (const { node } of senders) node.store[Symbol.dispose]()
      await master.stop()
    },
  }
}

function bytesPerEvent(
  compression: { readonly unzstd: (bytes: Uint8Array, most: number) => Uint8Array },
  { pieces, events }: Sender,
): number {
  return pieces.reduce((sum, { bytes }) => sum + compression.unzstd(bytes, 1 << 22).length, 0) / events
}
