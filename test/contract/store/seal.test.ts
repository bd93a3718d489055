/** Bulk that is sealed into archives: what stays, what goes, and what is proven with and without the archive. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../core/kernel/hex.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import { fingerprintOf } from '../../../core/log/fingerprint.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { mergeIndexes } from '../../../core/store/event-index.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { openStore, type Store } from '../../../core/store/open.ts'
import { readEventById, readEventsAfter, readLogEvents, readSubjectEvents } from '../../../core/store/read-events.ts'
import { readSegmentsFrom, segmentAt } from '../../../core/store/read-segments.ts'
import { finishSeals, sealBulk, sealOldBulk } from '../../../core/store/seal-bulk.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { crypto, encoded, hlcOf, segmentBetween, testEvent, testOrigin } from '../../helpers/log/origin.ts'
import { openTestStore, putKeyOf, recordedAt, take, temporaryDirectory, testPorts } from '../../helpers/store/open.ts'
import { alterRun, tamper, turnDigit } from '../../helpers/store/tamper.ts'

const bulk = testOrigin(1, 'bulk')
const fact = testOrigin(1, 'fact')
const options = (directory: string) => ({ directory, mode: 'read-write', role: 'master', ports: testPorts }) as const

/** Of the bulk log `from`..`to` in signed batches of fifty, each recorded a day after the one before. */
function fill(store: Store, from: number, to: number): void {
  for (let start = from; start <= to; start += 50) {
    const events = Array.from({ length: Math.min(50, to - start + 1) }, (_, index) =>
      testEvent(bulk, start + index, { pad: 'x'.repeat(3000) }),
    )
    store.transact((writer) => {
      appendEvents(writer, bulk.log, events, recordedAt + start * day)
      signTail(writer, bulk.log, { keyId: bulk.keyId, privateKey: bulk.keyPair.privateKey }, hlcOf(start))
    })
  }
}

const day = 86_400_000

type Contents = {
  readonly events: readonly string[]
  readonly segments: readonly string[]
  readonly about: readonly number[]
  readonly fingerprint: string
}

function contentsOf({ reader }: Store): Contents {
  const bytesOf = (bytes: Uint8Array): string => toHex(crypto.sha256(bytes))
  return {
    events: [...readEventsAfter(reader, 0, 999), ...readLogEvents(reader, bulk.log, 1, 999)].map(
      ({ position, bytes }) => `${position} ${bytesOf(bytes)}`,
    ),
    segments: [...readSegmentsFrom(reader, bulk.log, 1)].map(({ bytes }) => bytesOf(bytes)),
    about: readSubjectEvents(reader, bulk.origin, { limit: 999 }).map(({ position }) => position),
    fingerprint: fingerprintOf(crypto, 'all', readFrontier(reader)).hex,
  }
}

async function filled(directory: string): Promise<Store> {
  const store = await openStore(options(directory))
  putKeyOf(store, bulk)
  store.transact((writer) => appendEvents(writer, fact.log, [testEvent(fact, 1)], recordedAt))
  fill(store, 1, 200)
  store.transact(mergeIndexes)
  store.transact((writer) => appendEvents(writer, bulk.log, [testEvent(bulk, 201)], recordedAt + 201 * day))
  return store
}

describe('bulk that is sealed', () => {
  it('[ST16] reads as before, bytes, positions, segments and fingerprint, while its archive is here', async () => {
    using directory = temporaryDirectory()
    using store = await filled(directory.path)
    const before = contentsOf(store)
    const pages = (): number => Number(store.reader.get('PRAGMA freelist_count')?.['freelist_count'])
    const free = pages()
    expect(sealBulk(store, bulk.log, { upTo: 120 }, 5)).toMatchObject({ log: formatLogId(bulk.log), from: 1, to: 100 })
    expect(sealBulk(store, bulk.log, { upTo: 120 }, 5)).toBeUndefined()
    expect(sealBulk(store, bulk.log, {}, 6)).toMatchObject({ from: 101, to: 200 })
    expect(store.reader.get('SELECT sum(length(bytes)) AS kept FROM runs WHERE log = 2 AND from_seq <= 200')).toEqual({ kept: 0 })
    expect(pages()).toBeGreaterThan(free + 100)
    expect(contentsOf(store)).toEqual(before)
    expect(await verifyStore(store.reader, testPorts)).toMatchObject({ ok: true, events: 202, fromSealedPoint: 0, findings: [] })
    const size = Number(store.reader.get('PRAGMA page_count')?.['page_count'])
    fill(store, 202, 300)
    expect(Number(store.reader.get('PRAGMA page_count')?.['page_count'])).toBeLessThanOrEqual(size + 4)
    expect(readdirSync(join(directory.path, 'archive'))).toHaveLength(2)
  })

  it('[ST17] is refused in words where its archive is not here, and everything else goes on', async () => {
    using directory = temporaryDirectory()
    using store = await filled(directory.path)
    const segment = segmentAt(store.reader, bulk.log, 60)
    const sealed = sealBulk(store, bulk.log, { upTo: 150 }, 5)
    renameSync(join(directory.path, 'archive'), join(directory.path, 'taken-away'))
    using again = await openStore(options(directory.path))
    const missing = expect.objectContaining({ kind: 'Unavailable', code: 'ARCHIVE_MISSING', facts: { file: sealed?.file } }) as Error
    for (const read of [
      () => readLogEvents(again.reader, bulk.log, 40, 60),
      () => segmentAt(again.reader, bulk.log, 60),
      () => readEventById(again.reader, testEvent(bulk, 60).id),
      () => readSubjectEvents(again.reader, bulk.origin, { limit: 9 }),
      () => readEventsAfter(again.reader, 0, 99),
    ])
      expect(read).toThrow(missing)
    expect(readEventsAfter(again.reader, 0, 999, { isMissingSkipped: true }).map(({ seq }) => seq)).toEqual([
      1,
      ...Array.from({ length: 51 }, (_, index) => 151 + index),
    ])
    expect(readLogEvents(again.reader, bulk.log, 151, 200)).toHaveLength(50)
    expect(again.reader.all('SELECT 1 FROM heads')).toHaveLength(2)
    // Known by its signed point: nothing of it has to be read.
    expect(take(again, bulk, segment?.bytes ?? new Uint8Array())).toEqual({ kind: 'known' })
    fill(again, 202, 250)
    const verified = await verifyStore(again.reader, testPorts)
    expect(verified).toMatchObject({ ok: true, fromSealedPoint: 150, findings: [] })
    renameSync(join(directory.path, 'taken-away'), join(directory.path, 'archive'))
    expect(await verifyStore(again.reader, testPorts)).toMatchObject({ ok: true, fromSealedPoint: 0, findings: [] })
  })

  it('[ST17] whose archive or seal was altered is found out', async () => {
    using directory = temporaryDirectory()
    using store = await filled(directory.path)
    const sealed = sealBulk(store, bulk.log, { upTo: 150 }, 5)
    const path = join(directory.path, 'archive', sealed?.file ?? '')
    const whole = readFileSync(path)
    const altered = Buffer.from(whole)
    altered[100] = (altered[100] ?? 0) ^ 1
    for (const bytes of [altered, whole.subarray(0, 200)]) {
      writeFileSync(path, bytes)
      using again = await openStore(options(directory.path))
      expect((await verifyStore(again.reader, testPorts)).findings[0]).toMatchObject({
        code: 'ARCHIVE_DAMAGED',
        log: formatLogId(bulk.log),
        seq: 1,
      })
      expect(() => readLogEvents(again.reader, bulk.log, 1, 2)).toThrow(
        expect.objectContaining({ kind: 'Corrupt', code: 'ARCHIVE_DAMAGED' }),
      )
    }
    renameSync(path, `${path}.away`)
    for (const [how, code] of [
      ['UPDATE seals SET head = zeroblob(32)', 'CHAIN_BROKEN'],
      ['UPDATE seals SET prev = zeroblob(32)', 'SEAL_DIFFERS'],
      ['UPDATE seals SET to_seq = 149', 'EVENT_MISSING'],
    ] as const) {
      using copy = temporaryDirectory()
      store.reader.get('PRAGMA wal_checkpoint(TRUNCATE)')
      writeFileSync(join(copy.path, 'store.sqlite'), readFileSync(join(directory.path, 'store.sqlite')))
      tamper(copy.path, (sql) => sql.exec(how))
      using read = await openStore(options(copy.path))
      expect(
        (await verifyStore(read.reader, testPorts)).findings.map((finding) => finding.code),
        how,
      ).toContain(code)
    }
  })

  it('[ST16] is only what was recorded long enough ago, of bulk logs that did not fork', async () => {
    using directory = temporaryDirectory()
    using store = await filled(directory.path)
    expect(sealOldBulk(store, 30 * day, recordedAt + 131 * day)).toMatchObject([{ from: 1, to: 100 }])
    expect(sealOldBulk(store, 30 * day, recordedAt + 131 * day)).toEqual([])
    expect(() => sealBulk(store, fact.log, {}, 5)).toThrow(expect.objectContaining({ kind: 'Invalid', code: 'SEAL_NOT_BULK' }))
    const clone = Array.from({ length: 160 }, (_, index) =>
      encoded(testEvent(bulk, index + 1, index < 155 ? { pad: 'x'.repeat(3000) } : { isClone: true })),
    )
    expect(take(store, bulk, segmentBetween(bulk, clone, 151, 160)).kind).toBe('forked')
    expect(() => sealBulk(store, bulk.log, {}, 5)).toThrow(expect.objectContaining({ kind: 'Invalid', code: 'SEAL_FORKED' }))
    expect(sealOldBulk(store, 0, recordedAt + 900 * day)).toEqual([])
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
    using memory = await openTestStore('memory')
    expect(() => sealBulk(memory, bulk.log, {}, 5)).toThrow(expect.objectContaining({ kind: 'Invalid', code: 'SEAL_IN_MEMORY' }))
  })

  it('[ST16] goes on where it was cut short: with half an archive, with one that no seal names, and with runs not yet dropped', async () => {
    using directory = temporaryDirectory()
    using store = await filled(directory.path)
    const before = contentsOf(store)
    const archive = join(directory.path, 'archive')
    mkdirSync(archive)
    writeFileSync(join(archive, 'half.ibca.part'), 'half')
    writeFileSync(join(archive, 'orphan.ibca'), 'of no seal')
    const cut: Store = {
      ...store,
      transact: (act) => {
        const answer = store.transact(act)
        if (store.reader.get('SELECT 1 FROM seals') !== undefined) throw new RangeError('power cut')
        return answer
      },
    }
    expect(() => sealBulk(cut, bulk.log, { upTo: 100 }, 5)).toThrow('power cut')
    expect(readdirSync(archive)).toHaveLength(1)
    const kept = (): number =>
      Number(store.reader.get('SELECT count(*) AS n FROM runs WHERE log = 2 AND from_seq <= 100 AND length(bytes) > 0')?.['n'])
    expect(kept()).toBeGreaterThan(0)
    expect(contentsOf(store)).toEqual(before)
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
    finishSeals(store)
    expect(kept()).toBe(0)
    expect(contentsOf(store)).toEqual(before)
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  })

  it('[ST16] does not seal what was altered before', async () => {
    using directory = temporaryDirectory()
    {
      using store = await filled(directory.path)
      expect(readFrontier(store.reader)).toHaveLength(2)
    }
    tamper(directory.path, (sql) => alterRun(sql, 30, turnDigit, '%/bulk/%'))
    using store = await openStore(options(directory.path))
    expect(() => sealBulk(store, bulk.log, {}, 5)).toThrow(expect.objectContaining({ kind: 'Corrupt', code: 'STORE_DAMAGED' }))
    expect(store.reader.all('SELECT 1 FROM seals')).toEqual([])
    expect(existsSync(join(directory.path, 'archive')) ? readdirSync(join(directory.path, 'archive')) : []).toEqual([])
  })

  it.each([
    "UPDATE runs SET bytes = x'' WHERE log = 2 AND from_seq > 150",
    "UPDATE runs SET bytes = x'', recorded_at = 1 WHERE log = 2 AND from_seq <= 100",
    "UPDATE runs SET bytes = x'00' WHERE log = 2 AND from_seq <= 100",
    'DELETE FROM runs WHERE log = 2 AND from_seq <= 100',
    'UPDATE seals SET to_seq = 200',
    'DELETE FROM seals',
  ])('[ST2] lets nothing else be dropped: %s', async (sql) => {
    using directory = temporaryDirectory()
    using store = await filled(directory.path)
    sealBulk(store, bulk.log, { upTo: 100 }, 5)
    expect(() => store.transact((writer) => writer.run(sql))).toThrow('append-only')
  })
})
