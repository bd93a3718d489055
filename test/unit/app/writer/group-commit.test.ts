/** Jobs that share a transaction: fewer commits than jobs, each refused alone, none answered before the disk has it. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOperator } from '../../../../core/app/acts/operators.ts'
import { renameMaster } from '../../../../core/app/acts/domains.ts'
import { checkProjections } from '../../../../core/app/projecting/check.ts'
import { createGroupCommit, type GroupCommit } from '../../../../core/app/writer/group-commit.ts'
import { AppError } from '../../../../core/kernel/app-error.ts'
import { projections } from '../../../../core/projections/all.ts'
import type { GroupingStore } from '../../../../core/store/grouping.ts'
import { openStore } from '../../../../core/store/open.ts'
import { lastPosition } from '../../../../core/store/read-events.ts'
import { attach, complete, countersign, createApproved, createAway, openReturn, upload } from '../../../helpers/gateway/field-node.ts'
import { createIsland, type Island } from '../../../helpers/gateway/island.ts'

let island: Island
let group: GroupCommit
beforeEach(async () => {
  island = await createIsland({ isOnDisk: true })
  group = createGroupCommit(island.master.store, island.ports)
})
afterEach(() => island[Symbol.dispose]())

const rename = (name: string) => () =>
  renameMaster({ master: island.master, actor: island.operator }, { name, rootDomainName: `Island of ${name}` })
const position = (): number => lastPosition(island.master.store.reader)
const transactions = (): number => island.master.store.transactions()
const isEqual = (): boolean => checkProjections(island.master.store.reader, projections, island.ports.crypto).isEqual

/** What a killed process would find again. */
function copyOf(directory: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'ibcf-group-'))
  cpSync(directory, copy, { recursive: true, filter: (source) => !source.includes('lock.sqlite') && !source.endsWith('-shm') })
  return copy
}

async function lastOn(directory: string): Promise<number> {
  using store = await openStore({ directory, mode: 'read-write', role: 'master', ports: island.ports })
  return lastPosition(store.reader)
}

/** Every group of it is lost at its end, as on a disk that is full. */
function failingGroup(): GroupCommit {
  const { store } = island.master
  const together: GroupingStore['together'] = (jobs) =>
    store.together(
      (function* () {
        yield* jobs
        // As SQLite does by itself when the disk is full: nothing is left to commit.
        yield () => void store.reader.get('ROLLBACK')
      })(),
    )
  return createGroupCommit({ ...store, together }, island.ports)
}

/** The island as its nodes reach it through groups of commits. */
function through(commits: GroupCommit): Island {
  return {
    ...island,
    ask: async (request) => {
      const { status, headers, body } = await commits.run(() => {
        const asked = { headers: {}, body: new Uint8Array(), remote: '192.0.2.1', ...request }
        const admission = island.gateway.admit(asked)
        return admission.kind === 'answer' ? admission.response : admission.proceed(asked.body)
      })
      const text = new TextDecoder().decode(body)
      return { status, headers, body, json: text === '' ? undefined : (JSON.parse(text) as Readonly<Record<string, unknown>>) }
    },
  }
}

describe('group commit', () => {
  it('[MA20] makes one transaction of what waits at the same time, in the order asked', async () => {
    const before = { transactions: transactions(), position: position() }
    const answers = await Promise.all(Array.from({ length: 64 }, (_, index) => group.run(rename(`Name ${index}`))))
    expect(transactions() - before.transactions).toBe(1)
    expect(position() - before.position).toBe(128)
    expect(new Set(answers.flat()).size).toBe(128)
    expect(island.master.port.name()).toBe('Name 63')
    expect(group.figures()).toEqual({ jobs: 64, groups: 1 })
    expect(isEqual()).toBe(true)
  })

  it('[MA20] ends a group at its bound, and goes on with the rest in another', async () => {
    const bounded = createGroupCommit(island.master.store, island.ports, { maxJobs: 10, maxMs: 1000 })
    await Promise.all(Array.from({ length: 25 }, (_, index) => bounded.run(rename(`Name ${index}`))))
    expect(bounded.figures()).toEqual({ jobs: 25, groups: 3 })
  })

  it('[MA21] takes back only the job that is refused or throws, with what it folded', async () => {
    const ran: string[] = []
    const outcomes = await Promise.allSettled([
      group.run(rename('First')),
      group.run(() =>
        island.master.port.commit(({ decide }) => {
          const { masterId, rootDomainId } = island.master.identity
          decide({ type: 'ibcf.master.renamed.v1', subject: masterId, domain: rootDomainId, data: { name: 'Never' } })
          ran.push(island.master.port.name())
          throw new AppError('Rejected', 'NOT_TODAY', 'Not today.')
        }),
      ),
      group.run(() => {
        ran.push(island.master.port.name())
        return createOperator({ master: island.master, actor: island.operator }, { name: 'Ada', role: 'operator' })
      }),
      group.run(() => createOperator({ master: island.master, actor: island.operator }, { name: 'Grace', role: 'operator' })),
    ])
    expect(ran).toEqual(['Never', 'First'])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { code: 'NOT_TODAY' } })
    expect(outcomes[2]).toMatchObject({ reason: { code: 'OPERATOR_NAME_TAKEN' } })
    expect(island.master.port.name()).toBe('First')
    expect(isEqual()).toBe(true)
  })

  it('[MA21] of two that ask for the same at the same time accepts one', async () => {
    const make = () => createOperator({ master: island.master, actor: island.operator }, { name: 'Grace', role: 'operator' })
    const outcomes = await Promise.allSettled([group.run(make), group.run(make)])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  it('[MA22] answers only once it is durable: what lies on the disk while the group runs holds nothing of it', async () => {
    const before = position()
    let isAnswered = false
    const answer = group.run(rename('Later')).then(() => (isAnswered = true))
    const during = await group.run(() => ({ isAnswered, ran: position(), copy: copyOf(island.directory) }))
    const after = copyOf(island.directory)
    await answer
    try {
      expect([during.isAnswered, during.ran]).toEqual([false, before + 2])
      expect([await lastOn(during.copy), await lastOn(after)]).toEqual([before, before + 2])
    } finally {
      for (const copy of [during.copy, after]) rmSync(copy, { recursive: true })
    }
  })

  it('[MA22] [GW16] fails everyone who wrote when the disk is full, answers who only read, and recovers', async () => {
    const { reader } = island.master.store
    await group.run(rename('Before'))
    const before = position()
    reader.get(`PRAGMA max_page_count = ${Number(reader.get('PRAGMA page_count')?.['page_count'])}`)
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 40 }, (_, index) => group.run(rename(`${index}`.repeat(60)))),
      group.run(() => island.master.port.name().length > 0),
    ])
    const failed = outcomes.filter(({ status }) => status === 'rejected')
    expect(failed.length).toBeGreaterThan(0)
    for (const each of failed) expect(each).toMatchObject({ reason: { code: 'STORE_FULL' } })
    expect(outcomes.at(-1)).toEqual({ status: 'fulfilled', value: true })
    const written = outcomes.filter(({ status }) => status === 'fulfilled').length - 1
    expect(position() - before).toBe(2 * written)
    expect(isEqual()).toBe(true)
    // The small ones may have found room again; this one does not.
    await expect(group.run(rename('z'.repeat(200_000)))).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(island.master.readOnlyReason()).toMatchObject({ code: 'STORE_FULL' })
    reader.get('PRAGMA max_page_count = 1000000')
    await group.run(rename('After'))
    expect([island.master.port.name(), island.master.readOnlyReason()]).toEqual(['After', null])
    expect(isEqual()).toBe(true)
  })

  it('[MA22] answers nobody from what its group could not keep', async () => {
    await group.run(rename('Kept'))
    const failing = failingGroup()
    const [early, writes, looks] = await Promise.allSettled([
      failing.run(() => island.master.port.name()),
      failing.run(rename('Gone')),
      failing.run(() => island.master.port.name()),
    ])
    expect(early).toEqual({ status: 'fulfilled', value: 'Kept' })
    expect([writes?.status, looks?.status]).toEqual(['rejected', 'rejected'])
    expect(island.master.port.name()).toBe('Kept')
  })

  it('[MA20] [RT5] takes in the returns of many nodes at once in fewer transactions than they ask for', async () => {
    const away = await Promise.all(Array.from({ length: 8 }, () => createAway(island, 20)))
    const grouped = through(group)
    const before = { transactions: transactions(), jobs: group.figures().jobs }
    const answers = await Promise.all(
      away.map(async (node) => {
        const opened = await openReturn(grouped, node)
        await countersign(grouped, node, opened)
        expect(await upload(grouped, node, opened)).toBeUndefined()
        return complete(grouped, node, opened)
      }),
    )
    expect(answers.map(({ json }) => json?.['verdict'])).toEqual(away.map(() => 'CLEAN'))
    const asked = group.figures().jobs - before.jobs
    expect(asked).toBeGreaterThanOrEqual(8 * 6)
    expect(transactions() - before.transactions).toBeLessThan(asked / 2)
    expect(isEqual()).toBe(true)
  })

  it('[MA3] records later what the watchdog saw in a group that was lost, and fails no request for it', async () => {
    const node = await createApproved(island)
    const mode = () => island.master.model.connectivity(node.id)?.mode ?? null
    const token = await attach(through(failingGroup()), node)
    expect([token.length > 0, mode()]).toEqual([true, null])
    await island.ports.advance(6000)
    expect(mode()).toBe('LIVE')
    expect(isEqual()).toBe(true)
  })
})
