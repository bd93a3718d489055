/**
 * The demo island: two hundred real agents and a real master in one process, on a simulated network. It lives through some hours in
 * seconds, so that there is a past to look at, and then goes on in real time without a jump.
 */
import islandDocument from '../../resources/demo/island.json' with { type: 'json' }
import { configureDomain } from '../app/acts/domains.ts'
import { defaultDigestEveryMs } from '../app/config.ts'
import { type Master, openMaster } from '../app/master.ts'
import type { DemoIsland } from '../app/workspaces.ts'
import type { Thresholds } from '../fleet/decisions.ts'
import { createGateway, type Gateway } from '../ingest/gateway.ts'
import { AppError } from '../kernel/app-error.ts'
import type { NodeId } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import { inMemory } from '../store/open.ts'
import { createIslandControl } from './island-control.ts'
import { liveTempo, pastTempo, startLife } from './island-life.ts'
import { firstConfigurationOf, type IslandPlan, type NodePlan, nodePlansOf, readIslandPlan } from './island-plan.ts'
import { tellStory } from './island-story.ts'
import { endSettling, type Island, pastPaceOf } from './island.ts'
import { createMemoryFiles } from './memory-files.ts'
import { createNetwork, type Network } from './network.ts'
import { createSeededRandom, type SeededRandom } from './seeded-random.ts'
import { type Settled, settleIsland } from './settle-island.ts'
import { createSimulatedNode, type SimulatedNode } from './simulated-node.ts'
import { createVirtualTime, type VirtualTime } from './virtual-time.ts'

export type DemoIslandOptions = {
  /** Those of the world outside: its clock is where the island's past ends. */
  readonly ports: Ports
  readonly version: string
  /** The same seed at the same instant gives the same past. */
  readonly seed?: string
  /** Another island than the one that is shipped. */
  readonly plan?: IslandPlan
}

/** With what the simulator's own tests look into. */
export type SimulatedIsland = DemoIsland & { readonly nodes: readonly SimulatedNode[] }

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** What silence means while everything is slowed. */
const pastThresholds: Partial<Thresholds> = { delayedAfterS: 1000, edgeCachedAfterS: 1150, autonomousAfterS: 1200, recoverAfterContacts: 1 }
/** Before now: machines run at their own pace, and once all were heard, silence means what it means live. */
const wakeMs = 110_000
const watchMs = 45_000
/** The nodes are switched on one after another. */
const settlingMs = 3 * minuteMs
const leaseLookMs = 10_000

/** Throws Invalid `DEMO_DATA_DAMAGED`. */
export function shippedIsland(): IslandPlan {
  return readIslandPlan(islandDocument)
}

/** Throws Invalid `DEMO_DATA_DAMAGED`, and what opening a master throws; nothing runs on when it does. */
export async function openDemoIsland({
  ports: real,
  version,
  seed = 'kestrel',
  plan = shippedIsland(),
}: DemoIslandOptions): Promise<SimulatedIsland> {
  const nowMs = real.clock.now()
  const time = createVirtualTime(nowMs - plan.hoursLived * hourMs, real.scheduler.yield)
  const random = createSeededRandom(seed)
  const ports = simulatedPorts(real, time, random.fork('master'))
  const master = await openMaster({
    directory: inMemory,
    ports,
    keyProtection: { kind: 'file-permissions' },
    version,
    name: plan.masterName,
    rootDomainName: plan.name,
    level: 'REGION',
    isDemo: true,
    digestEveryMs: defaultDigestEveryMs,
    thresholds: { ...plan.thresholds, ...pastThresholds },
  })
  const gateway = createGateway(master.port)
  const nodes: SimulatedNode[] = []
  const close = async (): Promise<void> => {
    time.halt()
    for (const node of nodes) node.crash()
    gateway.close()
    // What is in the middle of a step ends it, and finds no timer to go on with.
    await real.scheduler.yield()
    for (const node of nodes) node.close()
    master.close()
  }
  try {
    const network = createNetwork(gateway.handle)
    await buildNodes(plan, ports, network, random, nodes)
    const settled = settleIsland(master, plan, nodes)
    let isPast = true
    const island = composeIsland(plan, master, network, time, nodes, settled, () => isPast)
    watchLeases(ports, gateway)
    switchOn(island, settled, random.fork('settling'), nowMs)
    tellStory(island, nowMs)
    const life = startLife(island, random.fork('life'), pastTempo)
    time.scheduler.after(nowMs - wakeMs - time.clock.now(), () => {
      isPast = false
      for (const node of nodes) node.setPace(1)
      life.setTempo(liveTempo)
      life.startRoving()
    })
    time.scheduler.after(nowMs - watchMs - time.clock.now(), () => {
      const thresholds = Object.fromEntries(Object.keys(pastThresholds).map((key) => [key, plan.thresholds[key as keyof Thresholds]]))
      configureDomain({ master, actor: settled.operators[0] }, { domainId: master.identity.rootDomainId, thresholds })
    })
    // The past took some seconds to live through; they are lived through as well.
    for (let until = nowMs; time.clock.now() < until; until = real.clock.now()) await time.runUntil(until)
    time.goLive(real)
    return { master, control: createIslandControl(island), nodes, close }
  } catch (error) {
    await close()
    throw error
  }
}

function simulatedPorts(real: Ports, { clock, scheduler }: VirtualTime, random: SeededRandom): Ports {
  // Keys that anyone can make again: good enough for an island that is not there.
  const crypto = { ...real.crypto, generateKeyPair: () => real.crypto.keyPairFromSeed(random.bytes(32)) }
  return { ...real, clock, scheduler, random, crypto, files: createMemoryFiles() }
}

async function buildNodes(plan: IslandPlan, ports: Ports, network: Network, random: SeededRandom, into: SimulatedNode[]): Promise<void> {
  const relays = new Map<string, NodeId>()
  for (const [number, its] of nodePlansOf(plan).entries()) {
    network.join({ id: its.name, address: addressOf(number), via: its.via, link: its.link })
    const node = await createSimulatedNode({
      ports,
      network,
      random: random.fork(its.name),
      plan: its,
      profile: profileOf(plan, its),
      configuration: firstConfigurationOf(plan, its),
      viaId: its.via === undefined ? undefined : relays.get(its.via),
      pace: pastPaceOf(its),
      changed: ({ state }) => {
        if (state === 'ATTACHED' || state === 'QUARANTINED') endSettling(network, its.name)
      },
    })
    if (its.isRelay) relays.set(its.name, node.nodeId)
    into.push(node)
  }
  for (const { node, path, value } of plan.changedByHand) into.find((its) => its.plan.name === node)?.machine.changeByHand(path, value)
}

function profileOf(plan: IslandPlan, { machine }: NodePlan): IslandPlan['machines'][string] {
  const profile = plan.machines[machine]
  if (profile === undefined) throw new AppError('Invalid', 'DEMO_DATA_DAMAGED', `The demo island has no machine "${machine}".`, { machine })
  return profile
}

function addressOf(number: number): string {
  return `10.42.${number >> 8}.${number & 255}`
}

function composeIsland(
  plan: IslandPlan,
  master: Master,
  network: Network,
  { scheduler }: VirtualTime,
  nodes: readonly SimulatedNode[],
  { operators }: Settled,
  isPast: () => boolean,
): Island {
  const byName = new Map(nodes.map((node) => [node.plan.name, node]))
  const byId = new Map(nodes.map((node) => [node.nodeId, node]))
  return { plan, master, network, scheduler, nodes, operators, isPast, byName: (name) => byName.get(name), byId: (id) => byId.get(id) }
}

/** Relays come first, then the rest; whoever is at the desk lets them in as they ask. */
function switchOn({ nodes, scheduler, master }: Island, { letIn }: Settled, random: SeededRandom, nowMs: number): void {
  const { clock } = master.config.ports
  for (const { plan, start } of nodes) {
    const waitMs =
      plan.asksMinutesAgo === undefined
        ? random.between(plan.isRelay ? 0 : minuteMs, plan.isRelay ? minuteMs : settlingMs)
        : nowMs - plan.asksMinutesAgo * minuteMs - clock.now()
    scheduler.after(waitMs, start)
  }
  const look = (): void => {
    if (letIn() > 0) scheduler.after(20_000, look)
  }
  scheduler.after(20_000, look)
}

function watchLeases({ scheduler, diagnostics }: Ports, { expireLeases }: Gateway): void {
  const look = (): void => {
    scheduler.after(leaseLookMs, look)
    try {
      expireLeases()
    } catch (error) {
      // The others were looked at; this one is looked at again.
      diagnostics.warn('leases of returns could not be looked at', { reason: error instanceof Error ? error.message : 'unknown' })
    }
  }
  scheduler.after(leaseLookMs, look)
}
