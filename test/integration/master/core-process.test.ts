/** The core process as the desktop program starts it: over a channel, which can be gone at any moment. */
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'

const entry = fileURLToPath(new URL('../../../core/app/entry.ts', import.meta.url))
let home: ReturnType<typeof temporaryDirectory>
beforeEach(() => {
  home = temporaryDirectory('core-process')
})
afterEach(() => {
  home.dispose()
})

type Started = { readonly child: ChildProcess; readonly ended: Promise<number | null>; readonly words: () => string }

function startCore(): Started {
  const child = fork(entry, [], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let words = ''
  child.stderr?.on('data', (part) => (words += part))
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  child.send({ kind: 'start', dataDir: home.path, token: 't'.repeat(40) })
  return { child, ended, words: () => words }
}

function answered({ child }: Started, kind: string): Promise<unknown> {
  return new Promise((resolve) => {
    child.on('message', (message: { readonly kind: string }) => {
      if (message.kind === kind) resolve(message)
    })
  })
}

async function expectClosedCleanly(): Promise<void> {
  expect(existsSync(join(home.path, 'run.json'))).toBe(false)
  const { status, stdout } = await runCommand('verify', '--data', home.path, '--json')
  expect([status, JSON.parse(stdout)]).toMatchObject([0, { ok: true, unsignedTail: 0 }])
}

describe('the core process of the desktop program', () => {
  it('[SH15] closes cleanly when its channel is cut while it serves', async () => {
    const core = startCore()
    await answered(core, 'ready')
    core.child.disconnect()
    expect([await core.ended, core.words()]).toEqual([0, ''])
    await expectClosedCleanly()
  })

  it('[SH15] closes cleanly when it is asked to by a message, a signal and the end of the channel at once', async () => {
    const core = startCore()
    await answered(core, 'ready')
    core.child.send({ kind: 'stop' })
    core.child.kill('SIGTERM')
    core.child.disconnect()
    expect([await core.ended, core.words()]).toEqual([0, ''])
    await expectClosedCleanly()
  })
})
