/** The node agent as a process: how it starts, what it says, and how it ends. */
import Database from 'better-sqlite3'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EnrolmentView } from '../../../core/contract/people.ts'
import { runCommand, startCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { openStore } from '../../../core/store/open.ts'
import { readEventsAfter } from '../../../core/store/read-events.ts'
import { testPorts } from '../../helpers/store/open.ts'
import { type RunningMaster, type RunningNode, startMaster, startNode, waitFor } from '../../helpers/processes.ts'

/** Nothing listens there: the port is reserved and never given out. */
const nobody = 'http://127.0.0.1:1'
const running: RunningNode[] = []
let home = temporaryDirectory('node')
beforeEach(() => {
  home = temporaryDirectory('node')
})
afterEach(async () => {
  for (const node of running.splice(0)) await node.stop('SIGKILL')
  home.dispose()
})

async function start(masterUrl: string, ...args: readonly string[]): Promise<RunningNode> {
  const node = await startNode(join(home.path, 'data'), masterUrl, '--observe-every', '1', ...args)
  running.push(node)
  return node
}

const run = (masterUrl: string, ...args: readonly string[]) =>
  runCommand('node', '--data', join(home.path, 'data'), '--master', masterUrl, ...args)
const saw = (node: RunningNode, code: string) => waitFor(code, () => node.lines.find(({ difficulty }) => difficulty?.code === code))

describe('a node as a process', () => {
  it('[AG15] says what is wrong with how it was called, and ends with 2', async () => {
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['--data', home.path], /--master is needed/],
      [['--master', nobody], /--data is needed/],
      [['--data', home.path, '--master', 'island'], /--master takes an http or https URL/],
      [['--data', home.path, '--master', 'ftp://island'], /--master takes an http or https URL/],
      [['--data', home.path, '--master', nobody, '--kind', 'TOASTER'], /--kind is one of EDGE, DC, GATEWAY, RELAY, VIRTUAL/],
      [['--data', home.path, '--master', nobody, '--contact-every', '0'], /--contact-every takes whole seconds from 1/],
      [['--data', home.path, '--master', nobody, '--observe-every', '1.5'], /--observe-every takes whole seconds/],
      [['--data', home.path, '--master', nobody, '--autonomy-budget', '-1'], /autonomy-budget/],
      [['--data', home.path, '--master', nobody, '--via', 'me'], /--via takes the identifier of a relay/],
      [['--data', home.path, '--master', nobody, '--master-key', 'secret'], /--master-key takes ed25519:/],
      [['--data', home.path, '--master', nobody, '--colour', 'red'], /Unknown option '--colour'/],
    ]
    for (const [args, words] of wrong) {
      const { status, stderr } = await runCommand('node', ...args)
      expect(stderr).toMatch(words)
      expect(stderr.trim().split('\n')).toHaveLength(1)
      expect(status).toBe(2)
    }
    expect(existsSync(join(home.path, 'identity.json'))).toBe(false)
  })

  it('[AG15] is the same node after a restart, ends with 0 on SIGTERM, and leaves a signed log that verifies', async () => {
    const first = await start(nobody)
    await saw(first, 'LINK_DOWN')
    expect(await first.stop()).toBe(0)
    expect(first.lines.at(-1)?.state).toBe('STOPPED')
    const second = await start(nobody)
    expect([second.nodeId, second.keyId]).toEqual([first.nodeId, first.keyId])
    expect(await second.stop('SIGINT')).toBe(0)
    const { status, stdout } = await runCommand('verify', '--data', second.directory, '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ ok: true, role: 'node', unsignedTail: 0, origins: 1 })
  })

  it('[AG15] tells people the same in plain lines, after the ready line that programs wait for', async () => {
    const node = await startCommand('node', '--data', join(home.path, 'data'), '--master', nobody)
    expect(node.ready).toMatchObject({ ready: true, pid: node.child.pid })
    let told = ''
    node.child.stdout?.on('data', (part) => (told += String(part)))
    expect(await node.stop()).toBe(0)
    expect(told.trim().split('\n').at(-1)).toMatch(/^STOPPED, \d+ events to send$/)
  })

  it('[AG15] of two agents on one data directory the second is told of the first, and ends with 3', async () => {
    const first = await start(nobody)
    const { status, stderr } = await run(nobody)
    expect(stderr).toContain(`is in use by another node (process ${first.pid})`)
    expect(stderr).toContain('DATA_DIRECTORY_LOCKED')
    expect(status).toBe(3)
  })

  it('[AG15] after a SIGKILL the directory is free, and the next start knows that the last end was unclean', async () => {
    const first = await start(nobody)
    await saw(first, 'LINK_DOWN')
    expect(await first.stop('SIGKILL')).toBeNull()
    const second = await start(nobody)
    await saw(second, 'LINK_DOWN')
    await second.stop()
    using store = await openStore({ directory: second.directory, mode: 'read-only', role: 'node', ports: testPorts })
    const events = readEventsAfter(store.reader, 0, 1000).flatMap(({ event }) => event ?? [])
    expect(events.filter(({ type }) => type === 'ibcf.agent.started.v1').map(({ data }) => data['unclean'])).toEqual([false, true])
  })

  it('[AG1] refuses a damaged identity, and one that is gone from beside its log, with 4, and makes no other', async () => {
    const node = await start(nobody)
    await node.stop()
    const path = join(node.directory, 'identity.json')
    const whole = readFileSync(path)
    writeFileSync(path, whole.subarray(0, 100))
    const damaged = await run(nobody)
    expect(damaged).toMatchObject({ status: 4 })
    expect(damaged.stderr).toContain('IDENTITY_DAMAGED')
    expect(readFileSync(path)).toHaveLength(100)
    rmSync(path)
    const gone = await run(nobody)
    expect(gone).toMatchObject({ status: 4 })
    expect(gone.stderr).toContain('IDENTITY_DAMAGED')
    expect(existsSync(path)).toBe(false)
    writeFileSync(path, whole)
    expect((await start(nobody)).nodeId).toBe(node.nodeId)
  })

  it('[AG15] refuses a store of a newer version, a damaged one, one of a master, and a place that it cannot write', async () => {
    const node = await start(nobody)
    await node.stop()
    const file = join(node.directory, 'store.sqlite')
    const database = new Database(file)
    const version = Number(database.pragma('user_version', { simple: true }))
    database.pragma('user_version = 999999')
    database.close()
    const newer = await run(nobody)
    expect(newer).toMatchObject({ status: 4 })
    expect(newer.stderr).toContain('STORE_FROM_FUTURE')

    const again = new Database(file)
    again.pragma(`user_version = ${version}`)
    again.close()
    const bytes = readFileSync(file)
    writeFileSync(file, Buffer.concat([Buffer.from('not a database at all'), bytes.subarray(21)]))
    const damaged = await run(nobody)
    expect(damaged).toMatchObject({ status: 4 })
    expect(damaged.stderr).toContain('STORE_DAMAGED')
    writeFileSync(file, bytes)

    const blocked = await runCommand('node', '--data', join(file, 'below-a-file'), '--master', nobody)
    expect(blocked).toMatchObject({ status: 4 })
    expect(blocked.stderr).toContain('STORE_READ_ONLY')

    const directory = join(home.path, 'master')
    const master = await startMaster(directory)
    await master.stop()
    const role = await runCommand('node', '--data', directory, '--master', nobody)
    expect(role).toMatchObject({ status: 3 })
    expect(role.stderr).toContain('STORE_ROLE_DIFFERS')
  })

  it('[AG12] says that what answers there is no master, and keeps asking', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in to the hotel</title>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const node = await start(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
      const { difficulty } = await saw(node, 'NOT_A_MASTER')
      expect(difficulty?.sentence).toBe('What answers there is not a master of this fleet (status 200, text/html).')
      await waitFor('it asks again', () => asked.length >= 3 || undefined)
      expect(new Set(asked)).toEqual(new Set(['/v1']))
      expect(await node.stop()).toBe(0)
    } finally {
      server.close()
    }
  })
})

describe('a node at the door of a master', () => {
  const masterHome = temporaryDirectory('door')
  let master: RunningMaster
  beforeAll(async () => {
    master = await startMaster(join(masterHome.path, 'master'))
    await master.call('operator.create', { name: 'Ada', role: 'authority' })
  })
  afterAll(async () => {
    await master.stop()
    masterHome.dispose()
  })

  it('[AG5] with a pin that the master does not meet ends with 3 and tells it nothing', async () => {
    const { status, stderr } = await run(master.url, '--master-key', `ed25519:${'0'.repeat(32)}`)
    expect(stderr).toContain('MASTER_KEY_CHANGED')
    expect(status).toBe(3)
    expect(await master.call('enrolment.list', {})).toMatchObject({ items: [], total: 0 })
  })

  it('[AG4] that is turned away says why and ends with 3', async () => {
    const node = startCommand('node', '--data', join(home.path, 'data'), '--master', master.url, '--json')
    const { child } = await node
    let told = ''
    child.stdout?.on('data', (part) => (told += String(part)))
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const request = await waitFor(
      'a request',
      async () => (await master.call<{ readonly items: readonly EnrolmentView[] }>('enrolment.list', { status: 'PENDING' })).items[0],
    )
    await master.call('enrolment.refuse', { requestId: request.requestId, reason: 'not one of ours' })
    expect(await ended).toBe(3)
    expect(told).toContain('"code":"ENROLMENT_REFUSED"')
    expect(told).toContain('not one of ours')
  })
})
