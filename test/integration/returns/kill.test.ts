/**
 * SIGKILL of each party in each step of a return, with real processes: a master and a node over a link that can be cut. After each, the
 * return goes on where it was and ends, and every event of the node is there once. The seed decides where in a step the kill falls.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { NodeDetail } from '../../../core/contract/nodes.ts'
import type { EnrolmentView } from '../../../core/contract/people.ts'
import type { OriginId } from '../../../core/kernel/ids.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { createPorts } from '../../../core/platform/ports.ts'
import { createSeededRandom } from '../../../core/simulator/seeded-random.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { openStore } from '../../../core/store/open.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type CuttableLink, openCuttableLink, targetOf } from '../../helpers/cuttable-link.ts'
import { type RunningMaster, type RunningNode, startMaster, startNode, waitFor } from '../../helpers/processes.ts'

type Step = 'before' | 'PROVING' | 'LOCKED' | 'UPLOADING' | 'CLOSED'
type Party = 'master' | 'node'

/** RECONCILING lasts a few milliseconds on this machine; that a master dies between both of its transactions is in the contract's tests. */
const steps: readonly Step[] = ['before', 'PROVING', 'LOCKED', 'UPLOADING', 'CLOSED']
const seed = process.env['IBCF_SEED'] ?? 'returns'
const rounds = Number(process.env['IBCF_ROUNDS'] ?? 1)

const home = temporaryDirectory('return-kill')
const ports = createPorts('return-kill', 'silent')
const random = createSeededRandom(seed)
const [masterDirectory, nodeDirectory] = [join(home.path, 'master'), join(home.path, 'node')]
let master: RunningMaster
let node: RunningNode
let link: CuttableLink

const start = async (): Promise<void> => {
  node = await startNode(nodeDirectory, link.url, '--contact-every', '1', '--observe-every', '1')
}
const detail = (): Promise<NodeDetail> => master.call<NodeDetail>('node.get', { nodeId: node.nodeId })
const isLive = async (): Promise<true | undefined> => {
  const { record, session } = await detail()
  const { mode, sync_debt: debt } = record.connectivity
  return mode === 'LIVE' && session === null && debt.backlog_messages === 0 ? true : undefined
}
const eventsOf = async (directory: string, role: 'master' | 'node'): Promise<Readonly<Record<string, readonly string[]>>> => {
  using store = await openStore({ directory, mode: 'read-only', role, ports })
  return Object.fromEntries(
    readFrontier(store.reader, { origin: node.nodeId as OriginId }).map(({ log, seq }) => [
      log,
      readLogEvents(store.reader, parseLogId(log), 1, seq).map(({ bytes }) => Buffer.from(bytes).toString('utf8')),
    ]),
  )
}
const noise = (size: number): string => Buffer.from(ports.random.bytes(size)).toString('base64')

beforeAll(async () => {
  master = await startMaster(masterDirectory)
  await master.call('operator.create', { name: 'Ada', role: 'authority' })
  const { items } = await master.call<{ readonly items: readonly { readonly id: string }[] }>('domain.list')
  await master.call('domain.configure', {
    domainId: items[0]?.id,
    thresholds: { delayedAfterS: 1, edgeCachedAfterS: 2, autonomousAfterS: 3, recoverAfterContacts: 1 },
  })
  link = await openCuttableLink(master.url)
  await start()
  const request = await waitFor(
    'a request',
    async () => (await master.call<{ readonly items: readonly EnrolmentView[] }>('enrolment.list', {})).items[0],
  )
  await master.call('enrolment.approve', { requestId: request.requestId })
  await waitFor('the node LIVE', isLive)
})

afterAll(async () => {
  await node?.stop('SIGKILL')
  await master?.stop('SIGKILL')
  await link?.close()
  home.dispose()
})

/** Alone for long enough to have something to hand over that takes many pieces on a thin link. */
async function leaveAlone(): Promise<void> {
  link.cut()
  writeFileSync(join(nodeDirectory, 'measurements.json'), JSON.stringify({ one: noise(700), two: noise(700), three: noise(700) }))
  await waitFor('the node AUTONOMOUS', async () => ((await detail()).record.connectivity.mode === 'AUTONOMOUS' ? true : undefined))
  writeFileSync(join(nodeDirectory, 'measurements.json'), '{}')
}

/** The session, if there is one, has reached this step; on a slow machine a step may be over before it is seen, which is as good. */
async function reach(step: Step): Promise<void> {
  if (step === 'before') return
  const order = ['PROVING', 'LOCKED', 'UPLOADING', 'RECONCILING']
  let wasOpen = false
  await waitFor(`a return in step ${step}`, async () => {
    const { session } = await detail()
    wasOpen ||= session !== null
    if (session === null) return wasOpen ? true : undefined
    return step !== 'CLOSED' && order.indexOf(session.step) >= order.indexOf(step) ? true : undefined
  })
  if (step !== 'UPLOADING') return
  const sent = link.sentBytes()
  const enough = random.next() * 4000
  await waitFor('some more on its way, or the end', async () =>
    link.sentBytes() > sent + enough || (await detail()).session === null ? true : undefined,
  )
}

async function kill(party: Party): Promise<void> {
  if (party === 'node') {
    await node.stop('SIGKILL')
    return start()
  }
  await master.stop('SIGKILL')
  master = await startMaster(masterDirectory)
  link.target = targetOf(master.url)
}

it('[RT2] [RT10] [AG6] a master or a node that is killed in any step of a return leaves nothing lost, doubled or stuck', async () => {
  for (let round = 0; round < rounds; round++)
    for (const step of steps)
      for (const party of ['master', 'node'] as const) {
        await leaveAlone()
        link.throttle(16_000)
        link.restore()
        await reach(step)
        await kill(party)
        await waitFor(`the end of the return after the ${party} was killed ${step}`, isLive, 60_000)
        link.throttle(undefined)
      }
  expect(await node.stop()).toBe(0)
  const own = await eventsOf(nodeDirectory, 'node')
  await start()
  const count = (logs: Readonly<Record<string, readonly string[]>>): number =>
    Object.values(logs).reduce((sum, { length }) => sum + length, 0)
  await waitFor('the rest', async () => (count(await eventsOf(masterDirectory, 'master')) > count(own) ? true : undefined))
  const there = await eventsOf(masterDirectory, 'master')
  for (const [log, events] of Object.entries(own)) expect(there[log]?.slice(0, events.length)).toEqual(events)
  const ids = Object.values(there).flatMap((events) => events.map((text) => (JSON.parse(text) as { readonly id: string }).id))
  expect(new Set(ids).size).toBe(ids.length)
  expect((await detail()).record.lifecycle.phase).toBe('ACTIVE')
  await node.stop()
  await master.stop()
  for (const directory of [masterDirectory, nodeDirectory])
    expect(await runCommand('verify', '--data', directory, '--json')).toMatchObject({ status: 0 })
}, 400_000)
