/** A node of a trial: the real agent over a real store, on a machine whose power, clock, disk and link can fail it. */
import { type Agent, createAgent } from '../../agent/agent.ts'
import type { AgentConfig, AgentView } from '../../agent/config.ts'
import type { Workload } from '../../agent/workload.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { Ports } from '../../kernel/ports.ts'
import type { Store } from '../../store/open.ts'
import type { Network } from '../network.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { createHardwareClock, type HardwareClock } from './hardware-clock.ts'
import type { CrashPoint } from './happening.ts'
import type { Disk } from './disk.ts'
import { boot, type Boot } from './machine-parts.ts'
import { watchObedience } from './watch-obedience.ts'
import type { Witness } from './witness.ts'

export type FieldNode = {
  readonly name: string
  readonly disk: Disk
  readonly hardware: HardwareClock
  readonly nodeId: () => NodeId
  readonly view: () => AgentView | undefined
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
  /** Where a start that the agent asked for is kept, so that the world waits for it. */
  readonly begin: (start: () => Promise<void>) => void
}

const restartAfterMs = 3000

export function createFieldNode(parts: FieldNodeParts): FieldNode {
  const { name, link, world, network, disk, random, witness, contactEverySeconds, begin } = parts
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
  let running: { readonly agent: Agent; readonly booted: Boot } | undefined
  let store: Store | undefined
  let nodeId: NodeId | undefined
  let isTorn = false
  let whenGone: (() => void) | undefined
  let starts = 0
  let isStarting = false

  async function start(): Promise<void> {
    if (running !== undefined || isStarting) return
    isStarting = true
    try {
      await switchOn()
    } finally {
      isStarting = false
    }
  }

  async function switchOn(): Promise<void> {
    const booted = boot({
      name,
      world,
      hardware,
      random: random.fork(`start ${++starts}`),
      disk,
      isTorn: () => isTorn,
      witness,
      gone: () => {
        running = undefined
        isTorn = false
        whenGone?.()
        whenGone = undefined
      },
    })
    const { power, ports } = booted
    const opened = await disk.open(ports)
    store = opened
    const restartAgent = (): void => {
      power.cut()
      world.scheduler.after(restartAfterMs, () => begin(start))
    }
    try {
      const seen = watchObedience({ name, store: power.through(opened), clock: ports.clock, witness })
      const agent = createAgent({
        ports,
        store: seen,
        transport: network.transport(link, ports.scheduler, random.fork(`link ${starts}`)),
        workload,
        config: { ...config, directory: disk.directory() },
        restartAgent,
      })
      running = { agent, booted }
      nodeId = agent.view().nodeId
      agent.start()
    } catch (error) {
      power.cut()
      throw error
    }
  }

  return {
    name,
    disk,
    hardware,
    workload,
    nodeId: () => nodeId as NodeId,
    view: () => running?.agent.view(),
    isRunning: () => running !== undefined,
    store: () => store as Store,
    start,
    crash: (point, torn, gone) => {
      isTorn = torn
      whenGone = gone
      running?.booted.power.arm(point)
    },
    setPace: (pace) => running?.booted.setPace(pace),
    close: () => {
      running?.booted.power.cut()
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
