/** The lives of a master: what a restore, or a database that was put back, begins; and how its authority is taken back. */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reclaimAuthority } from '../../../core/app/acts/authority.ts'
import { createDomain } from '../../../core/app/acts/domains.ts'
import { createOperator, operatorIds } from '../../../core/app/acts/operators.ts'
import { assignPolicy, publishPolicy } from '../../../core/app/acts/policies.ts'
import { highWaterName } from '../../../core/app/keeping/high-water.ts'
import { restoredMarkName } from '../../../core/app/keeping/incarnation.ts'
import { type Master, openMaster } from '../../../core/app/master.ts'
import { authorityOf } from '../../../core/app/queries/authority-view.ts'
import { isAppError } from '../../../core/kernel/app-error.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { lastPosition, readEventsAfter } from '../../../core/store/read-events.ts'
import { acceptSegment } from '../../../core/store/accept-segment.ts'
import { keysOfOrigin, putKey } from '../../../core/store/keys.ts'
import { readSegmentsFrom } from '../../../core/store/read-segments.ts'
import { createProjectionEngine } from '../../../core/app/projecting/engine.ts'
import { projections } from '../../../core/projections/all.ts'
import type { AuthorityState } from '../../../core/projections/authority.ts'
import type { MasterState } from '../../../core/projections/people.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { verified } from '../../helpers/log/origin.ts'
import { harbourIn } from '../../helpers/keeping/harbour.ts'
import { openTestStore, recordedAt, temporaryDirectory, testPorts } from '../../helpers/store/open.ts'

const open = (directory: string): Promise<Master> => openMaster(harbourIn(directory))

async function using<Value>(directory: string, act: (master: Master) => Value): Promise<Value> {
  const master = await open(directory)
  try {
    return act(master)
  } finally {
    master.close()
  }
}

const actOf = (master: Master) => ({ master, actor: operatorIds(master)[0] })
const addDomain = (master: Master, name: string) =>
  createDomain(actOf(master), { name, parentId: master.identity.rootDomainId, level: 'LOCAL' })
const found = (directory: string) =>
  using(directory, (master) => {
    createOperator({ master, actor: undefined }, { name: 'Ada', role: 'authority' })
    addDomain(master, 'North')
    return master.identity
  })
const markRestored = (directory: string): void => writeFileSync(join(directory, restoredMarkName), '{"v":1}')
const identityIn = (directory: string) => JSON.parse(readFileSync(join(directory, 'identity.json'), 'utf8')) as Record<string, unknown>

function openings(master: Master) {
  return readEventsAfter(master.store.reader, 0, 10_000).filter(({ event }) => event?.type === 'ibcf.incarnation.opened.v1')
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (isAppError(error)) return error.code
    throw error
  }
  return 'done'
}

describe('a restored master', () => {
  it('[MA10] opens a new incarnation whose first event names every point that it continues; the old logs stay closed', async () => {
    using directory = temporaryDirectory()
    const before = await found(directory.path)
    const heads = await using(directory.path, (master) => readFrontier(master.store.reader, { origin: before.masterId }))
    markRestored(directory.path)
    const incarnation = await using(directory.path, (master) => {
      const [opening, ...more] = openings(master)
      expect(more).toEqual([])
      expect(opening).toMatchObject({ seq: 1, log: { origin: before.masterId, lane: 'control', domain: before.rootDomainId } })
      expect(opening?.log.incarnation).toBe(master.identity.incarnation)
      expect(opening?.event?.data).toEqual({
        incarnation: master.identity.incarnation,
        reason: 'restored',
        continues: heads.map(({ log, seq, head }) => ({ log, seq, head })),
        lost: [],
      })
      reclaimAuthority(actOf(master), { reason: 'The disk was lost.' })
      addDomain(master, 'South')
      const after = readFrontier(master.store.reader, { origin: before.masterId })
      expect(after).toEqual(expect.arrayContaining([...heads]))
      for (const { log } of after.filter((point) => !heads.some((head) => head.log === point.log)))
        expect(parseLogId(log).incarnation).toBe(master.identity.incarnation)
      return master.identity.incarnation
    })
    expect(incarnation > before.incarnation).toBe(true)
    expect(existsSync(join(directory.path, restoredMarkName))).toBe(false)
    expect(identityIn(directory.path)).not.toHaveProperty('opening')
    await using(directory.path, async (master) => {
      expect(master.identity.incarnation).toBe(incarnation)
      expect(openings(master)).toHaveLength(1)
    })
    const master = await open(directory.path)
    expect((await verifyStore(master.store.reader, testPorts)).findings).toEqual([])
    master.close()
  })

  it('[MA10] that is killed between the decision and the event goes on with the same life, and opens it once', async () => {
    using directory = temporaryDirectory()
    const before = await found(directory.path)
    markRestored(directory.path)
    const incarnation = await using(directory.path, (master) => master.identity.incarnation)
    const opening = { reason: 'restored', lost: [] }
    // Killed after the event: it is there, but the identity does not know.
    writeFileSync(join(directory.path, 'identity.json'), JSON.stringify({ v: 1, ...before, incarnation, opening }))
    markRestored(directory.path)
    await using(directory.path, (master) => {
      expect(master.identity.incarnation).toBe(incarnation)
      expect(openings(master)).toHaveLength(1)
    })
    // Killed before it: the identity says which life was to begin.
    const next = `7${incarnation.slice(1)}`
    writeFileSync(join(directory.path, 'identity.json'), JSON.stringify({ v: 1, ...before, incarnation: next, opening }))
    await using(directory.path, (master) => {
      expect(openings(master).map(({ log, seq }) => [log.incarnation, seq])).toEqual([
        [incarnation, 1],
        [next, 1],
      ])
    })
    // However the clock stands, the next one is larger.
    markRestored(directory.path)
    await using(directory.path, (master) => expect(master.identity.incarnation > next).toBe(true))
  })
})

describe('a database that was put back from an older copy', () => {
  it('[MA11] is found behind the mark beside it: a new life begins by itself and says what is lost', async () => {
    using directory = temporaryDirectory()
    const { masterId } = await found(directory.path)
    copyFileSync(join(directory.path, 'store.sqlite'), join(directory.path, 'copy'))
    const lost = await using(directory.path, (master) => {
      addDomain(master, 'South')
      master.recorder.sign()
      return readFrontier(master.store.reader, { origin: masterId }).filter(({ log }) => log.includes('/control/'))
    })
    for (const file of ['store.sqlite', 'store.sqlite-wal', 'store.sqlite-shm']) rmSync(join(directory.path, file), { force: true })
    copyFileSync(join(directory.path, 'copy'), join(directory.path, 'store.sqlite'))
    await using(directory.path, (master) => {
      const [opening] = openings(master)
      expect(opening?.event?.data).toMatchObject({
        reason: 'high-water',
        lost: lost.map(({ log, seq, head }) => ({ log, seq, head })),
      })
      expect(master.model.master(masterId)?.incarnation).toMatchObject({ id: master.identity.incarnation, reason: 'high-water' })
      expect(codeOf(() => addDomain(master, 'South'))).toBe('AUTHORITY_LAPSED')
    })
    await using(directory.path, (master) => expect(openings(master)).toHaveLength(1))
  })

  it('[MA11] is not suspected without cause: starts, kills, a mark of before or of another master, or none begin nothing', async () => {
    using directory = temporaryDirectory()
    const { masterId } = await found(directory.path)
    const mark = join(directory.path, highWaterName)
    expect(JSON.parse(readFileSync(mark, 'utf8'))).toMatchObject({ masterId, points: [{ seq: expect.any(Number) }] })
    const older = readFileSync(mark)
    await using(directory.path, (master) => addDomain(master, 'South'))
    for (const content of [
      undefined,
      older,
      Buffer.from('{'),
      Buffer.from(older.toString('utf8').replaceAll(masterId, `7${masterId.slice(1)}`)),
    ]) {
      if (content !== undefined) writeFileSync(mark, content)
      await using(directory.path, (master) => {
        expect(openings(master)).toEqual([])
        expect(codeOf(() => addDomain(master, 'West'))).toBe('done')
      })
    }
    rmSync(mark)
    await using(directory.path, (master) => expect(openings(master)).toEqual([]))
  })
})

describe('authority after a restore', () => {
  it('[MA13] is held by nobody until an operator of role authority takes it back, at the next epoch, signed and remembered', async () => {
    using directory = temporaryDirectory()
    await found(directory.path)
    const north = await using(directory.path, (master) => {
      const [{ subject } = { subject: '' }] = master.model.reader.all<{ subject: string }>(
        "SELECT subject FROM domains WHERE name = 'North'",
      )
      expect(codeOf(() => reclaimAuthority(actOf(master), { reason: 'None was lost.' }))).toBe('AUTHORITY_NOT_LAPSED')
      return subject
    })
    markRestored(directory.path)
    const master = await open(directory.path)
    const { rootDomainId, masterId, incarnation } = master.identity
    for (const domain of [rootDomainId, north]) {
      expect(authorityOf(master.model, domain)).toMatchObject({ standing: 'nobody', epoch: 1, grantedAtDomainId: rootDomainId })
    }
    const policy = { name: 'Pumps', version: '1.0.0', targetVersion: '1.0.0', configuration: {} }
    expect(codeOf(() => addDomain(master, 'South'))).toBe('AUTHORITY_LAPSED')
    const at = lastPosition(master.store.reader)
    expect(codeOf(() => assignPolicy(actOf(master), { policyBundleId: north as never, domainId: rootDomainId }))).not.toBe('done')
    const viewer = createOperator(actOf(master), { name: 'Vic', role: 'engineer' })
    expect(codeOf(() => reclaimAuthority({ master, actor: viewer }, { reason: 'Me too.' }))).toBe('ROLE_TOO_LOW')
    expect(lastPosition(master.store.reader)).toBe(at + 1)
    const [eventId] = reclaimAuthority(actOf(master), { reason: 'The disk was lost.' })
    expect(authorityOf(master.model, north)).toMatchObject({ standing: 'held-here', epoch: 2, masterId })
    expect(master.model.holder(rootDomainId)).toMatchObject({ right: 'break-glass', incarnation, epoch: 2, debts: [{ eventId }] })
    expect(master.model.authority(rootDomainId)?.acts.find((act) => act.eventId === eventId)?.actor).toBe(actOf(master).actor)
    const event = readEventsAfter(master.store.reader, 0, 10_000).find((stored) => stored.event?.id === eventId)?.event
    expect(event?.actorproof).toMatch(/./)
    expect(codeOf(() => publishPolicy(actOf(master), policy))).toBe('done')
    expect(codeOf(() => addDomain(master, 'South'))).toBe('done')
    expect(codeOf(() => reclaimAuthority(actOf(master), { reason: 'Again.' }))).toBe('AUTHORITY_NOT_LAPSED')
    master.close()
    markRestored(directory.path)
    await using(directory.path, (again) => {
      expect(codeOf(() => addDomain(again, 'East'))).toBe('AUTHORITY_LAPSED')
      reclaimAuthority(actOf(again), { reason: 'Once more.' })
      expect(authorityOf(again.model, rootDomainId)).toMatchObject({ standing: 'held-here', epoch: 3 })
    })
  })

  it('[MA13] folds from the events alone: whoever holds the logs of every life, in whatever order they came, sees the same holder', async () => {
    using directory = temporaryDirectory()
    await found(directory.path)
    for (const reason of ['The disk was lost.', 'And again.']) {
      markRestored(directory.path)
      await using(directory.path, (master) => {
        reclaimAuthority(actOf(master), { reason })
        addDomain(master, reason)
      })
    }
    markRestored(directory.path)
    const master = await open(directory.path)
    const { masterId, rootDomainId } = master.identity
    master.recorder.sign()
    const [key] = keysOfOrigin(master.store.reader, masterId)
    const segments = readFrontier(master.store.reader, { origin: masterId }).flatMap(({ log }) =>
      [...readSegmentsFrom(master.store.reader, parseLogId(log), 1)].map(({ bytes }) => ({ log, bytes })),
    )
    const own = master.engine.stateHash(master.store.reader)
    master.close()
    expect(new Set(segments.map(({ log }) => parseLogId(log).incarnation)).size).toBe(4)
    if (key === undefined) throw new Error('The master has no key.')
    const logs = [...new Set(segments.map(({ log }) => log))]
    for (const order of [logs, logs.toReversed(), [...logs.slice(2), ...logs.slice(0, 2)]]) {
      using store = await openTestStore('memory')
      const engine = store.transact((writer) => {
        putKey(writer, key, recordedAt)
        return createProjectionEngine(writer, projections, testPorts.crypto)
      })
      for (const log of order) {
        for (const { bytes } of segments.filter((segment) => segment.log === log)) {
          store.transact((writer) => {
            const taken = acceptSegment(writer, verified(bytes, key.publicKey), recordedAt)
            if (taken.kind === 'stored') engine.project(writer, taken.events)
          })
        }
      }
      expect(engine.stateHash(store.reader)).toBe(own)
      const authority = engine.read(store.reader, 'authority', rootDomainId)?.decisions as AuthorityState
      const later = engine.read(store.reader, 'masters', masterId)?.decisions as MasterState
      const given = authority.acts.flatMap(({ word }) => (word.kind === 'give' ? [word] : []))
      expect(given.map(({ giving, right }) => [giving.epoch, right])).toEqual([
        [1, 'root'],
        [2, 'break-glass'],
        [3, 'break-glass'],
      ])
      expect(later.incarnation?.id).not.toBe(given.at(-1)?.giving.incarnation)
    }
  })
})
