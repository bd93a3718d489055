/** What the console asks of whoever keeps a store: its size, a backup that begins, goes on and is given up, and what is let go. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createKeeping, type Keeping } from '../../../core/app/keeping/keeping.ts'
import { keepCollecting } from '../../../core/app/keeping/collect.ts'
import { type Master, openMaster } from '../../../core/app/master.ts'
import { isAppError } from '../../../core/kernel/app-error.ts'
import { hasBlob, putBlob } from '../../../core/store/blobs.ts'
import { waitFor } from '../../helpers/processes.ts'
import { harbourIn } from '../../helpers/keeping/harbour.ts'
import { openTestStore, temporaryDirectory, testPorts } from '../../helpers/store/open.ts'

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0).toReversed()) close()
})

async function start(): Promise<{
  readonly master: Master
  readonly keeping: Keeping
  readonly path: string
  readonly told: () => number
}> {
  const directory = temporaryDirectory()
  open.push(() => directory[Symbol.dispose]())
  const master = await openMaster(harbourIn(join(directory.path, 'master')))
  open.push(() => master.close())
  let told = 0
  const keeping = createKeeping(join(directory.path, 'master'), testPorts, '0.0.0', () => void told++)
  return { master, keeping, path: directory.path, told: () => told }
}

const ended = (keeping: Keeping) =>
  waitFor('the backup to end', () => (keeping.backup().state === 'running' ? undefined : keeping.backup()))

async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act()
  } catch (error) {
    if (isAppError(error)) return error.code
    throw error
  }
  return 'done'
}

describe('the keeping of a store', () => {
  it('[MA14] begins a backup, tells how it goes, and remembers it', async () => {
    const { keeping, path, told } = await start()
    expect(keeping.backup()).toEqual({ state: 'none', file: null, progress: null, made: null, problem: null })
    const file = join(path, 'b')
    expect(await keeping.begin({ file })).toMatchObject({ state: 'running', file })
    expect(await codeOf(() => keeping.begin({ file: join(path, 'c') }))).toBe('BACKUP_RUNNING')
    const { state, made } = await ended(keeping)
    expect({ state, made }).toMatchObject({ state: 'done', made: { file, encryption: 'none' } })
    expect(told()).toBeGreaterThan(3)
    expect(keeping.backups()).toEqual([made])
    await keeping.begin({ file: join(path, 'd') })
    await ended(keeping)
    expect(keeping.backups().map((backup) => backup.file)).toEqual([join(path, 'd'), file])
    expect(await codeOf(() => keeping.cancel())).toBe('BACKUP_NOT_RUNNING')
  })

  it('[MA14] says why a backup was not made, and gives one up when it is asked to or closes', async () => {
    const { master, keeping, path } = await start()
    master.store.transact((writer) => putBlob(writer, testPorts.random.bytes(20 * 1024 * 1024)))
    expect(await codeOf(() => keeping.begin({ file: 'somewhere' }))).toBe('PATH_NOT_ABSOLUTE')
    expect(await codeOf(() => keeping.begin({ file: join(path, 'x'), passphrase: 'a', recipient: 'b' }))).toBe('SEALING_AMBIGUOUS')
    expect(await codeOf(() => keeping.begin({ file: join(path, 'x'), recipient: 'b' }))).toBe('RECIPIENT_MALFORMED')
    mkdirSync(join(path, 'there'))
    await keeping.begin({ file: join(path, 'there') })
    expect(await ended(keeping)).toMatchObject({ state: 'failed', problem: { code: 'FILE_EXISTS' } })
    await keeping.begin({ file: join(path, 'given-up') })
    keeping.cancel()
    expect(await ended(keeping)).toMatchObject({ state: 'cancelled', problem: { code: 'CANCELLED' } })
    await keeping.begin({ file: join(path, 'closed') })
    await keeping.close()
    expect(keeping.backup().state).toBe('cancelled')
    expect(['given-up', 'given-up.part', 'closed', 'closed.part'].filter((name) => existsSync(join(path, name)))).toEqual([])
    expect(keeping.backups()).toEqual([])
  })

  it('[ST32] says how large the store is, what is missing, and when the disk will be full', async () => {
    const { master, keeping } = await start()
    master.store.transact((writer) => putBlob(writer, new TextEncoder().encode('a part')))
    const young = keeping.store(master.store.reader)
    expect(young).toMatchObject({ blobs: 1, blobBytes: 6, missingBlobs: [], growthBytesPerDay: null, fullOn: null })
    expect(young.fileBytes + young.walBytes).toBeGreaterThan(0)
    expect(young.events).toBeGreaterThan(0)
    const day = 24 * 60 * 60_000
    const later = { ...testPorts, clock: { ...testPorts.clock, now: () => testPorts.clock.now() + 2 * day } }
    const old = createKeeping(master.config.directory, later, '0.0.0', () => undefined).store(master.store.reader)
    expect(old.growthBytesPerDay).toBeGreaterThan(0)
    expect(old.growthBytesPerDay).toBeLessThanOrEqual((young.fileBytes + young.walBytes) * 2)
    const weeks = { ...testPorts, clock: { ...testPorts.clock, now: () => testPorts.clock.now() + 30 * day } }
    const quiet = createKeeping(master.config.directory, weeks, '0.0.0', () => undefined).store(master.store.reader)
    expect(quiet).toMatchObject({ growthBytesPerDay: 0, fullOn: null })
    expect(await codeOf(() => createKeeping(undefined, testPorts, '0.0.0', () => undefined).store(master.store.reader))).toBe(
      'NOTHING_KEPT',
    )
  })

  it('[ST33] lets go of content in the background once its time of grace is over', async () => {
    let now = testPorts.clock.now()
    const ports = { ...testPorts, clock: { ...testPorts.clock, now: () => now } }
    using store = await openTestStore('memory', { ports })
    const digest = store.transact((writer) => putBlob(writer, new TextEncoder().encode('idle')))
    const timers: (() => void)[] = []
    let slice = (): boolean => false
    const background = {
      register: (_: string, its: () => boolean) => {
        slice = its
        return () => {
          while (slice());
        }
      },
    }
    const stop = keepCollecting(store, background, {
      ...testPorts.scheduler,
      after: (_, act) => (timers.push(act), () => timers.splice(0)),
    })
    expect(hasBlob(store.reader, digest)).toBe(true)
    now += 8 * 24 * 60 * 60_000
    timers.splice(0).forEach((act) => act())
    expect(hasBlob(store.reader, digest)).toBe(false)
    expect(timers).toHaveLength(1)
    stop()
    expect(timers).toHaveLength(0)
  })
})
