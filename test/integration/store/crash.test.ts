/** The store under SIGKILL, and directories that cannot be written to: real processes on real files. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readHead } from '../../../core/store/frontier.ts'
import { openStore } from '../../../core/store/open.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { testOrigin } from '../../helpers/log/origin.ts'
import { temporaryDirectory, testPorts } from '../../helpers/store/open.ts'

const node = testOrigin(1)

function start(script: string, args: readonly string[], user?: number): ChildProcess {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const identity = user === undefined ? {} : { uid: user, gid: user }
  return spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'], ...identity })
}

/** Lines of a child's output, as they come. */
async function* linesOf(child: ChildProcess): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of child.stdout ?? []) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise((done) => child.once('exit', done))
}

async function outcomeOf(directory: string, mode: string, user?: number): Promise<unknown> {
  const child = start('opener.ts', [directory, mode], user)
  let last = ''
  for await (const line of linesOf(child)) last = line
  await ended(child)
  return JSON.parse(last)
}

/** Appends until `acknowledgements` have come and a little more, kills, and answers the last seq that was acknowledged. */
async function appendAndKill(directory: string, acknowledgements: number, spins: number): Promise<number> {
  const child = start('appender.ts', [directory])
  let acknowledged = 0
  let count = 0
  for await (const line of linesOf(child)) {
    if (line !== 'ready') acknowledged = Number(line)
    if (count++ !== acknowledgements) continue
    // No two kills at the same place in a transaction: a different amount of work passes before each.
    for (let spin = 0; spin < spins; spin++) testPorts.crypto.sha256(new Uint8Array(1024))
    child.kill('SIGKILL')
  }
  await ended(child)
  return acknowledged
}

describe('a store whose process is killed', () => {
  it('[ST1] loses nothing that was acknowledged, doubles nothing and proves itself, however often it happens', async () => {
    using directory = temporaryDirectory()
    let acknowledged = 0
    for (let kill = 0; kill < 22; kill++) {
      const reached = await appendAndKill(directory.path, (kill * 7) % 23, (kill * 131) % 997)
      acknowledged = Math.max(acknowledged, reached)
      using store = await openStore({ directory: directory.path, mode: 'read-write', role: 'node', ports: testPorts })
      const head = readHead(store.reader, node.log)?.seq ?? 0
      expect(head, `after kill ${kill}`).toBeGreaterThanOrEqual(acknowledged)
      const held = readLogEvents(store.reader, node.log, 1, head).map(({ event }) => event?.data['seq'])
      expect(held).toEqual(Array.from({ length: head }, (_, index) => index + 1))
      expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
    }
    expect(acknowledged).toBeGreaterThan(100)
  })

  it('[ST6] is told from one that lives: its directory is free, the other’s is not', async () => {
    using directory = temporaryDirectory()
    const child = start('appender.ts', [directory.path])
    for await (const line of linesOf(child)) {
      if (line === 'ready') {
        expect(await outcomeOf(directory.path, 'lock')).toMatchObject({
          kind: 'Conflict',
          code: 'DATA_DIRECTORY_LOCKED',
          facts: { pid: child.pid, who: 'node' },
        })
        child.kill('SIGKILL')
      }
    }
    await ended(child)
    expect(await outcomeOf(directory.path, 'lock')).toEqual({ locked: true })
  })
})

describe('a directory that cannot be written to', () => {
  /** Root may write anywhere, so as root the process under test is nobody. */
  const isRoot = process.getuid?.() === 0
  const nobody = 65534

  it.skipIf(process.platform === 'win32')('[ST4] is said to be so, and a store in it is left as it is', async () => {
    using directory = temporaryDirectory()
    chmodSync(directory.path, 0o755)
    const data = join(directory.path, 'data')
    {
      using store = await openStore({ directory: data, mode: 'read-write', role: 'node', ports: testPorts })
      expect(readHead(store.reader, node.log)).toBeUndefined()
    }
    const unclosed = join(directory.path, 'unclosed')
    const acknowledged = await appendAndKill(unclosed, 3, 0)
    const empty = join(directory.path, 'empty')
    mkdirSync(empty)
    const paths = [data, empty, unclosed, directory.path]
    for (const path of paths) chmodSync(path, 0o555)
    const user = isRoot ? nobody : undefined
    const readOnly = { kind: 'Unavailable', code: 'STORE_READ_ONLY' }
    try {
      expect(await outcomeOf(data, 'read-write', user)).toMatchObject(readOnly)
      expect(await outcomeOf(empty, 'read-write', user)).toMatchObject(readOnly)
      expect(await outcomeOf(join(directory.path, 'missing'), 'read-write', user)).toMatchObject(readOnly)
      expect(await outcomeOf(empty, 'lock', user)).toMatchObject(readOnly)
      expect(await outcomeOf(data, 'read-only', user)).toEqual({ events: 0 })
      const { events } = (await outcomeOf(unclosed, 'read-only', user)) as { readonly events: number }
      expect(events).toBeGreaterThanOrEqual(acknowledged)
    } finally {
      for (const path of paths) chmodSync(path, 0o755)
    }
  })
})
