/** A node of a simulated world: the real agent over a real store, on a machine, a clock and a link that are simulated. */
import { type Agent, createAgent } from '../agent/agent.ts'
import type { AgentConfig, AgentView } from '../agent/config.ts'
import type { NodeId } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import { inMemory, openStore, type Store } from '../store/open.ts'
import { type Altered, alterBacklog } from './backlog-thief.ts'
import type { MachineProfile, NodePlan } from './island-plan.ts'
import { createMachine, type Machine } from './machine.ts'
import type { Network } from './network.ts'
import { createPacedTime, type PacedTime } from './paced-time.ts'
import { createPrograms } from './programs.ts'
import type { SeededRandom } from './seeded-random.ts'

export type SimulatedNode = {
  readonly nodeId: NodeId
  readonly plan: NodePlan
  readonly machine: Machine
  readonly store: Store
  readonly start: () => void
  /** The power goes: nothing is signed, nothing is said, no code of it runs again. */
  readonly crash: () => void
  /** Over the same store, as after a power cut; harmless while it runs. */
  readonly restart: () => void
  readonly isRunning: () => boolean
  readonly view: () => AgentView
  /** Alters what it has not delivered yet, or the first event of that kind when there is none now. */
  readonly tamper: () => Altered | 'waits'
  readonly setPace: (pace: number) => void
  readonly close: () => void
}

export type SimulatedNodeParts = {
  /** Those of the world; the node makes its own time and randomness from them. */
  readonly ports: Ports
  readonly network: Network
  readonly random: SeededRandom
  readonly plan: NodePlan
  readonly profile: MachineProfile
  /** What the machine came with. */
  readonly configuration: Readonly<Record<string, unknown>>
  /** Id of the relay in front of it. */
  readonly viaId: NodeId | undefined
  readonly pace: number
  readonly changed: (view: AgentView) => void
}

const snapshotEverySeconds = 900
/** A satellite needs its time. */
const requestTimeoutMs = 45_000

export async function createSimulatedNode(parts: SimulatedNodeParts): Promise<SimulatedNode> {
  const { ports, network, random, plan, profile, configuration } = parts
  const machine = createMachine({ profile, configuration, version: plan.version, clock: ports.clock, random: random.fork('machine') })
  const programs = createPrograms(ports.crypto, machine.update)
  const opened = await openStore({ directory: inMemory, mode: 'read-write', role: 'node', ports })
  const agentRandom = random.fork('agent')
  const linkRandom = random.fork('link')
  const config: AgentConfig = {
    directory: plan.name,
    name: plan.name,
    kind: plan.kind,
    tags: plan.tags,
    serial: plan.serial,
    manufacturer: plan.manufacturer,
    model: plan.model,
    ...(parts.viaId === undefined ? {} : { viaId: parts.viaId }),
    contactEverySeconds: plan.contactEverySeconds,
    autonomyBudgetSeconds: plan.autonomyBudgetSeconds,
    observeEverySeconds: plan.observeEverySeconds,
    snapshotEverySeconds,
    diskBudgetBytes: 1024 ** 3,
    requestTimeoutMs,
  }
  let pace = parts.pace
  let isTamperingDue = false

  /** What the agent writes through, so that a thief who waits sees the first thing that is written. */
  const store: Store = {
    ...opened,
    transact: (act) => {
      const value = opened.transact(act)
      if (isTamperingDue && alterBacklog(opened, nodeId) !== undefined) isTamperingDue = false
      return value
    },
  }

  function boot(): { readonly agent: Agent; readonly time: PacedTime } {
    const time = createPacedTime(ports, pace)
    const crypto = { ...ports.crypto, generateKeyPair: () => ports.crypto.keyPairFromSeed(agentRandom.bytes(32)) }
    const agent = createAgent({
      ports: { ...ports, clock: time.clock, scheduler: time.scheduler, random: agentRandom, crypto },
      store,
      transport: network.transport(plan.name, time.scheduler, linkRandom),
      workload: machine,
      software: programs,
      restartAgent: () => void startAnew(agent),
      config,
      changed: parts.changed,
    })
    return { agent, time }
  }

  /** A command to restart the agent: it ends in order, and another opens over the same store; a power cut meanwhile comes first. */
  async function startAnew(ending: Agent): Promise<void> {
    await ending.stop()
    if (running.agent !== ending || !isRunning) return
    running.time.halt()
    running = boot()
    running.agent.start()
  }

  let running = boot()
  let isRunning = false
  const { nodeId } = running.agent.view()

  function start(): void {
    if (isRunning) return
    isRunning = true
    running.agent.start()
  }

  function crash(): void {
    running.time.halt()
    isRunning = false
  }

  return {
    nodeId,
    plan,
    machine,
    store: opened,
    start,
    crash,
    restart: () => {
      if (isRunning) return
      running = boot()
      start()
    },
    isRunning: () => isRunning,
    view: () => running.agent.view(),
    tamper: () => {
      const altered = alterBacklog(opened, nodeId)
      isTamperingDue = altered === undefined
      return altered ?? 'waits'
    },
    setPace: (next) => {
      pace = next
      running.time.setPace(next)
    },
    close: () => {
      crash()
      opened[Symbol.dispose]()
    },
  }
}
