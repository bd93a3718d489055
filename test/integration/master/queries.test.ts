/** The forms of the queries over the private socket of a running master. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import { facetsAnswer } from '../../../core/contract/filter.ts'
import { changeTick, type ChangeTick } from '../../../core/contract/live.ts'
import { nodePage } from '../../../core/contract/nodes.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type RunningMaster, startMaster, startNode, waitFor } from '../../helpers/processes.ts'

let home: ReturnType<typeof temporaryDirectory>
let master: RunningMaster
let rootDomainId: string

beforeAll(async () => {
  home = temporaryDirectory('queries')
  master = await startMaster(`${home.path}/master`)
  await master.call('operator.create', { name: 'Ada', role: 'authority' })
  rootDomainId = (await master.call<{ readonly rootDomainId: string }>('master.get')).rootDomainId
})
afterAll(async () => {
  await master.stop()
  home.dispose()
})

type List = {
  readonly items: readonly { readonly id: string; readonly requestId: string; readonly name: string }[]
  readonly total: number
}

async function watch(query: string, input: unknown, signal: AbortSignal): Promise<AsyncIterator<ChangeTick>> {
  const target = targetOfDirectory(master.directory, createFiles())
  const ticks = (await callProcedure(target, 'main', 'live.watch', { query, input }, undefined, signal)) as AsyncIterable<ChangeTick>
  return ticks[Symbol.asyncIterator]()
}

describe('queries over the socket', () => {
  it('[QY45] ticks for the query that is watched when its answer changes, and not for what happens elsewhere', async () => {
    const { domainId: north } = await master.call<{ readonly domainId: string }>('domain.create', {
      name: 'North',
      parentId: rootDomainId,
      level: 'LOCAL',
    })
    const { domainId: south } = await master.call<{ readonly domainId: string }>('domain.create', {
      name: 'South',
      parentId: rootDomainId,
      level: 'LOCAL',
    })
    const over = new AbortController()
    const ticks = await watch('domain.get', { domainId: north }, over.signal)
    const first = changeTick.parse((await ticks.next()).value)
    expect(first.topics).toEqual([])
    await master.call('domain.configure', { domainId: south, thresholds: { slowRttMs: 900 } })
    await master.call('domain.configure', { domainId: north, thresholds: { slowRttMs: 800 } })
    const tick = changeTick.parse((await ticks.next()).value)
    expect([tick.topics, tick.domainIds]).toEqual([['domains'], [north]])
    over.abort()
    await expect(master.call('live.watch', { query: 'domain.get', input: { domainId: 'nowhere' } })).rejects.toMatchObject({
      code: 'WATCH_INPUT_INVALID',
    })
  })

  it('[QY40] [QY44] narrows lists and counts what is left, from the command line as well', async () => {
    const node = await startNode(`${home.path}/node`, master.url, '--name', 'Pump 7')
    try {
      const waiting = await waitFor('the request to join', async () => {
        const asked = await master.call<List>('enrolment.list', { text: 'pump', status: 'PENDING' })
        return asked.total === 0 ? undefined : asked
      })
      expect(waiting).toMatchObject({ items: [{ nodeId: node.nodeId }], next: null, total: 1 })
      await master.call('enrolment.approve', { requestId: waiting.items[0]?.requestId, domainId: rootDomainId })
      const page = nodePage.parse(await master.call('node.list', { domainId: rootDomainId, text: 'PUMP', kinds: ['EDGE'] }))
      expect(page).toMatchObject({ items: [{ name: 'Pump 7' }], total: 1, isTotalExact: true })
      const facets = facetsAnswer.parse(await master.call('node.facets', { of: ['kind', 'domain'] }))
      expect(facets).toEqual({
        total: 1,
        isTotalExact: true,
        facets: [
          { dimension: 'kind', values: [{ value: 'EDGE', name: null, nodes: 1 }], isExact: true },
          { dimension: 'domain', values: [{ value: rootDomainId, name: 'Island', nodes: 1 }], isExact: true },
        ],
      })
      const { stdout } = await runCommand('call', 'node.list', '{"anyTags":["nobody has it"]}', '--data', master.directory, '--json')
      expect(JSON.parse(stdout)).toMatchObject({ items: [], total: 0 })
    } finally {
      await node.stop()
    }
  })

  it('[QY40] refuses a part that a list does not know', async () => {
    await expect(master.call('rollout.list', { modes: ['LIVE'] })).rejects.toMatchObject({ kind: 'Invalid' })
    await expect(master.call('node.list', { colour: 'red' })).rejects.toMatchObject({ kind: 'Invalid' })
  })

  it('[QY43] answers of a past instant, or says why not', async () => {
    const { now } = await master.call<{ readonly now: string }>('master.get')
    expect(await master.call('node.list', { asOf: now })).toMatchObject({ isTotalExact: true })
    expect(await master.call('policy.assignments', { asOf: now })).toMatchObject({ items: [] })
    expect(await master.call('waiver.list', { asOf: now })).toMatchObject({ items: [] })
    for (const list of ['attention.list', 'command.list', 'relay.list', 'session.list', 'domain.list'])
      await expect(master.call(list, { asOf: now })).rejects.toMatchObject({ code: 'AS_OF_UNSUPPORTED' })
  })
})
