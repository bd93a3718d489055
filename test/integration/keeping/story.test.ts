/**
 * A master is lost with its disk and restored, with real processes and a real node: what the node held is not lost, the old life stays
 * as it was, and nobody decides anything before a person takes the authority back.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { EnrolmentView } from '../../../core/contract/people.ts'
import type { NodeDetail, TimelineEntry } from '../../../core/contract/nodes.ts'
import type { BackupState } from '../../../core/contract/store.ts'
import type { OriginId } from '../../../core/kernel/ids.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { openStore } from '../../../core/store/open.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type RunningMaster, type RunningNode, startMaster, startNode, waitFor } from '../../helpers/processes.ts'
import { testPorts } from '../../helpers/store/open.ts'

const home = temporaryDirectory('keeping-story')
const masterDirectory = join(home.path, 'master')
const nodeDirectory = join(home.path, 'node')
const backupFile = join(home.path, 'island.ibcf-backup')
const running: { stop: (signal?: NodeJS.Signals) => Promise<unknown> }[] = []

afterAll(async () => {
  await Promise.all(running.map(({ stop }) => stop()))
  home.dispose()
})

const start = async (...args: readonly string[]): Promise<RunningMaster> => {
  const master = await startMaster(masterDirectory, ...args)
  running.push(master)
  return master
}

/** Every event of the node, as a data directory holds it, by log. */
async function logsOfNode(directory: string, role: 'master' | 'node', { nodeId }: RunningNode) {
  using store = await openStore({ directory, mode: 'read-only', role, ports: testPorts })
  return Object.fromEntries(
    readFrontier(store.reader, { origin: nodeId as OriginId }).map(({ log, seq }) => [
      log,
      readLogEvents(store.reader, parseLogId(log), 1, seq).map(({ bytes }) => Buffer.from(bytes).toString('utf8')),
    ]),
  )
}

it('[MA10] [MA12] [MA13] a lost master is restored: its node returns with everything, and obeys the authority that was taken back', async () => {
  let master = await start()
  const { port } = new URL(master.url)
  await master.call('operator.create', { name: 'Ada', role: 'authority' })
  const { rootDomainId } = await master.call<{ rootDomainId: string }>('master.get')
  await master.call('domain.configure', {
    domainId: rootDomainId,
    thresholds: { delayedAfterS: 5, edgeCachedAfterS: 10, autonomousAfterS: 20, recoverAfterContacts: 1 },
  })
  const node = await startNode(
    nodeDirectory,
    master.url,
    ...['--name', 'pump', '--contact-every', '1', '--observe-every', '1', '--snapshot-every', '5', '--autonomy-budget', '3600'],
  )
  running.push(node)
  const [request] = await waitFor('the node to ask', async () => {
    const { items } = await master.call<{ items: EnrolmentView[] }>('enrolment.list', { status: 'PENDING' })
    return items.length > 0 ? items : undefined
  })
  await master.call('enrolment.approve', { requestId: request?.requestId })
  const detail = (): Promise<NodeDetail> => master.call<NodeDetail>('node.get', { nodeId: node.nodeId })
  const isLive = async (): Promise<true | undefined> => {
    const { connectivity } = (await detail()).record
    return connectivity.mode === 'LIVE' && connectivity.sync_debt.backlog_messages === 0 ? true : undefined
  }
  await waitFor('the node to be LIVE', isLive)

  // A backup from the console while everything runs, encrypted so that the keys are in it.
  await master.call('store.backup', { file: backupFile, passphrase: 'horse staple' })
  const { made } = await waitFor('the backup to be made', async () => {
    const { current } = await master.call<{ current: BackupState }>('store.backups')
    return current.state === 'running' ? undefined : current
  })
  expect(made).toMatchObject({ file: backupFile, keys: 'unsealed', encryption: 'passphrase' })
  expect(await master.call('store.get')).toMatchObject({ path: join(masterDirectory, 'store.sqlite'), missingBlobs: [] })

  // Life goes on: the node reports more, and is let know of a policy; then the disk is lost without a word.
  const bundle = await master.call<{ id: string }>('policy.publish', {
    name: 'Pumps',
    version: '1.0.0',
    targetVersion: '1.0.0',
    configuration: { rate: 5 },
  })
  await master.call('policy.assign', { policyBundleId: bundle.id, domainId: rootDomainId })
  writeFileSync(join(nodeDirectory, 'measurements.json'), JSON.stringify({ pressure: 7 }))
  const heldBefore = Object.values(await logsOfNode(masterDirectory, 'master', node)).flat().length
  await waitFor('the master to hold more of the node', async () => {
    const now = Object.values(await logsOfNode(masterDirectory, 'master', node)).flat().length
    return now > heldBefore + 3 ? now : undefined
  })
  await master.stop('SIGKILL')
  const lostIdentity = readFileSync(join(masterDirectory, 'identity.json'), 'utf8')
  rmSync(masterDirectory, { recursive: true })

  const words = join(home.path, 'words')
  writeFileSync(words, 'horse staple\n')
  const restored = await runCommand('restore', '--from', backupFile, '--data', masterDirectory, '--passphrase-file', words, '--json')
  expect(restored).toMatchObject({ status: 0 })

  master = await start('--listen', `127.0.0.1:${port}`)
  expect(readFileSync(join(masterDirectory, 'identity.json'), 'utf8')).not.toBe(lostIdentity)
  await expect(master.call('domain.create', { name: 'North', parentId: rootDomainId, level: 'LOCAL' })).rejects.toMatchObject({
    kind: 'Rejected',
    code: 'AUTHORITY_LAPSED',
  })
  const timeline = async (): Promise<readonly TimelineEntry[]> =>
    (await master.call<{ items: TimelineEntry[] }>('node.timeline', { nodeId: node.nodeId, limit: 500 })).items
  expect((await timeline()).some(({ sentence }) => sentence.includes('Waiting for contact'))).toBe(true)

  await master.call('authority.reclaim', { reason: 'The disk of the laptop was lost.' })
  await waitFor('the node to be LIVE again', isLive, 60_000)
  const modes = (await timeline()).toReversed().flatMap(({ track, to }) => (track === 'connectivity' && to !== null ? [to] : []))
  expect(modes.slice(-4)).toEqual(['AUTONOMOUS', 'RETURNING', 'REPLAYING', 'LIVE'])

  // It obeys the higher epoch: what is desired under it is taken up.
  const again = await master.call<{ id: string }>('policy.publish', {
    name: 'Pumps',
    version: '2.0.0',
    targetVersion: '1.0.0',
    configuration: { rate: 9 },
  })
  await master.call('policy.assign', { policyBundleId: again.id, domainId: rootDomainId })
  await waitFor(
    'the node to adopt what is desired at the new epoch',
    async () => {
      const events = Object.values(await logsOfNode(masterDirectory, 'master', node)).flat()
      return events.some((text) => text.includes('ibcf.desired.adopted.v1') && text.includes(`"${again.id}"`) && text.includes('"epoch":2'))
    },
    60_000,
  )

  await node.stop()
  const own = await logsOfNode(nodeDirectory, 'node', node)
  await master.stop()
  const held = await logsOfNode(masterDirectory, 'master', node)
  for (const [log, events] of Object.entries(held)) expect(events).toEqual(own[log]?.slice(0, events.length))
  expect(Object.values(held).flat().length).toBeGreaterThan(heldBefore)
  const verified = await runCommand('verify', '--data', masterDirectory)
  expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining('Everything holds') })
}, 180_000)
