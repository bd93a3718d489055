/** What the store keeps beside logs, and how its transactions behave, on every kind of store. */
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../core/kernel/hex.ts'
import type { Writer } from '../../../core/kernel/reader.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { hasBlob, putBlob } from '../../../core/store/blobs.ts'
import { listEvidence, parkEvidence, timesParked } from '../../../core/store/evidence.ts'
import { lastPosition } from '../../../core/store/read-events.ts'
import { readSegmentsFrom } from '../../../core/store/read-segments.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { dropStaged, dropStagedOf, stagedBytes, stagedOffset, stagePiece, type Piece } from '../../../core/store/staged.ts'
import { crypto, hlcOf, testEvent, testOrigin } from '../../helpers/log/origin.ts'
import { openTestStore, putKeyOf, recordedAt, storeKinds } from '../../helpers/store/open.ts'

const node = testOrigin(1)
const text = (words: string): Uint8Array => new TextEncoder().encode(words)

describe.each(storeKinds)('pieces of a transfer (%s)', (kind) => {
  const whole = text('a segment on its way over a thin link')
  const piece = (offset: number, length: number, key: string = 'log:1-9'): Piece => ({
    origin: node.origin,
    key,
    offset,
    total: whole.length,
    bytes: whole.slice(offset, offset + length),
  })

  it('[ST8] are acknowledged as far as they reach without a gap, and give the whole in the end', async () => {
    using store = await openTestStore(kind)
    const stage = (next: Piece) => store.transact((writer) => stagePiece(writer, next))
    expect(stage(piece(0, 10))).toEqual({ kind: 'staged', offset: 10 })
    expect(stage(piece(20, 5))).toEqual({ kind: 'gap', expected: 10 })
    expect(stage(piece(0, 10))).toEqual({ kind: 'staged', offset: 10 })
    expect(stage(piece(5, 12))).toEqual({ kind: 'staged', offset: 17 })
    expect(stagedOffset(store.reader, node.origin, 'log:1-9')).toBe(17)
    expect(stagedOffset(store.reader, node.origin, 'log:10-12')).toBe(0)
    for (const again of [1, 2]) expect({ again, ...stage(piece(17, 99)) }).toEqual({ again, kind: 'complete', bytes: whole })
    store.transact((writer) => dropStaged(writer, node.origin, 'log:1-9'))
    expect(stagedBytes(store.reader, node.origin)).toBe(0)
    expect(stage(piece(17, 99))).toEqual({ kind: 'gap', expected: 0 })
  })

  it('[ST8] of a whole of another size begin anew', async () => {
    using store = await openTestStore(kind)
    const stage = (next: Piece) => store.transact((writer) => stagePiece(writer, next))
    stage(piece(0, 10))
    expect(stage({ ...piece(10, 5), total: 99 })).toEqual({ kind: 'gap', expected: 0 })
    expect(stage({ ...piece(0, 4), total: 4 })).toEqual({ kind: 'complete', bytes: whole.slice(0, 4) })
  })

  it('[ST8] do not fill the disk: each origin has its share, counted with what each piece costs', async () => {
    using store = await openTestStore(kind)
    const stage = (next: Piece) => store.transact((writer) => stagePiece(writer, next, 600))
    expect(stage(piece(0, 1))).toMatchObject({ kind: 'staged' })
    expect(stage(piece(1, 1))).toMatchObject({ kind: 'staged' })
    expect(stage(piece(2, 1))).toMatchObject({
      kind: 'refused',
      refusal: { code: 'STAGING_FULL', facts: { quotaBytes: 600, usedBytes: 514 } },
    })
    expect(stage(piece(1, 1))).toEqual({ kind: 'staged', offset: 2 })
    expect(stage({ ...piece(0, 1), origin: testOrigin(2).origin })).toMatchObject({ kind: 'staged' })
    store.transact((writer) => dropStagedOf(writer, node.origin))
    expect(stagedBytes(store.reader, node.origin)).toBe(0)
    expect(stagedBytes(store.reader, testOrigin(2).origin)).toBeGreaterThan(0)
  })

  it.each([
    ['outside of their whole', { offset: whole.length, bytes: text('x') }],
    ['before its beginning', { offset: -1 }],
    ['empty', { bytes: new Uint8Array() }],
    ['of a whole without a size', { total: Number.NaN }],
  ])('[ST8] are refused when they are %s', async (_, wrong) => {
    using store = await openTestStore(kind)
    const answer = store.transact((writer) => stagePiece(writer, { ...piece(0, 5), ...wrong }))
    expect(answer).toMatchObject({ kind: 'refused', refusal: { code: 'STAGING_MALFORMED' } })
    expect(stagedBytes(store.reader, node.origin)).toBe(0)
  })
})

describe.each(storeKinds)('evidence (%s)', (kind) => {
  const found = {
    origin: node.origin,
    log: 'l',
    from: 3,
    to: 9,
    code: 'SEGMENT_CHAIN_BROKEN',
    sentence: 'It was altered.',
    bytes: text('bad tail'),
    at: 5,
  }

  it('[ST9] is kept once with its reason, and counted when it comes again', async () => {
    using store = await openTestStore(kind)
    const park = (more: object) => store.transact((writer) => parkEvidence(writer, { ...found, ...more }))
    const number = park({})
    expect(timesParked(store.reader, number)).toBe(1)
    expect(park({ at: 8 })).toBe(number)
    expect(timesParked(store.reader, number)).toBe(2)
    const second = park({ bytes: text('another'), at: 9 })
    expect(second).not.toBe(number)
    const listed = listEvidence(store.reader, node.origin)
    expect(listed.map((item) => ({ ...item, bytes: toHex(item.bytes ?? text('')), sha256: toHex(item.sha256) }))).toMatchObject([
      { number: second, times: 1, bytes: toHex(text('another')) },
      {
        number,
        times: 2,
        firstAt: 5,
        lastAt: 8,
        from: 3,
        to: 9,
        log: 'l',
        code: found.code,
        sentence: found.sentence,
        sizeBytes: 8,
        sha256: toHex(crypto.sha256(found.bytes)),
      },
    ])
    expect(listEvidence(store.reader, testOrigin(2).origin)).toEqual([])
  })

  it('[ST9] does not fill the disk: past an origin’s share only the digest is kept', async () => {
    using store = await openTestStore(kind)
    const park = (words: string) => store.transact((writer) => parkEvidence(writer, { ...found, bytes: text(words) }, 10))
    park('12345678')
    park('too much')
    park('90')
    expect(listEvidence(store.reader, node.origin).map((item) => item.bytes?.length)).toEqual([2, undefined, 8])
  })

  it('[ST9] past a thousand pieces is counted with the last one', async () => {
    using store = await openTestStore(kind)
    const last = store.transact((writer) => {
      let number = 0
      for (let index = 0; index < 1005; index++) number = parkEvidence(writer, { ...found, bytes: text(`piece ${index}`) })
      return number
    })
    const [newest, ...others] = listEvidence(store.reader, node.origin)
    expect(others).toHaveLength(999)
    expect(newest).toMatchObject({ number: last, times: 6 })
  })
})

describe.each(storeKinds)('a transaction (%s)', (kind) => {
  it.each(["UPDATE runs SET bytes = x'00'", 'DELETE FROM runs', 'UPDATE segments SET to_seq = 2', 'DELETE FROM segments'])(
    '[ST2] cannot change or remove events and signed points: %s',
    async (sql) => {
      using store = await openTestStore(kind)
      putKeyOf(store, node)
      const signer = { keyId: node.keyId, privateKey: node.keyPair.privateKey }
      store.transact((writer) => [
        appendEvents(writer, node.log, [testEvent(node, 1)], recordedAt),
        signTail(writer, node.log, signer, hlcOf(1)),
      ])
      expect(() => store.transact((writer) => writer.run(sql))).toThrow('append-only')
      expect([...readSegmentsFrom(store.reader, node.log, 1)]).toHaveLength(1)
    },
  )

  it('[ST3] is done whole or not at all', async () => {
    using store = await openTestStore(kind)
    const half = (): void =>
      store.transact((writer) => {
        putBlob(writer, text('half'))
        writer.run('INSERT INTO no_such_table VALUES (1)')
      })
    expect(half).toThrow('no_such_table')
    expect(hasBlob(store.reader, toHex(crypto.sha256(text('half'))))).toBe(false)
    expect(store.transact(() => 'the next one works')).toBe('the next one works')
  })

  it('[ST3] cannot be begun inside another, nor wait', async () => {
    using store = await openTestStore(kind)
    const nested = (): unknown => store.transact(() => store.transact(() => 1))
    expect(nested).toThrow(expect.objectContaining({ kind: 'Bug', code: 'TRANSACTION_NESTED' }))
    const waiting = (): unknown => store.transact(async (writer: Writer) => putBlob(writer, text('later')))
    expect(waiting).toThrow(expect.objectContaining({ kind: 'Bug', code: 'TRANSACTION_ASYNC' }))
    expect(hasBlob(store.reader, toHex(crypto.sha256(text('later'))))).toBe(false)
  })

  it('[ST3] may read a table while it goes through it', async () => {
    using store = await openTestStore(kind)
    for (const seq of [1, 2, 3]) store.transact((writer) => appendEvents(writer, node.log, [testEvent(node, seq)], recordedAt))
    const sql = 'SELECT position FROM runs ORDER BY position'
    const pairs: string[] = []
    for (const outer of store.reader.iterate<{ position: number }>(sql)) {
      for (const inner of store.reader.iterate<{ position: number }>(sql)) pairs.push(`${outer.position}${inner.position}`)
    }
    expect(pairs).toEqual(['11', '12', '13', '21', '22', '23', '31', '32', '33'])
  })

  it('[ST4] that finds the disk full changes nothing; reading goes on, and writing once there is room', async () => {
    using store = await openTestStore(kind, { maxPages: 64 })
    let acknowledged = 0
    const fill = (): void => {
      for (;;) {
        store.transact((writer) =>
          appendEvents(writer, node.log, [testEvent(node, acknowledged + 1, { pad: 'x'.repeat(4000) })], recordedAt),
        )
        acknowledged++
      }
    }
    for (const attempt of [1, 2]) {
      expect(fill, `attempt ${attempt}`).toThrow(expect.objectContaining({ kind: 'Unavailable', code: 'STORE_FULL' }))
      expect(lastPosition(store.reader)).toBe(acknowledged)
    }
    expect(acknowledged).toBeGreaterThan(5)
    store.reader.all('PRAGMA max_page_count = 100000')
    const [next] = store.transact((writer) =>
      appendEvents(writer, node.log, [testEvent(node, acknowledged + 1, { pad: 'x'.repeat(4000) })], recordedAt),
    )
    expect(next).toMatchObject({ seq: acknowledged + 1, position: acknowledged + 1 })
  })
})
