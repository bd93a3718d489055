/** Sealing in steps: what may come in between, what is left, and a disk without room. */
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { appendEvents } from '../../../core/store/append-events.ts'
import { openStore, type Store } from '../../../core/store/open.ts'
import { finishSeals, sealBulk, sealing } from '../../../core/store/seal-bulk.ts'
import { chooseSeal } from '../../../core/store/seal-choice.ts'
import { missingArchives, previewSeal, readSeals } from '../../../core/store/seals.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { encoded, hlcOf, segmentBetween, testEvent, testOrigin } from '../../helpers/log/origin.ts'
import { putKeyOf, recordedAt, take, temporaryDirectory, testPorts } from '../../helpers/store/open.ts'

const bulk = testOrigin(1, 'bulk')
const pad = 'x'.repeat(3000)

function fill(store: Store, from: number, to: number, at: number = recordedAt): void {
  for (let start = from; start <= to; start += 50) {
    const events = Array.from({ length: Math.min(50, to - start + 1) }, (_, index) => testEvent(bulk, start + index, { pad }))
    store.transact((writer) => {
      appendEvents(writer, bulk.log, events, at)
      signTail(writer, bulk.log, { keyId: bulk.keyId, privateKey: bulk.keyPair.privateKey }, hlcOf(start))
    })
  }
}

async function opened(directory: string): Promise<Store> {
  const store = await openStore({ directory, mode: 'read-write', role: 'master', ports: testPorts })
  putKeyOf(store, bulk)
  return store
}

describe('sealing in steps', () => {
  it('[ST47] lets others commit between any two, and is bounded by bytes and by what is signed', async () => {
    using directory = temporaryDirectory()
    using store = await opened(directory.path)
    fill(store, 1, 400)
    const steps = sealing(store, bulk.log, { atMostBytes: 500_000 }, 5)
    let next = 401
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) {
      fill(store, next, next)
      next++
    }
    expect(next).toBeGreaterThan(405)
    const [from, to] = [step.value?.from ?? 0, step.value?.to ?? 0]
    expect(from).toBe(1)
    expect(to).toBeGreaterThanOrEqual(150)
    expect(to).toBeLessThanOrEqual(250)
    expect(readSeals(store.reader, { limit: 9 })).toMatchObject([
      { from, to, isHere: true, recordedFrom: recordedAt, recordedTo: recordedAt },
    ])
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  })

  it('[ST47] leaves the run at the tip, what is too little, and what is too young; the preview says the same', async () => {
    using directory = temporaryDirectory()
    using store = await opened(directory.path)
    fill(store, 1, 100)
    fill(store, 101, 200, recordedAt + 1000)
    const choice = chooseSeal(store.reader, bulk.log, {})
    expect(choice?.to).toBeLessThan(200)
    expect(chooseSeal(store.reader, bulk.log, { recordedBefore: recordedAt + 1000 })).toMatchObject({ from: 1, to: 100 })
    expect(chooseSeal(store.reader, bulk.log, { recordedBefore: recordedAt })).toBeUndefined()
    expect(chooseSeal(store.reader, bulk.log, { leastBytes: 10_000_000 })).toBeUndefined()
    const preview = previewSeal(store.reader, recordedAt + 1000, 64 * 1024)
    expect(preview).toMatchObject({ logs: 1, events: 100 })
    expect(sealBulk(store, bulk.log, { recordedBefore: recordedAt + 1000 }, 5)).toMatchObject({ to: 100, bytes: preview.bytes })
    expect(previewSeal(store.reader, recordedAt + 1000, 64 * 1024)).toEqual({ logs: 0, events: 0, bytes: 0 })
  })

  it('[ST16] a log that forks meanwhile is not sealed, and nothing of it is left', async () => {
    using directory = temporaryDirectory()
    using store = await opened(directory.path)
    fill(store, 1, 200)
    const steps = sealing(store, bulk.log, {}, 5)
    steps.next()
    const clone = Array.from({ length: 200 }, (_, index) => encoded(testEvent(bulk, index + 1, index < 155 ? { pad } : { isClone: true })))
    expect(take(store, bulk, segmentBetween(bulk, clone, 151, 200)).kind).toBe('forked')
    expect(() => [...steps]).toThrow(expect.objectContaining({ kind: 'Invalid', code: 'SEAL_FORKED' }))
    expect(store.reader.all('SELECT 1 FROM seals')).toEqual([])
    finishSeals(store)
    expect(readdirSync(join(directory.path, 'archive'))).toEqual([])
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
  })

  it.skipIf(!existsSync('/dev/full'))(
    '[ST47] a disk without room is said, nothing was dropped, and it works once there is room',
    async () => {
      using directory = temporaryDirectory()
      using store = await opened(directory.path)
      fill(store, 1, 200)
      const to = chooseSeal(store.reader, bulk.log, {})?.to
      const archive = join(directory.path, 'archive')
      mkdirSync(archive)
      const { origin, incarnation } = bulk.log
      symlinkSync('/dev/full', join(archive, `${origin}.${incarnation}.bulk.-.1-${to}.ibca.part`))
      expect(() => [...sealing(store, bulk.log, {}, 5)]).toThrow(
        expect.objectContaining({ kind: 'Unavailable', code: 'ARCHIVE_DISK_FULL' }),
      )
      expect(readdirSync(archive)).toEqual([])
      expect(store.reader.all('SELECT 1 FROM runs WHERE length(bytes) = 0')).toEqual([])
      expect(sealBulk(store, bulk.log, {}, 5)).toMatchObject({ from: 1, to })
      expect(missingArchives(store.reader)).toEqual([])
    },
  )
})
