/** Real masters, real sticks (directories): packed, carried, read through the parser process, previewed, taken in, answered. */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { PlanView } from '../../../core/contract/courier.ts'
import { temporaryDirectory } from '../../helpers/command-line.ts'
import {
  apply,
  bundleOf,
  inspect,
  introduce,
  journalOf,
  pack,
  packRequest,
  settled,
  startStation,
  type Station,
} from '../../helpers/courier/station.ts'
import { makeOldMaster } from '../../helpers/keeping/old-bulk.ts'
import { canMount } from '../../helpers/media.ts'
import { waitFor } from '../../helpers/processes.ts'

const place = temporaryDirectory('courier')
const at = (...path: readonly string[]): string => join(place.path, ...path)
let home: Station
let island: Station

beforeAll(async () => {
  mkdirSync(at('stick'))
  home = await startStation(at('home'), 'Home', 'Ada')
  island = await startStation(at('island'), 'Island', 'Bob')
  await introduce(home, island)
})
afterAll(async () => {
  await Promise.all([home.running.stop(), island.running.stop()])
  place.dispose()
})
afterEach(() => {
  for (const name of readdirSync(at('stick'))) rmSync(at('stick', name), { recursive: true, force: true })
})

const plan = (from: Station, to: Station) => {
  const { carriedBy: _, dueAt: __, encryption: ___, isPlainConfirmed: ____, ...request } = packRequest(to.masterId, at('stick'))
  return from.ask<PlanView>('bundle.plan', request)
}
const eventsOf = async (station: Station): Promise<number> => (await station.ask<{ readonly events: number }>('store.get')).events

describe('a stick that goes and comes back', () => {
  it('[CU4] [CU8] [CU11] [CU12] [CU13] is packed, seen, taken in and answered, and what was acknowledged does not go again', async () => {
    await home.ask('volume.name', { path: at('stick') })
    const job = await pack(home, packRequest(island.masterId, at('stick'), { dueAt: '2099-01-01T00:00:00.000Z' }))
    expect(job).toMatchObject({ state: 'done', problem: null })
    const [file = ''] = job.files
    expect(file).toMatch(/Island-\d{4}-\d\d-\d\d-[0-9A-Z]{6}\.ibcf\.age$/)
    expect(readFileSync(`${file}.README.txt`, 'utf8')).toContain('For:  Island')
    expect(await bundleOf(home, job.bundleId)).toMatchObject({ stage: 'packed', forName: 'Island', isEncrypted: true, carriedBy: 'Kim' })
    await home.ask('bundle.markCarried', { bundleId: job.bundleId, carriedBy: 'Lee', dueAt: '2020-01-01T00:00:00.000Z', note: '' })
    expect(await bundleOf(home, job.bundleId)).toMatchObject({ stage: 'in-transit', carriedBy: 'Lee', isOverdue: true })

    await island.ask('volume.name', { path: at('stick') })
    const { items } = await island.ask<{ items: { bundles: { file: string; isEncrypted: boolean }[] }[] }>('volume.list')
    expect(items.flatMap(({ bundles }) => bundles)).toMatchObject([{ file, isEncrypted: true }])
    const before = await eventsOf(island)
    const seen = await inspect(island, file)
    expect(seen).toMatchObject({
      stage: 'previewed',
      problem: null,
      inspection: { isForUs: true, isEncrypted: true, importedBefore: null },
    })
    expect(seen.inspection?.from).toMatchObject({ name: 'Home', isKnown: true })
    expect(seen.preview).toMatchObject({ refused: [], waiting: [], forks: [] })
    expect(seen.preview?.newEvents.control).toBeGreaterThan(0)
    expect(await eventsOf(island)).toBe(before)

    const done = await apply(island, seen)
    expect(done).toMatchObject({ stage: 'applied', result: { outcome: 'whole', refused: [], receiptProblem: null } })
    const receipt = done.result?.receiptFile ?? ''
    expect(existsSync(receipt)).toBe(true)
    expect(readdirSync(join(island.directory, 'airlock', seen.importId))).toEqual(['import.json'])

    expect(await home.ask('bundle.takeReceipt', { file: receipt })).toEqual({ fromName: 'Island', isNews: true, arrived: 1 })
    const arrived = await bundleOf(home, job.bundleId)
    expect(arrived).toMatchObject({ stage: 'receipt-back', isOverdue: false })
    expect(await home.codeOf('bundle.markLost', { bundleId: job.bundleId, reason: 'No' })).toBe('BUNDLE_ARRIVED')
    expect((await home.ask<{ arrived: number }>('bundle.takeReceipt', { file: receipt })).arrived).toBe(0)
    const next = await plan(home, island)
    expect(next.since).not.toBeNull()
    // Only what was said since: that it was packed, carried, acknowledged.
    expect(next.fits.control.events).toBeLessThan(seen.preview?.newEvents.control ?? 0)
    const history = await island.ask<{ items: { bundleId: string; imports: { outcome: string }[] }[] }>('bundle.list', {
      which: 'imported',
    })
    expect(history.items[0]).toMatchObject({ bundleId: job.bundleId, imports: [{ outcome: 'whole' }] })
  })

  it('[CU8] a second time does no harm, and says so beforehand', async () => {
    const { files } = await pack(home, packRequest(island.masterId, at('stick'), { isFull: true }))
    const first = await apply(island, await inspect(island, files[0] ?? ''))
    expect(first.stage).toBe('applied')
    const again = await inspect(island, files[0] ?? '')
    expect(again.inspection?.importedBefore).not.toBeNull()
    expect(again.preview?.newEvents).toEqual({ control: 0, fact: 0, bulk: 0 })
    expect((await apply(island, again)).result).toMatchObject({ outcome: 'whole', storedEvents: 0 })
  })

  it('[CU10] is previewed again when what it is about changed in between', async () => {
    await home.ask('domain.create', { name: 'North', parentId: await rootOf(home), level: 'LOCAL' })
    const { files } = await pack(home, packRequest(island.masterId, at('stick')))
    const seen = await inspect(island, files[0] ?? '')
    copyFileSync(files[0] ?? '', at('same.ibcf.age'))
    const other = await inspect(island, at('same.ibcf.age'))
    expect(other.preview?.digest).toBe(seen.preview?.digest)
    await apply(island, other)
    expect(await island.codeOf('bundle.apply', { importId: seen.importId, digest: 'something else', isPartAccepted: false })).toBe(
      'PREVIEW_STALE',
    )
    const stale = await apply(island, seen)
    expect(stale).toMatchObject({ stage: 'previewed', problem: { code: 'PREVIEW_STALE' }, preview: { newEvents: { control: 0 } } })
    await island.ask('bundle.cancel', { importId: seen.importId })
  })
})

describe('a stick that is not as it should be', () => {
  it('[CU7] cut off or altered is refused with a reason, and nothing is written', async () => {
    const { files } = await pack(home, packRequest(null, at('stick')))
    const [file = ''] = files
    const size = statSync(file).size
    const before = await eventsOf(island)
    const bad = at('stick', 'bad.ibcf')
    for (const [how, code] of [
      [() => truncateSync(bad, size - 700), /BUNDLE_(DAMAGED|INCOMPLETE)/],
      [() => truncateSync(bad, 10), /BUNDLE_DAMAGED/],
      [() => flip(bad, Math.floor(size / 2)), /BUNDLE_/],
      [() => writeFileSync(bad, 'not a bundle at all, and not even long'), /BUNDLE_DAMAGED/],
    ] as const) {
      copyFileSync(file, bad)
      how()
      const failed = await inspect(island, bad)
      expect(failed.stage).toBe('failed')
      expect(failed.problem?.code).toMatch(code)
      expect(readdirSync(join(island.directory, 'airlock', failed.importId))).toEqual(['import.json'])
    }
    expect(await eventsOf(island)).toBe(before)
    expect(await island.codeOf('bundle.inspect', { file: at('stick', 'away.ibcf') })).toBe('FILE_MISSING')
  })

  it('[CU8] for another station cannot be opened, and from a stranger is not taken in before its words were compared', async () => {
    const third = await startStation(at('third'), 'Third', 'Cid')
    try {
      const sealed = await pack(home, packRequest(island.masterId, at('stick')))
      expect(await inspect(third, sealed.files[0] ?? '')).toMatchObject({ stage: 'failed', problem: { code: 'BUNDLE_LOCKED' } })
      const open = await pack(home, packRequest(null, at('stick')))
      const seen = await inspect(third, open.files[0] ?? '')
      expect(seen).toMatchObject({ stage: 'previewed', inspection: { from: { isKnown: false, hasCard: true } } })
      const request = { importId: seen.importId, digest: seen.preview?.digest, isPartAccepted: true }
      expect(await third.codeOf('bundle.apply', request)).toBe('BUNDLE_FOREIGN')
      expect(await third.codeOf('bundle.acceptSender', { importId: seen.importId, words: 'a b c d e f' })).toBe('WORDS_DIFFER')
      const { words } = await home.ask<{ readonly words: string }>('sync.card')
      await third.ask('bundle.acceptSender', { importId: seen.importId, words })
      const known = await settled(third, seen.importId)
      expect(known).toMatchObject({ stage: 'previewed', preview: { refused: [] } })
      expect((await apply(third, known)).result?.storedEvents).toBeGreaterThan(0)
    } finally {
      await third.running.stop()
    }
  })

  it('[CU12] pulled out after it was read is taken in all the same, and its receipt is kept', async () => {
    await home.ask('domain.create', { name: 'South', parentId: await rootOf(home), level: 'LOCAL' })
    mkdirSync(at('pulled'))
    const { files } = await pack(home, packRequest(island.masterId, at('pulled')))
    const seen = await inspect(island, files[0] ?? '')
    rmSync(at('pulled'), { recursive: true })
    const done = await apply(island, seen)
    expect(done).toMatchObject({
      stage: 'applied',
      result: { outcome: 'whole', receiptFile: null, receiptProblem: { code: 'VOLUME_GONE' } },
    })
    expect(readdirSync(join(island.directory, 'airlock', 'receipts'))).toEqual([`receipt-${island.masterId}.dsse.json`])
  })

  it('[CU13] plain is asked for twice', async () => {
    expect(await home.codeOf('bundle.pack', packRequest(null, at('stick'), { isPlainConfirmed: false }))).toBe('PLAIN_NOT_CONFIRMED')
    expect(await home.codeOf('bundle.pack', packRequest(island.masterId, at('nowhere')))).toBe('VOLUME_MISSING')
    expect(readdirSync(at('stick'))).toEqual([])
  })
})

describe.skipIf(!canMount())('a stick that is full or locked', () => {
  const run = (...command: readonly [string, ...string[]]): void => void execFileSync(command[0], command.slice(1), { stdio: 'ignore' })

  it('[CU2] [CU13] is not packed onto, and nothing is left on it', async () => {
    mkdirSync(at('full'))
    run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', at('full'))
    try {
      writeFileSync(at('full', 'holiday.jpg'), new Uint8Array(56 * 1024))
      const full = await pack(home, packRequest(null, at('full')))
      expect(full).toMatchObject({ state: 'failed', problem: { code: 'DISK_FULL' } })
      expect(readdirSync(at('full'))).toEqual(['holiday.jpg'])
      writeFileSync(at('full', 'last.jpg'), new Uint8Array(8 * 1024))
      expect(await pack(home, packRequest(null, at('full')))).toMatchObject({ state: 'failed', problem: { code: 'DISK_SPACE_SHORT' } })
      run('mount', '-o', 'remount,ro', at('full'))
      expect(await home.codeOf('bundle.pack', packRequest(null, at('full')))).toBe('VOLUME_READ_ONLY')
      expect(await home.ask('volume.name', { path: at('full') })).toMatchObject({ isReadOnly: true, fileSystem: 'tmpfs' })
      await home.ask('volume.forget', { path: at('full') })
    } finally {
      run('umount', at('full'))
    }
  })
})

describe('a program that is killed while it takes a bundle in', () => {
  it('[CU11] goes on by itself where it was, and loses nothing', async () => {
    await makeOldMaster(at('large'), 6_000)
    const large = await startStation(at('large'), 'Large', 'Dot')
    let victim = await startStation(at('victim'), 'Victim', 'Eve')
    try {
      const { files } = await pack(large, packRequest(null, at('stick')))
      const seen = await inspect(victim, files[0] ?? '')
      const { words } = await large.ask<{ readonly words: string }>('sync.card')
      await victim.ask('bundle.acceptSender', { importId: seen.importId, words })
      const ready = await settled(victim, seen.importId)
      const brought = Object.values(ready.preview?.newEvents ?? {}).reduce((sum, count) => sum + count, 0)
      expect(brought).toBeGreaterThan(6_000)
      const before = await eventsOf(victim)
      await victim.ask('bundle.apply', { importId: ready.importId, digest: ready.preview?.digest, isPartAccepted: false })
      await waitFor('something to be taken in', () => (appliedIn(victim, ready.importId) > 0 ? true : undefined))
      await victim.running.stop('SIGKILL')
      const atKill = appliedIn(victim, ready.importId)
      expect(atKill).toBeLessThan(ready.inspection?.pieces.segments ?? 0)
      rmSync(at('stick'), { recursive: true })

      victim = await startStation(at('victim'), 'Victim', 'Eve')
      const done = await settled(victim, ready.importId)
      expect(done).toMatchObject({ stage: 'applied', result: { outcome: 'whole', refused: [] } })
      expect((await eventsOf(victim)) - before).toBeGreaterThanOrEqual(brought)
      mkdirSync(at('stick'))
    } finally {
      await Promise.all([large.running.stop(), victim.running.stop()])
    }
  })
})

function appliedIn(station: Station, importId: string): number {
  const { applied } = JSON.parse(readFileSync(journalOf(station, importId), 'utf8')) as { readonly applied: { readonly segments: number } }
  return applied.segments
}

function flip(file: string, offset: number): void {
  const bytes = readFileSync(file)
  bytes[offset] = (bytes[offset] ?? 0) ^ 1
  writeFileSync(`${file}.new`, bytes)
  renameSync(`${file}.new`, file)
}

async function rootOf(station: Station): Promise<string> {
  return (await station.ask<{ readonly rootDomainId: string }>('master.get')).rootDomainId
}
