/** Old bulk in a running master: it leaves the store by and by, nothing that it gave is lost, and a missing archive stops nobody. */
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createArchiveDesk } from '../../../core/app/keeping/archive-desk.ts'
import { type Master, openMaster } from '../../../core/app/master.ts'
import { readAsOf } from '../../../core/app/projecting/read-as-of.ts'
import { readProjectionStatus } from '../../../core/app/projecting/read-status.ts'
import { readGenerations } from '../../../core/app/projecting/tables.ts'
import { createQueries } from '../../../core/app/queries/queries.ts'
import { changeSettings, readSettings } from '../../../core/app/settings.ts'
import { actualProjection } from '../../../core/projections/actual.ts'
import { readEventsAfter } from '../../../core/store/read-events.ts'
import { runCommand } from '../../helpers/command-line.ts'
import { dayMs, makeOldMaster, masterConfig, oldNode, snapshotsOfOldNode } from '../../helpers/keeping/old-bulk.ts'
import { startMaster, waitFor } from '../../helpers/processes.ts'
import { temporaryDirectory, testPorts } from '../../helpers/store/open.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

function place(): string {
  const directory = temporaryDirectory()
  open.push(() => directory[Symbol.dispose]())
  return join(directory.path, 'master')
}

async function start(directory: string): Promise<Master & { readonly told: () => number }> {
  const master = await openMaster(masterConfig(directory))
  let isClosed = false
  const close = (): void => {
    if (!isClosed) master.close()
    isClosed = true
  }
  open.push(close)
  let told = 0
  master.feed.listen(({ topics }) => void (told += topics.includes('store') ? 1 : 0))
  return { ...master, close, told: () => told }
}

const rested = ({ retaining }: Master, state: string = 'idle') =>
  waitFor(`sealing to be ${state}`, () =>
    retaining.state().state === state && retaining.state().endedAt !== null ? retaining.state() : undefined,
  )
const bytesAtHand = ({ store }: Master): number =>
  Number(store.reader.get("SELECT sum(length(bytes)) AS n FROM runs JOIN logs ON logs.number = runs.log WHERE name LIKE '%/bulk/%'")?.['n'])
const actualOf = ({ engine, store }: Master): unknown => engine.read(store.reader, 'actual', oldNode)?.facts
function tell(master: Master): void {
  master.recorder.record(({ decide }) => {
    const { rootDomainId } = master.identity
    decide({ type: 'ibcf.domain.renamed.v1', subject: rootDomainId, domain: rootDomainId, data: { name: 'Island' } })
  })
}

describe('old bulk in a master that runs', () => {
  it('[ST47] leaves the store by itself, while others commit, and everything reads and proves as before', async () => {
    const directory = place()
    await makeOldMaster(directory)
    const master = await start(directory)
    const events = readEventsAfter(master.store.reader, 0, 9999).map(({ bytes }) => Buffer.from(bytes).toString())
    const before = { atHand: bytesAtHand(master), hash: master.engine.stateHash(master.store.reader) }
    let commits = 0
    master.background.heed(() => commits % 2 === 0)
    await waitFor('the round to end', () => {
      tell(master)
      commits++
      return master.retaining.state().endedAt ?? undefined
    })
    expect(await rested(master)).toMatchObject({ state: 'idle', problem: null })
    expect(master.retaining.state().events).toBeGreaterThan(1500)
    expect(master.told()).toBeGreaterThan(2)
    expect(bytesAtHand(master)).toBeLessThan(before.atHand / 4)
    expect(
      readEventsAfter(master.store.reader, 0, 9999)
        .map(({ bytes }) => Buffer.from(bytes).toString())
        .slice(0, events.length),
    ).toEqual(events)
    expect(master.engine.check(master.store.reader)).toMatchObject({ isEqual: true })
    const desk = createArchiveDesk(directory, testPorts)
    const view = desk.view(master.store.reader, master.retaining.state(), 0)
    expect(view).toMatchObject({ keepBulkDays: 90, archives: { count: 2, missingCount: 0 }, preview: { logs: 0, events: 0, bytes: 0 } })
    const page = desk.seals(master.store.reader, { limit: 1 })
    expect(page).toMatchObject({ total: 2, items: [{ isHere: true }] })
    const [second] = desk.seals(master.store.reader, { limit: 1, cursor: page.next ?? '' }).items
    expect(second?.file).not.toBe(page.items[0]?.file)
    expect(() => desk.seals(master.store.reader, { limit: 1, cursor: 'x' })).toThrow(expect.objectContaining({ code: 'CURSOR_MALFORMED' }))
  })

  it('[ST47] stays for as long as a person says, and a preview says exactly what would go', async () => {
    const directory = place()
    await makeOldMaster(directory, 300)
    changeSettings(testPorts.files, directory, { keepBulkDays: 300, listen: '127.0.0.1:0' })
    const master = await start(directory)
    await rested(master)
    expect(existsSync(join(directory, 'archive'))).toBe(false)
    const desk = createArchiveDesk(directory, testPorts)
    const { preview } = desk.view(master.store.reader, master.retaining.state(), 30)
    expect(preview.logs).toBe(2)
    expect(desk.view(master.store.reader, master.retaining.state(), undefined)).toMatchObject({
      keepBulkDays: 300,
      preview: { keepBulkDays: 300, events: 0 },
    })
    desk.remember(30)
    expect(readSettings(testPorts.files, directory)).toMatchObject({ listen: '127.0.0.1:0', keepBulkDays: 30 })
    master.retaining.keep(30)
    await waitFor('the round to seal', () => (master.retaining.state().events > 0 ? true : undefined))
    const { done, total, events } = await rested(master)
    expect({ done, total, events }).toEqual({ done: preview.bytes, total: preview.bytes, events: preview.events })
  })

  it('[ST47] a directory that cannot be written to is a state, and it goes on once it can', async () => {
    const directory = place()
    await makeOldMaster(directory, 300)
    writeFileSync(join(directory, 'archive'), 'a file where the directory should be')
    const master = await start(directory)
    const { problem } = await rested(master, 'problem')
    expect(problem?.code).toBe('ARCHIVE_NOT_WRITABLE')
    tell(master)
    rmSync(join(directory, 'archive'))
    master.retaining.seal()
    expect((await rested(master)).events).toBeGreaterThan(0)
  })
})

describe('an archive that is missing', () => {
  /** Sealed, and the archives taken away. */
  async function without(digests: number = 300): Promise<{ readonly directory: string; readonly away: string; readonly state: unknown }> {
    const directory = place()
    await makeOldMaster(directory, digests)
    const master = await start(directory)
    await rested(master)
    const state = actualOf(master)
    master.close()
    const away = join(directory, '..', 'taken-away')
    renameSync(join(directory, 'archive'), away)
    return { directory, away, state }
  }

  it('[PJ13] does not keep a master from starting nor anybody from the pages that do not need it', async () => {
    const { directory, state } = await without()
    const master = await start(directory)
    tell(master)
    expect(actualOf(master)).toEqual(state)
    const queries = createQueries(master.model)
    expect(queries.overview().spectrum.length).toBeGreaterThan(0)
    expect(queries.observations({ nodeId: oldNode, limit: 50 })).toMatchObject({
      items: [{ kind: 'snapshot' }],
      total: snapshotsOfOldNode + 1,
    })
    const lately = testPorts.clock.now() - dayMs
    expect(() => readAsOf(master.store.reader, testPorts.crypto, actualProjection, oldNode, lately - 199.5 * dayMs)).toThrow(
      expect.objectContaining({ kind: 'Unavailable', code: 'ARCHIVE_MISSING' }),
    )
    const desk = createArchiveDesk(directory, testPorts)
    expect(desk.view(master.store.reader, master.retaining.state(), undefined).archives).toMatchObject({ count: 2, missingCount: 2 })
  })

  it('[PJ13] a rebuild waits for it, says so, serves what was there, and ends once it is back', async () => {
    const { directory, away, state } = await without()
    const master = await start(directory)
    const { reader } = master.store
    const serving = readGenerations(reader).find((generation) => generation.state === 'serving')?.number
    master.projections.rebuild('To see that it waits.')
    const files = readdirSync(away)
    expect(() => master.projections.finish()).toThrow(expect.objectContaining({ kind: 'Unavailable', code: 'ARCHIVE_MISSING' }))
    const status = (): ReturnType<typeof readProjectionStatus>[number] | undefined =>
      readProjectionStatus(reader, master.engine.kept, testPorts.clock.now())[0]
    expect(status()?.rebuild?.waitsFor.toSorted()).toEqual(files.toSorted())
    expect(readGenerations(reader).find((generation) => generation.state === 'serving')?.number).toBe(serving)
    tell(master)
    expect(actualOf(master)).toEqual(state)
    renameSync(away, join(directory, 'archive'))
    master.projections.finish()
    expect(status()?.rebuild).toBeNull()
    expect(readGenerations(reader).find((generation) => generation.state === 'serving')?.number).not.toBe(serving)
    expect(actualOf(master)).toEqual(state)
    expect(master.engine.check(reader)).toMatchObject({ isEqual: true, differing: [] })
  })

  it('[PJ13] a subject that is to be folded again keeps what it has, marked, until it is back', async () => {
    const { directory, away, state } = await without()
    const master = await start(directory)
    const { store, engine } = master
    const serving = readGenerations(store.reader).find((generation) => generation.state === 'serving')?.number
    const left = store.transact((writer) => {
      writer.run(`INSERT INTO projection_rejudged_g${serving} (subject, since, cause) VALUES (?, 0, 'test')`, oldNode)
      return engine.settle(writer, 10)
    })
    expect(left).toBe(0)
    expect(actualOf(master)).toEqual(state)
    expect(store.reader.all('SELECT projection, code FROM projection_parked')).toEqual([{ projection: 'actual', code: 'ARCHIVE_MISSING' }])
    expect(engine.read(store.reader, 'actual', oldNode)?.hasParkedEvents).toBe(true)
    master.projections.lookForArchives()
    expect(store.reader.all('SELECT 1 FROM projection_parked')).toHaveLength(1)
    renameSync(away, join(directory, 'archive'))
    master.projections.lookForArchives()
    expect(store.reader.all('SELECT 1 FROM projection_parked')).toEqual([])
    expect(actualOf(master)).toEqual(state)
    expect(engine.check(store.reader)).toMatchObject({ isEqual: true })
  })
})

describe('the command line', () => {
  it('[ST47] [ST17] asks a running master and works without one, and verify says what is proved from the sealed point', async () => {
    const directory = place()
    await makeOldMaster(directory, 300)
    const dry = JSON.parse((await runCommand('seal', '--data', directory, '--keep-days', '30', '--dry-run', '--json')).stdout)
    expect(dry).toMatchObject({ ok: true, keepDays: 30, logs: 2 })
    const sealed = JSON.parse((await runCommand('seal', '--data', directory, '--json')).stdout)
    expect(sealed).toMatchObject({ ok: true, keepDays: 90, logs: 2, events: dry.events, bytes: dry.bytes })
    expect((await runCommand('seal', '--data', directory)).stdout).toContain('Nothing was recorded more than 90 days ago')
    expect((await runCommand('seal', '--data', directory, '--keep-days', 'many')).status).toBe(2)
    const whole = JSON.parse((await runCommand('verify', '--data', directory, '--json')).stdout.trim().split('\n').at(-1) ?? '')
    expect(whole).toMatchObject({ ok: true, fromSealedPoint: 0 })
    const master = await startMaster(directory)
    open.push(() => master.stop())
    await expect(master.call('store.setRetention', { keepBulkDays: 20 })).rejects.toMatchObject({ code: 'OPERATOR_REQUIRED' })
    await master.call('operator.create', { name: 'Ada', role: 'authority' })
    expect(await master.call('store.setRetention', { keepBulkDays: 20 })).toMatchObject({ keepBulkDays: 20, preview: { keepBulkDays: 20 } })
    expect(await master.call('store.seal', { keepBulkDays: 0 })).toMatchObject({ state: 'looking' })
    const { id } = await master.call<{ readonly id: string }>('operator.create', { name: 'Bo', role: 'operator' })
    await master.call('operator.signIn', { operatorId: id })
    for (const procedure of ['store.seal', 'store.setRetention'])
      await expect(master.call(procedure, { keepBulkDays: 20 })).rejects.toMatchObject({ code: 'ROLE_TOO_LOW' })
    expect(await master.call('store.archive')).toMatchObject({ keepBulkDays: 20, archives: { count: 2, missingCount: 0 } })
    expect(await master.call('store.seals', { limit: 10 })).toMatchObject({ total: 2, next: null })
    await master.stop()
    renameSync(join(directory, 'archive'), join(directory, 'gone'))
    const proved = await runCommand('verify', '--data', directory)
    expect(proved.stdout).toContain('proved from the sealed point')
    expect(proved.status).toBe(0)
  })
})
