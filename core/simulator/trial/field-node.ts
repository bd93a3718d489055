/** A node or a relay of a trial: the real one over a real store, on a machine whose power, clock, disk and link can fail it. */
import { type Agent, createAgent } from '../../agent/agent.ts'
import type { AgentConfig, AgentView } from '../../agent/config.ts'
import type { Workload } from '../../agent/workload.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { Ports } from '../../kernel/ports.ts'
import { openRelay, type Relay } from '../../relay/relay.ts'
import type { Store } from '../../store/open.ts'
import type { Network } from '../network.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { createHardwareClock, type HardwareClock } from './hardware-clock.ts'
import type { CrashPoint } from './happening.ts'
import type { Disk } from './disk.ts'
import { type Boot, createMachine } from './machine-parts.ts'
import type { Power } from './power.ts'
import { watchObedience } from './watch-obedience.ts'
import type { Witness } from './witness.ts'

export type FieldNode = {
  readonly name: string
  readonly disk: Disk
  readonly hardware: HardwareClock
  readonly nodeId: () => NodeId
  readonly view: () => AgentView | undefined
  /** What it carries for others, where it is a relay that runs. */
  readonly relay: () => RunningRelay | undefined
  readonly isRunning: () => boolean
  /** As it lies on its disk, whether or not it runs. */
  readonly store: () => Store
  readonly workload: SimulatedWorkload
  readonly start: () => Promise<void>
  /** `gone` is called when the power has gone, which for a write or a commit is when the next one comes. */
  readonly crash: (point: CrashPoint, isTorn: boolean, gone?: () => void) => void
  readonly setPace: (pace: number) => void
  readonly close: () => void
}

export type FieldNodeParts = {
  readonly name: string
  /** Of its link; another one's for a machine that was copied. */
  readonly link: string
  readonly world: Ports
  readonly network: Network
  readonly disk: Disk
  readonly random: SeededRandom
  readonly witness: Witness
  readonly contactEverySeconds: number
  readonly isRelay: boolean
  /** Where a start that the agent asked for is kept, so that the world waits for it. */
  readonly begin: (start: () => Promise<void>) => void
}

export type RunningRelay = Relay & { readonly power: Power }
type Up = { readonly view: () => AgentView; readonly relay: Relay | undefined }

const restartAfterMs = 3000
/** So small that an hour of a station can fill it. */
const queueBytes = 256 * 1024

export function createFieldNode(parts: FieldNodeParts): FieldNode {
  const { name, link, world, network, disk, random, witness, contactEverySeconds, isRelay, begin } = parts
  const hardware = createHardwareClock(world.clock)
  const workload = createSimulatedWorkload(name, random.fork('workload'), witness)
  const config: Omit<AgentConfig, 'directory'> = {
    name,
    kind: 'EDGE',
    tags: [],
    contactEverySeconds,
    autonomyBudgetSeconds: 6 * 3600,
    observeEverySeconds: 600,
    snapshotEverySeconds: 3600,
    diskBudgetBytes: 1024 ** 3,
    requestTimeoutMs: 15_000,
  }
  let store: Store | undefined
  let nodeId: NodeId | undefined
  const machine = createMachine({ name, world, hardware, random, disk, witness, switchOn })

  async function switchOn({ power, ports }: Boot, times: number): Promise<Up> {
    const opened = await disk.open(ports)
    store = opened
    const restartAgent = (): void => {
      power.cut()
      world.scheduler.after(restartAfterMs, () => begin(machine.start))
    }
    const seen = watchObedience({ name, store: power.through(opened), clock: ports.clock, witness })
    const transport = network.transport(link, ports.scheduler, random.fork(`link ${times}`))
    const agentConfig = { ...config, directory: disk.directory() }
    const relay = isRelay
      ? openRelay(ports, { store: seen, upstreams: [transport], agent: { ...agentConfig, kind: 'RELAY' }, workload, queueBytes })
      : undefined
    const agent =
      relay === undefined ? createAgent({ ports, store: seen, transport, workload, config: agentConfig, restartAgent }) : undefined
    const view = (): AgentView => relay?.view().agent ?? (agent as Agent).view()
    nodeId = view().nodeId
    ;(relay ?? agent)?.start()
    return { view, relay }
  }

  return {
    name,
    disk,
    hardware,
    workload,
    nodeId: () => nodeId as NodeId,
    view: () => machine.running()?.up.view(),
    relay: () => {
      const { up, power } = machine.running() ?? {}
      return up?.relay === undefined || power === undefined ? undefined : { ...up.relay, power }
    },
    isRunning: () => machine.running() !== undefined,
    store: () => store as Store,
    start: machine.start,
    crash: machine.crash,
    setPace: machine.setPace,
    close: () => {
      machine.cut()
      disk.close()
    },
  }
}

export type SimulatedWorkload = Workload & { readonly configuration: () => Readonly<Record<string, unknown>> }

/** A small machine whose every change is written down: its configuration outlives the agent, as a real one's does. */
function createSimulatedWorkload(name: string, random: SeededRandom, witness: Witness): SimulatedWorkload {
  let configuration: Readonly<Record<string, unknown>> = { port: 1 }
  let version = '1.0.0'

  /** Values under `keys` are what a command with that key leaves there. */
  function note(next: Readonly<Record<string, unknown>>): void {
    const keys = next['keys']
    if (typeof keys !== 'object' || keys === null) return
    for (const [key, value] of Object.entries(keys)) {
      const where = `${name}/${key}`
      const before = witness.effects.get(where) ?? []
      const text = JSON.stringify(value)
      if (before.at(-1) !== text) witness.effects.set(where, [...before, text])
    }
  }

  return {
    version: () => version,
    observe: () => ({ kind: 'pump', values: { temperature_c: Math.round(random.between(300, 600)) / 10 } }),
    checks: () => [{ name: 'self-test', health: 'OK', detail: 'passed' }],
    parts: () => ({
      inventory: { cpu: 'one core', ram_gb: 1, storage_gb: 8, gpus: [] },
      configuration,
      software: { version, artifact_id: 'trial-agent' },
      firmware: { version: '1' },
    }),
    batteryPct: () => undefined,
    applyConfiguration: (next) => {
      // A policy says nothing of what commands left: the machine keeps it.
      const merged = {
        ...next,
        ...(configuration['keys'] === undefined || next['keys'] !== undefined ? {} : { keys: configuration['keys'] }),
      }
      note(merged)
      configuration = merged
    },
    restart: (target) => {
      version = target
      return true
    },
    carryOut: () => undefined,
    configuration: () => configuration,
  }
}
