/** A node's parts on a store in memory, for tests of one part at a time. */
import { type Identity, loadIdentity } from '../../../core/agent/identity.ts'
import { type Journal, openJournal } from '../../../core/agent/journal.ts'
import { type Memory, openMemory } from '../../../core/agent/memory.ts'
import type { Observation, Parts, Workload } from '../../../core/agent/workload.ts'
import type { Values } from '../../../core/agent/local-policy.ts'
import type { Health } from '../../../core/fleet/node/node-record.ts'
import type { StoredEvent } from '../../../core/store/stored-event.ts'
import { readEventsAfter } from '../../../core/store/read-events.ts'
import { inMemory, openStore, type Store } from '../../../core/store/open.ts'
import { createVirtualPorts, type VirtualPorts } from './virtual-ports.ts'

export type TestNode = {
  readonly ports: VirtualPorts
  readonly store: Store
  readonly identity: Identity
  readonly memory: Memory
  readonly journal: Journal
}

export async function createTestNode(ports: VirtualPorts = createVirtualPorts()): Promise<TestNode> {
  const store = await openStore({ directory: inMemory, mode: 'read-write', role: 'node', ports })
  return { ports, store, ...openParts(ports, store) }
}

/** The same node after a restart: all that is not durable is gone. */
export function restart({ ports, store }: TestNode): TestNode {
  return { ports, store, ...openParts(ports, store) }
}

function openParts(ports: VirtualPorts, store: Store): Pick<TestNode, 'identity' | 'memory' | 'journal'> {
  const memory = openMemory(store.reader, store.transact)
  const identity = loadIdentity(ports, 'node')
  return { memory, identity, journal: openJournal({ ports, store, identity, memory, recorded: () => undefined }) }
}

export function eventsOf(store: Store): readonly StoredEvent[] {
  return readEventsAfter(store.reader, 0, 100_000)
}

/** Types of the events in the order they were recorded, without `ibcf.` and `.v1`. */
export function typesOf(store: Store): readonly string[] {
  return eventsOf(store).map(({ event }) => (event?.type ?? 'unreadable').replace(/^ibcf\.|\.v1$/g, ''))
}

/** A machine whose values the test sets. */
export type TestWorkload = Workload & {
  readonly values: Record<string, number | string | boolean>
  readonly configurations: Readonly<Record<string, unknown>>[]
  readonly carriedOut: (readonly string[])[]
  health: Health
  battery: number | undefined
  /** The version that it runs. */
  runs: string
  /** A restart brings the version that is asked for. */
  canUpdate: boolean
}

export function createTestWorkload(values: Values = { temperature_c: 40 }): TestWorkload {
  const configurations: Readonly<Record<string, unknown>>[] = []
  const workload: TestWorkload = {
    values: { ...values },
    configurations,
    carriedOut: [],
    health: 'OK',
    battery: undefined,
    runs: '1.0.0',
    canUpdate: false,
    version: () => workload.runs,
    restart: (targetVersion) => {
      if (workload.canUpdate) workload.runs = targetVersion
      return true
    },
    observe: (): Observation => ({ kind: 'machine', values: { ...workload.values } }),
    checks: () => [{ name: 'machine', health: workload.health, detail: 'as the test says' }],
    parts: (): Parts => ({
      inventory: { cpu: 'test', ram_gb: 1, storage_gb: 2, gpus: [] },
      configuration: configurations.at(-1) ?? {},
      software: { version: workload.runs },
    }),
    batteryPct: () => workload.battery,
    applyConfiguration: (configuration) => void configurations.push(configuration),
    carryOut: (decisions) => void workload.carriedOut.push(decisions),
  }
  return workload
}
