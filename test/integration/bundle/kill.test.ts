/** A master that is killed while it takes a bundle in: nothing of it is half there, and taking it in again ends it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import { signCard } from '../../../core/app/sync/sign.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { act, openSeat } from '../../helpers/authority/masters.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type RunningMaster, startMaster, waitFor } from '../../helpers/processes.ts'
import { pack } from '../../helpers/sync/bundles.ts'

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
    // Who packs it is no part of what is killed, and lives in this process.
    const from = await openSeat('From', 'REGION')
    // Each a log of its own, so that there is something to be killed in.
    for (let at = 0; at < 150; at++)
      act(from, 'domain.create', { name: `Domain ${at}`, parentId: from.master.identity.rootDomainId, level: 'LOCAL' })
    const { bytes, manifest } = await pack(from, { to: [], isPlain: true })
    const envelope = signCard(from.master, null)
    from.master.close()
    const { events } = manifest
    let to = await start('to')
    await to.call('operator.create', { name: 'Bob', role: 'authority' })
    const { masterId } = await to.call<{ masterId: string }>('sync.acceptPeer', { envelope })
    expect(masterId).toBe(manifest.from.masterId)
    const file = join(home.path, 'b.ibcf')
    writeFileSync(file, bytes)
    const own = await heldOf(to, masterId)
    for (let kill = 0; kill < 3; kill++) {
      const importing = ask(to, 'Bob', 'sync.import', { file }).then(
        () => 'done',
        () => 'killed',
      )
      // At another place each time: now, once it has begun to answer, and once something of it is there.
      if (kill > 0) await ask(to, 'Bob', 'master.get')
      if (kill > 1) await waitFor('something of it', async () => ((await heldOf(to, masterId)) > own ? true : undefined))
      await to.stop('SIGKILL')
      expect(['done', 'killed']).toContain(await importing)
      running.splice(running.indexOf(to), 1)
      const proven = await runCommand('verify', '--data', to.directory, '--json')
      expect(JSON.parse(proven.stdout.trim().split('\n').at(-1) ?? '{}'), proven.stderr).toMatchObject({ ok: true })
      to = await start('to')
    }
    const last = await ask<{ storedEvents: number; gaps: unknown[]; refused: unknown[] }>(to, 'Bob', 'sync.import', { file })
    expect(last).toMatchObject({ gaps: [], refused: [] })
    expect(await heldOf(to, masterId)).toBeGreaterThanOrEqual(own + events)
    expect(await ask(to, 'Bob', 'sync.import', { file })).toMatchObject({ storedEvents: 0 })
  }, 180_000)
})

/** How many events it holds; whom it trusts, it still does. */
async function heldOf(to: RunningMaster, from: string): Promise<number> {
  const { items } = await ask<{ items: readonly { readonly masterId: string }[] }>(to, 'Bob', 'sync.peers')
  expect(items.map(({ masterId }) => masterId)).toEqual([from])
  const { store } = await ask<{ store: { events: number } }>(to, 'Bob', 'fleet.overview')
  return store.events
}
