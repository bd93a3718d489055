/** A simulated island once it stands: its master, its nodes by name and id, its network, and what can happen to them. */
import { type Act } from '../app/acts/act.ts'
import type { Master } from '../app/master.ts'
import type { NodeId, OperatorId } from '../kernel/ids.ts'
import type { Scheduler } from '../kernel/ports.ts'
import type { IslandPlan } from './island-plan.ts'
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

/** A radio that has just found its way back starts slow and narrow: this is when returns can be watched. */
const settling = { name: 'settling', forMs: 150_000, impairment: { addRttMs: 650, addLossPct: 0, mostKbps: 6 } } as const

export const slowLink: Impairment = { addRttMs: 2300, addLossPct: 2, mostKbps: 32 }

export function cutLink({ network }: Island, { plan }: SimulatedNode, cause: string): void {
  network.cut(plan.name, cause)
}

/** Without a cause all causes end. */
export function restoreLink(island: Island, { plan }: SimulatedNode, cause?: string): void {
  const { network, scheduler } = island
  const wasCut = network.isCut(plan.name)
  network.restore(plan.name, cause)
  if (!wasCut || network.isCut(plan.name) || island.isPast()) return
  network.impair(plan.name, settling.name, settling.impairment)
  scheduler.after(settling.forMs, () => network.impair(plan.name, settling.name, undefined))
}

/** It is up again after some seconds, as machines are. */
export function restartNode({ scheduler }: Island, node: SimulatedNode, afterMs: number): void {
  node.crash()
  scheduler.after(afterMs, node.restart)
}
