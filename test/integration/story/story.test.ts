/**
 * The story of the product, with real processes, real SQLite files and a real (if mistreated) link: nodes join, one is cut off, killed
 * and started again, and returns; one comes back with an altered past; the master itself is killed in the middle of a replay.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseLogId } from '../../../core/log/log-id.ts'
import { createPorts } from '../../../core/platform/ports.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { openStore } from '../../../core/store/open.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import type { OriginId } from '../../../core/kernel/ids.ts'
import type { EnrolmentView } from '../../../core/contract/people.ts'
import type { NodeDetail, SessionView, TimelineEntry } from '../../../core/contract/nodes.ts'
import { runCommand, temporaryDirectory } from '../../helpers/command-line.ts'
import { type CuttableLink, openCuttableLink, targetOf } from '../../helpers/cuttable-link.ts'
import { alterRun, tamper } from '../../helpers/store/tamper.ts'
import { type RunningMaster, type RunningNode, startMaster, startNode, waitFor } from '../../helpers/processes.ts'

const home = temporaryDirectory('story')
const ports = createPorts('story', 'silent')
const names = ['pump', 'valve', 'gate'] as const
type Name = (typeof names)[number]

let master: RunningMaster
const links = {} as Record<Name, CuttableLink>
const nodes = {} as Record<Name, RunningNode>

const masterDirectory = join(home.path, 'master')
const directoryOf = (name: Name): string => join(home.path, name)
const start = async (name: Name): Promise<void> => {
  const pace = ['--contact-every', '1', '--observe-every', '1', '--snapshot-every', '5', '--autonomy-budget', '3600']
  nodes[name] = await startNode(
    directoryOf(name),
    links[name].url,
    '--name',
    name,
    '--kind',
    'EDGE',
    '--tags',
    'story',
    '--serial',
    `S-${name}`,
    ...pace,
  )
}
const detail = (name: Name): Promise<NodeDetail> => master.call<NodeDetail>('node.get', { nodeId: nodes[name].nodeId })
const modeOf = async (name: Name): Promise<string> => (await detail(name)).record.connectivity.mode
const timeline = async (name: Name): Promise<readonly TimelineEntry[]> =>
  (
    await master.call<{ readonly items: readonly TimelineEntry[] }>('node.timeline', { nodeId: nodes[name].nodeId, limit: 500 })
  ).items.toReversed()
const modes = async (name: Name): Promise<readonly string[]> =>
  (await timeline(name)).flatMap(({ track, to }) => (track === 'connectivity' && to !== null ? [to] : []))
const sessionsOf = async (name: Name): Promise<readonly SessionView[]> =>
  (await master.call<{ readonly items: readonly SessionView[] }>('session.list', {})).items.filter(
    ({ nodeId }) => nodeId === nodes[name].nodeId,
  )
const isLive = async (name: Name): Promise<true | undefined> => {
  const { connectivity, lifecycle } = (await detail(name)).record
  return connectivity.mode === 'LIVE' && lifecycle.phase === 'ACTIVE' && connectivity.sync_debt.backlog_messages === 0 ? true : undefined
}
const observe = (name: Name, values: Readonly<Record<string, number>>): void =>
  writeFileSync(join(directoryOf(name), 'measurements.json'), JSON.stringify(values))

type Log = { readonly log: string; readonly head: string; readonly bytes: readonly string[] }

/** Every log of a node as a data directory holds it: its head, and the exact bytes of its events. */
async function logsIn(directory: string, role: 'master' | 'node', nodeId: string): Promise<readonly Log[]> {
  using store = await openStore({ directory, mode: 'read-only', role, ports })
  return readFrontier(store.reader, { origin: nodeId as OriginId }).map(({ log, seq, head }) => ({
    log,
    head,
    bytes: readLogEvents(store.reader, parseLogId(log), 1, seq).map(({ bytes }) => Buffer.from(bytes).toString('utf8')),
  }))
}

/** None missing, none doubled, the same bytes: compared with the node at rest, so that nothing is under way. */
async function expectWhole(name: Name): Promise<void> {
  expect(await nodes[name].stop()).toBe(0)
  const own = await logsIn(directoryOf(name), 'node', nodes[name].nodeId)
  // The events of the last moment, signed as the node stopped, are still at the node alone; it brings them when it is back.
  await start(name)
  const held = await waitFor(`all of ${name}'s events at the master`, async () => {
    const there = await logsIn(masterDirectory, 'master', nodes[name].nodeId)
    return own.every(({ log, bytes }) => (there.find((candidate) => candidate.log === log)?.bytes.length ?? 0) >= bytes.length)
      ? there
      : undefined
  })
  expect(held.map(({ log }) => log)).toEqual(own.map(({ log }) => log))
  for (const { log, bytes } of own) expect(held.find((candidate) => candidate.log === log)?.bytes.slice(0, bytes.length)).toEqual(bytes)
  const ids = held.flatMap(({ bytes }) => bytes.map((text) => (JSON.parse(text) as { readonly id: string }).id))
  expect(new Set(ids).size).toBe(ids.length)
}

async function verify(
  directory: string,
): Promise<{ readonly status: number; readonly report: Record<string, unknown>; readonly codes: readonly string[] }> {
  const { status, stdout } = await runCommand('verify', '--data', directory, '--json')
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  const codes = lines.flatMap((line) => ('finding' in line ? [(line['finding'] as { readonly code: string }).code] : []))
  return { status, report: lines.at(-1) ?? {}, codes }
}

beforeAll(async () => {
  master = await startMaster(masterDirectory, '--name', 'Story master', '--domain', 'Story island')
})

afterAll(async () => {
  for (const name of names) await nodes[name]?.stop('SIGKILL')
  await master?.stop('SIGKILL')
  for (const name of names) await links[name]?.close()
  home.dispose()
})

describe('the story', () => {
  it('[AG17] 1. a master founds itself on an empty directory', async () => {
    expect(master.masterId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    await master.call('operator.create', { name: 'Ada', role: 'authority' })
    const { items } = await master.call<{ readonly items: readonly { readonly id: string; readonly name: string }[] }>('domain.list')
    expect(items.map(({ name }) => name)).toEqual(['Story island'])
    const thresholds = JSON.stringify({
      domainId: items[0]?.id,
      thresholds: { delayedAfterS: 1, edgeCachedAfterS: 2, autonomousAfterS: 3, recoverAfterContacts: 1 },
    })
    expect((await runCommand('call', 'domain.configure', thresholds, '--data', masterDirectory)).status).toBe(0)
  })

  it('[AG17] 2. three nodes ask to join; two are approved on the command line, one as the console does it; all are LIVE with a snapshot', async () => {
    for (const name of names) {
      links[name] = await openCuttableLink(master.url)
      await start(name)
    }
    expect(new Set(names.map((name) => nodes[name].keyId)).size).toBe(3)
    const pending = await waitFor('three requests', async () => {
      const { items } = await master.call<{ readonly items: readonly EnrolmentView[] }>('enrolment.list', { status: 'PENDING' })
      return items.length === 3 ? items : undefined
    })
    for (const { nodeId, keyWords } of pending) {
      expect(Object.values(nodes).find((node) => node.nodeId === nodeId)?.keyWords).toBe(keyWords.join(' '))
    }
    const requestOf = (name: Name): string => pending.find(({ nodeId }) => nodeId === nodes[name].nodeId)?.requestId ?? ''
    for (const name of ['pump', 'valve'] as const) {
      const approved = await runCommand(
        'call',
        'enrolment.approve',
        JSON.stringify({ requestId: requestOf(name) }),
        '--data',
        masterDirectory,
      )
      expect(approved).toMatchObject({ status: 0, stderr: '' })
    }
    await master.call('enrolment.approve', { requestId: requestOf('gate') })
    for (const name of names) {
      await waitFor(`${name} LIVE`, () => isLive(name))
      const { record } = await waitFor(`${name}'s snapshot and heartbeat`, async () => {
        const its = await detail(name)
        return its.record.actual_state.inventory !== null && its.record.connectivity.link_quality !== null ? its : undefined
      })
      expect(record).toMatchObject({
        name,
        kind: 'EDGE',
        tags: ['story'],
        actual_state: { runtime: { health: 'OK' } },
        supply_chain: { hardware: { serial: `S-${name}` } },
      })
      expect(record.actual_state.reported_version).toMatch(/^\d+\.\d+\.\d+/)
      expect(record.connectivity.link_quality?.rtt_ms).toBeGreaterThan(0)
    }
  })

  it('[AG17] 3. what changes is told as it happens, without asking', async () => {
    const ticks = await master.call<AsyncIterable<{ readonly nodeIds: readonly string[] }>>('live.changes')
    const heard = new Set<string>()
    for await (const { nodeIds } of ticks) {
      for (const nodeId of nodeIds) heard.add(nodeId)
      if (names.every((name) => heard.has(nodes[name].nodeId))) break
    }
    expect(heard.size).toBe(3)
  })

  it('[AG17] 4. a node that is cut off goes on alone, is killed and started again, and returns with every event', async () => {
    observe('pump', { temperature_c: 20 })
    await waitFor('pump at rest', () => isLive('pump'))
    const told = (await modes('pump')).length
    links.pump.cut()
    // Its backlog grows for chapter 6.
    links.gate.cut()
    await waitFor('pump DELAYED', async () => ((await modes('pump')).slice(told).includes('DELAYED') ? true : undefined))
    await waitFor('pump AUTONOMOUS', async () => ((await modeOf('pump')) === 'AUTONOMOUS' ? true : undefined))
    await waitFor('pump alone by its own account', () => nodes.pump.lines.some(({ state }) => state === 'AUTONOMOUS') || undefined)
    observe('pump', { temperature_c: 95 })
    const decided = (): Promise<boolean> =>
      logsIn(directoryOf('pump'), 'node', nodes.pump.nodeId).then((logs) =>
        logs.some(({ bytes }) => bytes.some((text) => text.includes('"decision":"reduce-duty"'))),
      )
    await waitFor('a decision of its own', async () => ((await decided()) ? true : undefined))

    expect(await nodes.pump.stop('SIGKILL')).toBeNull()
    await start('pump')
    const countAlone = async (): Promise<number> => {
      const logs = await logsIn(directoryOf('pump'), 'node', nodes.pump.nodeId)
      return logs.reduce((sum, { bytes }) => sum + bytes.length, 0)
    }
    expect(nodes.pump.lines[0]?.state ?? 'AUTONOMOUS').toBe('AUTONOMOUS')
    const before = await countAlone()
    await waitFor('it goes on after the restart', async () => ((await countAlone()) > before + 5 ? true : undefined))
    expect(await modeOf('pump')).toBe('AUTONOMOUS')

    links.pump.restore()
    await waitFor('pump LIVE again', () => isLive('pump'))
    const [session] = await sessionsOf('pump')
    expect(session).toMatchObject({ verdict: 'CLEAN', step: 'CLOSED' })
    expect(session?.receivedEvents).toBeGreaterThan(10)
    expect((await modes('pump')).slice(told, told + 5)).toEqual(['DELAYED', 'AUTONOMOUS', 'RETURNING', 'REPLAYING', 'LIVE'])
    const states = (): readonly string[] =>
      nodes.pump.lines.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1])
    await waitFor('pump ATTACHED', () => states().includes('ATTACHED') || undefined)
    expect(states()).toEqual(['AUTONOMOUS', 'RETURNING', 'REPLAYING', 'ATTACHED'])
    const { items } = await master.call<{
      readonly items: readonly { readonly type: string; readonly isFromAutonomy: boolean; readonly data: Record<string, unknown> }[]
    }>('node.observations', { nodeId: nodes.pump.nodeId, limit: 500 })
    expect(items.some(({ type, data }) => type === 'ibcf.decision.taken.v1' && data['basis'] === 'temperature_c = 95')).toBe(true)
    expect(items.filter(({ isFromAutonomy }) => isFromAutonomy).length).toBeGreaterThan(5)
    await expectWhole('pump')
  })

  it('[AG17] 5. a node whose backlog was altered while it was away is quarantined with the reason, and its good prefix is kept', async () => {
    await waitFor('valve at rest', () => isLive('valve'))
    links.valve.cut()
    const factLog = async (role: 'master' | 'node'): Promise<Log | undefined> => {
      const logs = await logsIn(role === 'node' ? directoryOf('valve') : masterDirectory, role, nodes.valve.nodeId)
      return logs.find(({ log }) => log.includes('/fact/'))
    }
    const held = (await factLog('master'))?.bytes.length ?? 0
    const own = await waitFor('a backlog of several segments', async () => {
      const log = await factLog('node')
      return log !== undefined && log.bytes.length >= held + 18 ? log : undefined
    })
    expect(await nodes.valve.stop('SIGKILL')).toBeNull()
    const altered = alterObservation(directoryOf('valve'), own.log, held + 12)
    await start('valve')
    links.valve.restore()
    await waitFor('valve QUARANTINED', async () => ((await detail('valve')).record.lifecycle.phase === 'QUARANTINED' ? true : undefined))
    const its = await detail('valve')
    expect(its.record.lifecycle.reason).toContain('The events in this part of the log are not the ones that were signed.')
    const { items } = await master.call<{
      readonly items: readonly { readonly code: string; readonly log: string; readonly fromSeq: number; readonly toSeq: number }[]
    }>('evidence.list', { nodeId: nodes.valve.nodeId })
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ code: 'SEGMENT_CHAIN_BROKEN', log: own.log })
    expect(items[0]?.fromSeq).toBeLessThanOrEqual(altered)
    expect(items[0]?.toSeq).toBeGreaterThanOrEqual(altered)
    const kept = await factLog('master')
    expect(kept?.bytes.length).toBe((items[0]?.fromSeq ?? 0) - 1)
    expect(kept?.bytes.length).toBeGreaterThan(held)
    expect(kept?.bytes).toEqual(own.bytes.slice(0, kept?.bytes.length))
    await waitFor('valve knows', () => nodes.valve.lines.some(({ state }) => state === 'QUARANTINED') || undefined)
  })

  it('[AG17] 6. the master is killed in the middle of a replay and started again: the replay resumes and ends', async () => {
    await waitFor('gate AUTONOMOUS', async () => ((await modeOf('gate')) === 'AUTONOMOUS' ? true : undefined))
    const before = (await logsIn(masterDirectory, 'master', nodes.gate.nodeId)).reduce((sum, { bytes }) => sum + bytes.length, 0)
    await waitFor(
      'a backlog',
      async () => {
        const own = await logsIn(directoryOf('gate'), 'node', nodes.gate.nodeId)
        return own.reduce((sum, { bytes }) => sum + bytes.length, 0) > before + 40 ? true : undefined
      },
      90_000,
    )
    links.gate.throttle(2000)
    links.gate.restore()
    const halfway = await waitFor('the middle of the replay', async () => {
      const [session] = await sessionsOf('gate')
      return session?.step === 'UPLOADING' && session.receivedEvents > 0 && session.receivedEvents < session.expectedEvents
        ? session
        : undefined
    })
    expect(await modeOf('gate')).toBe('REPLAYING')
    expect(halfway.etaSeconds).toBeGreaterThan(0)
    expect(await master.stop('SIGKILL')).toBeNull()

    master = await startMaster(masterDirectory)
    const [resumed] = await sessionsOf('gate')
    expect(resumed).toMatchObject({ id: halfway.id, closedAt: null })
    expect(resumed?.receivedEvents).toBeGreaterThanOrEqual(halfway.receivedEvents)
    for (const name of names) links[name].target = targetOf(master.url)
    links.gate.throttle(undefined)
    const ended = await waitFor('the end of the replay', async () =>
      (await sessionsOf('gate')).find(({ id, verdict }) => id === halfway.id && verdict !== null),
    )
    expect(ended).toMatchObject({ verdict: 'CLEAN', step: 'CLOSED' })
    expect(ended.resumedTimes).toBeGreaterThan(0)
    await waitFor('gate LIVE', () => isLive('gate'))
    await waitFor('pump LIVE', () => isLive('pump'))
    await expectWhole('gate')
  })

  it('[AG17] 7. everything verifies: the master, and each node but the one that was altered', async () => {
    for (const name of names) await nodes[name].stop()
    expect(await master.stop()).toBe(0)
    const atMaster = await verify(masterDirectory)
    expect(atMaster).toMatchObject({ status: 0, codes: [], report: { ok: true, role: 'master', origins: 4 } })
    for (const name of ['pump', 'gate'] as const) {
      expect(await verify(directoryOf(name))).toMatchObject({ status: 0, codes: [], report: { ok: true, role: 'node', unsignedTail: 0 } })
    }
    expect(await verify(directoryOf('valve'))).toMatchObject({ status: 1, report: { ok: false } })
  })
})

/**
 * What someone with the disk in hands could do: one figure of one event, in place, behind the back of the triggers. Alters the first
 * observation from `fromSeq` on and answers its seq.
 */
function alterObservation(directory: string, log: string, fromSeq: number): number {
  let altered = 0
  tamper(directory, (sql) => {
    for (let seq = fromSeq; altered === 0; seq++) {
      alterRun(
        sql,
        seq,
        ({ bytes, start, end }) => {
          const text = bytes.toString('utf8', start, end)
          const other = text.replace(/"uptime_s":(\d)/, (_, digit: string) => `"uptime_s":${(Number(digit) % 9) + 1}`)
          if (other === text) return
          bytes.write(other, start)
          altered = seq
        },
        log,
      )
    }
  })
  return altered
}
