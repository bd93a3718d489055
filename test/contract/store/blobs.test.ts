/** Content by its digest, on every kind of store: kept once, in pieces, for as long as an event refers to it. */
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../core/kernel/hex.ts'
import type { Writer } from '../../../core/kernel/reader.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { missingBlobs } from '../../../core/store/blob-references.ts'
import { blobSize, hasBlob, putBlob, readBlob, readBlobRange, streamBlob } from '../../../core/store/blobs.ts'
import { blobGraceMs, collectBlobs } from '../../../core/store/blobs-collect.ts'
import { openBlobPut, putBlobFrom } from '../../../core/store/blobs-incoming.ts'
import { blobLimits } from '../../../core/store/blobs-row.ts'
import { loadEngine } from '../../../core/store/engine.ts'
import { createEvents } from '../../../core/store/migrations/0010-create-events.ts'
import { migrations } from '../../../core/store/migrations/all.ts'
import { openStore, type Store } from '../../../core/store/open.ts'
import { stagePiece } from '../../../core/store/staged.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { crypto, encoded, signedSegments, testEvent, testOrigin } from '../../helpers/log/origin.ts'
import { openTestStore, putKeyOf, recordedAt, storeKinds, take, temporaryDirectory, testPorts } from '../../helpers/store/open.ts'
import { join } from 'node:path'

const node = testOrigin(1, 'bulk')
const text = (words: string): Uint8Array => new TextEncoder().encode(words)
const digestOf = (bytes: Uint8Array): string => toHex(crypto.sha256(bytes))
const absent = '00'.repeat(32)

/** Bytes that do not compress, the same for the same seed. */
function noise(length: number, seed: string): Uint8Array {
  const bytes = new Uint8Array(length)
  let block = crypto.sha256(text(seed))
  for (let at = 0; at < length; at += block.length) {
    bytes.set(block.subarray(0, length - at), at)
    block = crypto.sha256(block)
  }
  return bytes
}

function snapshot(seq: number, digests: readonly string[]) {
  const parts = digests.map((digest) => ({ name: 'software', digest, sizeBytes: 1 }))
  return { ...testEvent(node, seq), type: 'ibcf.snapshot.taken.v1', data: { parts, isAutonomous: false } }
}

function countOf(store: Store, digest: string): unknown {
  return store.reader.get<{ reference_count: number }>('SELECT reference_count FROM blobs WHERE lower(hex(sha256)) = ?', digest)
    ?.reference_count
}

const put = (store: Store, bytes: Uint8Array): string => store.transact((writer) => putBlob(writer, bytes))

/** Collects until there is nothing left to do, at an instant so long after now. */
function collect(store: Store, afterMs: number): void {
  for (let steps = 0; steps < 1000; steps++) if (store.transact((writer) => collectBlobs(writer, -afterMs)).done === 0) return
  throw new Error('Collecting does not end.')
}

describe.each(storeKinds)('blobs (%s)', (kind) => {
  it('[ST7] [ST30] are kept once under their digest and come back as they were', async () => {
    using store = await openTestStore(kind)
    const contents = [
      new Uint8Array(),
      text('a'),
      text('ab'.repeat(10_000)),
      noise(blobLimits.pieceBytes * 2, 'two'),
      noise(700_001, 'odd'),
    ]
    for (const bytes of contents) {
      const digest = put(store, bytes)
      expect(digest).toBe(digestOf(bytes))
      expect(put(store, bytes)).toBe(digest)
      expect(toHex(crypto.sha256(readBlob(store.reader, digest) ?? text('none')))).toBe(digest)
      expect(blobSize(store.reader, digest)).toBe(bytes.length)
    }
    expect(store.reader.get('SELECT count(*) AS count FROM blobs')).toEqual({ count: contents.length })
    expect(readBlob(store.reader, absent)).toBeUndefined()
    expect(hasBlob(store.reader, absent)).toBe(false)
  })

  it('[ST30] are compressed piece by piece where that helps', async () => {
    using store = await openTestStore(kind)
    put(store, text('ab'.repeat(blobLimits.pieceBytes)))
    put(store, text('a'))
    const rows = store.reader.all<{ encoding: string; kept: number }>(
      'SELECT encoding, length(bytes) AS kept FROM blob_pieces ORDER BY size',
    )
    expect(rows.map(({ encoding }) => encoding)).toEqual(['identity', 'zstd', 'zstd'])
    for (const { kept } of rows) expect(kept).toBeLessThan(200)
  })

  it('[ST30] are given in ranges, reading only the pieces that hold them', async () => {
    using store = await openTestStore(kind)
    const bytes = noise(blobLimits.pieceBytes * 3 + 17, 'range')
    const digest = put(store, bytes)
    const { pieceBytes } = blobLimits
    for (const [first, last] of [
      [0, 0],
      [5, 99],
      [pieceBytes - 1, pieceBytes],
      [pieceBytes, pieceBytes * 2 - 1],
      [3, bytes.length - 1],
      [bytes.length - 1, bytes.length + 50],
    ] as const) {
      expect(readBlobRange(store.reader, digest, first, last)).toEqual(bytes.slice(first, last + 1))
    }
    store.transact((writer) => writer.run(`UPDATE blob_pieces SET bytes = x'00' WHERE start = ?`, pieceBytes * 2))
    expect(readBlobRange(store.reader, digest, 0, pieceBytes * 2 - 1)?.length).toBe(pieceBytes * 2)
    expect(() => readBlobRange(store.reader, digest, 0, pieceBytes * 2)).toThrow(expect.objectContaining({ code: 'BLOB_DAMAGED' }))
    expect(readBlobRange(store.reader, absent, 0, 1)).toBeUndefined()
  })

  it.each([
    ['stored plain', text('short'), `UPDATE blob_pieces SET bytes = x'00'`],
    ['whose compressed bytes are no more', text('ab'.repeat(5000)), `UPDATE blob_pieces SET bytes = x'00112233'`],
    [
      'exchanged for another',
      text('ab'.repeat(5000)),
      `UPDATE blob_pieces SET (bytes, encoding, size, sha256) = (SELECT bytes, encoding, size, sha256 FROM blob_pieces WHERE size = 4)`,
    ],
    ['that lost a piece', noise(blobLimits.pieceBytes + 1, 'lost'), 'DELETE FROM blob_pieces WHERE start > 0'],
    ['that lost its beginning', noise(blobLimits.pieceBytes + 1, 'lost'), 'DELETE FROM blob_pieces WHERE start = 0 AND size > 4'],
  ])('[ST30] that changed on the disk are not handed out, and are named: one %s', async (_, bytes, damage) => {
    using store = await openTestStore(kind)
    put(store, text('four'))
    const digest = put(store, bytes)
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
    store.transact((writer) => writer.run(damage))
    const expected = expect.objectContaining({ kind: 'Corrupt', code: 'BLOB_DAMAGED', facts: { digest } })
    expect(() => readBlob(store.reader, digest)).toThrow(expected)
    const findings = (await verifyStore(store.reader, testPorts)).findings
    expect(findings).toContainEqual({ code: 'BLOB_DAMAGED', sentence: expect.stringContaining(digest.slice(0, 12)) })
  })

  it('[ST31] come in chunks of any size, within one transaction or over many', async () => {
    using store = await openTestStore(kind)
    const bytes = noise(5_000_003, 'chunks')
    const chunks = function* (size: number) {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    }
    const digest = digestOf(bytes)
    const whole = { kind: 'put', digest, sizeBytes: bytes.length }
    expect(store.transact((writer) => putBlobFrom(writer, chunks(70_001), absent))).toEqual({ ...whole, kind: 'differs' })
    expect(store.reader.all('SELECT 1 FROM blobs UNION ALL SELECT 1 FROM blob_pieces')).toEqual([])
    using incoming = openBlobPut(store, digest)
    for (const chunk of chunks(300_007)) incoming.write(chunk)
    expect(hasBlob(store.reader, digest)).toBe(false)
    expect(incoming.finish()).toEqual(whole)
    expect(readBlob(store.reader, digest)).toEqual(bytes)
    expect(store.transact((writer) => putBlobFrom(writer, chunks(9_999), digest))).toEqual(whole)
    expect(store.reader.get('SELECT count(*) AS count, (SELECT sum(size) FROM blob_pieces) AS bytes FROM blobs')).toEqual({
      count: 1,
      bytes: bytes.length,
    })
    expect([...(streamBlob(store.reader, digest)?.pieces ?? [])].every(({ length }) => length <= blobLimits.pieceBytes)).toBe(true)
  })

  it('[ST31] that were given up, or never finished, leave nothing in the end', async () => {
    using store = await openTestStore(kind)
    {
      using given = openBlobPut(store)
      given.write(noise(4_300_000, 'up'))
    }
    expect(store.reader.all('SELECT 1 FROM blobs UNION ALL SELECT 1 FROM blob_pieces')).toEqual([])
    const killed = openBlobPut(store)
    killed.write(noise(4_300_000, 'killed'))
    expect(store.reader.get('SELECT count(*) AS pieces FROM blob_pieces')).toEqual({ pieces: 16 })
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
    store.transact((writer) => collectBlobs(writer))
    expect(store.reader.get('SELECT count(*) AS pieces FROM blob_pieces')).toEqual({ pieces: 16 })
    collect(store, 1000)
    expect(store.reader.all('SELECT 1 FROM blobs UNION ALL SELECT 1 FROM blob_pieces')).toEqual([])
  })

  it('[ST32] know how many events refer to them, whoever stores the events, in whatever order and however often', async () => {
    using store = await openTestStore(kind)
    putKeyOf(store, node)
    const [first, second] = [text('first'), text('second')]
    const [one, two] = [digestOf(first), digestOf(second)]
    put(store, first)
    const events = [snapshot(1, [one, two, one]), snapshot(2, [one]), snapshot(3, []), snapshot(4, [two])]
    const segments = signedSegments(node, events.map(encoded), [2, 4])
    for (const index of [1, 0, 0, 1, 1, 0]) take(store, node, segments[index] ?? new Uint8Array())
    expect(countOf(store, one)).toBe(2)
    expect(missingBlobs(store.reader, 9)).toEqual([two])
    put(store, second)
    put(store, second)
    expect(countOf(store, two)).toBe(2)
    expect(missingBlobs(store.reader, 9)).toEqual([])
    store.transact((writer) =>
      appendEvents(writer, { ...node.log, lane: 'fact' }, [{ ...snapshot(9, [two]), seq: 9 } as never], recordedAt),
    )
    expect(countOf(store, two)).toBe(3)
    expect(() => store.transact((writer: Writer) => (appendEvents(writer, node.log, [snapshot(5, [one])], recordedAt), fail()))).toThrow(
      'fails',
    )
    expect(countOf(store, one)).toBe(2)
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
    store.transact((writer) => writer.run('UPDATE blobs SET reference_count = 7'))
    expect((await verifyStore(store.reader, testPorts)).findings.map(({ code }) => code)).toEqual([
      'BLOB_COUNT_DIFFERS',
      'BLOB_COUNT_DIFFERS',
    ])
  })

  it('[ST32] are not confused by what a stranger writes where digests belong', async () => {
    using store = await openTestStore(kind)
    const strange: readonly unknown[] = [null, 7, 'parts', { parts: 7 }, { parts: [null, 7, { digest: 7 }, { digest: 'AB'.repeat(32) }] }]
    const events = strange.map((data, index) => ({ ...testEvent(node, index + 1), type: 'ibcf.snapshot.taken.v1', data }))
    putKeyOf(store, node)
    take(
      store,
      node,
      signedSegments(
        node,
        events.map((event) => text(JSON.stringify(event))),
        [events.length],
      )[0] ?? new Uint8Array(),
    )
    expect(store.reader.all('SELECT * FROM blob_references')).toEqual([])
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  })

  it('[ST33] are let go a week after nothing referred to them, not while an event does nor while they are on their way', async () => {
    using store = await openTestStore(kind)
    const kept = put(store, text('kept'))
    const idle = put(store, noise(blobLimits.pieceBytes * 70, 'idle'))
    const arriving = put(store, text('arriving'))
    store.transact((writer) => appendEvents(writer, node.log, [snapshot(1, [kept])], recordedAt))
    store.transact((writer) => stagePiece(writer, { origin: node.origin, key: `blob:${arriving}`, offset: 0, total: 9, bytes: text('a') }))
    expect(store.transact((writer) => collectBlobs(writer, blobGraceMs))).toEqual({ kind: 'collected', done: 0 })
    collect(store, 1000)
    expect([kept, idle, arriving].map((digest) => hasBlob(store.reader, digest))).toEqual([true, false, true])
    expect(store.reader.get('SELECT count(*) AS pieces FROM blob_pieces')).toEqual({ pieces: 2 })
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  })
})

function fail(): never {
  throw new Error('It fails on purpose.')
}

describe('a file from before blobs lay in pieces', () => {
  it('[ST32] has its blobs and counts its events before anything is let go', async () => {
    using directory = temporaryDirectory()
    const bytes = text('from before')
    const digest = digestOf(bytes)
    {
      const until = migrations.filter(({ version }) => version <= 30)
      using store = await openStore({ directory: directory.path, mode: 'read-write', role: 'master', ports: testPorts }, until)
      store.transact((writer) => appendEvents(writer, node.log, [snapshot(1, [digest])], recordedAt))
    }
    // The tables as the first schema had them, in a file that holds the event.
    const database = (await loadEngine())(join(directory.path, 'store.sqlite'))
    const old = (await loadEngine())(':memory:')
    createEvents.up(old)
    const sqlOf = (name: string): string =>
      (old.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(name) as { readonly sql: string }).sql
    database.pragma('foreign_keys = OFF')
    for (const table of ['blob_pieces', 'blobs', 'blob_references', 'blob_counting']) database.exec(`DROP TABLE ${table}`)
    for (const table of ['blobs', 'blob_references']) database.exec(sqlOf(table))
    database.prepare('INSERT INTO blobs VALUES (1, ?, ?, ?, ?)').run(crypto.sha256(bytes), bytes.length, 'identity', bytes)
    database.prepare('INSERT INTO blobs VALUES (2, ?, 0, ?, ?)').run(crypto.sha256(new Uint8Array()), 'identity', new Uint8Array())
    database.pragma('user_version = 20')
    database.close()
    using store = await openStore({ directory: directory.path, mode: 'read-write', role: 'master', ports: testPorts })
    expect(readBlob(store.reader, digest)).toEqual(bytes)
    collect(store, 1000)
    expect(countOf(store, digest)).toBe(1)
    expect(hasBlob(store.reader, digest)).toBe(true)
    expect(hasBlob(store.reader, digestOf(new Uint8Array()))).toBe(false)
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  })
})
