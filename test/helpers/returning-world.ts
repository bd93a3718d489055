/**
 * A master and a node as processes of their own over a link that can be cut, thinned and dropped: what a return has to survive is done to
 * them, and afterwards every event of the node has to be there once.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { NodeDetail } from '../../core/contract/nodes.ts'
import type { EnrolmentView } from '../../core/contract/people.ts'
import type { OriginId } from '../../core/kernel/ids.ts'
import { parseLogId } from '../../core/log/log-id.ts'
import { createPorts } from '../../core/platform/ports.ts'
import { readFrontier } from '../../core/store/frontier.ts'
import { openStore } from '../../core/store/open.ts'
import { readLogEvents } from '../../core/store/read-events.ts'
import { runCommand, temporaryDirectory } from './command-line.ts'
import { type CuttableLink, openCuttableLink, targetOf } from './cuttable-link.ts'
import { type RunningMaster, type RunningNode, startMaster, startNode, waitFor } from './processes.ts'

export type ReturningWorld = {
  readonly link: CuttableLink
  readonly call: RunningMaster['call']
  readonly detail: () => Promise<NodeDetail>
  /** LIVE, without an open return, and with nothing left to hand over. */
  readonly isLive: () => Promise<true | undefined>
  /**
   * Cuts the link, has the node measure `keys` long texts that do not compress, and waits until it counts as AUTONOMOUS and has recorded
   * `events` that the master lacks.
   */
  readonly leaveAlone: (keys: number, events?: number) => Promise<void>
  /** SIGKILL, and a new start: of a master at another port. */
  readonly kill: (party: 'master' | 'node') => Promise<void>
  /** Every event of the node is at the master, in its place, once; both stores verify. Ends both. */
  readonly expectWhole: () => Promise<void>
  readonly close: () => Promise<void>
}

type Events = Readonly<Record<string, readonly string[]>>

export async function openReturningWorld(name: string): Promise<ReturningWorld> {
  const home = temporaryDirectory(name)
  const ports = createPorts(name, 'silent')
  const [masterDirectory, nodeDirectory] = [join(home.path, 'master'), join(home.path, 'node')]
  let master = await startMaster(masterDirectory)
  await master.call('operator.create', { name: 'Ada', role: 'authority' })
  const { items } = await master.call<{ readonly items: readonly { readonly id: string }[] }>('domain.list')
  await master.call('domain.configure', {
    domainId: items[0]?.id,
    thresholds: { delayedAfterS: 1, edgeCachedAfterS: 2, autonomousAfterS: 3, recoverAfterContacts: 1 },
  })
  const link = await openCuttableLink(master.url)
  const start = (): Promise<RunningNode> => startNode(nodeDirectory, link.url, '--contact-every', '1', '--observe-every', '1')
  let node = await start()

  const measure = (keys: number): void => {
    const noise = (): string => Buffer.from(ports.random.bytes(700)).toString('base64')
    const measured = Object.fromEntries(Array.from({ length: keys }, (_, key) => [`noise${key}`, noise()]))
    writeFileSync(join(nodeDirectory, 'measurements.json'), JSON.stringify(measured))
  }
  const detail = (): Promise<NodeDetail> => master.call<NodeDetail>('node.get', { nodeId: node.nodeId })
  const isLive = async (): Promise<true | undefined> => {
    const { record, session } = await detail()
    const { mode, sync_debt: debt } = record.connectivity
    return mode === 'LIVE' && session === null && debt.backlog_messages === 0 ? true : undefined
  }
  const eventsAt = async (role: 'master' | 'node'): Promise<Events> => {
    const directory = role === 'master' ? masterDirectory : nodeDirectory
    using store = await openStore({ directory, mode: 'read-only', role, ports })
    return Object.fromEntries(
      readFrontier(store.reader, { origin: node.nodeId as OriginId }).map(({ log, seq }) => [
        log,
        readLogEvents(store.reader, parseLogId(log), 1, seq).map(({ bytes }) => Buffer.from(bytes).toString('utf8')),
      ]),
    )
  }

  const request = await waitFor(
    'a request',
    async () => (await master.call<{ readonly items: readonly EnrolmentView[] }>('enrolment.list', {})).items[0],
  )
  await master.call('enrolment.approve', { requestId: request.requestId })
  await waitFor('the node LIVE', isLive)
  return {
    link,
    call: (procedure, input) => master.call(procedure, input),
    detail,
    isLive,
    leaveAlone: async (keys, events = 1) => {
      link.cut()
      measure(keys)
      const held = count(await eventsAt('master'))
      await waitFor('a backlog', async () => (count(await eventsAt('node')) >= held + events ? true : undefined))
      await waitFor('the node AUTONOMOUS', async () => ((await detail()).record.connectivity.mode === 'AUTONOMOUS' ? true : undefined))
      measure(0)
    },
    kill: async (party) => {
      if (party === 'node') {
        await node.stop('SIGKILL')
        node = await start()
        return
      }
      await master.stop('SIGKILL')
      master = await startMaster(masterDirectory)
      link.target = targetOf(master.url)
    },
    expectWhole: async () => {
      expect(await node.stop()).toBe(0)
      const own = await eventsAt('node')
      node = await start()
      await waitFor('the rest', async () => (count(await eventsAt('master')) > count(own) ? true : undefined))
      const there = await eventsAt('master')
      for (const [log, events] of Object.entries(own)) expect(there[log]?.slice(0, events.length)).toEqual(events)
      const ids = Object.values(there).flatMap((events) => events.map((text) => (JSON.parse(text) as { readonly id: string }).id))
      expect(new Set(ids).size).toBe(ids.length)
      expect((await detail()).record.lifecycle.phase).toBe('ACTIVE')
      await node.stop()
      await master.stop()
      for (const directory of [masterDirectory, nodeDirectory])
        expect(await runCommand('verify', '--data', directory, '--json')).toMatchObject({ status: 0 })
    },
    close: async () => {
      await node.stop('SIGKILL')
      await master.stop('SIGKILL')
      await link.close()
      home.dispose()
    },
  }
}

function count(logs: Events): number {
  return Object.values(logs).reduce((sum, { length }) => sum + length, 0)
}
