/**
 * A storm over HTTP against a master that is a process of its own: many nodes return at once, each as the reference node would - it proves
 * itself, waits out a 429 with a random addition, signs the lock, hands over, asks for the verdict - while others are heard as ever.
 */
import { createPorts } from '../../../core/platform/ports.ts'
import { createHttpTransport } from '../../../core/platform/http-transport.ts'
import type { RequestId } from '../../../core/kernel/ids.ts'
import type { RunningMaster } from '../processes.ts'
import {
  attach,
  complete,
  countersign,
  createFieldNode,
  enrol,
  heartbeat,
  type FieldNode,
  type OpenReturn,
  prove,
  upload,
} from './field-node.ts'
import type { Island } from './island.ts'

export type StormSize = { readonly returning: number; readonly events: number; readonly others: number; readonly heartbeatEveryMs: number }

export type StormReport = {
  readonly tookMs: number
  readonly verdicts: Readonly<Record<string, number>>
  /** Answers by status, but 200. */
  readonly refusals: Readonly<Record<string, number>>
  /** How long a call of the console took meanwhile, the worst, milliseconds. */
  readonly slowestQueryMs: number
  readonly heartbeats: number
  readonly mostWaiting: number
  readonly eventsPerSecond: number
}

/** Of what `Island` is to the words of the protocol, that which they use. */
export function connect(master: RunningMaster): {
  readonly island: Island
  readonly statuses: Map<number, number>
  readonly close: () => void
} {
  const ports = createPorts('storm', 'silent')
  const transport = createHttpTransport({ baseUrl: master.url, timeoutMs: 120_000, maxSockets: 256 })
  const statuses = new Map<number, number>()
  const ask: Island['ask'] = async ({ method, path, headers = {}, body }) => {
    const answer = await transport.request({ method: method as 'GET', path, headers, ...(body === undefined ? {} : { body }) })
    if (answer.status >= 300) statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    return { ...answer, json: JSON.parse(new TextDecoder().decode(answer.body) || 'null') as Record<string, unknown> }
  }
  const island = { ports, ask, master: { identity: { masterId: master.masterId } } } as unknown as Island
  return { island, statuses, close: () => transport[Symbol.dispose]() }
}

export async function join(island: Island, master: RunningMaster, events: number): Promise<FieldNode> {
  const node = await createFieldNode(island)
  const requestId = (await enrol(island, node)).json?.['requestId'] as RequestId
  await master.call('enrolment.approve', { requestId, activate: true })
  if (events > 0) {
    node.record('ibcf.connection.lost.v1', { since: new Date(island.ports.clock.now()).toISOString(), attempts: 3 })
    node.observe(events)
    node.sign()
  }
  return node
}

/** The operator has to be there. */
export async function storm(master: RunningMaster, size: StormSize, told: (line: string) => void = () => undefined): Promise<StormReport> {
  const { island, statuses, close } = connect(master)
  const returning: FieldNode[] = []
  for (let n = 0; n < size.returning; n++) returning.push(await join(island, master, size.events))
  const others: string[] = []
  for (let n = 0; n < size.others; n++) others.push(await attach(island, await join(island, master, 0)))
  told(`${size.returning} nodes with ${size.events} events each are ready, ${size.others} others are attached`)
  statuses.clear()

  const verdicts: Record<string, number> = {}
  let isOver = false
  let heartbeats = 0
  let slowestQueryMs = 0
  let mostWaiting = 0
  const pause = (ms: number): Promise<void> => new Promise((resolve) => void island.ports.scheduler.after(ms, resolve))
  const beating = others.map(async (token, at) => {
    await pause((at / Math.max(others.length, 1)) * size.heartbeatEveryMs)
    while (!isOver) {
      if ((await heartbeat(island, token)).status === 200) heartbeats++
      await pause(size.heartbeatEveryMs)
    }
  })
  const watching = (async () => {
    while (!isOver) {
      const began = performance.now()
      const queue = await master.call<{ readonly waiting: number }>('session.queue', { limit: 10 })
      await master.call('fleet.overview')
      slowestQueryMs = Math.max(slowestQueryMs, performance.now() - began)
      mostWaiting = Math.max(mostWaiting, queue.waiting)
      await pause(250)
    }
  })()
  const comeBack = async (node: FieldNode): Promise<void> => {
    for (;;) {
      const answer = await prove(island, node, 'return')
      if (answer.status === 200) {
        const opened = answer.json as unknown as OpenReturn
        await countersign(island, node, opened)
        const refusal = await upload(island, node, opened)
        if (refusal !== undefined) throw new Error(`A piece was refused: ${JSON.stringify(refusal.json)}`)
        const verdict = String((await complete(island, node, opened)).json?.['verdict'])
        verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
        return
      }
      if (answer.status !== 429) throw new Error(`The return was refused: ${JSON.stringify(answer.json)}`)
      await pause(Number(answer.headers['retry-after'] ?? 1) * 1000 * (1 + island.ports.random.next() / 2))
    }
  }
  const began = performance.now()
  await Promise.all(returning.map(comeBack))
  const tookMs = performance.now() - began
  isOver = true
  await Promise.all([...beating, watching])
  close()
  for (const { store } of returning) store[Symbol.dispose]()
  return {
    tookMs,
    verdicts,
    refusals: Object.fromEntries([...statuses].map(([status, count]) => [String(status), count])),
    slowestQueryMs,
    heartbeats,
    mostWaiting,
    eventsPerSecond: (size.returning * size.events * 1000) / tookMs,
  }
}
