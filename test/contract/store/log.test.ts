/** The log verbs of the store, on every kind of store. */
import { describe, expect, it } from 'vitest'
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { toHex } from '../../../core/kernel/hex.ts'
import { bytesToUlid } from '../../../core/kernel/ids.ts'
import { extendHead, genesisHead } from '../../../core/log/chain.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import { decodeSegment, segmentTarget, verifySegment } from '../../../core/log/segment.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { readFrontier, readHead } from '../../../core/store/frontier.ts'
import { keysOfOrigin, putKey, readKey, revokeKey } from '../../../core/store/keys.ts'
import type { Store } from '../../../core/store/open.ts'
import { lastPosition, readEventById, readEventsAfter, readLogEvents, readSubjectEvents } from '../../../core/store/read-events.ts'
import { readSegmentsFrom, segmentAt } from '../../../core/store/read-segments.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import {
  crypto,
  encoded,
  hlcOf,
  segmentBetween,
  signedSegments,
  testEvent,
  testOrigin,
  ulidOf,
  verified,
  type TestOrigin,
} from '../../helpers/log/origin.ts'
import { openTestStore, putKeyOf, recordedAt, storeKinds, take, testPorts } from '../../helpers/store/open.ts'

const node = testOrigin(1)

function eventsOf(of: TestOrigin, from: number, to: number): readonly EventEnvelope[] {
  return Array.from({ length: to - from + 1 }, (_, index) => testEvent(of, from + index))
}

function append(store: Store, of: TestOrigin, from: number, to: number) {
  return store.transact((writer) => appendEvents(writer, of.log, eventsOf(of, from, to), recordedAt))
}

function sign(store: Store, of: TestOrigin) {
  return store.transact((writer) => signTail(writer, of.log, { keyId: of.keyId, privateKey: of.keyPair.privateKey }, hlcOf(9999)))
}

function seqs(events: readonly { readonly seq: number }[]): readonly number[] {
  return events.map(({ seq }) => seq)
}

describe.each(storeKinds)('a log in a store (%s)', (kind) => {
  it('[ST11] is numbered and chained as it is appended to', async () => {
    using store = await openTestStore(kind)
    expect(readHead(store.reader, node.log)).toBeUndefined()
    const stored = [...append(store, node, 1, 3), ...append(store, node, 4, 5)]
    expect(stored.map(({ position, seq, branch, event }) => ({ position, seq, branch, event }))).toEqual(
      eventsOf(node, 1, 5).map((event, index) => ({ position: index + 1, seq: index + 1, branch: 0, event })),
    )
    const head = eventsOf(node, 1, 5).reduce((reached, event) => extendHead(crypto, reached, encoded(event)), genesisHead(crypto, node.log))
    const held = readHead(store.reader, node.log)
    expect({ ...held, head: toHex(held?.head ?? new Uint8Array()) }).toEqual({ seq: 5, head: toHex(head), signedTo: 0 })
    expect(readFrontier(store.reader)).toEqual([{ log: formatLogId(node.log), branch: 0, seq: 5, head: toHex(head) }])
  })

  it('[ST11] hands out nothing unsigned, and after signing exactly what was appended', async () => {
    using store = await openTestStore(kind)
    putKeyOf(store, node)
    append(store, node, 1, 5)
    expect([...readSegmentsFrom(store.reader, node.log, 1)]).toEqual([])
    expect(sign(store, node)).toMatchObject({ from: 1, to: 5 })
    expect(sign(store, node)).toBeUndefined()
    append(store, node, 6, 7)
    expect([...readSegmentsFrom(store.reader, node.log, 1)]).toHaveLength(1)
    expect(sign(store, node)).toMatchObject({ from: 6, to: 7 })
    const segments = [...readSegmentsFrom(store.reader, node.log, 1)].map(({ bytes }) => verified(bytes))
    expect(segments.flatMap((segment) => segment.events.map(toHex))).toEqual(eventsOf(node, 1, 7).map((event) => toHex(encoded(event))))
    expect(segmentAt(store.reader, node.log, 6)).toMatchObject({ from: 6, to: 7 })
    expect(segmentAt(store.reader, node.log, 8)).toBeUndefined()
    expect(readHead(store.reader, node.log)?.signedTo).toBe(7)
  })

  it('[ST11] is cut into segments of at most 64 KiB, and an event larger than that stands alone', async () => {
    using store = await openTestStore(kind)
    putKeyOf(store, node)
    const sizes = [10_000, 30_000, 30_000, 100_000, 5, 60_000, 60_000]
    const events = sizes.map((size, index) => testEvent(node, index + 1, { pad: 'x'.repeat(size) }))
    store.transact((writer) => appendEvents(writer, node.log, events, recordedAt))
    expect(sign(store, node)).toMatchObject({ to: 7 })
    const segments = [...readSegmentsFrom(store.reader, node.log, 1)]
    expect(segments.map(({ from, to }) => [from, to])).toEqual([
      [1, 2],
      [3, 3],
      [4, 4],
      [5, 6],
      [7, 7],
    ])
    expect(segments.filter(({ bytes }) => bytes.length > segmentTarget.maxBytes).map(({ from }) => from)).toEqual([4])
    for (const { bytes } of segments) verified(bytes)
  })

  it('[ST11] altered on the disk before it was signed does not verify, in no part of it', async () => {
    using store = await openTestStore(kind)
    putKeyOf(store, node)
    append(store, node, 1, 3)
    sign(store, node)
    store.transact((writer) => {
      const events = [4, 5, 6, 7].map((seq) => testEvent(node, seq, { pad: 'x'.repeat(40_000) }))
      appendEvents(writer, node.log, events, recordedAt)
      writer.run('DROP TRIGGER runs_are_not_changed')
      writer.run(`UPDATE runs SET bytes = CAST(replace(CAST(bytes AS TEXT), '"seq":4,', '"seq":9,') AS BLOB) WHERE from_seq = 4`)
    })
    sign(store, node)
    const verdicts = [...readSegmentsFrom(store.reader, node.log, 1)].map(({ from, bytes }) => {
      const decoded = decodeSegment(bytes)
      const checked = decoded.ok ? verifySegment(crypto, node.keyPair.publicKey, decoded.value) : decoded
      return [from, checked.ok ? 'accepted' : checked.refusal.code]
    })
    expect(verdicts).toEqual([
      [1, 'accepted'],
      [4, 'SEGMENT_CHAIN_BROKEN'],
      [5, 'SEGMENT_CHAIN_BROKEN'],
      [6, 'SEGMENT_CHAIN_BROKEN'],
      [7, 'SEGMENT_CHAIN_BROKEN'],
    ])
    expect((await verifyStore(store.reader, testPorts)).findings.slice(0, 3)).toMatchObject([
      { code: 'TRIGGER_MISSING' },
      { code: 'CHAIN_BROKEN', seq: 4 },
      { code: 'EVENT_ALTERED', seq: 4, event: testEvent(node, 4).id },
    ])
  })

  it('[ST11] names the heads of other lanes in what it signs', async () => {
    using store = await openTestStore(kind)
    const control = testOrigin(1, 'control')
    putKeyOf(store, control)
    append(store, control, 1, 1)
    const lanes = { fact: { seq: 4, head: 'ab'.repeat(32) } }
    store.transact((writer) =>
      signTail(writer, control.log, { keyId: control.keyId, privateKey: control.keyPair.privateKey }, hlcOf(1), lanes),
    )
    const [segment] = [...readSegmentsFrom(store.reader, control.log, 1)]
    expect(verified(segment?.bytes ?? new Uint8Array()).header.lanes).toEqual(lanes)
  })

  it('[ST11] refuses to append what others could not read, and keeps nothing of the batch', async () => {
    using store = await openTestStore(kind)
    const wrong: readonly EventEnvelope[] = [
      { ...testEvent(node, 2), type: 'Reboot' },
      { ...testEvent(node, 2), source: `urn:ibcf:node:${ulidOf(9)}` },
      testEvent(node, 2, { text: 'ends\0here' }),
      testEvent(node, 2, { pad: 'x'.repeat(300_000) }),
    ]
    for (const event of wrong) {
      expect(() => store.transact((writer) => appendEvents(writer, node.log, [testEvent(node, 1), event], recordedAt))).toThrow(
        expect.objectContaining({ code: 'EVENT_UNREADABLE' }),
      )
    }
    expect(readFrontier(store.reader)).toEqual([])
    expect(seqs(append(store, node, 1, 1))).toEqual([1])
  })

  it('[ST12] is read by position, id, subject and log, in pages, with the bytes that were written', async () => {
    using store = await openTestStore(kind)
    const subject = ulidOf<EventEnvelope['subject']>(77)
    const about = (event: EventEnvelope): EventEnvelope =>
      Number(event.data['seq']) % 2 === 0
        ? { ...event, subject, type: Number(event.data['seq']) % 4 === 0 ? 'ibcf.alarm.raised.v1' : event.type }
        : event
    const events = eventsOf(node, 1, 10).map(about)
    store.transact((writer) => appendEvents(writer, node.log, events, recordedAt))
    const { reader } = store
    expect(lastPosition(reader)).toBe(10)
    expect(seqs(readEventsAfter(reader, 0, 4))).toEqual([1, 2, 3, 4])
    expect(seqs(readEventsAfter(reader, 8, 4))).toEqual([9, 10])
    expect(readEventsAfter(reader, 0, 10).map(({ bytes }) => toHex(bytes))).toEqual(events.map((event) => toHex(encoded(event))))
    expect(readEventById(reader, events[6]?.id ?? '')).toMatchObject({ seq: 7, recordedAt, event: events[6], log: node.log })
    expect(readEventById(reader, ulidOf(123))).toBeUndefined()
    expect(seqs(readSubjectEvents(reader, subject, { limit: 3 }))).toEqual([2, 4, 6])
    expect(seqs(readSubjectEvents(reader, subject, { limit: 2, order: 'newest' }))).toEqual([10, 8])
    expect(seqs(readSubjectEvents(reader, subject, { limit: 9, afterPosition: 2, beforePosition: 8 }))).toEqual([4, 6])
    expect(seqs(readSubjectEvents(reader, subject, { limit: 9, types: ['ibcf.alarm.raised.v1', 'ibcf.nothing.here.v1'] }))).toEqual([4, 8])
    expect(readSubjectEvents(reader, ulidOf(78), { limit: 3 })).toEqual([])
    expect(seqs(readLogEvents(reader, node.log, 3, 5))).toEqual([3, 4, 5])
    expect(readLogEvents(reader, testOrigin(2).log, 1, 5)).toEqual([])
    expect(readFrontier(reader, { origin: testOrigin(2).origin })).toEqual([])
    expect(readFrontier(reader, { origin: node.origin })).toHaveLength(1)
  })

  it('[LG5] of another origin is taken in once, however often it comes', async () => {
    using store = await openTestStore(kind)
    putKeyOf(store, node)
    const bytes = eventsOf(node, 1, 10).map(encoded)
    const [first = new Uint8Array(), second = new Uint8Array()] = signedSegments(node, bytes, [4, 10])
    expect(take(store, node, second)).toEqual({ kind: 'gap', expected: 1 })
    expect(take(store, node, first)).toMatchObject({ kind: 'stored', events: [{ seq: 1 }, { seq: 2 }, { seq: 3 }, { seq: 4 }] })
    expect(take(store, node, first)).toEqual({ kind: 'known' })
    const third = segmentBetween(node, bytes, 8, 10)
    expect(take(store, node, third)).toEqual({ kind: 'gap', expected: 5 })
    expect(take(store, node, segmentBetween(node, bytes, 3, 6))).toMatchObject({ kind: 'stored', events: [{ seq: 5 }, { seq: 6 }] })
    expect(take(store, node, second)).toMatchObject({ kind: 'stored', events: [{ seq: 7 }, { seq: 8 }, { seq: 9 }, { seq: 10 }] })
    expect(take(store, node, third)).toEqual({ kind: 'known' })
    expect(readLogEvents(store.reader, node.log, 1, 99).map((event) => toHex(event.bytes))).toEqual(bytes.map(toHex))
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  })

  it('[LG5] that was taken in can be handed on, also from the middle of overlapping segments', async () => {
    using store = await openTestStore(kind)
    using onward = await openTestStore(kind)
    putKeyOf(store, node)
    putKeyOf(onward, node)
    const bytes = eventsOf(node, 1, 10).map(encoded)
    for (const [from, to] of [
      [1, 4],
      [2, 6],
      [5, 10],
    ] as const)
      take(store, node, segmentBetween(node, bytes, from, to))
    expect([...readSegmentsFrom(store.reader, node.log, 6)].map(({ from, to }) => [from, to])).toEqual([
      [2, 6],
      [5, 10],
    ])
    for (const segment of readSegmentsFrom(store.reader, node.log, 1)) expect(take(onward, node, segment.bytes).kind).toBe('stored')
    expect(readFrontier(onward.reader)).toEqual(readFrontier(store.reader))
  })

  it('[LG6] that forks is held with all its branches, and every visit of the fork is answered as one', async () => {
    using store = await openTestStore(kind)
    putKeyOf(store, node)
    const honest = eventsOf(node, 1, 8).map(encoded)
    const cloned = [...honest.slice(0, 4), ...[5, 6, 7].map((seq) => encoded(testEvent(node, seq, { twin: true })))]
    take(store, node, segmentBetween(node, honest, 1, 8))
    const fork = segmentBetween(node, cloned, 3, 6)
    expect(take(store, node, fork)).toMatchObject({
      kind: 'forked',
      branch: 1,
      at: 5,
      events: [
        { seq: 5, branch: 1 },
        { seq: 6, branch: 1 },
      ],
    })
    expect(take(store, node, fork)).toEqual({ kind: 'forked', branch: 1, at: 5, events: [] })
    expect(take(store, node, segmentBetween(node, cloned, 6, 7))).toMatchObject({
      kind: 'forked',
      branch: 1,
      at: 5,
      events: [{ seq: 7, branch: 1 }],
    })
    expect(take(store, node, segmentBetween(node, honest, 5, 8))).toEqual({ kind: 'known' })
    expect(
      readFrontier(store.reader)
        .map(({ branch, seq }) => ({ branch, seq }))
        .toSorted((a, b) => a.branch - b.branch),
    ).toEqual([
      { branch: 0, seq: 8 },
      { branch: 1, seq: 7 },
    ])
    expect(readLogEvents(store.reader, node.log, 1, 99, 1).map((event) => toHex(event.bytes))).toEqual(cloned.map(toHex))
    expect(readLogEvents(store.reader, node.log, 1, 99).map((event) => toHex(event.bytes))).toEqual(honest.map(toHex))
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  })

  it('[LG6] that forks again on a branch is a tree, and hands each branch on whole', async () => {
    using store = await openTestStore(kind)
    using onward = await openTestStore(kind)
    putKeyOf(store, node)
    putKeyOf(onward, node)
    const twin = (bytes: readonly Uint8Array[], from: number, to: number, name: string): readonly Uint8Array[] => [
      ...bytes.slice(0, from - 1),
      ...Array.from({ length: to - from + 1 }, (_, index) => encoded(testEvent(node, from + index, { name }))),
    ]
    const honest = eventsOf(node, 1, 6).map(encoded)
    const second = twin(honest, 3, 7, 'second')
    const third = twin(second, 5, 8, 'third')
    const fourth = twin(second, 3, 4, 'fourth')
    for (const branch of [honest, second, third, fourth]) take(store, node, segmentBetween(node, branch, 1, branch.length))
    const tips = [honest, second, third, fourth].map((branch) =>
      readLogEvents(store.reader, node.log, 1, 99, [honest, second, third, fourth].indexOf(branch)),
    )
    expect(tips.map((events) => events.map(({ bytes }) => toHex(bytes)))).toEqual(
      [honest, second, third, fourth].map((branch) => branch.map(toHex)),
    )
    for (const branch of [3, 1, 2, 0])
      for (const segment of readSegmentsFrom(store.reader, node.log, 1, branch)) take(onward, node, segment.bytes)
    const heads = (of: Store): readonly string[] => readFrontier(of.reader).map(({ head }) => head)
    expect(heads(onward)).toEqual(heads(store))
    expect((await verifyStore(onward.reader, testPorts)).findings).toEqual([])
  })

  it('[LG7] keeps what it cannot read, among what it can', async () => {
    using store = await openTestStore(kind)
    putKeyOf(store, node)
    const stranger = testOrigin(2)
    const bytes = [encoded(testEvent(node, 1)), new Uint8Array([0xff, 0]), encoded(testEvent(stranger, 3)), encoded(testEvent(node, 4))]
    const answer = take(store, node, segmentBetween(node, bytes, 1, 4))
    expect(answer).toMatchObject({
      kind: 'stored',
      events: [{ event: testEvent(node, 1) }, { event: undefined }, { event: undefined }, { event: testEvent(node, 4) }],
    })
    expect(readEventsAfter(store.reader, 0, 9).map(({ event }) => event?.data['seq'])).toEqual([1, undefined, undefined, 4])
    expect(readLogEvents(store.reader, node.log, 1, 4).map((event) => toHex(event.bytes))).toEqual(bytes.map(toHex))
    expect(readSubjectEvents(store.reader, stranger.origin, { limit: 9 })).toEqual([])
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  })

  it('[ST13] is not stored under a key that is not held, nor is anything of it', async () => {
    using store = await openTestStore(kind)
    const segment = segmentBetween(node, eventsOf(node, 1, 3).map(encoded), 1, 3)
    expect(() => take(store, node, segment)).toThrow(expect.objectContaining({ kind: 'NotFound', code: 'KEY_NOT_HELD' }))
    expect(readFrontier(store.reader)).toEqual([])
    putKeyOf(store, node)
    expect(take(store, node, segment)).toMatchObject({ kind: 'stored', events: [{ position: 1 }, { position: 2 }, { position: 3 }] })
  })

  it('[ST13] is spoken for by the keys of its origin, each with its cuts once revoked', async () => {
    using store = await openTestStore(kind)
    const other = testOrigin(2)
    putKeyOf(store, node)
    putKeyOf(store, node)
    const key = { keyId: node.keyId, origin: node.origin, publicKey: node.keyPair.publicKey }
    expect(() => store.transact((writer) => putKey(writer, { ...key, origin: other.origin }, recordedAt))).toThrow(
      expect.objectContaining({ kind: 'Conflict', code: 'KEY_HELD_BY_ANOTHER', facts: { keyId: node.keyId, holder: node.origin } }),
    )
    const cuts = [{ log: formatLogId(node.log), seq: 4, head: 'ab'.repeat(32) }]
    store.transact((writer) => revokeKey(writer, node.keyId, cuts))
    const kept = readKey(store.reader, node.keyId)
    expect({ ...kept, publicKey: toHex(kept?.publicKey ?? new Uint8Array()) }).toEqual({
      ...key,
      publicKey: toHex(key.publicKey),
      isRevoked: true,
      cuts,
    })
    expect(keysOfOrigin(store.reader, node.origin).map(({ keyId }) => keyId)).toEqual([node.keyId])
    expect(keysOfOrigin(store.reader, other.origin)).toEqual([])
    expect(readKey(store.reader, 'ed25519:00')).toBeUndefined()
    expect(() => store.transact((writer) => revokeKey(writer, 'ed25519:00', []))).toThrow(expect.objectContaining({ code: 'KEY_NOT_HELD' }))
  })

  it('[ST3] is as it was when the transaction that touched it fails, names met in it included', async () => {
    using store = await openTestStore(kind)
    const subject = bytesToUlid<EventEnvelope['subject']>(new Uint8Array(16).fill(3))
    const event = { ...testEvent(node, 1), subject, type: 'ibcf.only.once.v1' }
    const failing = (): void =>
      store.transact((writer) => {
        appendEvents(writer, node.log, [event], recordedAt)
        throw new RangeError('power cut')
      })
    expect(failing).toThrow(RangeError)
    expect(readFrontier(store.reader)).toEqual([])
    expect(readSubjectEvents(store.reader, subject, { limit: 1 })).toEqual([])
    store.transact((writer) => appendEvents(writer, node.log, [event], recordedAt))
    expect(readSubjectEvents(store.reader, subject, { limit: 1, types: [event.type] })).toMatchObject([{ position: 1, seq: 1, event }])
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  })
})
