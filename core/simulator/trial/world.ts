/**
 * The world of one trial: masters on their islands, nodes on their links, one clock above all of them, and one seed. Everything in it
 * that is ours is the real code; time, chance, disks, power and links are simulated.
 */
import type { Thresholds } from '../../fleet/decisions.ts'
import { AppError, isAppError } from '../../kernel/app-error.ts'
import type { DomainId, MasterId, RequestId } from '../../kernel/ids.ts'
import type { Ports } from '../../kernel/ports.ts'
import { keyIdOf } from '../../log/dsse.ts'
import { putKey } from '../../store/keys.ts'
import { createNetwork, type Network } from '../network.ts'
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts'
import { createVirtualTime, type VirtualTime } from '../virtual-time.ts'
import { exchangeCards } from './bundles.ts'
import { type Courier, createCourier } from './courier.ts'
import { createFileDisk, createMemoryDisk, type Disk } from './disk.ts'
import { createFieldNode, type FieldNode } from './field-node.ts'
import { homeOf, isRelay, masterNamesOf, nodeNamesOf, relaySuffix, sharedNode, type TrialPlan } from './plan.ts'
import { createStation, type Station } from './station.ts'
import { createWire, type Wire } from './wire.ts'
import { createWitness, type Witness } from './witness.ts'

export type World = {
  readonly plan: TrialPlan
  readonly ports: Ports
  /** The real ones, for work that takes no time in the world. */
  readonly real: Ports
  readonly time: VirtualTime
  readonly random: SeededRandom
  readonly network: Network
  readonly wire: Wire
  readonly courier: Courier
  readonly witness: Witness
  readonly stations: readonly Station[]
  readonly nodes: readonly FieldNode[]
  /** Machines that were copied from others, while they run. */
  readonly twins: Map<string, FieldNode>
  /** Throws Invalid `TRIAL_MACHINE_UNKNOWN`. */
  readonly station: (name: string) => Station
  readonly node: (name: string) => FieldNode
  /** The domain that more than one master may come to hold; undefined on a single island. */
  readonly shared: () => DomainId | undefined
  /** Keeps the world waiting until it is done; a failure to start is a trouble. */
  readonly begin: (start: () => Promise<void>) => void
  readonly makeTwin: (of: FieldNode, name: string) => FieldNode
  readonly close: () => void
}

export type WorldOptions = {
  readonly real: Ports
  /** A directory of the real file system for its disks; absent keeps them in memory. */
  readonly diskDirectory?: string
}

const startedAt = Date.UTC(2026, 10, 23, 6)
const thresholds: Partial<Thresholds> = { delayedAfterS: 90, edgeCachedAfterS: 150, autonomousAfterS: 240, recoverAfterContacts: 1 }
const contactEverySeconds = 60
const link = { rttMs: 60, lossPct: 0.5, kbps: 2000 }
const startAgainMs = 30_000
const setUpMs = 10 * 60_000

/** Founded, introduced to each other, every node let in and attached, before anything happens. Throws Bug `TRIAL_NOT_SET_UP`. */
export async function openWorld(plan: TrialPlan, { real, diskDirectory }: WorldOptions): Promise<World> {
  const random = createSeededRandom(plan.seed)
  const witness = createWitness()
  const starting = new Set<Promise<void>>()
  const settle = async (): Promise<void> => {
    await real.scheduler.yield()
    while (starting.size > 0) await Promise.all(starting)
  }
  const time = createVirtualTime(startedAt, settle)
  const ports: Ports = { ...real, clock: time.clock, scheduler: time.scheduler, random: random.fork('world') }
  const addresses = new Map<string, string>()
  const wire = createWire({ world: ports, random: random.fork('wire'), witness, linkAt: (address) => addresses.get(address) ?? '' })
  const network = createNetwork(wire.far)
  const begin = (start: () => Promise<void>): void => {
    const started = start()
      .catch((error: unknown) => {
        // Whoever looks after the machine starts it again once its disk has room.
        if (isAppError(error) && error.kind === 'Unavailable') ports.scheduler.after(startAgainMs, () => begin(start))
        else witness.troubles.push({ who: 'a start', message: String(error), facts: stackOf(error) })
      })
      .finally(() => starting.delete(started))
    starting.add(started)
  }
  const diskOf = (name: string, role: 'master' | 'node'): Disk => {
    const parts = { name, role, random: random.fork(`disk of ${name}`) }
    return diskDirectory === undefined ? createMemoryDisk(parts) : createFileDisk(parts, diskDirectory, real.files)
  }
  const joinNetwork = (name: string): void => {
    const address = `10.0.${addresses.size >> 8}.${addresses.size & 255}`
    addresses.set(address, name)
    network.join({ id: name, address, via: undefined, link })
  }
  const makeNode = (name: string, disk: Disk): FieldNode => {
    joinNetwork(name)
    return createFieldNode({
      name,
      link: name,
      world: ports,
      network,
      disk,
      random: random.fork(name),
      witness,
      contactEverySeconds,
      isRelay: isRelay(name),
      begin,
    })
  }
  const stations = masterNamesOf(plan).map((name, at) =>
    createStation({
      name,
      level: at === 0 ? 'GLOBAL' : 'REGION',
      world: ports,
      disk: diskOf(name, 'master'),
      random: random.fork(name),
      witness,
      thresholds,
    }),
  )
  const nodes = nodeNamesOf(plan).map((name) => makeNode(name, diskOf(name, 'node')))
  const byName = <Item extends { readonly name: string }>(items: readonly Item[], name: string): Item => {
    const item = items.find((candidate) => candidate.name === name)
    if (item === undefined) throw new AppError('Invalid', 'TRIAL_MACHINE_UNKNOWN', `There is no "${name}" in this trial.`, { name })
    return item
  }
  let shared: DomainId | undefined
  const world: World = {
    plan,
    ports,
    real,
    time,
    random,
    network,
    wire,
    courier: createCourier(random.fork('courier'), witness),
    witness,
    stations,
    nodes,
    twins: new Map(),
    station: (name) => byName(stations, name),
    node: (name) => byName(nodes, name),
    shared: () => shared,
    begin,
    makeTwin: (of, name) => {
      const disk = createMemoryDisk({ name: of.disk.directory(), role: 'node', random: random.fork(`disk of ${name}`) })
      disk.putBack(of.disk.image(), false)
      return makeNode(name, disk)
    },
    close: () => {
      time.halt()
      for (const node of [...nodes, ...world.twins.values()]) node.close()
      for (const station of stations) station.close()
    },
  }
  try {
    for (const station of stations) await station.start()
    introduce(stations, ports)
    await exchangeCards(stations)
    shared = shareDomain(stations)
    for (const node of nodes) {
      wire.turn(node.name, world.station(homeOf(node.name)))
      const relay = nodes.find(({ name }) => name === `${homeOf(node.name)}${relaySuffix}`)
      if (relay !== undefined && node !== relay && node.name !== sharedNode) wire.lead(node.name, relay)
      await node.start()
    }
    await letIn(world)
  } catch (error) {
    world.close()
    throw error
  }
  return world
}

/** Their people met once and compared the words of their keys. */
function introduce(stations: readonly Station[], { clock, crypto }: Ports): void {
  for (const station of stations) {
    const store = station.running()?.master.store
    for (const other of stations) {
      const master = other.running()?.master
      if (other === station || master === undefined) continue
      const { publicKey } = master.port
      store?.transact((writer) => putKey(writer, { keyId: keyIdOf(crypto, publicKey), origin: other.masterId(), publicKey }, clock.now()))
    }
  }
}

/** The first master makes a domain, and says who may claim it when nobody hears of it any more. */
function shareDomain(stations: readonly Station[]): DomainId | undefined {
  const [first, ...others] = stations
  if (first === undefined || others.length === 0) return undefined
  const domainId = first.act('domain.create', { name: 'Common', parentId: first.rootDomainId(), level: 'LOCAL' })
  if (domainId === undefined) return undefined
  for (const [at, other] of others.entries()) {
    const { port, model } = other.running()?.master ?? {}
    if (port === undefined || model === undefined) continue
    const to = {
      masterId: port.masterId as MasterId,
      level: model.level,
      publicKey: Buffer.from(port.publicKey).toString('base64'),
      incarnation: null,
    }
    first.act('authority.delegate', { domainId, to, rank: at + 1, until: null })
  }
  return domainId as DomainId
}

async function letIn(world: World): Promise<void> {
  const { nodes, time, stations } = world
  const waiting = new Set(nodes)
  const approve = (): void => {
    for (const node of waiting) {
      const home = world.station(homeOf(node.name))
      const enrolment = home.running()?.master.port.enrolment(node.nodeId())
      if (enrolment?.status !== 'PENDING') continue
      const domainId = node.name === sharedNode ? world.shared() : home.rootDomainId()
      home.act('enrolment.approve', { requestId: enrolment.requestId as RequestId, domainId, activate: true })
      waiting.delete(node)
    }
  }
  const isSetUp = await time.runUntilTrue(() => {
    approve()
    return waiting.size === 0 && nodes.every((node) => node.view()?.state === 'ATTACHED')
  }, setUpMs)
  if (!isSetUp)
    throw new AppError('Bug', 'TRIAL_NOT_SET_UP', 'The world of the trial could not be set up.', {
      states: nodes.map((node) => `${node.name} ${node.view()?.state ?? 'down'} ${node.view()?.difficulty?.code ?? ''}`).join(', '),
    })
  // Once everybody has heard of everybody, the islands part.
  for (const a of stations) for (const b of stations) if (a !== b) world.courier.meet(a, b)
}

function stackOf(error: unknown): { readonly stack: string } {
  return { stack: error instanceof Error ? (error.stack ?? '') : '' }
}
