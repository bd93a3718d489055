/** Segments as they go, outside of a return. */
import { describe, expect, it } from 'vitest'
import { gatewayLimits } from '../../../core/contract/gateway/wire.ts'
import { stagingQuotaBytes } from '../../../core/ingest/segment-intake.ts'
import type { IncarnationId, NodeId } from '../../../core/kernel/ids.ts'
import { toHex } from '../../../core/kernel/hex.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import { decodeSegment, encodeSegment } from '../../../core/log/segment.ts'
import { listEvidence } from '../../../core/store/evidence.ts'
import { readFrontier, readHead } from '../../../core/store/frontier.ts'
import { readLogEvents, readSubjectEvents } from '../../../core/store/read-events.ts'
import { stagedBytes } from '../../../core/store/staged.ts'
import { encoded, segmentBetween, testEvent, type TestOrigin } from '../../helpers/log/origin.ts'
import {
  attach,
  createApproved,
  createFieldNode,
  cut,
  heartbeat,
  send,
  type FieldNode,
  type Piece,
} from '../../helpers/gateway/field-node.ts'
import { createIsland, type Island } from '../../helpers/gateway/island.ts'

const factLog = (node: FieldNode): string => formatLogId(node.logs.fact)

function only(pieces: readonly Piece[]): Piece {
  const [piece] = pieces
  if (piece === undefined || pieces.length !== 1) throw new Error(`expected one piece, not ${pieces.length}`)
  return piece
}

async function liveNode(island: Island, events = 5): Promise<{ node: FieldNode; token: string }> {
  const node = await createApproved(island)
  node.observe(events)
  node.sign()
  const token = await attach(island, node)
  return { node, token }
}

/** The same piece with its segment changed by `change`. */
function altered(island: Island, piece: Piece, change: (bytes: Uint8Array) => Uint8Array): Piece {
  const packed = island.ports.compression.zstd(change(island.ports.compression.unzstd(piece.bytes, gatewayLimits.maxSegmentBytes)))
  return { ...piece, bytes: packed, total: packed.length }
}

const flipLast = (bytes: Uint8Array): Uint8Array => bytes.with(bytes.length - 3, (bytes[bytes.length - 3] ?? 0) ^ 1)

describe('a segment', () => {
  it('[GW9] is stored before it is acknowledged, byte for byte, and its acceptance is told', async () => {
    using island = await createIsland()
    const { node, token } = await liveNode(island)
    const piece = only(node.pieces(factLog(node)))
    const answer = await send(island, token, piece)
    const head = readHead(island.master.store.reader, node.logs.fact)
    expect(answer).toMatchObject({
      status: 200,
      json: { offset: piece.total, isComplete: true, held: { log: factLog(node), seq: 5, head: toHex(head?.head ?? new Uint8Array()) } },
    })
    const bytes = (store: FieldNode['store']) => readLogEvents(store.reader, node.logs.fact, 1, 5).map((stored) => toHex(stored.bytes))
    expect(bytes(island.master.store)).toEqual(bytes(node.store))
    const types = readSubjectEvents(island.master.store.reader, node.id, { limit: 100 }).map(({ event }) => event?.type)
    expect(types).toContain('ibcf.segment.accepted.v1')
  })

  it('[GW9] comes in pieces; each is held durably, the same one gets the same answer, a gap what is expected', async () => {
    using island = await createIsland()
    const { node, token } = await liveNode(island, 80)
    const piece = only(node.pieces(factLog(node)))
    const pieces = cut(piece, Math.ceil(piece.total / 4))
    const [first, second, third, last] = pieces as [Piece, Piece, Piece, Piece]
    const ok = (offset: number) => ({ status: 200, json: { offset, isComplete: false, held: { seq: 0 } } })
    expect(await send(island, token, first)).toMatchObject(ok(second.offset))
    expect(await send(island, token, first)).toMatchObject(ok(second.offset))
    expect(await send(island, token, third)).toMatchObject({ status: 409, json: { code: 'PIECE_GAP', facts: { expected: second.offset } } })
    expect(await send(island, token, second)).toMatchObject(ok(third.offset))
    expect(await send(island, token, third)).toMatchObject(ok(last.offset))
    const done = await send(island, token, last)
    expect(done.json).toMatchObject({ offset: piece.total, isComplete: true, held: { seq: 80 } })
    // Its answer was lost: the last piece comes again although nothing is staged any more.
    expect((await send(island, token, last)).json).toEqual(done.json)
    expect((await send(island, token, piece)).json).toEqual(done.json)
    expect(stagedBytes(island.master.store.reader, node.id)).toBe(0)
  })

  it('[GW9] that does not follow what is held is SEGMENT_GAP with the seq to send from, and nothing is staged', async () => {
    using island = await createIsland()
    const { node, token } = await liveNode(island)
    node.observe(3)
    node.sign()
    const [first, second] = node.pieces(factLog(node)) as [Piece, Piece]
    for (const piece of [second, { ...second, bytes: second.bytes.subarray(0, 100) }]) {
      expect(await send(island, token, piece)).toMatchObject({ status: 409, json: { code: 'SEGMENT_GAP', facts: { expected: 1 } } })
    }
    expect(stagedBytes(island.master.store.reader, node.id)).toBe(0)
    expect((await send(island, token, first)).status).toBe(200)
    expect((await send(island, token, second)).json).toMatchObject({ isComplete: true, held: { seq: 8 } })
  })

  it("[GW9] is not begun by more transfers than a node's share; those given up make room", async () => {
    using island = await createIsland()
    const { node, token } = await liveNode(island)
    const bytes = new Uint8Array(gatewayLimits.maxPieceBytes)
    const total = gatewayLimits.maxSegmentBytes
    let expected: unknown
    let sent = 0
    for (let to = 1; expected === undefined; to++) {
      for (let offset = 0; offset < total - bytes.length && expected === undefined; offset += bytes.length) {
        const answer = await send(island, token, { log: factLog(node), from: 1, to, offset, total, bytes })
        sent += bytes.length
        if (answer.status !== 200) expected = answer.json?.['facts']
        await island.ports.advance(50)
        if (sent > 2 * stagingQuotaBytes) throw new Error('nothing was refused')
      }
    }
    expect(expected).toEqual({ expected: 0 })
    expect(island.refusals('STAGING_FULL')).toBe(1)
    expect((await send(island, token, only(node.pieces(factLog(node))))).status).toBe(200)
  })

  it('[GW10] that cannot be unpacked, or is a bomb, is asked for again and blamed on nobody', async () => {
    using island = await createIsland()
    const { node, token } = await liveNode(island)
    const piece = only(node.pieces(factLog(node)))
    const bomb = island.ports.compression.zstd(new Uint8Array(gatewayLimits.maxSegmentBytes + 1))
    for (const bytes of [bomb, new Uint8Array([1, 2, 3])]) {
      expect(await send(island, token, { ...piece, bytes, total: bytes.length })).toMatchObject({
        status: 422,
        json: { code: 'DECOMPRESSION_REFUSED' },
      })
    }
    expect(island.master.port.standing(node.id)?.phase).toBe('ACTIVE')
    expect(stagedBytes(island.master.store.reader, node.id)).toBe(0)
    expect((await send(island, token, piece)).status).toBe(200)
  })

  const bad: readonly {
    readonly what: string
    readonly code: string
    readonly change: (island: Island, piece: Piece, node: FieldNode) => Piece
  }[] = [
    { what: 'with an altered event', code: 'SEGMENT_CHAIN_BROKEN', change: (island, piece) => altered(island, piece, flipLast) },
    { what: 'with an altered header', code: 'SEGMENT_SIGNATURE_WRONG', change: (island, piece) => altered(island, piece, resigned) },
    {
      what: 'that ends early',
      code: 'SEGMENT_MALFORMED',
      change: (island, piece) => altered(island, piece, (bytes) => bytes.subarray(0, bytes.length - 1)),
    },
    {
      what: 'of a newer version',
      code: 'SEGMENT_VERSION_UNKNOWN',
      change: (island, piece) => altered(island, piece, (bytes) => bytes.with(4, 9)),
    },
    { what: 'that is another than it says', code: 'SEGMENT_MALFORMED', change: (_island, piece) => ({ ...piece, to: piece.to + 1 }) },
  ]

  it.each(bad)('[GW10] $what is $code: kept as evidence, told of once, its node quarantined, no other', async ({ code, change }) => {
    using island = await createIsland()
    const { node, token } = await liveNode(island)
    const other = await liveNode(island)
    expect((await send(island, token, only(node.pieces(factLog(node))))).status).toBe(200)
    node.observe(5)
    node.sign()
    const wrong = change(island, only(node.pieces(factLog(node), 6)), node)
    const refused = { status: 422, json: { code, facts: { log: factLog(node), from: 6 } } }
    expect(await send(island, token, wrong)).toMatchObject(refused)
    expect(await send(island, token, wrong)).toMatchObject(refused)
    const { reader } = island.master.store
    expect(listEvidence(reader, node.id)).toMatchObject([{ code, from: 6, times: 2 }])
    expect(
      readSubjectEvents(reader, node.id, { limit: 100, types: ['ibcf.evidence.parked.v1'] }).map(({ event }) => event?.data),
    ).toMatchObject([{ code, from: 6, log: factLog(node) }])
    expect(island.master.port.standing(node.id)).toMatchObject({ phase: 'QUARANTINED', mode: 'LIVE' })
    expect(readHead(reader, node.logs.fact)?.seq).toBe(5)
    expect(island.refusals(code)).toBe(2)
    expect((await send(island, other.token, only(other.node.pieces(factLog(other.node))))).status).toBe(200)
    expect(island.master.port.standing(other.node.id)?.phase).toBe('ACTIVE')
  })

  it("[GW10] of another node's log is SEGMENT_FOREIGN, by its label and by its header", async () => {
    using island = await createIsland()
    const { node, token } = await liveNode(island)
    const victim = await liveNode(island)
    const theirs = only(victim.node.pieces(factLog(victim.node)))
    expect(await send(island, token, theirs)).toMatchObject({ status: 403, json: { code: 'SEGMENT_FOREIGN' } })
    expect(await send(island, token, { ...theirs, log: factLog(node) })).toMatchObject({ status: 403, json: { code: 'SEGMENT_FOREIGN' } })
    expect(island.master.port.standing(node.id)?.phase).toBe('QUARANTINED')
    expect(island.master.port.standing(victim.node.id)?.phase).toBe('ACTIVE')
    expect(readHead(island.master.store.reader, victim.node.logs.fact)).toBeUndefined()
  })

  it('[GW10] [RT7] told in two ways is SEGMENT_FORKED: both are held, the node is quarantined', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    const clone = await createFieldNode(island, { id: node.id, key: node.key, incarnation: node.logs.fact.incarnation as IncarnationId })
    for (const machine of [node, clone]) {
      machine.observe(3)
      machine.sign()
    }
    const token = await attach(island, node)
    expect((await send(island, token, only(node.pieces(factLog(node))))).status).toBe(200)
    expect(await send(island, token, only(clone.pieces(factLog(clone))))).toMatchObject({
      status: 409,
      json: { code: 'SEGMENT_FORKED', facts: { at: 1 } },
    })
    expect(readFrontier(island.master.store.reader, { origin: node.id as NodeId }).map(({ branch, seq }) => ({ branch, seq }))).toEqual(
      expect.arrayContaining([
        { branch: 0, seq: 3 },
        { branch: 1, seq: 3 },
      ]),
    )
    expect(island.master.port.standing(node.id)?.phase).toBe('QUARANTINED')
  })

  it('[GW12] with events that are unknown or cannot be read is kept whole; they are counted', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    const origin: TestOrigin = { origin: node.id, keyPair: node.key, keyId: node.keyId, log: node.logs.fact }
    const events = [
      encoded({ ...testEvent(origin, 1), type: 'ibcf.future.thing.v7' }),
      new Uint8Array([0xff, 0x00]),
      encoded({ ...testEvent(origin, 3), time: '1970-01-01T00:00:00Z' }),
      encoded({ ...testEvent(origin, 4), data: { kind: 7 } }),
    ]
    const bytes = island.ports.compression.zstd(segmentBetween(origin, events, 1, 4))
    const piece: Piece = { log: factLog(node), from: 1, to: 4, offset: 0, total: bytes.length, bytes }
    expect((await send(island, await attach(island, node), piece)).json).toMatchObject({ isComplete: true, held: { seq: 4 } })
    expect(readLogEvents(island.master.store.reader, node.logs.fact, 1, 4).map((stored) => toHex(stored.bytes))).toEqual(events.map(toHex))
    expect(island.refusals('EVENT_TYPE_UNKNOWN')).toBe(1)
    expect(island.refusals('EVENT_UNREADABLE')).toBe(1)
    expect(island.master.port.standing(node.id)?.phase).toBe('ACTIVE')
  })

  it('[GW9] with a query that makes no sense is SCHEMA_MISMATCH', async () => {
    using island = await createIsland()
    const { node, token } = await liveNode(island)
    const piece = only(node.pieces(factLog(node)))
    const path = async (change: Partial<Piece>) => (await send(island, token, { ...piece, ...change })).json?.['code']
    expect(await path({ log: 'not a log' })).toBe('SCHEMA_MISMATCH')
    expect(await path({ from: 9 })).toBe('SCHEMA_MISMATCH')
    expect(await path({ total: gatewayLimits.maxSegmentBytes + 1 })).toBe('SCHEMA_MISMATCH')
    expect(await path({ offset: piece.total })).toBe('STAGING_MALFORMED')
    expect(await path({ offset: 1, bytes: piece.bytes.subarray(1) })).toBe('PIECE_GAP')
    expect(await path({ bytes: new Uint8Array() })).toBe('STAGING_MALFORMED')
    expect(await path({ bytes: new Uint8Array(gatewayLimits.maxPieceBytes + 1) })).toBe('BODY_TOO_LARGE')
  })
})

describe('a heartbeat', () => {
  it('[GW7] is presence: it moves the node, and writes no event but the assessment', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    const token = await attach(island, node)
    const answer = await heartbeat(island, token, { backlogMessages: 3 })
    expect(answer.json).toMatchObject({ mode: 'LIVE', phase: 'ACTIVE', instruction: 'none' })
    const before = readSubjectEvents(island.master.store.reader, node.id, { limit: 100 }).length
    for (let n = 0; n < 5; n++) await heartbeat(island, token)
    expect(readSubjectEvents(island.master.store.reader, node.id, { limit: 100 })).toHaveLength(before)
    expect(island.master.model.presence.of(node.id)?.backlogMessages).toBe(0)
  })

  it('[RT6] of a node that is AUTONOMOUS here tells it to return, and its segments and attachments too', async () => {
    using island = await createIsland()
    const { node, token } = await liveNode(island)
    await heartbeat(island, token)
    await island.ports.advance(3_000_000)
    expect((await heartbeat(island, token)).json).toMatchObject({ mode: 'AUTONOMOUS', instruction: 'return' })
    expect((await send(island, token, only(node.pieces(factLog(node))))).json).toMatchObject({ status: 409, code: 'RETURN_REQUIRED' })
    await expect(attach(island, node)).rejects.toThrow('RETURN_REQUIRED')
  })
})

/** A header that says something else, under the old signature. */
function resigned(bytes: Uint8Array): Uint8Array {
  const decoded = decodeSegment(bytes)
  if (!decoded.ok) throw new Error(decoded.refusal.sentence)
  const { events, signature, headerBytes } = decoded.value
  const text = new TextDecoder().decode(headerBytes).replace(/"signedAt":"0/, '"signedAt":"1')
  return encodeSegment({ headerBytes: new TextEncoder().encode(text), signature, events })
}
