/** The threads of a running master: who waits for whom, and what is left when one of them dies. */
import { type ChildProcess, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startServing } from '../../../core/app/entry-serving.ts'
import { loadEngine } from '../../../core/store/engine.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type RunningMaster, startMaster, waitFor } from '../../helpers/processes.ts'

let home: ReturnType<typeof temporaryDirectory>
beforeEach(() => {
  home = temporaryDirectory('threads')
})
afterEach(() => home.dispose())

/** Holds up every commit from outside, as a commit that takes long does. */
async function holdUpCommits(directory: string): Promise<{ readonly release: () => void }> {
  const open = await loadEngine()
  const database = open(join(directory, 'store.sqlite'), { timeout: 5000 })
  database.exec('BEGIN IMMEDIATE')
  return {
    release: () => {
      database.exec('ROLLBACK')
      database.close()
    },
  }
}

const rootOf = async (master: RunningMaster): Promise<string> =>
  (await master.call<{ readonly rootDomainId: string }>('master.get')).rootDomainId

describe('the threads of a master', () => {
  it('[MA25] answers queries while a commit lasts, and the commit ends after them', async () => {
    const master = await startMaster(home.path)
    await master.call('operator.create', { name: 'Ada', role: 'authority' })
    const held = await holdUpCommits(home.path)
    const order: string[] = []
    const renamed = master.call('master.rename', { name: 'Quay', rootDomainName: 'Island' }).then(() => order.push('renamed'))
    // The second one finds the first one in the middle of its commit.
    for (let turn = 0; turn < 20; turn++) {
      const { items } = await master.call<{ readonly items: readonly unknown[] }>('operator.list')
      expect(items).toHaveLength(1)
      expect(await master.call('master.get')).toMatchObject({ name: 'Regional master' })
      order.push('asked')
    }
    held.release()
    await renamed
    expect(order.at(-1)).toBe('renamed')
    expect(await master.call('master.get')).toMatchObject({ name: 'Quay' })
    expect(await master.stop()).toBe(0)
  })

  it('[MA22] [ST1] killed among many acts at once, holds every one that was answered', async () => {
    let master = await startMaster(home.path)
    await master.call('operator.create', { name: 'Ada', role: 'authority' })
    const answered = new Set<string>()
    for (let round = 0; round < 3; round++) {
      const parentId = await rootOf(master)
      const { call } = master
      let isKilled = false
      const enough = answered.size + 60
      const asked = Array.from({ length: 32 }, async (_, lane) => {
        for (let turn = 0; !isKilled; turn++) {
          const made = await call<{ readonly domainId: string }>('domain.create', {
            name: `Pit ${round} ${lane} ${turn}`,
            parentId,
            level: 'LOCAL',
          }).catch(() => undefined)
          if (made !== undefined) answered.add(made.domainId)
          if (answered.size >= enough && !isKilled) {
            isKilled = true
            await master.stop('SIGKILL')
          }
        }
      })
      await Promise.all(asked)
      master = await startMaster(home.path)
      const { items } = await master.call<{ readonly items: readonly { readonly id: string }[] }>('domain.list')
      const held = new Set(items.map(({ id }) => id))
      expect([...answered].filter((id) => !held.has(id))).toEqual([])
    }
    expect(answered.size).toBeGreaterThanOrEqual(180)
    expect(await master.stop()).toBe(0)
    const { status, stdout } = await runCommand('verify', '--data', home.path, '--json')
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { ok: true }])
  })

  it('[MA26] ends with the words and the status of an error nobody caught when its writer dies', async () => {
    const core = startBreakable('writer')
    await core.ready
    core.child.kill('SIGUSR2')
    expect([await core.ended, core.words()]).toEqual([1, expect.stringContaining('The writer is broken on purpose.')])
    const again = await startMaster(home.path)
    expect(await again.stop()).toBe(0)
  })

  it('[ST45] keeps the write-ahead log short while acts come one upon the other', async () => {
    const serving = await startServing({
      directory: home.path,
      name: 'Harbour',
      rootDomainName: 'Island',
      level: 'REGION',
      keyProtection: { kind: 'file-permissions' },
    })
    try {
      const { master } = serving
      const operator = await master.act('operator.create', { name: 'Ada', role: 'authority' }, undefined)
      const { rootDomainId } = master.facts
      for (let turn = 0; turn < 2500; turn++)
        await master.act('domain.configure', { domainId: rootDomainId, thresholds: { delayedAfterS: 10 + (turn % 20) } }, operator)
      // Each of them writes six pages or more: without anybody moving them the log would have some eighty megabytes.
      expect(statSync(join(home.path, 'store.sqlite-wal')).size).toBeLessThan(40 * 1024 * 1024)
    } finally {
      await serving.close()
    }
  })

  it('[ST45] goes on when its checkpointer dies, and says so', async () => {
    const core = startBreakable('checkpointer')
    await core.ready
    await waitFor('the words', () => {
      if (core.words().includes('commits checkpoint themselves')) return true
      // It is started after the master is ready, and may not be there to be broken yet.
      core.child.kill('SIGUSR2')
      return undefined
    })
    const ran = await runCommand('call', 'operator.create', '{"name":"Ada","role":"authority"}', '--data', home.path)
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    core.child.kill('SIGTERM')
    expect(await core.ended).toBe(0)
  })
})

type Breakable = {
  readonly child: ChildProcess
  readonly ready: Promise<void>
  readonly ended: Promise<number | null>
  readonly words: () => string
}

function startBreakable(thread: string): Breakable {
  const ibcf = fileURLToPath(new URL('../../../core/bin/ibcf.ts', import.meta.url))
  const hook = fileURLToPath(new URL('../../helpers/end-thread.cjs', import.meta.url))
  const child = spawn(process.execPath, ['--require', hook, ibcf, 'master', '--data', home.path], {
    env: { ...process.env, END_THREAD: thread },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let words = ''
  child.stderr.on('data', (part) => (words += part))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (part) => {
      if (String(part).includes('"ready":true')) resolve()
    })
    void ended.then((status) => reject(new Error(`ended with ${status}: ${words}`)))
  })
  return { child, ready, ended, words: () => words }
}
