import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publishArtifact, putArtifactPiece } from '../../../core/app/acts/artifacts.ts'
import { approveCommand, issueCommand } from '../../../core/app/acts/commands.ts'
import { knownCommand } from '../../../core/app/commands/known-command.ts'
import { toBase64, toHex } from '../../../core/kernel/hex.ts'
import type { OperatorId } from '../../../core/kernel/ids.ts'
import { isAppError } from '../../../core/kernel/app-error.ts'
import { connectivityModes } from '../../../core/fleet/node/node-record.ts'
import type { demoFaultKinds } from '../../../core/contract/demo.ts'
import { readEventsAfter, readSubjectEvents } from '../../../core/store/read-events.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { heldOfNode, watchIsland, type WatchedIsland, worldStart } from '../../helpers/simulated-island.ts'

let island: WatchedIsland
const count = (sql: string): number => Number(island.master.model.reader.get(`SELECT count(*) AS n FROM ${sql}`)?.['n'])
const turn = (kind: (typeof demoFaultKinds)[number], name: string): string =>
  island.control.fault({ kind, nodeId: island.node(name).nodeId }).sentence
/** A node with which all is well, of those whose name begins so. */
const soundOne = (beginning: string): string => {
  const found = island.nodes.find(
    ({ plan }) =>
      plan.name.startsWith(beginning) && !plan.isRoving && island.mode(plan.name) === 'LIVE' && island.phase(plan.name) === 'ACTIVE',
  )
  if (found === undefined) throw new Error(`No ${beginning} is well.`)
  return found.plan.name
}
const codesOfEvidence = (name: string): readonly string[] =>
  readSubjectEvents(island.master.model.reader, island.node(name).nodeId, {
    types: ['ibcf.evidence.parked.v1'],
    order: 'oldest',
    limit: 100,
  }).map(({ event }) => (event?.data as { readonly code: string } | undefined)?.code ?? 'unreadable')

/** Nodes that took a decision between losing their master and finding it again, by their own logs. */
const decidedAlone = (): readonly string[] =>
  island.nodes.flatMap(({ plan, nodeId, store }) => {
    const types = ['ibcf.connection.lost.v1', 'ibcf.connection.regained.v1', 'ibcf.decision.taken.v1']
    const deeds = readSubjectEvents(store.reader, nodeId, { types, order: 'oldest', limit: 1000 }).map(({ event }) => event?.type)
    return deeds.some((type, at) => type === types[2] && deeds.slice(0, at).findLast((before) => before !== type) === types[0])
      ? [plan.name]
      : []
  })

beforeAll(async () => {
  island = await watchIsland()
})
afterAll(() => island.close())

describe('the demo island', () => {
  it('[SM7] opens with two hundred nodes, six relays, five domains below the root, people, policies, and some who wait', () => {
    expect(island.world.clock.now()).toBe(worldStart)
    expect(island.control.view()).toMatchObject({ nodes: 200, relays: 6, speed: 1 })
    expect(count("lifecycle_nodes WHERE enrolment = 'APPROVED' AND phase <> 'RETIRED'")).toBe(200)
    expect(count("lifecycle_nodes WHERE enrolment = 'PENDING'")).toBe(3)
    expect(count('domains')).toBe(6)
    expect(count("(SELECT DISTINCT domain FROM lifecycle_nodes WHERE enrolment = 'APPROVED')")).toBe(6)
    expect(count('operators')).toBe(2)
    expect(count('policies')).toBe(3)
  })

  it('[SM7] has a past to look at: every mode, returns that ended well and badly, digests, decisions taken alone', () => {
    const seen = new Set(island.nodes.flatMap(({ plan }) => island.modesSince(plan.name, 0)))
    expect(seen).toEqual(new Set(connectivityModes))
    expect(count("connectivity_nodes WHERE mode = 'LIVE'")).toBeGreaterThan(120)
    expect(count("connectivity_nodes WHERE mode = 'EDGE_CACHED'")).toBeGreaterThan(15)
    for (const mode of ['AUTONOMOUS', 'DISCONNECTED', 'DELAYED'])
      expect([mode, count(`connectivity_nodes WHERE mode = '${mode}'`) >= 2]).toEqual([mode, true])
    expect(count("return_sessions WHERE verdict = 'CLEAN'")).toBeGreaterThan(30)
    expect(count("lifecycle_nodes WHERE phase = 'QUARANTINED'")).toBeGreaterThanOrEqual(2)
    expect(count("lifecycle_nodes WHERE phase = 'DEGRADED'")).toBeGreaterThanOrEqual(3)
    expect(count("return_sessions WHERE verdict = 'ABANDONED'")).toBeLessThan(5)
    const digests = readEventsAfter(island.master.model.reader, 0, 1_000_000).filter(
      ({ event }) => event?.type === 'ibcf.presence.digested.v1',
    )
    expect(digests.length).toBeGreaterThan(300)
    expect(decidedAlone().length).toBeGreaterThan(3)
  })

  it('[SM9] loses a node whose link is cut, and has all of it back when the link is whole', async () => {
    const name = soundOne('Haul truck')
    const cutAt = island.world.clock.now()
    expect(turn('cut-link', name)).toContain(name)
    expect(island.control.view().cut).toContain(island.node(name).nodeId)
    await island.runUntil(() => island.mode(name) === 'AUTONOMOUS', 110)
    expect(island.world.clock.now() - cutAt).toBeGreaterThanOrEqual(60_000)
    await island.runUntil(() => island.node(name).view().aloneSince !== undefined && island.node(name).view().backlogMessages > 2, 600)
    turn('restore-link', name)
    await island.runUntil(() => island.mode(name) === 'LIVE', 300)
    expect(island.modesSince(name, cutAt).slice(-4)).toEqual(['AUTONOMOUS', 'RETURNING', 'REPLAYING', 'LIVE'])
    expect(island.phase(name)).toBe('ACTIVE')
    await island.runUntil(() => island.node(name).view().backlogMessages === 0, 120)
    const held = heldOfNode(island, island.node(name))
    expect(held.master).toEqual(held.node)
  })

  it('[SM10] quarantines a node whose backlog was altered while it was alone, and keeps what came before', async () => {
    const name = soundOne('Excavator')
    turn('cut-link', name)
    await island.runUntil(() => island.mode(name) === 'AUTONOMOUS' && island.node(name).view().backlogMessages > 2, 900)
    expect(turn('tamper-backlog', name)).toContain('One digit')
    turn('restore-link', name)
    await island.runUntil(() => island.phase(name) === 'QUARANTINED', 300)
    expect(codesOfEvidence(name)).toEqual(['SEGMENT_CHAIN_BROKEN'])
    const verdict = island.master.model.reader.get(
      'SELECT verdict, received_events FROM return_sessions WHERE node_id = ? ORDER BY opened_at DESC',
      island.node(name).nodeId,
    )
    expect(verdict?.['verdict']).toBe('QUARANTINED')
    const facts = (lines: readonly string[]): number => Number(lines.find((line) => line.includes('/fact/'))?.split(' ')[1])
    const held = heldOfNode(island, island.node(name))
    expect(facts(held.master)).toBeGreaterThan(0)
    expect(facts(held.master)).toBeLessThan(facts(held.node))
  })

  it('[SM10] waits for the next event of a node that has delivered everything, and quarantines it without a return', async () => {
    const name = soundOne('Generator')
    await island.runUntil(() => island.node(name).view().backlogMessages === 0, 60)
    expect(turn('tamper-backlog', name)).toContain('next event')
    await island.runUntil(() => island.phase(name) === 'QUARANTINED', 400)
    expect(codesOfEvidence(name)).toEqual(['SEGMENT_CHAIN_BROKEN'])
  })

  it('[SM11] loses everyone behind a relay that falls, and nobody beside it', async () => {
    const relay = 'South rim relay'
    const behind = island.nodes.filter(({ plan }) => plan.via === relay).map(({ plan }) => plan.name)
    expect(turn('cut-relay', relay)).toContain(String(behind.length))
    const alone = (): readonly string[] => behind.filter((name) => island.mode(name) === 'AUTONOMOUS')
    await island.runUntil(() => island.mode(relay) === 'AUTONOMOUS' && alone().length > 20, 200)
    expect(count("connectivity_nodes WHERE mode = 'LIVE'")).toBeGreaterThan(100)
    turn('restore-relay', relay)
    const isCutOff = (name: string): boolean => island.control.view().cut.includes(island.node(name).nodeId)
    const lost = alone().filter((name) => !isCutOff(name))
    await island.runUntil(
      () => lost.every((name) => isCutOff(name) || !['AUTONOMOUS', 'RETURNING', 'REPLAYING'].includes(island.mode(name) ?? '')),
      400,
    )
    expect(island.mode(relay)).toBe('LIVE')
  })

  it('[SM12] loses nothing that was recorded when the power of a node goes', async () => {
    const name = soundOne('Battery bank')
    const { store, isRunning, nodeId } = island.node(name)
    const before = Number(store.reader.get('SELECT sum(count) AS n FROM runs')?.['n'])
    expect(turn('restart-node', name)).toContain('power')
    expect(isRunning()).toBe(false)
    await island.runUntil(() => isRunning() && island.node(name).view().backlogMessages === 0, 120)
    expect(Number(store.reader.get('SELECT sum(count) AS n FROM runs')?.['n'])).toBeGreaterThan(before)
    const started = readSubjectEvents(island.master.model.reader, nodeId, {
      types: ['ibcf.agent.started.v1'],
      order: 'newest',
      limit: 1,
    })[0]
    expect(started?.event?.data).toMatchObject({ unclean: true })
    const held = heldOfNode(island, island.node(name))
    expect(held.master).toEqual(held.node)
  })

  it('[SM9] makes a link slow, so that its node counts as DELAYED', async () => {
    const name = soundOne('Conveyor drive')
    turn('slow-link', name)
    await island.runUntil(() => island.mode(name) === 'DELAYED', 180)
    expect(turn('restore-link', name)).toContain('not cut')
    await island.runUntil(() => island.mode(name) === 'LIVE', 300)
  })

  it('[CM22] [CM23] has nodes that start anew and install when they are told to, and prove it', async () => {
    const { master } = island
    const [ada, grace] = master.model.reader.all<{ subject: OperatorId }>('SELECT subject FROM operators ORDER BY subject')
    if (ada === undefined || grace === undefined) throw new Error('There are two people on the island.')
    const [one, two] = [ada, grace].map(({ subject }) => ({ master, actor: subject }))
    if (one === undefined || two === undefined) throw new Error('There are two people on the island.')
    const name = soundOne('Excavator')
    const { nodeId, machine } = island.node(name)
    const reason = 'a test'
    const stageOf = (commandId: string): string | undefined => knownCommand(master.model, commandId)?.stage
    const restart = issueCommand(one, { nodeId, kind: 'restart', data: { scope: 'agent' }, expiresAt: null, reason })
    await island.runUntil(() => stageOf(restart.commandId) === 'applied', 1800)

    const bytes = new TextEncoder().encode(JSON.stringify({ version: '9.9.9' }))
    const digest = toHex(master.config.ports.crypto.sha256(bytes))
    putArtifactPiece(one, { digest, offset: 0, sizeBytes: bytes.length, content: toBase64(bytes) })
    const data = { ...publishArtifact(one, { name: 'camera', version: '9.9.9', digest }), rollBackAt: 'DEGRADED' }
    const install = issueCommand(one, { nodeId, kind: 'install-artifact', data, expiresAt: null, reason })
    const bodyDigest = knownCommand(master.model, install.commandId)?.issued.bodyDigest ?? ''
    approveCommand(two, { commandId: install.commandId, bodyDigest, reason })
    await island.runUntil(() => stageOf(install.commandId) === 'applied', 1800)
    expect(machine.version()).toBe('9.9.9')
  })

  it('[SM14] refuses a knob that is turned at nothing, or at the wrong thing', () => {
    const codeOf = (act: () => unknown): string => {
      try {
        act()
      } catch (error) {
        if (isAppError(error)) return error.code
        throw error
      }
      return 'nothing'
    }
    expect(codeOf(() => island.control.fault({ kind: 'cut-link', nodeId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }))).toBe('NODE_UNKNOWN')
    expect(codeOf(() => turn('cut-relay', 'Historian'))).toBe('NOT_A_RELAY')
    expect(codeOf(() => turn('restore-relay', 'Historian'))).toBe('NOT_A_RELAY')
  })

  it('[SM8] lives on without a fault of its own: projections equal a rebuild, the store proves itself, nothing hangs', async () => {
    const since = island.world.clock.now()
    await island.run(300)
    expect(count(`return_sessions WHERE closed_at > ${since}`)).toBeGreaterThan(1)
    expect(count(`return_sessions WHERE closed_at IS NULL AND opened_at < ${since - 300_000}`)).toBe(0)
    expect(island.control.view().nodes).toBe(200)
    expect(island.nodes.filter(({ view }) => view().state === 'FAILED').map(({ plan }) => plan.name)).toEqual([])
    expect(island.master.engine.check(island.master.model.reader)).toMatchObject({ isEqual: true, differing: [] })
    const report = await verifyStore(island.master.store.reader, island.master.config.ports)
    expect(report.findings).toEqual([])
    expect(island.troubles).toEqual([])
  })

  it('[SM13] leaves no timer behind when it is closed', async () => {
    await island.close()
    expect(island.world.pending()).toBe(0)
    await island.run(600)
    expect(island.troubles).toEqual([])
  })
})
