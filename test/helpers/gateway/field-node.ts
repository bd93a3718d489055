/** A node as the gateway sees one: its own key, its own store with real logs, and the words of the protocol one at a time. */
import { approveEnrolment } from '../../../core/app/acts/enrolments.ts'
import { statementTypes } from '../../../core/contract/gateway/statement.ts'
import { gatewayVersion } from '../../../core/contract/gateway/wire.ts'
import type { NodeEventData, NodeEventType } from '../../../core/fleet/node/node-events.ts'
import { nodeEvents } from '../../../core/fleet/node/node-events.ts'
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { fromBase64, toBase64, toHex } from '../../../core/kernel/hex.ts'
import { tickHlc, type Hlc } from '../../../core/kernel/hlc.ts'
import {
  createUlidSource,
  type EventId,
  type IncarnationId,
  type NodeId,
  type RequestId,
  type UlidSource,
} from '../../../core/kernel/ids.ts'
import type { KeyPair } from '../../../core/kernel/ports.ts'
import { keyIdOf, preAuthenticationEncoding } from '../../../core/log/dsse.ts'
import { formatLogId, type Lane, lanes, type LogId } from '../../../core/log/log-id.ts'
import type { SegmentHeader } from '../../../core/log/segment.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { readHead } from '../../../core/store/frontier.ts'
import { putKey } from '../../../core/store/keys.ts'
import { inMemory, openStore, type Store } from '../../../core/store/open.ts'
import { readSegmentsFrom } from '../../../core/store/read-segments.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import type { Answer, Island } from './island.ts'

export type Statement = { readonly document: string; readonly keyid: string; readonly signature: string }
export type Head = { readonly log: string; readonly seq: number; readonly head: string }
export type Piece = {
  readonly log: string
  readonly from: number
  readonly to: number
  readonly offset: number
  readonly total: number
  readonly bytes: Uint8Array
}
export type OpenReturn = {
  readonly sessionId: string
  readonly token: string
  readonly lock: Statement
  readonly missing: readonly { log: string; fromSeq: number; toSeq: number }[]
}

export type FieldNode = {
  readonly id: NodeId
  readonly keyId: string
  readonly key: KeyPair
  readonly store: Store
  readonly logs: Readonly<Record<Lane, LogId>>
  readonly newId: UlidSource
  readonly record: <Type extends NodeEventType>(type: Type, data: NodeEventData<Type>) => void
  /** Any envelope, for what an honest node would not write. */
  readonly recordRaw: (lane: Lane, changes: Partial<EventEnvelope>) => void
  readonly observe: (times: number) => void
  readonly sign: () => void
  /** Of the signed logs. */
  readonly frontier: () => readonly Head[]
  /** The segments that hold `fromSeq` and all after it, compressed, as one piece each. */
  readonly pieces: (log: string, fromSeq?: number) => readonly Piece[]
  readonly statement: (payloadType: string, document: unknown, key?: KeyPair) => Statement
}

export type NodeSettings = { readonly key?: KeyPair; readonly id?: NodeId; readonly incarnation?: IncarnationId }

export async function createFieldNode(island: Island, settings: NodeSettings = {}): Promise<FieldNode> {
  const { ports } = island
  const newId = createUlidSource(ports.clock, ports.random)
  const key = settings.key ?? ports.crypto.generateKeyPair()
  const id = settings.id ?? newId<NodeId>()
  const keyId = keyIdOf(ports.crypto, key.publicKey)
  const incarnation = settings.incarnation ?? newId<IncarnationId>()
  const store = await openStore({ directory: inMemory, mode: 'read-write', role: 'node', ports })
  store.transact((writer) => putKey(writer, { keyId, origin: id, publicKey: key.publicKey }, ports.clock.now()))
  const logOf = (lane: Lane): LogId => ({ origin: id, incarnation, lane, domain: '-' })
  const logs = { control: logOf('control'), fact: logOf('fact'), bulk: logOf('bulk') }
  let hlc: Hlc | undefined
  const recordRaw: FieldNode['recordRaw'] = (lane, changes) => {
    hlc = tickHlc(hlc, ports.clock.now())
    const event: EventEnvelope = {
      specversion: '1.0',
      id: newId<EventId>(),
      type: 'ibcf.observation.recorded.v1',
      source: `urn:ibcf:node:${id}`,
      subject: id as EventEnvelope['subject'],
      time: new Date(ports.clock.now()).toISOString(),
      hlc,
      data: {},
      ...changes,
    }
    store.transact((writer) => appendEvents(writer, logs[lane], [event], ports.clock.now()))
  }
  const record: FieldNode['record'] = (type, data) => recordRaw(nodeEvents[type].lane, { type, data })
  const headOf = (lane: Lane): Head | undefined => {
    const head = readHead(store.reader, logs[lane])
    return head === undefined ? undefined : { log: formatLogId(logs[lane]), seq: head.seq, head: toHex(head.head) }
  }
  return {
    id,
    keyId,
    key,
    store,
    logs,
    newId,
    record,
    recordRaw,
    observe: (times) => {
      for (let n = 0; n < times; n++)
        record('ibcf.observation.recorded.v1', { kind: 'machine', values: { n, note: toHex(ports.random.bytes(120)) }, isAutonomous: true })
    },
    sign: () =>
      store.transact((writer) => {
        const signer = { keyId, privateKey: key.privateKey }
        for (const lane of ['fact', 'bulk', 'control'] as const)
          signTail(writer, logs[lane], signer, tickHlc(hlc, ports.clock.now()), lane === 'control' ? otherLanes(headOf) : undefined)
      }),
    frontier: () => lanes.map(headOf).filter((head) => head !== undefined),
    pieces: (log, fromSeq = 1) => {
      const id = Object.values(logs).find((candidate) => formatLogId(candidate) === log) as LogId
      return [...readSegmentsFrom(store.reader, id, fromSeq)].map(({ from, to, bytes }) => {
        const packed = ports.compression.zstd(bytes)
        return { log, from, to, offset: 0, total: packed.length, bytes: packed }
      })
    },
    statement: (payloadType, document, signWith = key) => {
      const bytes = new TextEncoder().encode(JSON.stringify(document))
      const signature = ports.crypto.sign(signWith.privateKey, preAuthenticationEncoding(payloadType, bytes))
      return { document: toBase64(bytes), keyid: keyIdOf(ports.crypto, signWith.publicKey), signature: toBase64(signature) }
    },
  }
}

function otherLanes(headOf: (lane: Lane) => Head | undefined): NonNullable<SegmentHeader['lanes']> {
  const heads = (['fact', 'bulk'] as const).flatMap((lane) => {
    const head = headOf(lane)
    return head === undefined ? [] : [[lane, { seq: head.seq, head: head.head }] as const]
  })
  return Object.fromEntries(heads)
}

/** Cuts pieces smaller, as a thin link would. */
export function cut(piece: Piece, size: number): readonly Piece[] {
  const pieces: Piece[] = []
  for (let offset = 0; offset < piece.total; offset += size)
    pieces.push({ ...piece, offset, bytes: piece.bytes.subarray(offset, offset + size) })
  return pieces
}

export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

export function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` }
}

export function enrolmentOf(
  node: FieldNode,
  island: Island,
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    v: gatewayVersion,
    nodeId: node.id,
    name: 'Pump 7',
    kind: 'EDGE',
    tags: ['pump'],
    publicKey: toBase64(node.key.publicKey),
    contactEverySeconds: 10,
    autonomyBudgetSeconds: 3600,
    at: new Date(island.ports.clock.now()).toISOString(),
    ...changes,
  }
}

export async function enrol(island: Island, node: FieldNode, changes: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  return island.ask({
    method: 'POST',
    path: '/v1/enrol',
    body: json(node.statement(statementTypes.enrolment, enrolmentOf(node, island, changes))),
  })
}

export function approve(island: Island, enrolled: Answer, activate = true): void {
  approveEnrolment({ master: island.master, actor: island.operator }, { requestId: enrolled.json?.['requestId'] as RequestId, activate })
}

export async function createApproved(island: Island, settings: NodeSettings & { readonly activate?: boolean } = {}): Promise<FieldNode> {
  const node = await createFieldNode(island, settings)
  approve(island, await enrol(island, node), settings.activate ?? true)
  return node
}

export async function challenge(island: Island, node: FieldNode): Promise<string> {
  const answer = await island.ask({ method: 'POST', path: '/v1/challenge', body: json({ nodeId: node.id }) })
  return String(answer.json?.['nonce'])
}

export async function proofOf(
  island: Island,
  node: FieldNode,
  purpose: 'attach' | 'return',
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  return {
    v: 1,
    purpose,
    nodeId: node.id,
    masterId: island.master.identity.masterId,
    nonce: await challenge(island, node),
    frontier: node.frontier(),
    now: new Date(island.ports.clock.now()).toISOString(),
    ...changes,
  }
}

export async function prove(
  island: Island,
  node: FieldNode,
  purpose: 'attach' | 'return',
  changes: Readonly<Record<string, unknown>> = {},
  key?: KeyPair,
): Promise<Answer> {
  const proof = await proofOf(island, node, purpose, changes)
  return island.ask({ method: 'POST', path: `/v1/${purpose}`, body: json(node.statement(statementTypes.proof, proof, key)) })
}

export async function attach(island: Island, node: FieldNode): Promise<string> {
  const answer = await prove(island, node, 'attach')
  if (answer.status !== 200) throw new Error(`attach: ${JSON.stringify(answer.json)}`)
  return String(answer.json?.['token'])
}

export async function openReturn(island: Island, node: FieldNode): Promise<OpenReturn> {
  const answer = await prove(island, node, 'return')
  if (answer.status !== 200) throw new Error(`return: ${JSON.stringify(answer.json)}`)
  return answer.json as unknown as OpenReturn
}

export async function countersign(
  island: Island,
  node: FieldNode,
  { sessionId, token, lock }: OpenReturn,
  key: KeyPair = node.key,
): Promise<Answer> {
  const { ports } = island
  const signature = toBase64(ports.crypto.sign(key.privateKey, preAuthenticationEncoding(statementTypes.lock, fromBase64(lock.document))))
  return island.ask({
    method: 'POST',
    path: `/v1/return/${sessionId}/countersign`,
    headers: bearer(token),
    body: json({ keyid: node.keyId, signature }),
  })
}

export async function send(island: Island, token: string, piece: Piece): Promise<Answer> {
  const query = new URLSearchParams({
    log: piece.log,
    from: `${piece.from}`,
    to: `${piece.to}`,
    offset: `${piece.offset}`,
    total: `${piece.total}`,
  })
  return island.ask({ method: 'PUT', path: `/v1/segments?${query.toString()}`, headers: bearer(token), body: piece.bytes })
}

/** All that is missing, in the order that was asked for. Stops at the first refusal and answers it. */
export async function upload(island: Island, node: FieldNode, { token, missing }: OpenReturn): Promise<Answer | undefined> {
  for (const { log, fromSeq } of missing) {
    for (const piece of node.pieces(log, fromSeq)) {
      const answer = await send(island, token, piece)
      if (answer.status !== 200) return answer
    }
  }
  return undefined
}

export async function complete(island: Island, node: FieldNode, { sessionId, token }: OpenReturn): Promise<Answer> {
  return island.ask({
    method: 'POST',
    path: `/v1/return/${sessionId}/complete`,
    headers: bearer(token),
    body: json({ frontier: node.frontier() }),
  })
}

export async function heartbeat(island: Island, token: string, changes: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const body = {
    sentAt: new Date(island.ports.clock.now()).toISOString(),
    uptimeSeconds: 5,
    health: 'OK',
    version: '1.0.0',
    backlogMessages: 0,
    ...changes,
  }
  return island.ask({ method: 'POST', path: '/v1/heartbeat', headers: bearer(token), body: json(body) })
}

/** A node that was LIVE, lost its link, recorded `events` on its own and is AUTONOMOUS for the master. */
export async function createAway(island: Island, events: number): Promise<FieldNode> {
  const node = await createApproved(island)
  await heartbeat(island, await attach(island, node))
  await island.ports.advance(3_000_000)
  node.record('ibcf.connection.lost.v1', { since: new Date(island.ports.clock.now()).toISOString(), attempts: 3 })
  node.observe(events)
  node.sign()
  return node
}
