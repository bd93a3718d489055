/** Commands from the act of a person to the proof of a node: a real master and real agents, as processes, over HTTP. */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { artifactView, commandDetail, commandPreview, issuedBatch, issuedCommand } from '../../../core/contract/commands.ts'
import type { EnrolmentView } from '../../../core/contract/people.ts'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { openStore } from '../../../core/store/open.ts'
import { readEventsAfter } from '../../../core/store/read-events.ts'
import { temporaryDirectory } from '../../helpers/command-line.ts'
import { type RunningMaster, type RunningNode, startMaster, startNode, waitFor } from '../../helpers/processes.ts'
import { testPorts } from '../../helpers/store/open.ts'

type Detail = z.infer<typeof commandDetail>
type Issued = z.infer<typeof issuedCommand>

let home = temporaryDirectory('commands')
let master: RunningMaster
let url = ''
const nodes: RunningNode[] = []

beforeEach(async () => {
  home = temporaryDirectory('commands')
  master = await startMaster(join(home.path, 'master'))
  url = master.url
  const { id: operatorId } = await master.call<{ readonly id: string }>('operator.create', { name: 'Ada', role: 'authority' })
  await master.call('operator.signIn', { operatorId })
})
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop('SIGKILL')
  await master.stop('SIGKILL')
  home.dispose()
})

async function start(name: string): Promise<RunningNode> {
  const node = await startNode(join(home.path, name), url, '--name', name, '--tags', 'pump', '--contact-every', '1')
  nodes.push(node)
  return node
}

async function enrol(name: string): Promise<RunningNode> {
  const node = await start(name)
  const request = await waitFor('a request to join', async () =>
    (await master.call<{ readonly items: readonly EnrolmentView[] }>('enrolment.list', { status: 'PENDING' })).items.find(
      ({ nodeId }) => nodeId === node.nodeId,
    ),
  )
  await master.call('enrolment.approve', { requestId: request.requestId, activate: true })
  await waitFor('attachment', () => node.lines.some(({ state }) => state === 'ATTACHED') || undefined)
  return node
}

const issue = (node: RunningNode, kind: string, data: unknown, more: Readonly<Record<string, unknown>> = {}) =>
  master.call<Issued>('command.issue', { nodeId: node.nodeId, kind, data, reason: 'a test', ...more })
const get = (commandId: string) => master.call<Detail>('command.get', { commandId })
const reach = (commandId: string, ...stages: readonly string[]) =>
  waitFor(`${stages.join(' or ')} of ${commandId}`, async () => {
    const found = await get(commandId)
    return stages.includes(found.stage) ? found : undefined
  })
const configurationOf = (node: RunningNode) =>
  JSON.parse(readFileSync(join(node.directory, 'configuration.json'), 'utf8')) as Readonly<Record<string, unknown>>

/** What the node wrote about one command, in order; the node is not running. */
async function factsOf(node: RunningNode, commandId: string): Promise<readonly string[]> {
  using store = await openStore({ directory: node.directory, mode: 'read-only', role: 'node', ports: testPorts })
  return readEventsAfter(store.reader, 0, 100_000).flatMap(({ event }) =>
    event?.type.startsWith('ibcf.command.') === true && event.data['commandId'] === commandId ? [event.type.split('.')[2] ?? ''] : [],
  )
}

const program = (version: string, health = 'OK') => `console.log(JSON.stringify({ version: '${version}', health: '${health}' }))\n`
async function publish(version: string, text: string): Promise<z.infer<typeof artifactView>> {
  const bytes = Buffer.from(text)
  const digest = createHash('sha256').update(bytes).digest('hex')
  for (let offset = 0; offset < bytes.length; offset += 500_000) {
    const content = bytes.subarray(offset, offset + 500_000).toString('base64')
    await master.call('artifact.put', { digest, offset, sizeBytes: bytes.length, content })
  }
  return master.call('artifact.publish', { name: 'pump.mjs', version, digest })
}

/** Another operator, who agrees to what a command says. */
async function secondPerson(): Promise<(commandId: string) => Promise<void>> {
  const { id } = await master.call<{ readonly id: string }>('operator.create', { name: 'Grace', role: 'engineer' })
  return async (commandId) => {
    const { bodyDigest } = await get(commandId)
    const target = targetOfDirectory(master.directory, createFiles())
    const approval = { commandId, bodyDigest, reason: 'looked at it' }
    await callProcedure(target, 'main', 'command.approve', approval, id, new AbortController().signal)
  }
}

describe('a command', () => {
  it('[CM19] [CM20] [CM22] reaches a node that waits for it, and comes back applied with what was found', async () => {
    const node = await enrol('one')
    const asked = performance.now()
    const { commandId } = await issue(node, 'set-config', { changes: [{ path: '/duty/percent', value: 40 }] })
    const done = await reach(commandId, 'applied', 'rejected')
    expect(done).toMatchObject({ stage: 'applied', attempts: 1, end: { kind: 'applied', detail: 'Read back: {"/duty/percent":40}' } })
    expect(performance.now() - asked).toBeLessThan(10_000)
    expect(configurationOf(node)).toEqual({ duty: { percent: 40 } })

    const snapshot = await issue(node, 'run-snapshot', { parts: ['configuration', 'health'] })
    expect((await reach(snapshot.commandId, 'applied', 'rejected')).end?.detail).toMatch(
      /^Recorded with it: configuration [0-9a-f]{64}, health [0-9a-f]{64}\.$/,
    )
    const restarted = await issue(node, 'restart', { scope: 'agent' })
    expect((await reach(restarted.commandId, 'applied', 'rejected', 'outcome-unknown')).end).toMatchObject({
      kind: 'applied',
      detail: 'Started again: run 2 of the agent, after the command began in run 1.',
    })
    const host = await issue(node, 'restart', { scope: 'host' })
    expect((await reach(host.commandId, 'applied', 'rejected')).end).toMatchObject({ code: 'RESTART_NOT_POSSIBLE' })
    await node.stop()
    expect(await factsOf(node, commandId)).toEqual(['received', 'started', 'applied'])
  })
})

describe('an artifact', () => {
  it('[CM5] [CM12] [CM23] is installed where two people agreed, proven by the version that came up, and taken back where it does not come up', async () => {
    const [first, second] = [await enrol('one'), await enrol('two')]
    const agree = await secondPerson()
    const install = async (version: string, text: string) => {
      const data = { ...(await publish(version, text)), rollBackAt: 'DEGRADED' }
      const order = { selector: { tagsAny: ['pump'] }, kind: 'install-artifact', data, reason: 'a test' }
      const preview = await master.call<z.infer<typeof commandPreview>>('command.preview', order)
      expect(preview.hit.map(({ name }) => name)).toEqual(['one', 'two'])
      expect(preview.needsApproval).toBe(true)
      const { commandIds } = await master.call<z.infer<typeof issuedBatch>>('command.issueBatch', {
        ...order,
        previewDigest: preview.previewDigest,
      })
      for (const commandId of commandIds) expect((await get(commandId)).stage).toBe('issued')
      for (const commandId of commandIds) await agree(commandId)
      return Promise.all(commandIds.map((commandId) => reach(commandId, 'applied', 'rejected')))
    }
    const fileOf = (node: RunningNode) => readFileSync(join(node.directory, 'software', 'pump.mjs'), 'utf8')

    const installed = await install('1.0.0', program('1.0.0'))
    expect(installed.map(({ stage }) => stage)).toEqual(['applied', 'applied'])
    expect(installed[0]?.end?.detail).toMatch(
      /^pump\.mjs came up after the swap and says version 1\.0\.0, health OK; the file in place is sha256 [0-9a-f]{64}\.$/,
    )
    expect([fileOf(first), fileOf(second)]).toEqual([program('1.0.0'), program('1.0.0')])

    for (const [version, text, why] of [
      ['2.0.0', 'process.exit(7)\n', 'it ended with 7'],
      ['3.0.0', program('2.9.9'), 'it says it is version 2.9.9'],
      ['4.0.0', program('4.0.0', 'DEGRADED'), 'its health is DEGRADED'],
    ] as const) {
      const refused = await install(version, text)
      expect(refused.map(({ stage, end }) => [stage, end?.code])).toEqual([
        ['rejected', 'ROLLED_BACK'],
        ['rejected', 'ROLLED_BACK'],
      ])
      expect(refused[0]?.end?.detail).toContain(why)
      expect(refused[0]?.end?.detail).toContain('and runs again as version 1.0.0')
      expect([fileOf(first), fileOf(second)]).toEqual([program('1.0.0'), program('1.0.0')])
    }
  })

  it('[CM23] whose signature is not the master’s touches nothing, and one of megabytes comes in ranges', async () => {
    const node = await enrol('one')
    const agree = await secondPerson()
    const large = `${program('5.0.0')}// ${'x'.repeat(3_000_000)}\n`
    const data = { ...(await publish('5.0.0', large)), rollBackAt: 'FAILED' }
    const forged = await issue(node, 'install-artifact', { ...data, version: '6.0.0' })
    await agree(forged.commandId)
    expect((await reach(forged.commandId, 'applied', 'rejected')).end).toMatchObject({ code: 'ARTIFACT_SIGNATURE_WRONG' })
    expect(existsSync(join(node.directory, 'software', 'pump.mjs'))).toBe(false)
    const right = await issue(node, 'install-artifact', data)
    await agree(right.commandId)
    expect((await reach(right.commandId, 'applied', 'rejected')).stage).toBe('applied')
    expect(readFileSync(join(node.directory, 'software', 'pump.mjs'), 'utf8')).toBe(large)
  })
})

describe('what is taken back', () => {
  it('[CM17] expires while its node is away, and is not begun when it comes back', async () => {
    const node = await enrol('one')
    await node.stop()
    const expiresAt = new Date(Date.now() + 1500).toISOString()
    const { commandId } = await issue(node, 'set-config', { changes: [{ path: '/late', value: true }] }, { expiresAt })
    await reach(commandId, 'expired')
    const again = await start('one')
    const { commandId: after } = await issue(again, 'set-config', { changes: [{ path: '/after', value: true }] })
    await reach(after, 'applied')
    await again.stop()
    expect(configurationOf(again)).toEqual({ after: true })
    expect(await factsOf(again, commandId)).toEqual([])
  })

  it('[CM9] [CM10] is withdrawn at a node that holds it and waits for its window: cancelled, or superseded by a later one', async () => {
    const node = await enrol('one')
    const constraints = { maintenance_window: closedWindow() }
    const cancelled = await issue(node, 'set-config', { changes: [{ path: '/a', value: 1 }] }, { constraints })
    expect(cancelled.waitsFor.map(({ code }) => code)).toEqual(['WINDOW_CLOSED'])
    const early = await issue(node, 'set-config', { changes: [{ path: '/b', value: 1 }] }, { constraints })
    await reach(cancelled.commandId, 'received')
    await reach(early.commandId, 'received')
    await master.call('command.cancel', { commandId: cancelled.commandId, reason: 'not needed' })
    const late = await issue(node, 'set-config', { changes: [{ path: '/b', value: 2 }] })
    await reach(late.commandId, 'applied')
    const ended = (commandId: string) => waitFor('a withdrawal', async () => (await get(commandId)).end ?? undefined)
    expect([await ended(cancelled.commandId), await ended(early.commandId)]).toMatchObject([
      { detail: 'cancelled' },
      { detail: 'superseded' },
    ])
    expect([(await get(cancelled.commandId)).stage, (await get(early.commandId)).stage]).toEqual(['cancelled', 'superseded'])
    expect(configurationOf(node)).toEqual({ b: 2 })
    await node.stop()
    expect(await factsOf(node, early.commandId)).toEqual(['received', 'withdrawn'])
  })
})

/** A minute of the day that is twelve hours away. */
function closedWindow(): string {
  const at = new Date(Date.now() + 12 * 3_600_000)
  return `${at.getUTCMinutes()} ${at.getUTCHours()} * * * for 1m`
}

/** Without a FIFO there is nothing that holds a write in the middle. */
describe.skipIf(process.platform === 'win32')('a node killed in the middle', () => {
  /** The next write of the configuration blocks in the kernel, after the command was recorded as started. */
  const block = (node: RunningNode) => execFileSync('mkfifo', [join(node.directory, 'configuration.json.new')])
  const unblock = (node: RunningNode) => rmSync(join(node.directory, 'configuration.json.new'))
  const changes = { changes: [{ path: '/mode', value: 'eco' }] }

  async function killInside(node: RunningNode, semantics: string): Promise<Issued> {
    block(node)
    // What is run at most once is for a life of the node that was heard of.
    const issued = await waitFor('a node that was heard of', () => issue(node, 'set-config', changes, { semantics }))
    await waitFor('the start on disk', async () => ((await factsOf(node, issued.commandId)).includes('started') ? true : undefined))
    await node.stop('SIGKILL')
    unblock(node)
    return issued
  }

  it('[CM8] [CM21] of set-config finds that nothing happened and runs it again, once', async () => {
    const node = await enrol('one')
    const { commandId } = await killInside(node, 'AT_LEAST_ONCE')
    const again = await start('one')
    expect(await reach(commandId, 'applied', 'outcome-unknown')).toMatchObject({ stage: 'applied', attempts: 2 })
    await again.stop()
    expect(await factsOf(again, commandId)).toEqual(['received', 'started', 'started', 'applied'])
    expect(configurationOf(again)).toEqual({ mode: 'eco' })
  })

  it('[CM8] of set-config that took effect records it as found, and does not run it again', async () => {
    const node = await enrol('one')
    const { commandId } = await killInside(node, 'AT_LEAST_ONCE')
    // What lies on the disk when the kill comes between the rename and the record of it.
    writeFileSync(join(node.directory, 'configuration.json'), '{"mode":"eco"}')
    const again = await start('one')
    expect(await reach(commandId, 'applied', 'outcome-unknown')).toMatchObject({ stage: 'applied', attempts: 1 })
    await again.stop()
    expect(await factsOf(again, commandId)).toEqual(['received', 'started', 'applied'])
  })

  it('[CM8] of what is run at most once leaves it to a person, who settles it', async () => {
    const node = await enrol('one')
    const { commandId } = await killInside(node, 'AT_MOST_ONCE')
    const again = await start('one')
    expect((await reach(commandId, 'applied', 'outcome-unknown')).stage).toBe('outcome-unknown')
    expect(existsSync(join(again.directory, 'configuration.json'))).toBe(false)
    await master.call('command.settle', { commandId, outcome: 'rejected', findings: 'Looked at the machine: nothing was set.' })
    expect((await get(commandId)).stage).toBe('rejected')
  })

  it('[CM8] of restart does not loop: the start that came after is the proof', async () => {
    const node = await enrol('one')
    const { commandId } = await issue(node, 'restart', { scope: 'agent' })
    await waitFor('the stop', () => node.lines.some(({ state }) => state === 'STOPPED') || undefined)
    await node.stop('SIGKILL')
    const again = await start('one')
    expect((await reach(commandId, 'applied', 'outcome-unknown')).stage).toBe('applied')
    await again.stop()
    expect((await factsOf(again, commandId)).filter((fact) => fact !== 'received')).toEqual(['started', 'applied'])
  })

  it('[CM8] of run-snapshot has the snapshot and the proof together or neither', async () => {
    let node = await enrol('one')
    for (const stage of ['sent', 'received', 'started']) {
      const { commandId } = await issue(node, 'run-snapshot', { parts: ['health'] })
      await reach(commandId, stage, 'applied')
      await node.stop('SIGKILL')
      node = await start('one')
      expect((await reach(commandId, 'applied', 'outcome-unknown')).stage).toBe('applied')
      await node.stop()
      expect((await factsOf(node, commandId)).filter((fact) => fact === 'applied')).toEqual(['applied'])
      node = await start('one')
    }
  })

  it('[CM8] [CM23] of install-artifact finds the new file coming up, and swaps nothing again; so does a master that was killed meanwhile', async () => {
    const node = await enrol('one')
    const agree = await secondPerson()
    const { commandId, begun, go } = await installSlowly(node, agree)
    await node.stop('SIGKILL')
    await master.stop('SIGKILL')
    writeFileSync(go, '')
    master = await startMaster(master.directory, '--listen', new URL(url).host)
    const again = await start('one')
    expect(await reach(commandId, 'applied', 'rejected', 'outcome-unknown')).toMatchObject({ stage: 'applied', attempts: 1 })
    await again.stop()
    expect((await factsOf(again, commandId)).filter((fact) => fact !== 'received')).toEqual(['started', 'applied'])
    // Begun once before the kill, and once to find out.
    expect(readFileSync(begun, 'utf8')).toBe('xx')
  })
})

/** Told to install a program that notes each beginning in `begun` and comes up once there is `go`; it has begun when this returns. */
async function installSlowly(
  node: Awaited<ReturnType<typeof enrol>>,
  agree: Awaited<ReturnType<typeof secondPerson>>,
): Promise<{ readonly commandId: string; readonly begun: string; readonly go: string }> {
  const [begun, go] = [join(home.path, 'begun'), join(home.path, 'go')]
  const slow = `import { appendFileSync, existsSync } from 'node:fs'
appendFileSync(${JSON.stringify(begun)}, 'x')
const look = () => existsSync(${JSON.stringify(go)}) ? console.log(JSON.stringify({ version: '2.0.0', health: 'OK' })) : setTimeout(look, 20)
look()
`
  const data = { ...(await publish('2.0.0', slow)), rollBackAt: 'FAILED' }
  const { commandId } = await issue(node, 'install-artifact', data)
  await agree(commandId)
  await waitFor('the program', () => existsSync(begun) || undefined)
  return { commandId, begun, go }
}

describe('a master killed between handing over and the report', () => {
  it('[CM16] [CM21] hears of it when it is back, and the node did it once', async () => {
    const node = await enrol('one')
    const agree = await secondPerson()
    const { commandId, begun, go } = await installSlowly(node, agree)
    await master.stop('SIGKILL')
    writeFileSync(go, '')
    await waitFor('the record at the node', async () => ((await factsOf(node, commandId)).includes('applied') ? true : undefined))
    master = await startMaster(master.directory, '--listen', new URL(url).host)
    expect(await reach(commandId, 'applied', 'rejected')).toMatchObject({ stage: 'applied', attempts: 1 })
    expect(readFileSync(begun, 'utf8')).toBe('x')
  })
})
