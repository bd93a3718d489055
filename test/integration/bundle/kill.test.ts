/** A master that is killed while it takes a bundle in: nothing of it is half there, and taking it in again ends it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type RunningMaster, startMaster, waitFor } from '../../helpers/processes.ts'

let home = temporaryDirectory('killed')
const running: RunningMaster[] = []

beforeEach(() => {
  home = temporaryDirectory('killed')
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((master) => master.stop('SIGKILL')))
  home.dispose()
})

async function start(name: string): Promise<RunningMaster> {
  const master = await startMaster(join(home.path, name), '--name', name)
  running.push(master)
  return master
}

const ask = <Answer>({ directory }: RunningMaster, operator: string, procedure: string, input: unknown = {}): Promise<Answer> =>
  callProcedure(
    targetOfDirectory(directory, createFiles()),
    'main',
    procedure,
    input,
    operator,
    new AbortController().signal,
  ) as Promise<Answer>

describe('a master killed while it takes a bundle in', () => {
  it('[SB28] has whole segments or none of them, proves itself, and holds all after it is given the bundle again', async () => {
    const from = await start('from')
    await from.call('operator.create', { name: 'Ada', role: 'authority' })
    const { rootDomainId } = await from.call<{ rootDomainId: string }>('master.get')
    // Each a log of its own, so that there is something to be killed in.
    for (let at = 0; at < 150; at++) await from.call('domain.create', { name: `Domain ${at}`, parentId: rootDomainId, level: 'LOCAL' })
    let to = await start('to')
    await to.call('operator.create', { name: 'Bob', role: 'authority' })
    const { envelope } = await from.call<{ envelope: unknown }>('sync.card')
    const { masterId } = await to.call<{ masterId: string }>('sync.acceptPeer', { envelope })
    expect(masterId).toBe(from.masterId)
    const stick = join(home.path, 'stick')
    mkdirSync(stick)
    const file = join(stick, 'b.ibcf')
    const { events } = await ask<{ events: number }>(from, 'Ada', 'sync.export', { file, to: [], plain: true, confirmPlain: true })
    const own = await heldOf(to, from)
    for (let kill = 0; kill < 3; kill++) {
      const importing = ask(to, 'Bob', 'sync.import', { file }).then(
        () => 'done',
        () => 'killed',
      )
      // At another place each time: now, once it has begun to answer, and once something of it is there.
      if (kill > 0) await ask(to, 'Bob', 'master.get')
      if (kill > 1) await waitFor('something of it', async () => ((await heldOf(to, from)) > own ? true : undefined))
      await to.stop('SIGKILL')
      expect(['done', 'killed']).toContain(await importing)
      running.splice(running.indexOf(to), 1)
      const proven = await runCommand('verify', '--data', to.directory, '--json')
      expect(JSON.parse(proven.stdout.trim().split('\n').at(-1) ?? '{}'), proven.stderr).toMatchObject({ ok: true })
      to = await start('to')
    }
    const last = await ask<{ storedEvents: number; gaps: unknown[]; refused: unknown[] }>(to, 'Bob', 'sync.import', { file })
    expect(last).toMatchObject({ gaps: [], refused: [] })
    expect(await heldOf(to, from)).toBeGreaterThanOrEqual(own + events)
    expect(await ask(to, 'Bob', 'sync.import', { file })).toMatchObject({ storedEvents: 0 })
  }, 180_000)
})

/** How many events it holds; whom it trusts, it still does. */
async function heldOf(to: RunningMaster, from: RunningMaster): Promise<number> {
  const { items } = await ask<{ items: readonly { readonly masterId: string }[] }>(to, 'Bob', 'sync.peers')
  expect(items.map(({ masterId }) => masterId)).toEqual([from.masterId])
  const { store } = await ask<{ store: { events: number } }>(to, 'Bob', 'fleet.overview')
  return store.events
}
