/** A simulated island once it stands: its master, its nodes by name and id, its network, and what can happen to them. */
import type { Act } from '../app/acts/act.ts'
import type { Master } from '../app/master.ts'
import type { NodeId, OperatorId } from '../kernel/ids.ts'
import type { Scheduler } from '../kernel/ports.ts'
import type { IslandPlan, NodePlan } from './island-plan.ts'
import type { Impairment, Network } from './network.ts'
import type { SimulatedNode } from './simulated-node.ts'

export type Island = {
  readonly plan: IslandPlan
  readonly master: Master
  readonly network: Network
  readonly scheduler: Scheduler
  readonly nodes: readonly SimulatedNode[]
  readonly byName: (name: string) => SimulatedNode | undefined
  readonly byId: (id: NodeId) => SimulatedNode | undefined
  readonly operators: readonly OperatorId[]
  /** The past passes at a pace at which links that come back need no time to settle. */
  readonly isPast: () => boolean
}

/** The engineer of the island; the first operator is left to whoever looks at the demo. */
export function engineerOf({ master, operators }: Island): Act {
  return { master, actor: operators[1] ?? operators[0] }
}

/** A radio that has just found its way back is slow and narrow until its node is attached: this is when returns can be watched. */
const settling = { name: 'settling', forMs: 150_000, impairment: { addRttMs: 1000, addLossPct: 0, mostKbps: 2.4 } } as const
export const slowLink: Impairment = { addRttMs: 2300, addLossPct: 2, mostKbps: 32 }

/** In the past a machine is heard about this often, however often it means to be. */
const pastContactSeconds = 900
/**
 * One that is alone lives faster than that, so that it has something to tell, and for a while after it is back, too. Slower than this
 * the pauses of an agent would outlast the lease of its return.
 */
const alonePace = 0.4
const backForMs = 6 * 60_000

/** Machine seconds per second of the island's past. */
export function pastPaceOf({ contactEverySeconds }: NodePlan): number {
  return Math.min(1, contactEverySeconds / pastContactSeconds)
}

export function cutLink(island: Island, node: SimulatedNode, cause: string): void {
  island.network.cut(node.plan.name, cause)
  if (island.isPast()) for (const { plan, setPace } of withThoseBehind(island, node)) setPace(Math.max(alonePace, pastPaceOf(plan)))
}

/** Without a cause all causes end. */
export function restoreLink(island: Island, node: SimulatedNode, cause?: string): void {
  const { network, scheduler } = island
  const { name } = node.plan
  const wasCut = network.isCut(name)
  network.restore(name, cause)
  if (!wasCut || network.isCut(name)) return
  const back = withThoseBehind(island, node)
  if (island.isPast()) {
    scheduler.after(backForMs, () => {
      if (island.isPast() && !network.isCut(name)) for (const { plan, setPace } of back) setPace(pastPaceOf(plan))
    })
    return
  }
  for (const { plan, view } of back) {
    if (view().aloneSince === undefined) continue
    network.impair(plan.name, settling.name, settling.impairment)
    scheduler.after(settling.forMs, () => endSettling(network, plan.name))
  }
}

/** Its radio has found its way. */
export function endSettling(network: Network, name: string): void {
  network.impair(name, settling.name, undefined)
}

/** It is up again after some seconds, as machines are. */
export function restartNode({ scheduler }: Island, node: SimulatedNode, afterMs: number): void {
  node.crash()
  scheduler.after(afterMs, node.restart)
}

function withThoseBehind({ nodes }: Island, node: SimulatedNode): readonly SimulatedNode[] {
  return node.plan.isRelay ? [node, ...nodes.filter(({ plan }) => plan.via === node.plan.name)] : [node]
}
