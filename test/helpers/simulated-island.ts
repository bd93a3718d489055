/** A simulated island in a world whose clock is the test's: its live hours pass as fast as the machine can. */
import type { ConnectivityMode } from '../../core/fleet/node/node-record.ts'
import type { NodeId } from '../../core/kernel/ids.ts'
import type { Ports } from '../../core/kernel/ports.ts'
import { createPorts } from '../../core/platform/ports.ts'
import { openDemoIsland, type SimulatedIsland } from '../../core/simulator/demo-island.ts'
import type { IslandPlan } from '../../core/simulator/island-plan.ts'
import type { SimulatedNode } from '../../core/simulator/simulated-node.ts'
import { createVirtualTime, type VirtualTime } from '../../core/simulator/virtual-time.ts'
import { readFrontier } from '../../core/store/frontier.ts'
import { readSubjectEvents } from '../../core/store/read-events.ts'

export type WatchedIsland = SimulatedIsland & {
  readonly world: VirtualTime
  /** Warnings and errors, of the master and of every agent. */
  readonly troubles: readonly string[]
  readonly node: (name: string) => SimulatedNode
  readonly mode: (name: string) => ConnectivityMode | undefined
  readonly phase: (name: string) => string | undefined
  /** The modes it was in since, oldest first. */
  readonly modesSince: (name: string, ms: number) => readonly string[]
  readonly run: (seconds: number) => Promise<void>
  /** Fails when it does not come true. */
  readonly runUntil: (condition: () => boolean, withinSeconds: number) => Promise<void>
}

export const worldStart = Date.UTC(2026, 10, 23, 12)

export async function watchIsland(options: { readonly seed?: string; readonly plan?: IslandPlan } = {}): Promise<WatchedIsland> {
  const machine = createPorts('test', 'silent')
  const world = createVirtualTime(worldStart, machine.scheduler.yield)
  const troubles: string[] = []
  const tell = (message: string, facts?: unknown): void => void troubles.push(`${message} ${JSON.stringify(facts ?? {})}`)
  const ports: Ports = {
    ...machine,
    clock: world.clock,
    scheduler: { after: world.scheduler.after, yield: machine.scheduler.yield },
    diagnostics: { ...machine.diagnostics, warn: tell, error: tell },
  }
  const island = await openDemoIsland({ ports, version: '0.0.0', ...options })
  const { model } = island.master
  const node = (name: string): SimulatedNode => {
    const found = island.nodes.find(({ plan }) => plan.name === name)
    if (found === undefined) throw new Error(`There is no ${name} on the island.`)
    return found
  }
  return {
    ...island,
    world,
    troubles,
    node,
    mode: (name) => model.connectivity(node(name).nodeId)?.mode ?? undefined,
    phase: (name) => model.lifecycle(node(name).nodeId)?.phase,
    modesSince: (name, ms) =>
      readSubjectEvents(model.reader, node(name).nodeId, { types: ['ibcf.connectivity.assessed.v1'], order: 'oldest', limit: 10_000 })
        .filter(({ recordedAt }) => recordedAt >= ms)
        .map(({ event }) => (event?.data as { readonly to: string } | undefined)?.to ?? 'unreadable'),
    run: (seconds) => world.runUntil(world.clock.now() + seconds * 1000),
    runUntil: async (condition, withinSeconds) => {
      if (!(await world.runUntilTrue(condition, withinSeconds * 1000)))
        throw new Error(`It did not come true within ${withinSeconds} virtual seconds.`)
    },
  }
}

/** What the node holds of its own logs against what the master holds of them: equal lines when nothing is missing, nothing more is there. */
export function heldOfNode(
  { master }: SimulatedIsland,
  { nodeId, store }: SimulatedNode,
): { readonly node: readonly string[]; readonly master: readonly string[] } {
  const lines = (reader: typeof store.reader, origin: NodeId): string[] =>
    readFrontier(reader, { origin }).map(({ log, branch, seq, head }) => `${log}#${branch} ${seq} ${head}`)
  return { node: lines(store.reader, nodeId), master: lines(master.store.reader, nodeId) }
}
