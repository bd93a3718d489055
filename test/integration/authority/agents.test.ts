/**
 * A split brain from end to end: two real masters claim one domain and direct real agents, which obey only whom a verified chain of
 * grants leads to; then everybody meets again.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Agent, createAgent } from '../../../core/agent/agent.ts'
import { defaultConfig } from '../../../core/agent/config.ts'
import type { Fence } from '../../../core/fleet/authority/fence.ts'
import { createGateway, type Gateway } from '../../../core/ingest/gateway.ts'
import { AppError } from '../../../core/kernel/app-error.ts'
import type { DomainId, NodeId } from '../../../core/kernel/ids.ts'
import type { Transport } from '../../../core/kernel/ports.ts'
import { inMemory, openStore, type Store } from '../../../core/store/open.ts'
import { createTestWorkload, type TestWorkload } from '../../helpers/agent/test-node.ts'
import { createVirtualPorts, type VirtualPorts } from '../../helpers/agent/virtual-ports.ts'
import { act, bring, carry, introduce, meet, openSeat, type Seat } from '../../helpers/authority/masters.ts'

type Field = {
  agent: Agent
  readonly store: Store
  readonly workload: TestWorkload
  /** Who answers at the end of its link; undefined: nobody. */
  end: Seat | undefined
  /** Stops the agent and opens another on the same store. */
  readonly restart: () => void
}

let ports: VirtualPorts
let hq: Seat
let north: Seat
let south: Seat
let site: DomainId
const gateways = new Map<Seat, Gateway>()

const idOf = ({ master }: Seat): string => master.identity.masterId
const fenceOf = ({ store }: Field): Fence =>
  JSON.parse(store.reader.get<{ value: string }>("SELECT value FROM agent_memory WHERE name = 'fence'")?.value ?? 'null') as Fence
const isAttachedTo = ({ agent }: Field, seat: Seat): boolean => {
  const { state, masterId, backlogMessages } = agent.view()
  return state === 'ATTACHED' && masterId === idOf(seat) && backlogMessages === 0
}
const hashOf = ({ master }: Seat): string => master.engine.stateHash(master.store.reader)

async function openField(number: number): Promise<Field> {
  const store = await openStore({ directory: inMemory, mode: 'read-write', role: 'node', ports })
  const workload = createTestWorkload()
  const config = { ...defaultConfig, directory: `node-${number}`, name: `Node ${number}`, contactEverySeconds: 2 }
  const field: Field = { agent: undefined as never, store, workload, end: undefined, restart: () => undefined }
  const start = (): Agent => {
    let isAlive = true
    const dead = <Value>(): Promise<Value> => new Promise<Value>(() => undefined)
    const transport: Transport = {
      request: async (request) => {
        await new Promise<void>((resolve) => void ports.scheduler.after(5, resolve))
        if (!isAlive) return dead()
        const gateway = field.end === undefined ? undefined : gateways.get(field.end)
        if (gateway === undefined) throw new AppError('Unavailable', 'LINK_DOWN', 'The link is cut.')
        const answer = await gateway.handle({ ...request, remote: 'test', body: request.body ?? new Uint8Array() })
        return isAlive ? answer : dead()
      },
    }
    const mortal = {
      ...ports,
      scheduler: { ...ports.scheduler, after: (ms: number, todo: () => void) => ports.scheduler.after(ms, () => isAlive && todo()) },
    }
    const agent = createAgent({ ports: mortal, store, transport, workload, config, changed: () => undefined })
    const restart = (): void => {
      isAlive = false
      field.agent = start()
      field.agent.start()
    }
    Object.assign(field, { restart })
    return agent
  }
  field.agent = start()
  return field
}

async function join(number: number): Promise<Field> {
  const field = await openField(number)
  field.end = hq
  field.agent.start()
  const nodeId = field.agent.view().nodeId as NodeId
  await ports.advanceUntil(() => hq.master.port.enrolment(nodeId) !== undefined)
  const requestId = hq.master.port.enrolment(nodeId)?.requestId
  act(hq, 'enrolment.approve', { requestId, domainId: site, activate: true } as never)
  await ports.advanceUntil(() => isAttachedTo(field, hq))
  return field
}

function assign(seat: Seat, name: string, port: number): void {
  const policy = { name, version: '1.0.0', targetVersion: '1.0.0', configuration: { port } }
  const published = act(seat, 'policy.publish', policy as never) as unknown
  const policyBundleId = typeof published === 'string' ? published : (published as { readonly id: string }).id
  act(seat, 'policy.assign', { policyBundleId, domainId: site } as never)
}

beforeEach(async () => {
  ports = createVirtualPorts()
  const thresholds = { delayedAfterS: 5, edgeCachedAfterS: 10, autonomousAfterS: 20, recoverAfterContacts: 1 }
  hq = await openSeat('Headquarters', 'GLOBAL', { ports, thresholds })
  north = await openSeat('North', 'REGION', { ports, thresholds })
  south = await openSeat('South', 'REGION', { ports, thresholds })
  for (const seat of [hq, north, south]) gateways.set(seat, createGateway(seat.master.port))
  site = act(hq, 'domain.create', { name: 'Site', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' })
})

afterEach(() => {
  for (const gateway of gateways.values()) gateway.close()
  gateways.clear()
  for (const { master } of [hq, north, south]) master.close()
})

describe('agents in a split brain', () => {
  it('[AG5] [AG7] [AU15] [AU16] [AU24] obey whom the grants lead to, refuse the overtaken and the other claimant, and meet again', async () => {
    const [pump, valve] = [await join(1), await join(2)]
    meet(hq, north, south)
    for (const [at, seat] of [north, south].entries())
      act(hq, 'authority.delegate', { domainId: site, to: { masterId: idOf(seat) }, rank: at + 1, until: null })
    carry(hq, north)
    carry(hq, south)
    pump.end = undefined
    valve.end = undefined
    await ports.advance(30_000)

    // A master that holds nothing yet is not obeyed, although it was named.
    pump.end = north
    await ports.advance(60_000)
    expect(pump.agent.view()).toMatchObject({ state: 'AUTONOMOUS', difficulty: { code: 'MASTER_KEY_CHANGED' } })

    act(north, 'authority.claim', { domainId: site, reason: 'Nobody answers.' })
    act(south, 'authority.claim', { domainId: site, reason: 'Nobody answers.' })
    valve.end = south
    await ports.advanceUntil(() => isAttachedTo(pump, north) && isAttachedTo(valve, south), 300_000)
    expect([fenceOf(pump), fenceOf(valve)]).toMatchObject([
      { epoch: 2, masterId: idOf(north) },
      { epoch: 2, masterId: idOf(south) },
    ])
    assign(north, 'north', 1)
    assign(south, 'south', 2)
    const portOf = ({ workload }: Field): unknown => workload.configurations.at(-1)?.['port']
    await ports.advanceUntil(() => portOf(pump) === 1 && portOf(valve) === 2, 120_000)

    // The other claimant, and the master that was overtaken; also after a restart of the node.
    pump.end = south
    valve.end = hq
    await ports.advance(120_000)
    pump.restart()
    await ports.advance(60_000)
    expect(pump.agent.view().difficulty?.code).toBe('EPOCH_CONTESTED')
    // Nobody carried anything: the nodes showed what they obey by ([AU24]), and both masters know of it by now. The one that was overtaken
    // names the other, as any master that somebody else holds the domain against.
    expect(valve.agent.view()).toMatchObject({ state: 'AUTONOMOUS', difficulty: { code: 'MASTER_KEY_CHANGED' } })
    expect(hq.master.model.holder(site)).toMatchObject({ standing: 'held', masterId: idOf(south), epoch: 2 })
    expect(south.master.model.holder(site)).toMatchObject({ standing: 'contested', epoch: 2 })
    expect(fenceOf(valve)).toMatchObject({ epoch: 2, masterId: idOf(south) })
    expect([portOf(pump), portOf(valve)]).toEqual([1, 2])

    // Everybody meets; the contest shows, and is resolved by the holder above.
    meet(hq, north, south)
    expect(new Set([hq, north, south].map(hashOf)).size).toBe(1)
    for (const { master } of [hq, north, south]) expect(master.model.holder(site)).toMatchObject({ standing: 'contested', epoch: 2 })
    act(hq, 'authority.resolve', { domainId: site, inFavourOf: idOf(north) })
    meet(hq, north, south)
    expect(new Set([hq, north, south].map(hashOf)).size).toBe(1)
    pump.end = north
    valve.end = north
    await ports.advanceUntil(() => isAttachedTo(pump, north) && isAttachedTo(valve, north), 300_000)
    await ports.advanceUntil(() => fenceOf(pump).epoch === 3 && fenceOf(valve).epoch === 3, 120_000)
    await ports.advanceUntil(() => portOf(valve) === 1, 120_000)
    expect(fenceOf(valve)).toMatchObject({ epoch: 3, masterId: idOf(north) })
  }, 120_000)

  it('[AU21] [AG7] follow a move that their master signed to whoever holds the other domain, and obey there', async () => {
    const parentId = hq.master.identity.rootDomainId
    const yard = act(hq, 'domain.create', { name: 'Yard', parentId, level: 'LOCAL' })
    const [pump, valve] = [await join(1), await join(2)]
    meet(hq, north)
    act(hq, 'authority.grant', { domainId: yard, to: { masterId: idOf(north) }, until: null })
    meet(hq, north)
    const nodeIds = [pump, valve].map(({ agent }) => agent.view().nodeId as NodeId)
    // The one hears of it from the master that it leaves, the other is away and only ever meets the one that it comes to.
    valve.end = undefined
    for (const nodeId of nodeIds) act(hq, 'node.move', { nodeId, toDomainId: yard, reason: 'Rebuilt there.' })
    await ports.advanceUntil(() => fenceOf(pump).masterId === idOf(north), 300_000)
    expect(fenceOf(valve)).toMatchObject({ placement: 0, epoch: 1, masterId: idOf(hq) })
    carry(hq, north)
    for (const nodeId of nodeIds) act(north, 'node.move', { nodeId, toDomainId: yard, reason: 'Rebuilt there.' })
    pump.end = north
    valve.end = north
    await ports.advanceUntil(() => isAttachedTo(pump, north) && isAttachedTo(valve, north), 600_000)
    const name = 'there'
    const policy = { name, version: '1.0.0', targetVersion: '1.0.0', configuration: { port: 7 } }
    const policyBundleId = act(north, 'policy.publish', policy as never) as unknown as string
    act(north, 'policy.assign', { policyBundleId, domainId: yard } as never)
    const portOf = ({ workload }: Field): unknown => workload.configurations.at(-1)?.['port']
    await ports.advanceUntil(() => portOf(pump) === 7 && portOf(valve) === 7, 120_000)
    for (const field of [pump, valve]) expect(fenceOf(field)).toMatchObject({ epoch: 2, masterId: idOf(north) })
    expect(fenceOf(pump).placement).toBe(north.master.model.placement(nodeIds[0] ?? ''))
    // The master that they left is nobody to them any more, also after a restart.
    pump.restart()
    pump.end = hq
    await ports.advance(120_000)
    expect(pump.agent.view()).toMatchObject({ state: 'AUTONOMOUS', difficulty: { code: 'MASTER_KEY_CHANGED' } })
    meet(hq, north)
    expect(hashOf(hq)).toBe(hashOf(north))
  })

  it('[AG7] [AU15] remembers no epoch that its own master made up', async () => {
    const pump = await join(1)
    const { master } = hq
    const gateway = gateways.get(hq) as Gateway
    const before = fenceOf(pump)
    assign(hq, 'honest', 1)
    await ports.advanceUntil(() => pump.workload.configurations.at(-1)?.['port'] === 1, 60_000)
    // The key is right, and the number is not: every desired state now names an epoch far above.
    gateway.close()
    const forged = { ...master.port, desiredFor: (node: NodeId) => huge(master.port.desiredFor(node)) }
    gateways.set(hq, createGateway(forged))
    assign(hq, 'forged', 2)
    await ports.advance(120_000)
    expect(pump.workload.configurations.at(-1)?.['port']).toBe(1)
    expect(fenceOf(pump)).toEqual(before)
    gateways.get(hq)?.close()
    gateways.set(hq, createGateway(master.port))
    await ports.advanceUntil(() => pump.workload.configurations.at(-1)?.['port'] === 2, 120_000)
  })

  it('[AU11] [AU23] [AG22] command one node after glass was broken at it, until the master of record looked into that', async () => {
    const [pump, valve] = [await join(1), await join(2)]
    const order = ({ agent }: Field, port: number) =>
      ({
        nodeId: agent.view().nodeId,
        kind: 'set-config',
        data: { changes: [{ path: '/port', value: port }] },
        semantics: 'AT_LEAST_ONCE',
        constraints: {},
        expiresAt: null,
        reason: 'Port.',
      }) as never
    const portOf = ({ workload }: Field): unknown => workload.configurations.at(-1)?.['port']
    meet(hq, north, south)
    carry(hq, north)
    pump.end = north
    await ports.advanceUntil(() => pump.agent.view().difficulty?.code === 'MASTER_KEY_CHANGED', 120_000)
    expect(() => act(north, 'command.issue', order(pump, 90))).toThrow('did not hold')

    const { port } = north.master
    const incarnation = north.master.identity.incarnation
    const publicKey = Buffer.from(port.publicKey).toString('base64')
    const named = { masterId: idOf(north), level: 'REGION', keyId: port.keyId, publicKey, incarnation, name: 'North' } as const
    const bo = { by: 'Bo', reason: 'The pump floods the cellar.' }
    expect(() => pump.agent.breakGlass({ master: named, by: 'Bo', reason: ' ' })).toThrow('why')
    pump.agent.breakGlass({ master: named, ...bo })
    pump.restart()
    await ports.advanceUntil(() => isAttachedTo(pump, north), 300_000)
    act(north, 'command.issue', order(pump, 1))
    await ports.advanceUntil(() => portOf(pump) === 1, 120_000)
    // That node, and nothing else.
    expect(() => act(north, 'command.issue', order(valve, 91))).toThrow('did not hold')
    expect(() => act(north, 'domain.create', { name: 'Its own', parentId: site, level: 'LOCAL' })).toThrow('not master of record')

    // The one before is refused; it learns why by what is carried, and only restricts until it has looked into it.
    pump.end = hq
    await ports.advanceUntil(() => pump.agent.view().difficulty?.code === 'EPOCH_CONTESTED', 120_000)
    carry(north, hq)
    const [debt] = hq.master.model.holder(site).debts
    expect(debt).toMatchObject({ masterId: idOf(north), nodeIds: [pump.agent.view().nodeId] })
    expect(() => act(hq, 'command.issue', order(pump, 92))).toThrow('let another master command it')
    const review = { domainId: site, eventId: debt?.eventId ?? '', verdict: 'upheld', findings: 'It was right.' } as const
    expect(() => act(north, 'authority.review', review)).toThrow('Only the master of record')
    act(hq, 'authority.review', review)
    await ports.advanceUntil(() => isAttachedTo(pump, hq), 300_000)
    expect(fenceOf(pump)).toMatchObject({ epoch: 1, masterId: idOf(hq) })
    act(hq, 'command.issue', order(pump, 2))
    await ports.advanceUntil(() => portOf(pump) === 2, 120_000)

    // Everybody judges the same, in whatever order it came; what was decided while it stood keeps its effect.
    for (const field of [pump, valve]) await field.agent.stop()
    for (const { master } of [hq, north, south]) master.recorder.sign()
    // South hears of the glass, and of what was decided after it, before it hears of the node and its key.
    introduce(hq, south)
    introduce(north, south)
    bring(north, south, (log) => log.startsWith(idOf(north)))
    carry(hq, south)
    carry(hq, north)
    carry(north, hq)
    carry(south, north)
    carry(south, hq)
    expect(() => act(north, 'command.issue', order(pump, 93))).toThrow('has ended')
    const judged = [hq, north, south].map(({ master }) => ({
      debts: master.model.holder(site).debts,
      powerless: master.store.reader.all('SELECT event_id, code FROM powerless_events ORDER BY event_id'),
      commands: master.store.reader.all('SELECT * FROM commands ORDER BY subject'),
    }))
    expect(judged[1]).toEqual(judged[0])
    expect(judged[2]).toEqual(judged[0])
    expect(judged[0]).toMatchObject({ debts: [] })
    for (const { master } of [hq, north, south]) expect(master.engine.check(master.store.reader)).toMatchObject({ differing: [] })
  })
})

function huge<Desired extends { readonly epoch: number }>(desired: Desired | undefined): Desired | undefined {
  return desired === undefined ? undefined : { ...desired, epoch: 1_000_000 }
}
