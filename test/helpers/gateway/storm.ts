/**
 * A storm over HTTP against a master that is a process of its own: many nodes return at once, each as the reference node would - it proves
 * itself, waits out a 429 with a random addition, signs the lock, hands over, asks for the verdict - while others are heard as ever.
 */
import { readFileSync } from 'node:fs'
import { createPorts } from '../../../core/platform/ports.ts'
import { isAppError } from '../../../core/kernel/app-error.ts'
import { createHttpTransport } from '../../../core/platform/http-transport.ts'
import type { RequestId } from '../../../core/kernel/ids.ts'
import type { RunningMaster } from '../processes.ts'
import { complete, countersign, createFieldNode, enrol, heartbeat, type FieldNode, type OpenReturn, prove, upload } from './field-node.ts'
import type { Island } from './island.ts'
import { type Latency, latencyOf, type Seen, startOnlooker } from './onlooker.ts'

export type StormSize = {
  readonly returning: number
  readonly events: number
  readonly others: number
  readonly heartbeatEveryMs: number
  /** All the nodes are spread over so many, the first of which has half of those that return; one unless said. */
  readonly domains?: number
}

export type StormReport = {
  readonly tookMs: number
  readonly verdicts: Readonly<Record<string, number>>
  /** Answers by status and code, but 200. */
  readonly refusals: Readonly<Record<string, number>>
  /** What a console met meanwhile. */
  readonly console: Omit<Seen, 'mostWaiting' | 'mostOpen'>
  readonly heartbeats: Latency
  readonly mostWaiting: number
  readonly mostOpen: number
  readonly eventsPerSecond: number
  /** From the first time a node asked until its verdict, milliseconds. */
  readonly ended: Latency
  /** Until the half of a domain's nodes had their verdict, milliseconds, domain by domain. */
  readonly halfOfDomainMs: readonly number[]
  /** Resident memory of the master at its most, megabytes (10^6); null where the system does not tell. */
  readonly peakMb: number | null
}

/** Of what `Island` is to the words of the protocol, that which they use. */
export function connect(master: RunningMaster): {
  readonly island: Island
  readonly refusals: Map<string, number>
  readonly close: () => void
} {
  const ports = createPorts('storm', 'silent')
  const transport = createHttpTransport({ baseUrl: master.url, timeoutMs: 120_000, maxSockets: 256 })
  const refusals = new Map<string, number>()
  const pause = (ms: number): Promise<void> => new Promise((resolve) => void ports.scheduler.after(ms, resolve))
  /** All of these nodes have one address: what an open route takes from it in a second is waited for, as the reference node does. */
  const ask: Island['ask'] = async (request) => {
    const { method, path, headers = {}, body } = request
    const answer = await transport
      .request({ method: method as 'GET', path, headers, ...(body === undefined ? {} : { body }) })
      .catch((error: unknown): undefined => {
        if (!isAppError(error) || error.code !== 'LINK_DOWN') throw error
      })
    if (answer === undefined) {
      refusals.set('LINK_DOWN', (refusals.get('LINK_DOWN') ?? 0) + 1)
      await pause(1000 * (1 + ports.random.next()))
      return ask(request)
    }
    const json = JSON.parse(new TextDecoder().decode(answer.body) || 'null') as Record<string, unknown>
    if (answer.status < 300) return { ...answer, json }
    const refusal = `${answer.status} ${String(json['code'])}`
    refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1)
    if (json['code'] !== 'RATE_LIMITED') return { ...answer, json }
    await pause(Number(answer.headers['retry-after'] ?? 1) * 1000 * (1 + ports.random.next() / 2))
    return ask(request)
  }
  const island = { ports, ask, master: { identity: { masterId: master.masterId } } } as unknown as Island
  return { island, refusals, close: () => transport[Symbol.dispose]() }
}

export async function join(island: Island, master: RunningMaster, events: number, domainId?: string): Promise<FieldNode> {
  const node = await createFieldNode(island)
  const requestId = (await enrol(island, node)).json?.['requestId'] as RequestId
  await master.call('enrolment.approve', { requestId, activate: true, ...(domainId === undefined ? {} : { domainId }) })
  if (events > 0) {
    node.record('ibcf.connection.lost.v1', { since: new Date(island.ports.clock.now()).toISOString(), attempts: 3 })
    node.observe(events)
    node.sign()
  }
  return node
}

/** The operator has to be there. */
export async function storm(master: RunningMaster, size: StormSize, told: (line: string) => void = () => undefined): Promise<StormReport> {
  const { island, refusals, close } = connect(master)
  const domains = await domainsFor(master, size.domains ?? 1)
  const returning = await inTurns(size.returning, async (n) => {
    const domain = n % 2 === 0 || domains.length === 1 ? 0 : 1 + (((n - 1) / 2) % (domains.length - 1))
    return { node: await join(island, master, size.events, domains[domain]), domain }
  })
  const others = await inTurns(size.others, async (n) => {
    const node = await join(island, master, 0, domains[n % domains.length])
    const token = await attachAtLast(island, node)
    node.store[Symbol.dispose]()
    return token
  })
  told(`${size.returning} nodes with ${size.events} events each are ready, ${size.others} others are attached`)
  refusals.clear()

  const verdicts: Record<string, number> = {}
  const endedMs: number[] = []
  const endedByDomain: number[][] = domains.map(() => [])
  const heartbeats: number[] = []
  let isOver = false
  const pause = (ms: number): Promise<void> => new Promise((resolve) => void island.ports.scheduler.after(ms, resolve))
  const beating = others.map(async (token, at) => {
    await pause((at / Math.max(others.length, 1)) * size.heartbeatEveryMs)
    while (!isOver) {
      const began = performance.now()
      if ((await heartbeat(island, token)).status === 200) heartbeats.push(performance.now() - began)
      await pause(size.heartbeatEveryMs)
    }
  })
  const onlooker = startOnlooker({ directory: master.directory, url: master.url, everyMs: 250 })
  const began = performance.now()
  const comeBack = async ({ node, domain }: Returning): Promise<void> => {
    for (;;) {
      const answer = await prove(island, node, 'return')
      if (answer.status === 200) {
        const opened = answer.json as unknown as OpenReturn
        await countersign(island, node, opened)
        const refusal = await upload(island, node, opened)
        if (refusal !== undefined) throw new Error(`A piece was refused: ${JSON.stringify(refusal.json)}`)
        const verdict = String((await complete(island, node, opened)).json?.['verdict'])
        verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
        endedMs.push(performance.now() - began)
        endedByDomain[domain]?.push(performance.now() - began)
        if (endedMs.length % 100 === 0) told(`${endedMs.length} have returned after ${Math.round((performance.now() - began) / 1000)} s`)
        return
      }
      if (answer.status !== 429 && answer.json?.['code'] !== 'NONCE_UNKNOWN')
        throw new Error(`The return was refused: ${JSON.stringify(answer.json)}`)
      await pause(Number(answer.headers['retry-after'] ?? 1) * 1000 * (1 + island.ports.random.next() / 2))
    }
  }
  await Promise.all(returning.map(comeBack))
  const tookMs = performance.now() - began
  isOver = true
  const { mostWaiting, mostOpen, ...seen } = await onlooker.stop()
  await Promise.all(beating)
  close()
  for (const { node } of returning) node.store[Symbol.dispose]()
  return {
    tookMs,
    verdicts,
    refusals: Object.fromEntries(refusals),
    console: seen,
    heartbeats: latencyOf(heartbeats),
    mostWaiting,
    mostOpen,
    eventsPerSecond: (size.returning * size.events * 1000) / tookMs,
    ended: latencyOf(endedMs),
    halfOfDomainMs: endedByDomain.map((ends) => Math.round(latencyOf(ends).median)),
    peakMb: peakMb(master.pid),
  }
}

/** A proof whose answer was lost is spent; the next one counts. */
async function attachAtLast(island: Island, node: FieldNode): Promise<string> {
  for (;;) {
    const { status, json } = await prove(island, node, 'attach')
    if (status === 200) return String(json?.['token'])
    if (json?.['code'] !== 'NONCE_UNKNOWN') throw new Error(`Could not attach: ${JSON.stringify(json)}`)
  }
}

type Returning = { readonly node: FieldNode; readonly domain: number }

/** The root for the first, and others below it. */
async function domainsFor(master: RunningMaster, count: number): Promise<readonly string[]> {
  const { items } = await master.call<{ readonly items: readonly { readonly id: string }[] }>('domain.list')
  const root = items[0]?.id ?? ''
  const made: string[] = []
  for (let n = 1; n < count; n++) {
    const { domainId } = await master.call<{ readonly domainId: string }>('domain.create', {
      name: `Site ${n}`,
      parentId: root,
      level: 'LOCAL',
    })
    made.push(domainId)
  }
  return [root, ...made]
}

/** A few at a time: each waits mostly for the master's disk. */
async function inTurns<Made>(count: number, make: (n: number) => Promise<Made>): Promise<readonly Made[]> {
  const made: Made[] = []
  let next = 0
  const one = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) made[n] = await make(n)
  }
  await Promise.all(Array.from({ length: 16 }, one))
  return made
}

function peakMb(pid: number): number | null {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? null : Math.round((Number(kilobytes) * 1024) / 1e6)
  } catch {
    return null
  }
}
