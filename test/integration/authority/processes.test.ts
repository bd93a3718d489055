/**
 * A split brain among processes: the holder is killed, two masters claim its domain and both command, each over the command line and over
 * HTTP; nodes are processes too. Everybody meets again by bundles that are carried, and nothing else.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type RunningMaster, type RunningNode, startMaster, startNode, waitFor } from '../../helpers/processes.ts'

type Station = { readonly name: string; readonly operator: string; running: RunningMaster }
type Card = { readonly words: string; readonly envelope: unknown }

let home = temporaryDirectory('split')
let stations: Station[] = []
let nodes: RunningNode[] = []
let sticks = 0
/** Processes come up, are killed and catch up here: generous, and only ever used up by a failure. */
const patienceMs = 60_000

beforeEach(() => {
  home = temporaryDirectory('split')
  stations = []
  nodes = []
})
afterEach(async () => {
  await Promise.all([...nodes, ...stations.map(({ running }) => running)].map((running) => running.stop('SIGKILL')))
  home.dispose()
})

async function open(name: string, level: string): Promise<Station> {
  const running = await startMaster(join(home.path, name), '--name', name, '--level', level)
  const operator = `Ada of ${name}`
  await running.call('operator.create', { name: operator, role: 'authority' })
  const station = { name, operator, running }
  stations.push(station)
  return station
}

/** As the console asks, in the name of that station's own operator: others are known there too once their logs have come. */
async function ask<Answer = unknown>({ running, operator }: Station, procedure: string, input: unknown = {}): Promise<Answer> {
  const target = targetOfDirectory(running.directory, createFiles())
  return (await callProcedure(target, 'main', procedure, input, operator, new AbortController().signal)) as Answer
}

/** By the command line, in the name of that station's own operator. Throws with what it said when it did not come to an end. */
async function call<Answer = unknown>({ running, operator }: Station, procedure: string, input: unknown = {}): Promise<Answer> {
  const args = [procedure, JSON.stringify(input), '--data', running.directory, '--operator', operator, '--json']
  const { status, stdout, stderr } = await runCommand('call', ...args)
  if (status !== 0) throw new Error(`${procedure} ended with ${status}: ${stderr}${stdout}`)
  return JSON.parse(stdout) as Answer
}

async function carry(from: Station, to: Station): Promise<void> {
  const stick = join(home.path, `stick-${++sticks}`)
  mkdirSync(stick)
  const file = join(stick, 'b.ibcf.age')
  const bundle = async (verb: string, station: Station, ...args: readonly string[]): Promise<void> => {
    const common = ['--data', station.running.directory, '--operator', station.operator, '--json']
    const { status, stdout, stderr } = await runCommand('bundle', verb, ...args, ...common)
    expect({ status, stdout, stderr }).toMatchObject({ status: 0 })
  }
  await bundle('export', from, '--to', file, '--for', to.running.masterId)
  await bundle('import', to, file)
}

type Authority = {
  readonly authority: { readonly standing: string; readonly epoch: number | null; readonly masterId: string | null }
  readonly right: string | null
  readonly disputes: readonly unknown[]
}

/** What all of them say of who is master there, by what right, and who disagreed and what settled it. Each goes on witnessing, so that their whole state differs. */
async function agree(
  domainId: string,
  ...all: readonly Station[]
): Promise<Pick<Authority, 'right' | 'disputes'> & { readonly masterId: string | null; readonly epoch: number | null }> {
  return waitFor(
    'the masters to agree',
    async () => {
      const found = await Promise.all(
        all.map(async (station) => {
          const { authority, right, disputes } = await ask<Authority>(station, 'domain.authority', { domainId })
          return {
            masterId: authority.masterId,
            epoch: authority.epoch,
            right,
            disputes: disputes.map((one) => JSON.stringify(one).replaceAll(/"masterName":[^,]*,/g, '')),
          }
        }),
      )
      return new Set(found.map((one) => JSON.stringify(one))).size === 1 ? found[0] : undefined
    },
    patienceMs,
  )
}

/** The node of that name, at the end of a link to this master: a process that was ended before, if there was one. */
async function plugIn(name: string, { running }: Station): Promise<RunningNode> {
  const directory = join(home.path, name)
  await nodes.find((node) => node.directory === directory)?.stop()
  const node = await startNode(directory, running.url, '--name', name, '--contact-every', '1')
  nodes = [...nodes.filter((other) => other.directory !== directory), node]
  return node
}

const attached = (node: RunningNode): Promise<unknown> =>
  waitFor(`${node.directory} to be attached`, () => node.lines.some(({ state }) => state === 'ATTACHED') || undefined, patienceMs)
const toldOf = (node: RunningNode, code: string): Promise<unknown> =>
  waitFor(`${code} at ${node.directory}`, () => node.lines.some(({ difficulty }) => difficulty?.code === code) || undefined, patienceMs)

function portOf(node: RunningNode): unknown {
  const path = join(node.directory, 'configuration.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { readonly port?: unknown }).port : undefined
}

function order({ nodeId }: RunningNode, port: number): object {
  return { nodeId, kind: 'set-config', data: { changes: [{ path: '/port', value: port }] }, reason: `Port ${port}.` }
}

async function applied(station: Station, node: RunningNode, port: number): Promise<void> {
  const { commandId } = await ask<{ commandId: string }>(station, 'command.issue', order(node, port))
  const stage = async () => (await ask<{ readonly stage: string }>(station, 'command.get', { commandId })).stage
  await waitFor(`${station.name}'s command`, async () => ((await stage()) === 'applied' ? true : undefined), patienceMs)
  expect(portOf(node)).toBe(port)
}

describe('a split brain among processes', () => {
  it('[AU8] [AU9] [AU15] [AU16] [AU24] [AG7] has every node obey one master at an epoch, and is healed by what is carried', async () => {
    const [hq, north, south] = [await open('Headquarters', 'GLOBAL'), await open('North', 'REGION'), await open('South', 'REGION')]
    for (const from of stations) {
      const { envelope, words } = await ask<Card>(from, 'sync.card')
      for (const to of stations) if (to !== from) await ask(to, 'sync.acceptPeer', { envelope, words })
    }
    await carry(north, hq)
    await carry(south, hq)
    const { rootDomainId } = await ask<{ rootDomainId: string }>(hq, 'master.get')
    const site = { name: 'Site', parentId: rootDomainId, level: 'LOCAL' }
    const { domainId } = await ask<{ domainId: string }>(hq, 'domain.create', site)
    let [pump, valve] = [await plugIn('pump', hq), await plugIn('valve', hq)]
    for (const node of [pump, valve]) {
      type Requests = { readonly items: readonly { readonly requestId: string; readonly nodeId: string }[] }
      const request = await waitFor('the request to join', async () =>
        (await ask<Requests>(hq, 'enrolment.list', {})).items.find(({ nodeId }) => nodeId === node.nodeId),
      )
      await ask(hq, 'enrolment.approve', { requestId: request.requestId, domainId, activate: true })
      await attached(node)
    }
    for (const [at, { running }] of [north, south].entries())
      await ask(hq, 'authority.delegate', { domainId, to: { masterId: running.masterId }, rank: at + 1, until: null })
    await carry(hq, north)
    await carry(hq, south)
    await hq.running.stop('SIGKILL')

    // Both claim, neither knowing of the other; each directs the node that it reaches, and orders the one that it does not.
    for (const station of [north, south]) await call(station, 'authority.claim', { domainId, reason: 'Nobody answers.' })
    pump = await plugIn('pump', north)
    valve = await plugIn('valve', south)
    await Promise.all([attached(pump), attached(valve)])
    await applied(north, pump, 1)
    await applied(south, valve, 2)
    await call(north, 'command.issue', order(valve, 91))
    await call(south, 'command.issue', order(pump, 92))

    // The other claimant, and the master that was overtaken and comes back: neither is obeyed.
    hq.running = await startMaster(hq.running.directory)
    pump = await plugIn('pump', south)
    valve = await plugIn('valve', hq)
    await Promise.all([toldOf(pump, 'EPOCH_CONTESTED'), toldOf(valve, 'MASTER_KEY_CHANGED')])
    // The one that came back knew nothing of the claim that overtook it: the valve showed it ([AU24]).
    expect(await ask<Authority>(hq, 'domain.authority', { domainId })).toMatchObject({
      authority: { standing: 'held-elsewhere', masterId: south.running.masterId, epoch: 2 },
    })
    expect([portOf(pump), portOf(valve)]).toEqual([1, 2])

    // By sticks alone: all hold both sides of it, and the holder above decides.
    await carry(north, hq)
    await carry(south, hq)
    expect(await ask<Authority>(hq, 'domain.authority', { domainId })).toMatchObject({ authority: { standing: 'contested', epoch: 2 } })
    await call(hq, 'authority.resolve', { domainId, inFavourOf: north.running.masterId, reason: 'It reaches both.' })
    await carry(hq, north)
    await carry(hq, south)
    expect(await agree(domainId, hq, north, south)).toMatchObject({ masterId: north.running.masterId, epoch: 3, right: 'resolution' })
    await expect(call(south, 'command.issue', order(valve, 93))).rejects.toThrow('AUTHORITY_NOT_HELD')

    pump = await plugIn('pump', north)
    valve = await plugIn('valve', north)
    await Promise.all([attached(pump), attached(valve)])
    await applied(north, pump, 3)
    await applied(north, valve, 4)
  }, 240_000)
})
