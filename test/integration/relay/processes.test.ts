/** Nodes, relays and masters as the processes they are in the field: killed at every step, away for a while, and carried elsewhere. */
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { EnrolmentView } from '../../../core/contract/people.ts'
import type { NodeDetail } from '../../../core/contract/nodes.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import type { OriginId } from '../../../core/kernel/ids.ts'
import { createPorts } from '../../../core/platform/ports.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { openStore } from '../../../core/store/open.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type CuttableLink, openCuttableLink } from '../../helpers/cuttable-link.ts'
import {
  type RunningMaster,
  type RunningNode,
  type RunningRelay,
  startMaster,
  startNode,
  startRelay,
  waitFor,
} from '../../helpers/processes.ts'

const home = temporaryDirectory('relays')
const ports = createPorts('relays', 'silent')
const patienceMs = 60_000
let master: RunningMaster
/** Between the relay and the master. */
let up: CuttableLink
let relay: RunningRelay
const nodes: RunningNode[] = []
const relays: RunningRelay[] = []

beforeAll(async () => {
  master = await startMaster(join(home.path, 'master'), '--name', 'Master behind relays')
  const { id: operatorId } = await master.call<{ readonly id: string }>('operator.create', { name: 'Ada', role: 'authority' })
  await master.call('operator.signIn', { operatorId })
  up = await openCuttableLink(master.url)
  relay = await openAnd(await startRelay(join(home.path, 'relay'), [up.url], { args: ['--contact-every', '1', '--observe-every', '1'] }))
})

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop('SIGKILL')
})

afterAll(async () => {
  for (const one of relays) await one.stop('SIGKILL')
  await master.stop('SIGKILL')
  await up.close()
  home.dispose()
})

async function letIn(nodeId: string): Promise<void> {
  const request = await waitFor(
    'a request to join',
    async () =>
      (await master.call<{ readonly items: readonly EnrolmentView[] }>('enrolment.list', { status: 'PENDING' })).items.find(
        (one) => one.nodeId === nodeId,
      ),
    patienceMs,
  )
  await master.call('enrolment.approve', { requestId: request.requestId, activate: true })
}

async function openAnd(opened: RunningRelay): Promise<RunningRelay> {
  relays.push(opened)
  await letIn(opened.relayId)
  await waitFor('the relay to be attached', () => opened.lines.some(({ state }) => state === 'ATTACHED') || undefined, patienceMs)
  return opened
}

const startBehind = async (name: string, ...urls: readonly string[]): Promise<RunningNode> => {
  const [first = relay.url, ...others] = urls
  const ways = others.flatMap((url) => ['--master', url])
  const node = await startNode(join(home.path, name), first, ...ways, '--name', name, '--contact-every', '1', '--observe-every', '1')
  nodes.push(node)
  return node
}
const joinBehind = async (name: string, ...urls: readonly string[]): Promise<RunningNode> => {
  const node = await startBehind(name, ...urls)
  await letIn(node.nodeId)
  await waitFor('attachment', () => node.lines.some(({ state }) => state === 'ATTACHED') || undefined, patienceMs)
  return node
}
const detail = (nodeId: string): Promise<NodeDetail> => master.call<NodeDetail>('node.get', { nodeId })

type Logs = ReadonlyMap<string, readonly string[]>

/** Exact bytes of every event, by log. */
async function logsIn(directory: string, role: 'master' | 'node', nodeId: string): Promise<Logs> {
  using store = await openStore({ directory, mode: 'read-only', role, ports })
  return new Map(
    readFrontier(store.reader, { origin: nodeId as OriginId }).map(({ log, seq }) => [
      log,
      readLogEvents(store.reader, parseLogId(log), 1, seq).map(({ bytes }) => Buffer.from(bytes).toString('utf8')),
    ]),
  )
}

/** What the node had recorded when it ended is with the master: none missing, none doubled, the same bytes. */
async function expectWith(node: RunningNode): Promise<void> {
  const own = await logsIn(node.directory, 'node', node.nodeId)
  const held = await waitFor(
    'all of it with the master',
    async () => {
      const there = await logsIn(master.directory, 'master', node.nodeId)
      return [...own].every(([log, events]) => (there.get(log)?.length ?? 0) >= events.length) ? there : undefined
    },
    patienceMs,
  )
  for (const [log, events] of own) expect(held.get(log)?.slice(0, events.length)).toEqual(events)
  const ids = [...held.values()].flat().map((text) => (JSON.parse(text) as { readonly id: string }).id)
  expect(new Set(ids).size).toBe(ids.length)
}

const hasLeft = (node: RunningNode, least: number): Promise<unknown> =>
  waitFor(
    'something left with the relay',
    () => node.lines.some(({ heldAtRelay }) => (heldAtRelay?.events ?? 0) >= least) || undefined,
    patienceMs,
  )
const again = async (upstream: string = up.url): Promise<void> => {
  const { host } = new URL(relay.url)
  relay = await startRelay(join(home.path, 'relay'), [upstream], { listen: host, args: ['--contact-every', '1', '--observe-every', '1'] })
  relays.push(relay)
}

describe('a relay as a process', () => {
  it('[RY18] says what is wrong with how it was called, and ends with 2', async () => {
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['--listen', '127.0.0.1:0', '--upstream', 'http://127.0.0.1:1'], /--data is needed/],
      [['--data', join(home.path, 'wrong'), '--listen', '127.0.0.1:0'], /--upstream is needed/],
      [['--data', join(home.path, 'wrong'), '--upstream', 'http://127.0.0.1:1'], /--listen is needed/],
      [['--data', join(home.path, 'wrong'), '--listen', '127.0.0.1:0', '--upstream', 'ftp://far'], /--upstream takes an http or https URL/],
      [
        ['--data', join(home.path, 'wrong'), '--listen', '127.0.0.1:0', '--upstream', 'http://127.0.0.1:1', '--queue-bytes', '10'],
        /--queue-bytes takes a number of bytes from 65536/,
      ],
    ]
    for (const [args, words] of wrong) {
      const { status, stderr } = await runCommand('relay', ...args)
      expect(stderr).toMatch(words)
      expect(status).toBe(2)
    }
    const { status, stdout } = await runCommand('relay', '--help')
    expect([status, stdout.includes('--queue-bytes N')]).toEqual([0, true])
  })

  it('[RY18] is a node of kind RELAY with a key of its own, which its owner alone can read, and one process at a time', async () => {
    const { record } = await detail(relay.relayId)
    expect(record).toMatchObject({ kind: 'RELAY', lifecycle: { phase: 'ACTIVE' } })
    expect(JSON.parse(readFileSync(join(home.path, 'relay', 'identity.json'), 'utf8'))).toMatchObject({ nodeId: relay.relayId })
    const second = await runCommand('relay', '--data', join(home.path, 'relay'), '--listen', '127.0.0.1:0', '--upstream', up.url, '--json')
    expect(second.status).toBe(3)
    expect(second.stdout).toContain('DATA_DIRECTORY_LOCKED')
  })

  it('[RY1] [RY3] [RY4] [RY12] carries for a node, holds while the master is away, and hands on what a dead node left', async () => {
    const node = await joinBehind('pump')
    expect((await detail(node.nodeId)).record.connectivity.mode).toBe('LIVE')
    up.cut()
    await hasLeft(node, 4)
    expect(node.lines.findLast(({ heldAtRelay }) => heldAtRelay !== null)?.heldAtRelay?.relayId).toBe(relay.relayId)
    await node.stop('SIGKILL')
    const before = await logsIn(master.directory, 'master', node.nodeId)
    up.restore()
    await waitFor(
      'what was left to be with the master',
      async () => {
        const now = await logsIn(master.directory, 'master', node.nodeId)
        return [...now].some(([log, events]) => events.length > (before.get(log)?.length ?? 0)) || undefined
      },
      patienceMs,
    )
    // And the node itself comes back whole.
    const back = await startBehind('pump')
    await waitFor('return', () => back.lines.some(({ state }) => state === 'ATTACHED') || undefined, patienceMs)
    await back.stop()
    const last = await startBehind('pump')
    await expectWith(last)
  })

  it('[RY3] [RY15] killed while it takes in, while it holds and while it hands on, it loses nothing that it acknowledged', async () => {
    const node = await joinBehind('valve')
    up.cut()
    // While it takes in: whatever it acknowledged before is there after.
    await hasLeft(node, 1)
    await relay.stop('SIGKILL')
    await again()
    await hasLeft(node, 6)
    const acknowledged = node.lines.findLast(({ heldAtRelay }) => heldAtRelay !== null)?.heldAtRelay?.events ?? 0
    // While it holds.
    await relay.stop('SIGKILL')
    await node.stop('SIGKILL')
    await again()
    await waitFor('what it held', () => (relay.lines.some(({ held }) => (held?.events ?? 0) > 0) ? true : undefined), patienceMs)
    // While it hands on: the link lets through a little, and it is killed in the middle of that.
    up.throttle(4000)
    up.restore()
    const sent = up.sentBytes()
    await waitFor('something on its way', () => up.sentBytes() > sent + 2000 || undefined, patienceMs)
    await relay.stop('SIGKILL')
    up.throttle(undefined)
    const before = [...(await logsIn(node.directory, 'node', node.nodeId)).values()].reduce((sum, events) => sum + events.length, 0)
    await again()
    await waitFor(
      'a queue that is empty',
      async () => {
        const observed = relay.lines.findLast(({ held }) => held !== null)?.held
        return observed !== undefined && observed !== null && observed.events === 0 ? true : undefined
      },
      patienceMs,
    )
    const there = [...(await logsIn(master.directory, 'master', node.nodeId)).values()].reduce((sum, events) => sum + events.length, 0)
    expect(there).toBeGreaterThanOrEqual(acknowledged)
    expect(there).toBeLessThanOrEqual(before)
    const back = await startBehind('valve')
    await waitFor('return', () => back.lines.some(({ state }) => state === 'ATTACHED') || undefined, patienceMs)
    await expectWith(back)
  })

  it('[RY15] [RY16] carried by hand to another relay, it hands on over that one', async () => {
    const node = await joinBehind('gate')
    up.cut()
    await hasLeft(node, 4)
    await node.stop('SIGKILL')
    expect(await relay.stop()).toBe(0)
    const far = await openAnd(await startRelay(join(home.path, 'far'), [master.url], { args: ['--contact-every', '1'] }))
    const before = await logsIn(master.directory, 'master', node.nodeId)
    await again(far.url)
    await waitFor(
      'what was left to be with the master',
      async () => {
        const now = await logsIn(master.directory, 'master', node.nodeId)
        return [...now].some(([log, events]) => events.length > (before.get(log)?.length ?? 0)) || undefined
      },
      patienceMs,
    )
    // Two hops: node, relay, relay, master.
    const back = await startBehind('gate')
    await waitFor('return', () => back.lines.some(({ state }) => state === 'ATTACHED') || undefined, patienceMs)
    await expectWith(back)
    await relay.stop()
    up.restore()
    await again()
  })

  it('[RY8] a node with two ways goes on directly when its relay is killed', async () => {
    const node = await joinBehind('fan', relay.url, master.url)
    await relay.stop('SIGKILL')
    const { heardAt } = await heard(node)
    await waitFor('a later heartbeat', async () => (await heard(node)).heardAt > heardAt + 3000 || undefined, patienceMs)
    expect((await detail(node.nodeId)).record.connectivity.mode).toBe('LIVE')
    expect(node.lines.some(({ state }) => state === 'AUTONOMOUS')).toBe(false)
    await again()
  })

  const heard = async (node: RunningNode): Promise<{ readonly heardAt: number }> => ({
    heardAt: Date.parse((await detail(node.nodeId)).record.connectivity.last_seen_ts ?? ''),
  })
})
