/** What a relay is made of, and what can be seen of it from outside. */
import type { AgentConfig, AgentView } from '../agent/config.ts'
import type { Workload } from '../agent/workload.ts'
import type { LossReason } from '../fleet/relay/relay-facts.ts'
import type { LinkQuality } from '../fleet/node/node-record.ts'
import type { Transport } from '../kernel/ports.ts'
import type { Store } from '../store/open.ts'
import type { Held } from './queue.ts'

export type RelayConfig = {
  /** Its log as a node and all it holds for others; opened for the role `node`. */
  readonly store: Store
  /** Ways to next hops, the preferred one first: masters, or relays before them. */
  readonly upstreams: readonly Transport[]
  /** Of the relay as a node: kind RELAY, its name, its identity's directory. */
  readonly agent: AgentConfig
  readonly workload: Workload
  /** What it holds for others at most, with what is charged for each item. */
  readonly queueBytes: number
  /** Told of every change of its state as a node, and of how much it holds. */
  readonly changed?: (view: AgentView) => void
}

export const defaultQueueBytes = 256 * 1024 * 1024
export const leastQueueBytes = 64 * 1024

export type RelayView = {
  readonly agent: AgentView
  readonly relayId: string
  /** The next hop answered last. */
  readonly isUpstreamHere: boolean
  /** The relays between this one and the master. */
  readonly via: readonly string[]
  readonly held: Held & { readonly origins: number }
  /** Bundles of masters for other masters. */
  readonly parcels: { readonly items: number; readonly bytes: number }
  readonly queueBytes: number
  readonly losses: Readonly<Record<LossReason, Held>>
  readonly forwarded: { readonly requests: number; readonly bytes: number }
  /** What it measured of the way up. */
  readonly link: LinkQuality | null
}
