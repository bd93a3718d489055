/** Events as nodes in contact bring them: so many a second through the gateway of a running master, signed, in segments, until told to stop. */
import { nodeEvents } from '../../core/fleet/node/node-events.ts'
import { formatLogId } from '../../core/log/log-id.ts'
import { attach, type FieldNode, send } from '../helpers/gateway/field-node.ts'
import { connect, join } from '../helpers/gateway/storm.ts'
import type { RunningMaster } from '../helpers/processes.ts'

export type LiveFeed = {
  readonly nodeIds: readonly string[]
  /** Ends it; answers how many were taken, in how long, and what was refused by status and code. */
  readonly stop: () => Promise<{ readonly events: number; readonly tookMs: number; readonly refusals: Readonly<Record<string, number>> }>
}

/** The operator has to be there. Every node sends once a second, spread over it. */
export async function startFeed(master: RunningMaster, eventsPerSecond: number, nodes: number, domainId: string): Promise<LiveFeed> {
  const { island, refusals, close } = connect(master)
  const joined: { readonly node: FieldNode; readonly token: string }[] = []
  for (let number = 0; number < nodes; number++) {
    const node = await join(island, master, 0, domainId)
    joined.push({ node, token: await attach(island, node) })
  }
  refusals.clear()
  const each = Math.max(1, Math.round(eventsPerSecond / nodes))
  const pause = (ms: number): Promise<void> => new Promise((resolve) => void island.ports.scheduler.after(ms, resolve))
  const began = performance.now()
  const { lane } = nodeEvents['ibcf.observation.recorded.v1']
  let events = 0
  let isOver = false
  const sending = joined.map(async ({ node, token }, at) => {
    await pause((at / nodes) * 1000)
    let held = 0
    for (let next = performance.now(); !isOver; ) {
      node.observe(each)
      node.sign()
      for (const piece of node.pieces(formatLogId(node.logs[lane]), held + 1)) {
        // A connection that breaks is a link that is down for a moment: the piece is sent again with the next ones.
        const answer = await send(island, token, piece).catch(() => undefined)
        if (answer === undefined) refusals.set('no answer', (refusals.get('no answer') ?? 0) + 1)
        if (answer?.status !== 200) break
        events += piece.to - held
        held = piece.to
      }
      next += 1000
      await pause(Math.max(0, next - performance.now()))
    }
    node.store[Symbol.dispose]()
  })
  return {
    nodeIds: joined.map(({ node }) => node.id),
    stop: async () => {
      const tookMs = performance.now() - began
      const taken = events
      isOver = true
      await Promise.all(sending)
      close()
      return { events: taken, tookMs, refusals: Object.fromEntries(refusals) }
    },
  }
}
