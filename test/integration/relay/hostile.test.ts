/** A relay that lies: it withholds, reorders, alters, repeats and makes up. Nothing of it has effect, and what it withholds shows. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDepositor } from '../../../core/agent/deposit.ts'
import { createGatewayClient } from '../../../core/agent/gateway-client.ts'
import { createGateways } from '../../../core/agent/gateways.ts'
import { loadIdentity } from '../../../core/agent/identity.ts'
import { createLinkMeter } from '../../../core/agent/link-meter.ts'
import type { TransportRequest } from '../../../core/kernel/ports.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { readEventsAfter } from '../../../core/store/read-events.ts'
import { segmentAt } from '../../../core/store/read-segments.ts'
import { createIsland, type Island, type IslandNode } from '../../helpers/agent/island.ts'
import { addRelay, joinBehind } from '../../helpers/relay/relays.ts'

let island: Island
beforeEach(async () => {
  island = await createIsland()
})
afterEach(() => island.close())

const refusalsOf = (code: string): number =>
  island
    .master()
    .model.refusals()
    .find((refusal) => refusal.code === code)?.count ?? 0
const phaseOf = (node: IslandNode): string | undefined => island.master().model.lifecycle(node.agent.view().nodeId)?.phase
const evidence = () =>
  readEventsAfter(island.master().model.reader, 0, 100_000).flatMap(({ event }) =>
    event?.type === 'ibcf.evidence.parked.v1' ? [event] : [],
  )
const isWhole = (node: IslandNode): boolean => {
  const { nodeId } = node.agent.view()
  const held = new Map(readFrontier(island.master().model.reader, { origin: nodeId }).map(({ log, seq }) => [log, seq]))
  return readFrontier(node.store.reader, { origin: nodeId }).every(({ log, seq }) => held.get(log) === seq)
}
const isPiece = ({ path, method }: TransportRequest): boolean => method === 'PUT' && path.startsWith('/v1/segments')

describe('a hostile relay', () => {
  it('[RY9] that alters what a node sends has it refused, and the node is neither blamed nor believed to have said it', async () => {
    const relay = await addRelay(island, [island.createLink()])
    const way = relay.way()
    const direct = island.createLink()
    const node = await joinBehind(island, way, {}, [direct])
    way.between = (request, next) => {
      if (!isPiece(request)) return next()
      const body = Uint8Array.from(request.body ?? [])
      body[body.length - 1] = (body.at(-1) ?? 0) ^ 1
      return relay.relay().handle({ ...request, remote: 'test', body })
    }
    node.workload.health = 'DEGRADED'
    await island.ports.advanceUntil(() => refusalsOf('REQUEST_UNPROVEN') > 0)
    // The node leaves that way alone, and is whole over the other one.
    await island.ports.advanceUntil(() => node.agent.view().via.length === 0 && node.agent.view().backlogMessages === 0)
    expect(isWhole(node)).toBe(true)
    expect(phaseOf(node)).not.toBe('QUARANTINED')
    expect(evidence()).toEqual([])
  })

  it('[RY9] cannot use the token it saw, nor send a request again, nor hide that it stands between', async () => {
    const up = island.createLink()
    const relay = await addRelay(island, [up])
    const way = relay.way()
    const node = await joinBehind(island, way)
    await island.ports.advanceUntil(() => way.asked.some(({ path }) => path === '/v1/heartbeat'))
    const seen = up.asked.findLast(({ path, headers }) => path === '/v1/heartbeat' && headers['ibcf-hops'] === relay.relayId)
    if (seen === undefined) throw new Error('No heartbeat was seen.')
    const direct = island.createLink()
    const send = async (request: TransportRequest): Promise<string> => {
      let code = ''
      void direct.request(request).then((answer) => {
        code = String((JSON.parse(new TextDecoder().decode(answer.body)) as { readonly code?: string }).code ?? answer.status)
      })
      await island.ports.advanceUntil(() => code !== '')
      return code
    }
    const { 'ibcf-hops': _hops, 'ibcf-proof': _proof, ...bare } = seen.headers
    expect(await send(seen)).toBe('REQUEST_UNPROVEN')
    expect(await send({ ...seen, headers: bare })).toBe('REQUEST_UNPROVEN')
    const forged = new TextEncoder().encode(new TextDecoder().decode(seen.body).replace(/"health":"[A-Z]+"/, '"health":"FAILED"'))
    expect(await send({ ...seen, body: forged })).toBe('REQUEST_UNPROVEN')
    // Its token is another one without what says that its requests are signed.
    const token = seen.headers['authorization']?.replace('Bearer p.', 'Bearer ') ?? ''
    expect(await send({ ...seen, headers: { ...bare, authorization: token } })).toBe('TOKEN_UNKNOWN')
    expect(node.agent.view().state).toBe('ATTACHED')
  })

  it('[RY17] that withholds a lane and says that it arrived is found out by what the node signs, and nothing is lost', async () => {
    const relay = await addRelay(island, [island.createLink()])
    const way = relay.way()
    const node = await joinBehind(island, way, { observeEverySeconds: 5 })
    let isLying = true
    way.between = async (request, next) => {
      if (!isLying || !isPiece(request) || !request.path.includes('%2Ffact%2F')) return next()
      const query = new URLSearchParams(request.path.split('?')[1])
      const held = { log: query.get('log'), seq: Number(query.get('to')), head: '0'.repeat(64) }
      const body = new TextEncoder().encode(JSON.stringify({ offset: Number(query.get('total')), isComplete: true, held }))
      return { status: 200, headers: { 'content-type': 'application/json' }, body }
    }
    await island.ports.advanceUntil(() => refusalsOf('LOG_WITHHELD') > 0)
    const [found] = evidence()
    expect(found).toMatchObject({ subject: relay.relayId, data: { code: 'LOG_WITHHELD' } })
    expect(String(found?.data['log'])).toContain('/fact/')
    isLying = false
    await island.ports.advanceUntil(() => isWhole(node))
    expect(phaseOf(node)).not.toBe('QUARANTINED')
  })

  it('[RY14] that hands on what was altered is held responsible itself, and the node is not', async () => {
    const { depositor, node, segment, relay } = await robbed()
    const bytes = Uint8Array.from(segment.bytes)
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1
    const answer = await settled(depositor({ ...segment, kind: 'segment', body: island.ports.compression.zstd(bytes) }))
    expect(answer).toMatchObject({ kind: 'problem', code: 'SEGMENT_CHAIN_BROKEN' })
    expect(evidence()).toMatchObject([{ subject: relay.relayId, data: { code: 'SEGMENT_CHAIN_BROKEN' } }])
    expect(phaseOf(node)).not.toBe('QUARANTINED')
    const genuine = await settled(depositor({ ...segment, kind: 'segment', body: island.ports.compression.zstd(segment.bytes) }))
    expect(genuine).toMatchObject({ kind: 'ok', value: { isComplete: true, heldBy: 'master' } })
    expect(await settled(depositor({ ...segment, kind: 'segment', body: island.ports.compression.zstd(segment.bytes) }))).toEqual(genuine)
  })

  it('[RY17] that hands on the later part and keeps the earlier one is told what is missing', async () => {
    const { depositor, node, segment } = await robbed()
    const log = parseLogId(segment.log)
    await island.ports.advanceUntil(() => segmentAt(node.store.reader, log, segment.to + 1) !== undefined)
    const later = segmentAt(node.store.reader, log, segment.to + 1)
    if (later === undefined) throw new Error('There is only one part.')
    const body = island.ports.compression.zstd(later.bytes)
    const answer = await settled(depositor({ kind: 'segment', key: segment.key, log: segment.log, from: later.from, to: later.to, body }))
    expect(answer).toMatchObject({ kind: 'problem', code: 'SEGMENT_GAP', facts: { expected: segment.from } })
  })

  it('[RY14] who is no relay, or signs with another key, hands on nothing', async () => {
    const { node, segment } = await robbed()
    const identity = loadIdentity(island.ports, 'node-1')
    expect(identity.nodeId).toBe(node.agent.view().nodeId)
    const body = island.ports.compression.zstd(segment.bytes)
    const asNode = await settled(depositorOf(identity, identity.publicKey)({ ...segment, kind: 'segment', body }))
    expect(asNode).toMatchObject({ kind: 'problem', code: 'NOT_A_RELAY' })
    const { privateKey } = island.ports.crypto.generateKeyPair()
    const forged = await settled(
      depositorOf({ nodeId: identity.nodeId, privateKey }, identity.publicKey)({ ...segment, kind: 'segment', body }),
    )
    expect(forged).toMatchObject({ kind: 'problem', code: 'REQUEST_UNPROVEN' })
  })

  /** What a relay does with its own key, and with what a node recorded that is not with the master. */
  async function robbed() {
    const relay = await addRelay(island, [island.createLink()])
    const way = relay.way()
    const node = await joinBehind(island, way, { observeEverySeconds: 5 })
    way.isUp = false
    node.workload.health = 'FAILED'
    const before = new Map(
      readFrontier(island.master().model.reader, { origin: node.agent.view().nodeId }).map(({ log, seq }) => [log, seq]),
    )
    const identity = loadIdentity(island.ports, 'node-1')
    await island.ports.advanceUntil(() =>
      readFrontier(node.store.reader, { origin: node.agent.view().nodeId }).some(
        ({ log, seq }) =>
          parseLogId(log).lane === 'fact' &&
          seq > (before.get(log) ?? 0) &&
          segmentAt(node.store.reader, parseLogId(log), (before.get(log) ?? 0) + 1) !== undefined,
      ),
    )
    const found = readFrontier(node.store.reader, { origin: node.agent.view().nodeId }).flatMap(({ log }) => {
      const segment = segmentAt(node.store.reader, parseLogId(log), (before.get(log) ?? 0) + 1)
      return segment === undefined || parseLogId(log).lane !== 'fact' ? [] : [{ log, ...segment, key: identity.publicKey }]
    })[0]
    if (found === undefined) throw new Error('Nothing was signed.')
    const name = relay.relay().view().agent
    return { relay, node, segment: found, depositor: depositorOf(relayIdentity(name.nodeId), identity.publicKey) }
  }

  function relayIdentity(relayId: string) {
    for (let number = 1; number < 100; number++) {
      if (island.ports.files.read(`relay-${number}/identity.json`) === undefined) continue
      const identity = loadIdentity(island.ports, `relay-${number}`)
      if (identity.nodeId === relayId) return identity
    }
    throw new Error('The relay has no identity.')
  }

  function depositorOf(signer: { readonly nodeId: string; readonly privateKey: Uint8Array }, ownKey: Uint8Array) {
    const { clock, crypto } = island.ports
    const way = createGateways({ clock, crypto, transports: [island.createLink()], signer })
    return createDepositor(createGatewayClient(way, clock, createLinkMeter(), 10_000), clock.monotonic, ownKey)
  }

  async function settled<Value>(promise: Promise<Value>): Promise<Value> {
    let value: { readonly it: Value } | undefined
    void promise.then((it) => {
      value = { it }
    })
    await island.ports.advanceUntil(() => value !== undefined)
    if (value === undefined) throw new Error('No answer came.')
    return value.it
  }
})
