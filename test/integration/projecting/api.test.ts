/** What an operator sees and does of projections, against a master in a process of its own. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { projectionList } from '../../../core/contract/projections.ts'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import { readGenerations } from '../../../core/app/projecting/tables.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { createPorts } from '../../../core/platform/ports.ts'
import { openStore } from '../../../core/store/open.ts'
import { type Running, startCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { waitFor } from '../../helpers/processes.ts'

const home = temporaryDirectory('projecting')
const directory = join(home.path, 'master')
let master: Running
const call = <Answer>(procedure: string, input: unknown = {}, operator?: string): Promise<Answer> =>
  callProcedure(
    targetOfDirectory(directory, createFiles()),
    'main',
    procedure,
    input,
    operator,
    new AbortController().signal,
  ) as Promise<Answer>
const list = (): Promise<z.infer<typeof projectionList>> => call('projection.list')

beforeAll(async () => {
  master = await startCommand('master', '--data', directory)
  await call('operator.create', { name: 'Ada', role: 'authority' })
}, 60_000)
afterAll(async () => {
  await master.stop()
  home.dispose()
})

describe('projections of a running master', () => {
  it('[PJ6] are listed as they stand: current, nothing behind, nothing parked', async () => {
    const { items, stateHash, isSettled, powerless } = await list()
    expect(items.map(({ name }) => name)).toContain('lifecycle')
    for (const { state, behind, parked, rejudging, rebuild } of items)
      expect({ state, behind, parked, rejudging, rebuild }).toEqual({ state: 'current', behind: 0, parked: 0, rejudging: 0, rebuild: null })
    expect({ isSettled, powerless, isHash: /^[0-9a-f]{64}$/.test(stateHash) }).toEqual({ isSettled: true, powerless: 0, isHash: true })
  })

  it('[PJ6] are rebuilt when an operator asks, with the same outcome', async () => {
    const before = await list()
    await call('projection.rebuild', { reason: 'To see.' }, 'Ada')
    const after = await waitFor('the end of the rebuild', async () => {
      const now = await list()
      return now.items.every(({ state }) => state === 'current') ? now : undefined
    })
    expect(after.stateHash).toBe(before.stateHash)
    using store = await openStore({ directory, mode: 'read-only', role: 'master', ports: createPorts('test', 'error') })
    expect(readGenerations(store.reader).find(({ state }) => state === 'serving')).toMatchObject({ number: 2, reason: 'To see.' })
    await expect(call('projection.cancelRebuild', {}, 'Ada')).rejects.toMatchObject({ code: 'REBUILD_NOT_RUNNING' })
  })

  it('[PJ8] [PJ9] tell of what is parked and of what has no effect, a page at a time', async () => {
    expect(await call('projection.parked', { limit: 10 })).toEqual({ items: [], next: null, total: 0 })
    expect(await call('projection.powerless', { limit: 10 })).toEqual({ items: [], next: null, total: 0 })
    expect(await call('projection.retryParked', {}, 'Ada')).toEqual({ parked: 0 })
    await expect(call('projection.parked', { cursor: 'somewhere', limit: 10 })).rejects.toMatchObject({ code: 'CURSOR_MALFORMED' })
  })

  it('[PJ12] say of a node that was not known then, nothing', async () => {
    const nodeId = '01K0000000000000000000000Z'
    expect(await call('node.asOf', { nodeId, at: '2020-01-01T00:00:00.000Z' })).toBeNull()
  })
})
