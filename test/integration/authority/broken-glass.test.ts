/**
 * Glass is broken at a node, among processes: its master is dead, a person at the node lets a laptop command it alone. The laptop learns it
 * from the node; the others by what is carried; and the master of record ends it after the reunion.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type RunningMaster, type RunningNode, startMaster, startNode, waitFor } from '../../helpers/processes.ts'

type Station = { readonly name: string; readonly operator: string; running: RunningMaster }
type Card = { readonly words: string; readonly envelope: unknown }
type Debt = { readonly eventId: string; readonly masterId: string; readonly nodes: readonly { readonly nodeId: string }[] | null }
type Authority = { readonly authority: { readonly standing: string; readonly masterId: string | null }; readonly debts: readonly Debt[] }

let home = temporaryDirectory('glass')
let stations: Station[] = []
let nodes: RunningNode[] = []
let sticks = 0
/** Generous, and only ever used up by a failure. */
const patienceMs = 60_000

beforeEach(() => {
  home = temporaryDirectory('glass')
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

async function ask<Answer = unknown>({ running, operator }: Station, procedure: string, input: unknown = {}): Promise<Answer> {
  const target = targetOfDirectory(running.directory, createFiles())
  return (await callProcedure(target, 'main', procedure, input, operator, new AbortController().signal)) as Answer
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

async function plugIn(name: string, { running }: Station): Promise<RunningNode> {
  const directory = join(home.path, name)
  await unplug(name)
  const node = await startNode(directory, running.url, '--name', name, '--contact-every', '1')
  nodes = [...nodes, node]
  return node
}

async function unplug(name: string): Promise<void> {
  const directory = join(home.path, name)
  await nodes.find((node) => node.directory === directory)?.stop()
  nodes = nodes.filter((other) => other.directory !== directory)
}

const attached = (node: RunningNode): Promise<unknown> =>
  waitFor(`${node.directory} to be attached`, () => node.lines.some(({ state }) => state === 'ATTACHED') || undefined, patienceMs)
const toldOf = (node: RunningNode, code: string): Promise<unknown> =>
  waitFor(`${code} at ${node.directory}`, () => node.lines.some(({ difficulty }) => difficulty?.code === code) || undefined, patienceMs)

function order({ nodeId }: RunningNode, port: number): object {
  return { nodeId, kind: 'set-config', data: { changes: [{ path: '/port', value: port }] }, reason: `Port ${port}.` }
}

async function applied(station: Station, node: RunningNode, port: number): Promise<void> {
  const { commandId } = await ask<{ commandId: string }>(station, 'command.issue', order(node, port))
  const stage = async () => (await ask<{ readonly stage: string }>(station, 'command.get', { commandId })).stage
  await waitFor(`${station.name}'s command`, async () => ((await stage()) === 'applied' ? true : undefined), patienceMs)
  const path = join(node.directory, 'configuration.json')
  expect(existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { readonly port?: unknown }).port : undefined).toBe(port)
}

describe('glass that is broken at a node', () => {
  it('[AU11] [AU23] [AG22] has that node obey the named master and no other, and is ended by the master of record', async () => {
    const [hq, laptop] = [await open('Headquarters', 'GLOBAL'), await open('Laptop', 'LOCAL')]
    const cards = new Map<Station, Card>()
    for (const from of stations) {
      const card = await ask<Card>(from, 'sync.card')
      cards.set(from, card)
      for (const to of stations) if (to !== from) await ask(to, 'sync.acceptPeer', card)
    }
    const { rootDomainId } = await ask<{ rootDomainId: string }>(hq, 'master.get')
    let pump = await plugIn('pump', hq)
    const valve = await plugIn('valve', hq)
    for (const node of [pump, valve]) {
      type Requests = { readonly items: readonly { readonly requestId: string; readonly nodeId: string }[] }
      const request = await waitFor('the request to join', async () =>
        (await ask<Requests>(hq, 'enrolment.list', {})).items.find(({ nodeId }) => nodeId === node.nodeId),
      )
      await ask(hq, 'enrolment.approve', { requestId: request.requestId, domainId: rootDomainId, activate: true })
      await attached(node)
    }
    await carry(hq, laptop)
    await hq.running.stop('SIGKILL')

    // The laptop is nobody to a node, until a person at the node says so.
    pump = await plugIn('pump', laptop)
    await toldOf(pump, 'MASTER_KEY_CHANGED')
    await expect(ask(laptop, 'command.issue', order(pump, 90))).rejects.toThrow('did not hold the domain')
    await unplug('pump')
    const cardFile = join(home.path, 'laptop.card.json')
    writeFileSync(cardFile, JSON.stringify(cards.get(laptop)?.envelope))
    const broken = ['--data', pump.directory, '--break-glass', cardFile, '--by', 'Bo', '--reason', 'The pump floods the cellar.', '--json']
    const { status, stderr } = await runCommand('node', ...broken)
    expect(`${status} ${stderr}`).toMatch(/^0 /)
    pump = await plugIn('pump', laptop)
    await attached(pump)
    await applied(laptop, pump, 1)
    // It commands that node, and nothing else.
    await expect(ask(laptop, 'command.issue', order(valve, 91))).rejects.toThrow('did not hold the domain')

    // The master of record comes back: the node refuses it, and it knows why once the laptop's log has come.
    hq.running = await startMaster(hq.running.directory)
    pump = await plugIn('pump', hq)
    await toldOf(pump, 'EPOCH_CONTESTED')
    await carry(laptop, hq)
    const seen = await ask<Authority>(hq, 'domain.authority', { domainId: rootDomainId })
    expect(seen).toMatchObject({
      authority: { standing: 'held-here' },
      debts: [{ masterId: laptop.running.masterId, nodes: [{ nodeId: pump.nodeId }] }],
    })
    await expect(ask(hq, 'command.issue', order(pump, 92))).rejects.toThrow('let another master command it')
    await expect(
      ask(laptop, 'authority.review', { domainId: rootDomainId, eventId: seen.debts[0]?.eventId, verdict: 'upheld', findings: 'Mine.' }),
    ).rejects.toThrow('Only the master of record')
    const review = { domainId: rootDomainId, eventId: seen.debts[0]?.eventId, verdict: 'upheld', findings: 'It was right.' }
    await ask(hq, 'authority.review', review)
    await attached(pump)
    await applied(hq, pump, 2)

    // Both judge the same of it, and of what the laptop decided while it stood.
    await carry(hq, laptop)
    await expect(ask(laptop, 'command.issue', order(pump, 93))).rejects.toThrow('has ended')
    const views = await Promise.all(
      [hq, laptop].map(async (station) => {
        const { debts, authority } = await ask<Authority>(station, 'domain.authority', { domainId: rootDomainId })
        const { items } = await ask<{ items: readonly { code: string }[] }>(station, 'projection.powerless', {})
        return { debts, holder: authority.masterId, codes: items.map(({ code }) => code).toSorted() }
      }),
    )
    expect(views[0]).toEqual(views[1])
    expect(views[0]).toMatchObject({ debts: [], holder: hq.running.masterId })
  }, 480_000)
})
