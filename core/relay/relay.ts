/**
 * A relay: carries what nodes and masters say to each other, and keeps what is left with it while the next hop is away. It can be
 * stopped, carried to another place and started with other upstreams: everything it holds goes on. As a node of kind RELAY it has a
 * key of its own, enrols, observes and is heard like any other.
 */
import { createAgent } from '../agent/agent.ts'
import { createGatewayClient } from '../agent/gateway-client.ts'
import { loadIdentity } from '../agent/identity.ts'
import { createLinkMeter } from '../agent/link-meter.ts'
import { leftAnswer, relayLimits } from '../contract/relay-link.ts'
import type { GatewayRequest, GatewayResponse } from '../ingest/exchange.ts'
import { problemResponse } from '../ingest/problem.ts'
import type { Ports } from '../kernel/ports.ts'
import { answerAtRelay, type AtRelayParts } from './answer.ts'
import type { RelayConfig, RelayView } from './config.ts'
import { awayResponse, forward } from './forward.ts'
import { createHandingOn } from './hand-on.ts'
import { createOriginTables, keepLeft, nodesBehind, noteLetThrough } from './origins.ts'
import { createParcelTable, handOnParcels, heldParcels } from './parcels.ts'
import { createQueueTables, heldInAll, lossesInAll, noteTold, untoldLosses } from './queue.ts'
import { createUpstream } from './upstream.ts'
import { relayWorkload } from './workload.ts'

export type Relay = {
  /** Begins to be heard as a node, and to hand on what it holds every few seconds. */
  readonly start: () => void
  /** What is under way ends; what is held stays. The store stays open. */
  readonly stop: () => Promise<void>
  /** One request of a node, of another relay or of a master, and its answer. Never rejects. */
  readonly handle: (request: GatewayRequest) => Promise<GatewayResponse>
  /** One round: hand on what is held, fetch what masters left for nodes behind this relay, tell what was lost. */
  readonly pump: () => Promise<PumpOutcome>
  readonly view: () => RelayView
}

export type PumpOutcome = {
  readonly handedOn: number
  /** Why it ended early, a code; undefined when all that could go has gone. */
  readonly hindrance: string | undefined
  readonly leftFetched: number
}

/** Between two rounds while there is nothing to hand on, and after the next hop did not answer. */
const pumpEveryMs = 2000
/** What masters leave for nodes is asked for no more often than this, but for nodes that are new here. */
const askLeftEveryMs = 15_000
/** Requests that are under way at once: most of them are questions for commands, which are held open at the master and have no body. */
const mostUnderWay = 8192
/** And their bodies together. */
const mostBytesUnderWay = 64 * 1024 * 1024
/** Losses told in one event each; the rest with the next round. */
const toldAtOnce = 50

/** Throws what the store throws when it cannot be written, and Corrupt `IDENTITY_DAMAGED`. */
export function openRelay(ports: Ports, config: RelayConfig): Relay {
  const { store, upstreams, queueBytes } = config
  const { clock } = ports
  store.transact((writer) => {
    createQueueTables(writer)
    createOriginTables(writer)
    createParcelTable(writer)
  })
  const figures = (): Omit<RelayView, 'agent'> => ({
    relayId: identity.nodeId,
    isUpstreamHere: upstream.isHere(),
    via: agent.view().via,
    held: heldInAll(store.reader),
    parcels: heldParcels(store.reader),
    queueBytes,
    losses: lossesInAll(store.reader),
    forwarded: upstream.forwarded(),
    link: upstream.link(),
  })
  const [first, ...others] = upstreams
  if (first === undefined) throw new TypeError('A relay needs a next hop.')
  const agent = createAgent({
    ports,
    store,
    transport: first,
    otherTransports: others,
    workload: relayWorkload(config.workload, figures),
    config: config.agent,
    ...(config.changed === undefined ? {} : { changed: config.changed }),
  })
  // Made or read by the agent just now.
  const identity = loadIdentity(ports, config.agent.directory, agent.view().nodeId)
  const relayId = identity.nodeId
  const upstream = createUpstream(ports, upstreams, identity)
  const client = createGatewayClient(upstream.tries, clock, createLinkMeter(), config.agent.requestTimeoutMs)
  let isClosed = false
  const { handOn } = createHandingOn(store, client, clock, identity.publicKey, () => isClosed)
  const atRelay: AtRelayParts = { relayId, name: config.agent.name, identity, store, ports, queueBytes, upstream }
  let underWay = 0
  let bytesUnderWay = 0
  let askedLeftAt = Number.NEGATIVE_INFINITY
  const newcomers = new Set<string>()
  let round: Promise<PumpOutcome> | undefined
  let cancel: () => void = () => undefined

  const answer = async (request: GatewayRequest): Promise<GatewayResponse> => {
    const own = answerAtRelay(atRelay, request)
    if (own !== undefined) return own
    const { response, letThrough } = await forward(relayId, upstream, request)
    if (letThrough !== undefined) {
      store.transact((writer) => noteLetThrough(writer, letThrough.nodeId, letThrough.keyId, clock.now()))
      newcomers.add(letThrough.nodeId)
    }
    return response
  }
  const handle: Relay['handle'] = async (request) => {
    const sizeBytes = request.body.length
    if (isClosed || underWay >= mostUnderWay || bytesUnderWay + sizeBytes > mostBytesUnderWay) {
      const sentence = isClosed ? 'This relay is stopping.' : 'Too many requests are under way here; try again in a little while.'
      return problemResponse({ code: 'RELAY_BUSY', sentence, facts: { retryAfterSeconds: 2 } })
    }
    underWay++
    bytesUnderWay += sizeBytes
    try {
      return await answer(request)
    } catch (error) {
      ports.diagnostics.error('A relay could not deal with a request.', { error: String(error).slice(0, 500) })
      return awayResponse(relayId)
    } finally {
      underWay--
      bytesUnderWay -= sizeBytes
    }
  }

  /** For each node behind it: the latest that its master signed for it. */
  const fetchLeft = async (): Promise<number> => {
    const isDue = clock.monotonic() - askedLeftAt >= askLeftEveryMs
    const nodes = isDue ? nodesBehind(store.reader, clock.now()) : [...newcomers]
    if (nodes.length === 0) return 0
    let fetched = 0
    for (let at = 0; at < nodes.length && !isClosed; at += relayLimits.maxNodes) {
      const nodeIds = nodes.slice(at, at + relayLimits.maxNodes)
      const left = await client.ask(leftAnswer, { method: 'POST', path: '/v1/relay/left', json: { nodeIds } })
      if (left.kind !== 'ok') return fetched
      const asked = new Set(nodeIds)
      const own = left.value.left.filter(({ nodeId }) => asked.has(nodeId))
      store.transact((writer) => keepLeft(writer, own, queueBytes))
      for (const nodeId of nodeIds) newcomers.delete(nodeId)
      fetched += own.length
    }
    if (isDue) askedLeftAt = clock.monotonic()
    return fetched
  }
  /** Counted and told in one transaction: an event for each loss, and none twice. */
  const tellLosses = (): void => {
    const losses = untoldLosses(store.reader, toldAtOnce)
    if (losses.length === 0) return
    agent.record(
      losses.map((loss) => ({ type: 'ibcf.relay.overflowed.v1', data: { ...loss } })),
      (writer) => noteTold(writer, losses),
    )
  }
  let told: number | undefined
  const tellHeld = (): void => {
    const { items } = heldInAll(store.reader)
    if (items !== told) config.changed?.(agent.view())
    told = items
  }
  const runRound = async (): Promise<PumpOutcome> => {
    tellLosses()
    const { handedOn, hindrance } = await handOn()
    tellLosses()
    tellHeld()
    if (hindrance === undefined) await handOnParcels(store, client, () => isClosed)
    const leftFetched = hindrance === undefined ? await fetchLeft() : 0
    return { handedOn, hindrance, leftFetched }
  }
  const pump = (): Promise<PumpOutcome> =>
    (round ??= runRound().finally(() => {
      round = undefined
    }))
  const keepPumping = (): void => {
    if (isClosed) return
    cancel = ports.scheduler.after(pumpEveryMs, () => {
      pump()
        .catch((error: unknown) =>
          ports.diagnostics.error('A relay could not hand on what it holds.', { error: String(error).slice(0, 500) }),
        )
        .finally(keepPumping)
    })
  }

  return {
    handle,
    pump,
    start: () => {
      agent.start()
      keepPumping()
    },
    stop: async () => {
      isClosed = true
      cancel()
      await round?.catch(() => undefined)
      await agent.stop()
    },
    view: () => ({ agent: agent.view(), ...figures() }),
  }
}
