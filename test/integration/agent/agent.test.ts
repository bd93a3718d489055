/** Real agents against a real master, in one process and under one virtual clock; only the link is the test's. */
import { afterEach, describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../../core/kernel/app-error.ts'
import type { TransportResponse } from '../../../core/kernel/ports.ts'
import { remediateNode, revokeNodeKey } from '../../../core/app/acts/nodes.ts'
import { assignPolicy, publishPolicy } from '../../../core/app/acts/policies.ts'
import { listSessions } from '../../../core/ingest/returns/return-table.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { readFrontier, readHead } from '../../../core/store/frontier.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { listEvidence } from '../../../core/store/evidence.ts'
import { hasBlob } from '../../../core/store/blobs.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import type { Store } from '../../../core/store/open.ts'
import { createIsland, type Island, type IslandNode, type Link } from '../../helpers/agent/island.ts'
import { alterText } from '../../helpers/store/tamper.ts'
import { eventsOf, typesOf } from '../../helpers/agent/test-node.ts'

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0)) close()
})

async function island(directory?: string): Promise<Island> {
  const made = await createIsland(directory)
  opened.push(made.close)
  return made
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ibcf-agent-'))
  opened.push(() => rmSync(directory, { recursive: true }))
  return directory
}

const modeOf = ({ master }: Island, { agent }: IslandNode) => master().model.connectivity(agent.view().nodeId)?.mode
const phaseOf = ({ master }: Island, { agent }: IslandNode) => master().model.lifecycle(agent.view().nodeId)?.phase
const sessionsOf = ({ master }: Island) => listSessions(master().store.reader, { onlyOpen: false, limit: 100 })
const statesOf = ({ views }: IslandNode) => views.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1])
const isAttached = ({ agent }: IslandNode): boolean => agent.view().state === 'ATTACHED'
const isAtRest = (node: IslandNode): boolean => isAttached(node) && node.agent.view().backlogMessages === 0

/** Every byte of every log of the node, as a store holds it. */
function bytesOf(store: Store, node: IslandNode): Readonly<Record<string, readonly string[]>> {
  const frontier = readFrontier(store.reader, { origin: node.agent.view().nodeId })
  return Object.fromEntries(
    frontier.map(({ log, seq }) => [
      log,
      readLogEvents(store.reader, parseLogId(log), 1, seq).map(({ bytes }) => Buffer.from(bytes).toString('utf8')),
    ]),
  )
}

/** Nothing is missing at the master, nothing is there twice, and every byte is the node's own. */
async function expectSame(its: Island, node: IslandNode): Promise<void> {
  node.agent.view()
  await its.ports.advanceUntil(() => isAtRest(node))
  expect(bytesOf(its.master().store, node)).toEqual(bytesOf(node.store, node))
  const ids = eventsOf(its.master().store).map(({ event }) => event?.id)
  expect(new Set(ids).size).toBe(ids.length)
}

async function cut(its: Island, node: IslandNode, seconds: number): Promise<void> {
  node.link.isUp = false
  await its.ports.advance(seconds * 1000)
}

const html = (status = 200): TransportResponse => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: new TextEncoder().encode('<!doctype html><title>Sign in</title>'),
})
const problem = (status: number, code: string, headers: Record<string, string> = {}): TransportResponse => ({
  status,
  headers,
  body: new TextEncoder().encode(JSON.stringify({ type: 'urn:x', title: 't', status, detail: 'As the test says.', code, facts: {} })),
})

describe('joining', () => {
  it('[AG4] asks to be let in until a person decides, then attaches, and its whole log arrives', async () => {
    const its = await island()
    const node = await its.addNode({ kind: 'GATEWAY', tags: ['pump'], serial: 'S-1' })
    node.agent.start()
    await its.ports.advance(60_000)
    expect(node.agent.view().state).toBe('ENROLLING')
    expect(its.master().model.lifecycle(node.agent.view().nodeId)).toMatchObject({ enrolment: 'PENDING', kind: 'GATEWAY', name: 'Node 1' })
    its.approve(node.agent.view().nodeId)
    await expectSame(its, node)
    expect(modeOf(its, node)).toBe('LIVE')
    expect(phaseOf(its, node)).toBe('ACTIVE')
    expect(statesOf(node)).toEqual(['ENROLLING', 'ATTACHED'])
  })

  it('[AG4] ends when it is refused, and says why', async () => {
    const its = await island()
    const node = await its.addNode()
    node.agent.start()
    await its.ports.advance(1000)
    its.refuse(node.agent.view().nodeId, 'not ours')
    await its.ports.advanceUntil(() => node.agent.view().state === 'REFUSED')
    expect(node.agent.view().difficulty).toEqual({
      code: 'ENROLMENT_REFUSED',
      sentence: 'The master refused to let this node in: not ours.',
    })
    const asked = node.link.asked.length
    await its.ports.advance(600_000)
    expect(node.link.asked).toHaveLength(asked)
  })

  it('[AG4] waits for a master that is not there yet, and records nothing false about it', async () => {
    const its = await island()
    const node = await its.addNode()
    node.link.isUp = false
    node.agent.start()
    await its.ports.advance(300_000)
    expect(node.agent.view()).toMatchObject({ state: 'ENROLLING', difficulty: { code: 'LINK_DOWN' } })
    expect(typesOf(node.store)).not.toContain('connection.lost')
    node.link.isUp = true
    await its.ports.advanceUntil(() => its.master().port.enrolment(node.agent.view().nodeId) !== undefined, 70_000)
  })

  it('[AG5] with a pinned key says nothing to a master that shows another', async () => {
    const its = await island()
    const node = await its.addNode({ masterKeyId: `ed25519:${'0'.repeat(32)}` })
    node.agent.start()
    await its.ports.advance(60_000)
    expect(node.agent.view()).toMatchObject({ masterId: undefined, difficulty: { code: 'MASTER_KEY_CHANGED' } })
    expect(new Set(node.link.asked.map(({ path }) => path))).toEqual(new Set(['/v1']))
  })

  it('[AG5] with the right pin joins', async () => {
    const its = await island()
    const node = await its.join({ masterKeyId: its.master().port.keyId })
    expect(node.agent.view().masterId).toBe(its.master().identity.masterId)
  })

  it('[AG5] goes on alone when another master answers where its own was, and returns to its own', async () => {
    const [ours, other] = [await island(), await island()]
    const node = await ours.join()
    const stranger = await other.addNode()
    node.link.between = (request) => stranger.link.request(request)
    const answered = other.ports.advance.bind(other.ports)
    const asked = node.link.asked.length
    for (let second = 0; second < 60; second++) {
      await ours.ports.advance(1000)
      await answered(1000)
    }
    expect(node.agent.view()).toMatchObject({ state: 'AUTONOMOUS', difficulty: { code: 'MASTER_KEY_CHANGED' } })
    expect(typesOf(node.store)).toContain('connection.lost')
    // A heartbeat and the request after it found no token; then only greetings, and what the stranger rests on.
    const since = new Set(node.link.asked.slice(asked + 4).map(({ path }) => path))
    const grants = `/v1/authority?domainId=${ours.master().identity.rootDomainId}&nodeId=${node.agent.view().nodeId}`
    expect(since).toEqual(new Set(['/v1', grants]))
    node.link.between = undefined
    await expectSame(ours, node)
  })

  it('[AG8] takes up what is desired, reports it in a new snapshot, and decides by its policy from then on', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 5 })
    const act = { master: its.master(), actor: its.operator }
    const policy = publishPolicy(act, {
      name: 'cooling',
      version: '2.0.0',
      targetVersion: '1.0.0',
      configuration: { port: 9, local_policy: { rules: [{ when: { value: 'temperature_c', above: 30 }, decide: 'open-valve' }] } },
    })
    assignPolicy(act, { policyBundleId: policy, domainId: its.master().identity.rootDomainId })
    await its.ports.advanceUntil(() => typesOf(its.master().store).includes('desired.adopted'), 60_000)
    await its.ports.advanceUntil(() => typesOf(its.master().store).includes('decision.taken'), 60_000)
    expect(node.workload.configurations).toHaveLength(1)
    const snapshot = eventsOf(its.master().store).findLast(({ event }) => event?.type === 'ibcf.snapshot.taken.v1')
    const parts = snapshot?.event?.data['parts'] as readonly { readonly digest: string }[]
    for (const { digest } of parts) expect(hasBlob(its.master().store.reader, digest)).toBe(true)
    const decision = eventsOf(its.master().store).find(({ event }) => event?.type === 'ibcf.decision.taken.v1')
    expect(decision?.event?.data).toEqual({
      policy: 'cooling 2.0.0',
      decision: 'open-valve',
      basis: 'temperature_c = 40',
      policyBundleId: policy,
    })
    await expectSame(its, node)
  })
})

describe('attached', () => {
  it('[CM19] asks a master that holds no question open once for each contact, over a slow link too', async () => {
    const its = await island()
    const node = await its.join({ contactEverySeconds: 30, observeEverySeconds: 2 })
    node.link.delayMs = 2000
    const countOf = (path: string): number => node.link.asked.filter((asked) => asked.path.startsWith(path)).length
    const [questions, beats] = [countOf('/v1/commands'), countOf('/v1/heartbeat')]
    await its.ports.advance(600_000)
    const asked = countOf('/v1/commands') - questions
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThanOrEqual(countOf('/v1/heartbeat') - beats + 1)
  })

  it('[AG10] heartbeats at its schedule with health, version, backlog and measured link', async () => {
    const its = await island()
    const node = await its.join({ contactEverySeconds: 2 })
    const before = node.link.asked.length
    await its.ports.advance(60_000)
    const beats = node.link.asked.slice(before).filter(({ path }) => path === '/v1/heartbeat')
    expect(beats.length).toBeGreaterThanOrEqual(29)
    expect(beats.length).toBeLessThanOrEqual(31)
    const last = JSON.parse(new TextDecoder().decode(beats.at(-1)?.body)) as Record<string, unknown>
    expect(last).toMatchObject({ health: 'OK', version: '1.0.0', link: { rtt_ms: 5, loss_pct: 0 } })
  })

  it('[AG2] sends new events soon after they are recorded, control lane first, and each blob before its event', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 30 })
    await its.ports.advanceUntil(() => isAtRest(node))
    node.workload.values['temperature_c'] = 99
    node.workload.health = 'DEGRADED'
    const before = typesOf(its.master().store).filter((type) => type === 'decision.taken').length
    await its.ports.advanceUntil(() => typesOf(its.master().store).filter((type) => type === 'decision.taken').length > before, 31_000)
    await its.ports.advanceUntil(() => phaseOf(its, node) === 'DEGRADED', 5000)
    const types = typesOf(its.master().store)
    expect(types.lastIndexOf('decision.taken')).toBeLessThan(types.lastIndexOf('health.changed'))
    const puts = node.link.asked.filter(({ method }) => method === 'PUT').map(({ path }) => path)
    const firstBulk = puts.findIndex((path) => path.includes('bulk'))
    expect(puts.slice(0, firstBulk).filter((path) => path.startsWith('/v1/blobs/'))).toHaveLength(4)
  })

  it('[AG2] signs its tail every 64 events or 5 seconds, though nobody asks for it', async () => {
    const its = await island()
    const unsignedOf = (node: IslandNode): number[] =>
      readFrontier(node.store.reader, { origin: node.agent.view().nodeId }).map(
        ({ log, seq }) => seq - (readHead(node.store.reader, parseLogId(log))?.signedTo ?? 0),
      )
    for (const [observeEverySeconds, most] of [
      [1, 6],
      [0.01, 64],
    ] as const) {
      const node = await its.addNode({ observeEverySeconds })
      node.link.isUp = false
      node.agent.start()
      let worst = 0
      for (let look = 0; look < 200; look++) {
        await its.ports.advance(130)
        worst = Math.max(worst, ...unsignedOf(node))
      }
      expect(worst).toBeGreaterThan(most / 2)
      expect(worst).toBeLessThanOrEqual(most)
      await node.agent.stop()
      expect(Math.max(...unsignedOf(node))).toBe(0)
    }
  })

  it('[AG12] attaches again when its token is no longer known', async () => {
    const its = await island(temporaryDirectory())
    const node = await its.join()
    await its.restartMaster()
    await its.ports.advanceUntil(() => node.link.asked.filter(({ path }) => path === '/v1/attach').length === 2, 10_000)
    await expectSame(its, node)
    expect(typesOf(node.store)).not.toContain('connection.lost')
  })

  it('[AG12] waits at least as long as a busy master asks it to, and is not alone meanwhile', async () => {
    const its = await island()
    const node = await its.join()
    const refusedAt: number[] = []
    node.link.between = () => {
      refusedAt.push(its.ports.clock.monotonic())
      return Promise.resolve(problem(429, 'RATE_LIMITED', { 'retry-after': '7' }))
    }
    await its.ports.advance(40_000)
    const waits = refusedAt.slice(1).map((at, index) => at - (refusedAt[index] ?? 0))
    expect(waits.length).toBeGreaterThan(2)
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(7000)
    expect(new Set(waits).size).toBe(waits.length)
    expect(typesOf(node.store)).not.toContain('connection.lost')
    node.link.between = undefined
    await expectSame(its, node)
  })

  it.each([
    ['a web page', html()],
    ['a master whose disk is full', problem(503, 'STORE_FULL')],
  ])('[AG12] counts %s as silence: it goes on alone and comes back', async (_, answer) => {
    const its = await island()
    const node = await its.join()
    node.link.between = () => Promise.resolve(answer)
    await its.ports.advanceUntil(() => node.agent.view().state === 'AUTONOMOUS', 60_000)
    node.link.between = undefined
    await expectSame(its, node)
    expect(typesOf(its.master().store)).toContain('connection.regained')
  })

  it('[AG12] waits as long as a master whose disk is full asks it to, with a random addition', async () => {
    const its = await island()
    const node = await its.join()
    const refusedAt: number[] = []
    node.link.between = () => {
      refusedAt.push(its.ports.clock.monotonic())
      return Promise.resolve(problem(503, 'STORE_FULL', { 'retry-after': '7' }))
    }
    await its.ports.advance(60_000)
    const waits = refusedAt.slice(1).map((at, index) => at - (refusedAt[index] ?? 0))
    expect(waits.length).toBeGreaterThan(2)
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(7000)
    expect(new Set(waits).size).toBe(waits.length)
    node.link.between = undefined
    await expectSame(its, node)
  })

  it('[AG10] [AG12] loses a master whose disk stays full once, however often that one answers, and regains it once', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 1 })
    const { reader } = its.master().store
    reader.get(`PRAGMA max_page_count = ${Number(reader.get('PRAGMA page_count')?.['page_count'])}`)
    await its.ports.advanceUntil(() => node.agent.view().difficulty?.code === 'STORE_FULL', 600_000)
    const asked = node.link.asked.length
    await its.ports.advance(900_000)
    expect(node.agent.view()).toMatchObject({ state: 'AUTONOMOUS', difficulty: { code: 'STORE_FULL' } })
    // A heartbeat and a part of a log at a time, at its schedule of a second and less, and not in a hurry.
    expect(node.link.asked.length - asked).toBeLessThan(2700)
    reader.get('PRAGMA max_page_count = 1000000')
    await expectSame(its, node)
    const told = typesOf(node.store).filter((type) => type.startsWith('connection.'))
    expect(told).toEqual(['connection.lost', 'connection.regained'])
  }, 60_000)

  it('[AG12] raises an alarm when its clock is far from that of its master, once', async () => {
    const its = await island()
    const node = await its.addNode()
    node.link.between = async (_request, next) => {
      const answer = await next()
      const text = new TextDecoder().decode(answer.body).replace(/"now":"[^"]*"/, '"now":"2026-12-24T00:00:00.000Z"')
      return { ...answer, body: new TextEncoder().encode(text) }
    }
    node.agent.start()
    await its.ports.advance(5000)
    its.approve(node.agent.view().nodeId)
    await its.ports.advance(60_000)
    const alarms = eventsOf(node.store).filter(({ event }) => event?.type === 'ibcf.alarm.raised.v1')
    expect(alarms.map(({ event }) => event?.data['name'])).toEqual(['clock-far-off'])
  })
})

describe('alone, and back', () => {
  it('[AG10] goes on with its work while alone, is killed and started again, and returns with every event', async () => {
    const its = await island()
    let node = await its.join({ observeEverySeconds: 3, autonomyBudgetSeconds: 60 })
    await cut(its, node, 30)
    expect(node.agent.view().state).toBe('AUTONOMOUS')
    expect(modeOf(its, node)).toBe('AUTONOMOUS')
    node.workload.values['temperature_c'] = 95
    await its.ports.advance(10_000)
    node = node.restart()
    node.agent.start()
    expect(node.agent.view().state).toBe('AUTONOMOUS')
    await its.ports.advance(60_000)
    const alone = eventsOf(node.store).filter(({ event }) => event?.data['isAutonomous'] === true)
    expect(alone.length).toBeGreaterThan(25)
    expect(modeOf(its, node)).toBe('DISCONNECTED')
    node.link.isUp = true
    await expectSame(its, node)
    expect(modeOf(its, node)).toBe('LIVE')
    expect(statesOf(node)).toEqual(['AUTONOMOUS', 'RETURNING', 'REPLAYING', 'ATTACHED'])
    const types = typesOf(node.store).filter((type) => !/observation|link|health/.test(type))
    expect(types).toEqual([
      'log.opened',
      'agent.started',
      'snapshot.taken',
      'connection.lost',
      'decision.taken',
      'agent.started',
      'alarm.raised',
      'decision.taken',
      'connection.regained',
    ])
    const started = eventsOf(node.store).filter(({ event }) => event?.type === 'ibcf.agent.started.v1')
    expect(started.map(({ event }) => event?.data['unclean'])).toEqual([false, true])
    expect(sessionsOf(its)).toMatchObject([{ verdict: 'CLEAN' }])
  })

  it('[AG6] killed at any request of the return, it goes on where it was: no event is lost and none is doubled', async () => {
    const its = await island()
    let node = await its.join({ observeEverySeconds: 1 })
    for (let killAfter = 1; killAfter <= 24; killAfter++) {
      await cut(its, node, 40)
      node.link.isUp = true
      const asked = node.link.asked.length
      const killed = node
      await its.ports.advanceUntil(() => killed.link.asked.length >= asked + killAfter || isAttached(killed))
      node = node.restart()
      node.agent.start()
      const resumed = node
      await its.ports.advanceUntil(() => isAtRest(resumed))
    }
    await expectSame(its, node)
    expect(phaseOf(its, node)).toBe('ACTIVE')
    const report = await verifyStore(node.store.reader, its.ports, {})
    expect(report.findings).toEqual([])
  })

  it('[AG6] the master killed at any request of the return, it goes on where it was', async () => {
    const its = await island(temporaryDirectory())
    const node = await its.join({ observeEverySeconds: 1 })
    for (let killAfter = 2; killAfter <= 20; killAfter += 2) {
      await cut(its, node, 40)
      node.link.isUp = true
      const asked = node.link.asked.length
      await its.ports.advanceUntil(() => node.link.asked.length >= asked + killAfter || isAttached(node))
      await its.restartMaster()
      await its.ports.advanceUntil(() => isAtRest(node))
    }
    await expectSame(its, node)
    expect(phaseOf(its, node)).toBe('ACTIVE')
  })

  it('[AG6] a link that drops every few requests still brings everything over', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 1 })
    await cut(its, node, 600)
    let requests = 0
    node.link.between = async (_request, next) => {
      requests++
      node.link.isUp = requests % 7 < 5
      return next()
    }
    node.link.isUp = true
    await its.ports.advanceUntil(() => isAtRest(node) && modeOf(its, node) === 'LIVE')
    node.link.between = undefined
    node.link.isUp = true
    await expectSame(its, node)
  })

  it('[AG6] an answer that is lost after the master acted on it changes nothing', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 1 })
    await cut(its, node, 60)
    node.link.isUp = true
    let requests = 0
    node.link.between = async (_request, next) => {
      const answer = await next()
      if (++requests % 3 === 0) throw new AppError('Unavailable', 'LINK_DOWN', 'The answer is lost.')
      return answer
    }
    await its.ports.advanceUntil(() => isAtRest(node))
    node.link.between = undefined
    await expectSame(its, node)
    expect(phaseOf(its, node)).toBe('ACTIVE')
  })

  it('[AG6] what was spoilt on the way is sent again as it is once a person let the node back in', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 1 })
    await cut(its, node, 60)
    node.link.isUp = true
    const { zstd, unzstd } = its.ports.compression
    let isSpoilt = false
    node.link.between = (request, next) => {
      if (isSpoilt || request.body === undefined || !decodeURIComponent(request.path).includes('/fact/')) return next()
      isSpoilt = true
      const bytes = unzstd(request.body, 1024 * 1024)
      // The first byte of the signature (log/segment.ts).
      const at = 9 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(5)
      // Which bit is all the same, but the body has the length that its head says.
      const sizeBytes = request.body.length
      const spoilt = Array.from({ length: 512 }, (_, bit) =>
        zstd(bytes.with(at + (bit >> 3), (bytes[at + (bit >> 3)] ?? 0) ^ (1 << (bit & 7)))),
      ).find(({ length }) => length === sizeBytes)
      if (spoilt === undefined) throw new Error('No bit of the signature leaves the length as it is.')
      request.body.set(spoilt)
      return next()
    }
    await its.ports.advanceUntil(() => isSpoilt && phaseOf(its, node) === 'QUARANTINED', 60_000)
    remediateNode({ master: its.master(), actor: its.operator }, { nodeId: node.agent.view().nodeId, reason: 'The link was bad.' })
    await its.ports.advanceUntil(() => isAtRest(node))
    await expectSame(its, node)
    expect(new Set(Object.keys(bytesOf(node.store, node)).map((log) => parseLogId(log).incarnation)).size).toBe(1)
  })

  it('[AG6] uploads control first, then fact, then bulk, whatever was recorded when', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 1, snapshotEverySeconds: 2 })
    await cut(its, node, 20)
    node.workload.applyConfiguration({ changed: true })
    await its.ports.advance(20_000)
    const asked = node.link.asked.length
    node.link.isUp = true
    await its.ports.advanceUntil(() => isAttached(node))
    const segments = node.link.asked
      .slice(asked)
      .flatMap(({ path }) => (path.startsWith('/v1/segments') ? [decodeURIComponent(path).split('/')[4]] : []))
    const firstOf = (lane: string): number => segments.indexOf(lane)
    expect(firstOf('control')).toBe(0)
    expect(firstOf('control')).toBeLessThan(firstOf('fact'))
    expect(firstOf('fact')).toBeLessThan(firstOf('bulk'))
  })

  it('[AG6] a segment that the link does not carry at once goes over in pieces, and after a restart from the byte that the master holds', async () => {
    const its = await island()
    let node = await its.join({ observeEverySeconds: 1 })
    // Text that does not compress to much less: forty kilobytes an observation.
    for (let key = 0; key < 20; key++) {
      const text = Buffer.from(its.ports.random.bytes(1500)).toString('base64')
      node.workload.values[`noise${key}`] = text
    }
    await cut(its, node, 20)
    for (let key = 0; key < 20; key++) delete node.workload.values[`noise${key}`]
    const bytesPerMs = 2
    const slow = (link: Link): void => {
      link.between = async (request, next) => {
        await new Promise<void>((resolve) => void its.ports.scheduler.after((request.body?.length ?? 0) / bytesPerMs, resolve))
        return next()
      }
    }
    slow(node.link)
    node.link.isUp = true
    const pieces = (): URLSearchParams[] =>
      node.link.asked.flatMap(({ path }) => (path.startsWith('/v1/segments') ? [new URLSearchParams(path.split('?')[1])] : []))
    // In the middle of a segment: pieces of it are there, and it takes several more.
    await its.ports.advanceUntil(() =>
      pieces().some(
        (piece) => Number(piece.get('offset')) >= 8 * 1024 && Number(piece.get('offset')) + 8 * 1024 < Number(piece.get('total')),
      ),
    )
    const last = pieces().at(-1)
    const before = node.link.asked.length
    node = node.restart()
    node.agent.start()
    const resumed = node
    await its.ports.advanceUntil(() => isAtRest(resumed))
    const again = node.link.asked
      .slice(before)
      .map(({ path }) => new URLSearchParams(path.split('?')[1]))
      .filter((piece) => piece.get('from') === last?.get('from') && piece.get('log') === last?.get('log'))
      .map((piece) => Number(piece.get('offset')))
    expect(again[0]).toBe(0)
    expect(again[1]).toBeGreaterThanOrEqual(Number(last?.get('offset')))
    await expectSame(its, node)
  })

  it('[AG6] returns when a heartbeat tells it that it was missed, though it noticed nothing itself', async () => {
    const its = await island()
    const node = await its.join({ contactEverySeconds: 8, observeEverySeconds: 600 })
    node.link.between = async (request, next) => {
      if (request.path !== '/v1/heartbeat') return next()
      const body = { mode: 'LIVE', phase: 'ACTIVE', now: new Date(its.ports.clock.now()).toISOString(), instruction: 'none' }
      return { status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify(body)) }
    }
    await its.ports.advanceUntil(() => modeOf(its, node) === 'AUTONOMOUS', 300_000)
    expect(node.agent.view().state).toBe('ATTACHED')
    node.link.between = undefined
    await its.ports.advanceUntil(() => modeOf(its, node) === 'LIVE' && isAttached(node), 60_000)
    expect(statesOf(node).slice(-4)).toEqual(['ATTACHED', 'RETURNING', 'REPLAYING', 'ATTACHED'])
    expect(typesOf(node.store)).not.toContain('connection.lost')
  })

  it('[AG16] does not sign a lock while its return to another master is open', async () => {
    const its = await island()
    const node = await its.join()
    const elsewhere = { sessionId: '01K0000000000000000000000A', masterId: '01K0000000000000000000000B' }
    const leaseUntil = new Date(its.ports.clock.now() + 120_000).toISOString()
    node.store.transact((writer) =>
      writer.run(`INSERT INTO agent_memory (name, value) VALUES ('session', ?)`, JSON.stringify({ ...elsewhere, leaseUntil })),
    )
    await cut(its, node, 40)
    node.link.isUp = true
    await its.ports.advanceUntil(() => node.agent.view().difficulty?.code === 'LOCK_HELD', 30_000)
    expect(its.ports.clock.now()).toBeLessThan(Date.parse(leaseUntil))
    await its.ports.advanceUntil(() => isAttached(node))
    expect(its.ports.clock.now()).toBeGreaterThan(Date.parse(leaseUntil))
    await expectSame(its, node)
  })

  it('[AG16] does not sign the lock of a master that did not let it in, nor one of another return', async () => {
    const its = await island()
    const node = await its.join()
    await cut(its, node, 40)
    node.link.between = async (request, next) => {
      const answer = await next()
      if (request.path !== '/v1/return') return answer
      const body = JSON.parse(new TextDecoder().decode(answer.body)) as { sessionId: string }
      return { ...answer, body: new TextEncoder().encode(JSON.stringify({ ...body, sessionId: '01K0000000000000000000000A' })) }
    }
    node.link.isUp = true
    await its.ports.advance(30_000)
    expect(node.link.asked.some(({ path }) => path.includes('countersign'))).toBe(false)
    expect(node.agent.view().difficulty?.code).toBe('LOCK_MISADDRESSED')
    node.link.between = undefined
    await expectSame(its, node)
  })
})

describe('altered, restored, quarantined', () => {
  const alter = (store: Store, lane: string, seq: number): void =>
    store.transact((writer) => {
      writer.run('DROP TRIGGER IF EXISTS runs_are_not_changed')
      alterText(writer, seq, '"temperature_c":40', '"temperature_c":41', `%/${lane}/%`)
    })

  it('[AG13] an altered backlog is found out: quarantined with its good prefix kept; it goes on working and does not send the bad part again', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 1 })
    await cut(its, node, 60)
    const factLog = readFrontier(node.store.reader, { origin: node.agent.view().nodeId }).find(({ log }) => log.includes('/fact/'))
    alter(node.store, 'fact', (factLog?.seq ?? 0) - 20)
    node.link.isUp = true
    await its.ports.advanceUntil(() => phaseOf(its, node) === 'QUARANTINED', 60_000)
    await its.ports.advanceUntil(() => node.agent.view().state === 'QUARANTINED', 60_000)
    const [evidence] = listEvidence(its.master().store.reader, node.agent.view().nodeId)
    expect(evidence).toMatchObject({ code: 'SEGMENT_CHAIN_BROKEN' })
    const held = readFrontier(its.master().store.reader, { origin: node.agent.view().nodeId }).find(({ log }) => log.includes('/fact/'))
    expect(held?.seq).toBeGreaterThan(0)
    expect(held?.seq).toBeLessThan((factLog?.seq ?? 0) - 20)
    const refused = node.link.asked.filter(({ path }) => path.includes('/v1/segments') && path.includes('fact')).length
    const own = eventsOf(node.store).length
    const beats = node.link.asked.filter(({ path }) => path === '/v1/heartbeat').length
    await its.ports.advance(600_000)
    expect(node.link.asked.filter(({ path }) => path.includes('/v1/segments') && path.includes('fact')).length).toBe(refused)
    expect(node.link.asked.filter(({ path }) => path === '/v1/heartbeat').length).toBeGreaterThan(beats + 250)
    expect(eventsOf(node.store).length).toBeGreaterThan(own + 500)
    expect(phaseOf(its, node)).toBe('QUARANTINED')
    expect(node.agent.view().state).toBe('QUARANTINED')
  })

  it('[AG13] a node whose key was revoked is told so and works on alone', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 5 })
    revokeNodeKey({ master: its.master(), actor: its.operator }, { nodeId: node.agent.view().nodeId, reason: 'stolen' })
    await its.ports.advance(60_000)
    expect(node.agent.view()).toMatchObject({ state: 'AUTONOMOUS', difficulty: { code: 'KEY_REVOKED' } })
    const own = eventsOf(node.store).length
    const held = eventsOf(its.master().store).filter(({ log }) => (log.origin as string) === (node.agent.view().nodeId as string)).length
    await its.ports.advance(600_000)
    expect(eventsOf(node.store).length).toBeGreaterThan(own + 100)
    expect(eventsOf(its.master().store).filter(({ log }) => (log.origin as string) === (node.agent.view().nodeId as string))).toHaveLength(
      held,
    )
  })

  it('[AG3] let back in, it speaks again from the last point that counted, also after a restart', async () => {
    const its = await island()
    let node = await its.join({ observeEverySeconds: 1 })
    await cut(its, node, 60)
    alter(node.store, 'fact', eventsOf(node.store).filter(({ log }) => log.lane === 'fact').length - 20)
    node.link.isUp = true
    await its.ports.advanceUntil(() => node.agent.view().state === 'QUARANTINED', 120_000)
    node = node.restart()
    node.agent.start()
    await its.ports.advance(30_000)
    remediateNode({ master: its.master(), actor: its.operator }, { nodeId: node.agent.view().nodeId, reason: 'looked at' })
    const back = node
    await its.ports.advanceUntil(() => isAtRest(back), 180_000)
    const openings = eventsOf(its.master().store).filter(
      ({ event, log }) => event?.type === 'ibcf.log.opened.v1' && (log.origin as string) === (back.agent.view().nodeId as string),
    )
    expect(openings).toHaveLength(2)
    expect(openings[1]?.event?.data['continues']).toHaveLength(3)
    const before = eventsOf(its.master().store).length
    await its.ports.advance(60_000)
    expect(eventsOf(its.master().store).length).toBeGreaterThan(before + 50)
    expect(phaseOf(its, back)).toBe('ACTIVE')
    await cut(its, back, 60)
    back.link.isUp = true
    await its.ports.advanceUntil(() => isAtRest(back), 180_000)
    expect(phaseOf(its, back)).toBe('ACTIVE')
  })

  it('[AG3] a node whose log was lost, but not its identity, begins a new one that names where the old one stood', async () => {
    const its = await island()
    const node = await its.join({ directory: 'same' })
    await cut(its, node, 5)
    const second = await its.addNode({ directory: 'same' })
    second.agent.start()
    expect(second.agent.view().nodeId).toBe(node.agent.view().nodeId)
    await its.ports.advanceUntil(() => isAtRest(second), 180_000)
    const openings = eventsOf(second.store).filter(({ event }) => event?.type === 'ibcf.log.opened.v1')
    expect(openings.at(-1)?.event?.data['continues']).toHaveLength(3)
    const before = eventsOf(its.master().store).length
    await its.ports.advance(130_000)
    expect(eventsOf(its.master().store).length).toBeGreaterThan(before)
    expect(eventsOf(second.store).filter(({ event }) => event?.type === 'ibcf.log.opened.v1')).toHaveLength(openings.length)
    expect(phaseOf(its, second)).toBe('ACTIVE')
  })
})

describe('stopping', () => {
  it('[AG15] stops in the middle of anything: signed, with nothing false recorded, and the next start knows it was orderly', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 1 })
    node.link.between = () => new Promise(() => undefined)
    await its.ports.advance(3000)
    await node.agent.stop()
    expect(node.agent.view().state).toBe('STOPPED')
    const types = typesOf(node.store)
    const log = eventsOf(node.store).length
    await its.ports.advance(60_000)
    expect(eventsOf(node.store)).toHaveLength(log)
    expect(types).not.toContain('connection.lost')
    const report = await verifyStore(node.store.reader, its.ports, {})
    expect(report).toMatchObject({ ok: true, unsignedTail: 0 })
    node.link.between = undefined
    const again = node.restart()
    again.agent.start()
    await expectSame(its, again)
    const started = eventsOf(again.store).filter(({ event }) => event?.type === 'ibcf.agent.started.v1')
    expect(started.map(({ event }) => event?.data['unclean'])).toEqual([false, false])
  })

  it('[AG15] a fault of its own ends it, with nothing more recorded, and says so', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 5 })
    Object.assign(node.workload, {
      observe: () => {
        throw new TypeError('a slip')
      },
    })
    await its.ports.advance(5000)
    expect(node.agent.view()).toMatchObject({ state: 'FAILED', difficulty: { code: 'UNEXPECTED', sentence: 'a slip' } })
    const asked = node.link.asked.length
    const own = eventsOf(node.store).length
    await its.ports.advance(60_000)
    expect(node.link.asked.length).toBe(asked)
    expect(eventsOf(node.store)).toHaveLength(own)
    await node.agent.stop()
    expect(node.agent.view().state).toBe('FAILED')
  })

  it('[AG11] a full disk is waited out: it says so, and goes on by itself when there is room', async () => {
    const its = await island()
    const node = await its.join({ observeEverySeconds: 1 })
    node.store.reader.get('PRAGMA max_page_count = 1')
    await its.ports.advanceUntil(() => node.agent.view().difficulty?.code === 'STORE_FULL', 600_000)
    node.store.reader.get('PRAGMA max_page_count = 1000000')
    await expectSame(its, node)
    const after = eventsOf(its.master().store).length
    await its.ports.advance(20_000)
    expect(eventsOf(its.master().store).length).toBeGreaterThan(after + 10)
  })
})
