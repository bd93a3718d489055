/** What an agent is started with, and what can be seen of it from outside. */
import type { ConnectivityMode, Health, NodeKind, Phase } from '../fleet/node/node-record.ts'
import type { NodeId } from '../kernel/ids.ts'

export type AgentConfig = {
  /** Where `identity.json` lies. */
  readonly directory: string
  readonly name: string
  readonly kind: NodeKind
  readonly tags: readonly string[]
  readonly serial?: string
  readonly manufacturer?: string
  readonly model?: string
  /** The relay it reaches its master through, where that is not told by the relay itself. */
  readonly viaId?: string
  /** The key that the master must have, `ed25519:...`; without one, the first that approves the node is trusted. */
  readonly masterKeyId?: string
  readonly contactEverySeconds: number
  readonly autonomyBudgetSeconds: number
  readonly observeEverySeconds: number
  readonly snapshotEverySeconds: number
  /** Size of its store from which observations are thinned. */
  readonly diskBudgetBytes: number
  /** How long an answer may take. */
  readonly requestTimeoutMs: number
}

export const defaultConfig = {
  kind: 'EDGE',
  tags: [],
  contactEverySeconds: 10,
  autonomyBudgetSeconds: 24 * 60 * 60,
  observeEverySeconds: 60,
  snapshotEverySeconds: 60 * 60,
  diskBudgetBytes: 1024 * 1024 * 1024,
  requestTimeoutMs: 15_000,
} as const satisfies Partial<AgentConfig>

/** Where the node stands by its own account; how well it is connected is for its master to say (`mode`). */
export type AgentState =
  | 'CONNECTING'
  | 'ENROLLING'
  | 'REFUSED'
  | 'ATTACHED'
  | 'AUTONOMOUS'
  | 'RETURNING'
  | 'REPLAYING'
  | 'QUARANTINED'
  | 'FAILED'
  | 'STOPPED'

export type Difficulty = { readonly code: string; readonly sentence: string }

export type AgentView = {
  readonly nodeId: NodeId
  readonly keyId: string
  /** Six words of the key, for whoever stands at the node to read out before it is let in. */
  readonly keyWords: readonly string[]
  readonly state: AgentState
  /** As the master said last; undefined before. */
  readonly mode: ConnectivityMode | undefined
  readonly phase: Phase | undefined
  readonly health: Health
  readonly masterId: string | undefined
  readonly backlogMessages: number
  readonly aloneSince: string | undefined
  /** Left with a relay whose master is away: held there, and not with the master. */
  readonly heldAtRelay: { readonly relayId: string; readonly events: number } | undefined
  /** The relays on its way to the master, nearest first. */
  readonly via: readonly string[]
  readonly difficulty: Difficulty | undefined
}
