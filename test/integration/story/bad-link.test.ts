/** A return over the worst of links, by a node that is killed again and again, to a master that is killed as well. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { NodeDetail } from '../../../core/contract/nodes.ts'
import type { EnrolmentView } from '../../../core/contract/people.ts'
import type { OriginId } from '../../../core/kernel/ids.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { createPorts } from '../../../core/platform/ports.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { openStore } from '../../../core/store/open.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type CuttableLink, openCuttableLink, targetOf } from '../../helpers/cuttable-link.ts'
import { type RunningMaster, type RunningNode, startMaster, startNode, waitFor } from '../../helpers/processes.ts'

const home = temporaryDirectory('bad-link')
const ports = createPorts('bad-link', 'silent')
const [masterDirectory, nodeDirectory] = [join(home.path, 'master'), join(home.path, 'node')]
let master: RunningMaster
let link: CuttableLink
let node: RunningNode

const start = async (): Promise<void> => {
  node = await startNode(nodeDirectory, link.url, '--contact-every', '1', '--observe-every', '1')
}
const eventsOf = async (directory: string, role: 'master' | 'node'): Promise<Readonly<Record<string, readonly string[]>>> => {
  using store = await openStore({ directory, mode: 'read-only', role, ports })
  const logs = readFrontier(store.reader, { origin: node.nodeId as OriginId })
  return Object.fromEntries(
    logs.map(({ log, seq }) => [
      log,
      readLogEvents(store.reader, parseLogId(log), 1, seq).map(({ bytes }) => Buffer.from(bytes).toString('utf8')),
    ]),
  )
}
const count = (logs: Readonly<Record<string, readonly string[]>>): number =>
  Object.values(logs).reduce((sum, { length }) => sum + length, 0)
const detail = (): Promise<NodeDetail> => master.call<NodeDetail>('node.get', { nodeId: node.nodeId })
const isLive = async (): Promise<true | undefined> => {
  const { connectivity } = (await detail()).record
  return connectivity.mode === 'LIVE' && connectivity.sync_debt.backlog_messages === 0 ? true : undefined
}
/** A long text that does not compress, so that a segment takes many pieces. */
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

it('[AG6] on a thin link that drops all the time, killed at random moments on both sides, not one event is lost or doubled', async () => {
  link.cut()
  const measured = Object.fromEntries(Array.from({ length: 8 }, (_, key) => [`noise${key}`, noise(700)]))
  writeFileSync(join(nodeDirectory, 'measurements.json'), JSON.stringify(measured))
  const held = count(await eventsOf(masterDirectory, 'master'))
  await waitFor('a backlog', async () => (count(await eventsOf(nodeDirectory, 'node')) >= held + 12 ? true : undefined))
  writeFileSync(join(nodeDirectory, 'measurements.json'), '{}')
  await waitFor('the node AUTONOMOUS', async () => ((await detail()).record.connectivity.mode === 'AUTONOMOUS' ? true : undefined))

  link.throttle(24_000)
  link.dropEvery(900)
  link.restore()
  const sessions = new Set<string>()
  for (let kill = 0; kill < 8; kill++) {
    const sent = link.sentBytes()
    const enough = 2000 + ports.random.next() * 12_000
    await waitFor('something on its way', () => (link.sentBytes() > sent + enough ? true : undefined))
    await node.stop('SIGKILL')
    if (kill === 3) {
      await master.stop('SIGKILL')
      master = await startMaster(masterDirectory)
      link.target = targetOf(master.url)
    }
    await start()
    const { items } = await master.call<{ readonly items: readonly { readonly id: string }[] }>('session.list')
    for (const { id } of items) sessions.add(id)
  }
  await waitFor('the end of the return', isLive, 60_000)
  expect(sessions.size).toBeGreaterThan(0)

  link.dropEvery(undefined)
  link.throttle(undefined)
  expect(await node.stop()).toBe(0)
  const own = await eventsOf(nodeDirectory, 'node')
  await start()
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
})
