/** What a return is judged by, and what is found: the shapes that the rules of a verdict share. */
import type { VerdictReason } from '../../fleet/decisions.ts'
import type { Phase } from '../../fleet/node/node-record.ts'
import type { ReconciliationPolicy } from '../../fleet/reconciliation/policy.ts'

/** How a command ended at the node, by its own word, while it was away. */
export type CommandEnded = 'applied' | 'rejected' | 'expired' | 'withdrawn' | 'unsure'

/** A life of a node in which it spoke after a later one, `incarnation`, had begun. */
export type Clone = { readonly log: string; readonly incarnation: string; readonly since: string }

/** What the node did while it was away, and what stands against it. */
export type TimeAway = {
  readonly phase: Phase
  readonly isKeyRevoked: boolean
  /** The node's wall clock minus ours. */
  readonly clockOffsetMs: number
  readonly unreadableEvents: number
  /** Decisions it took alone, by kind. */
  readonly decisions: readonly { readonly decision: string; readonly policyBundleId: string | null; readonly times: number }[]
  /** Desired states it adopted, and from whom. */
  readonly adopted: readonly {
    readonly policyBundleId: string
    readonly masterId: string
    readonly placement: number
    readonly epoch: number
  }[]
  readonly refusedDesired: readonly { readonly policyBundleId: string; readonly code: string; readonly sentence: string }[]
  /** How commands ended at the node; what it says last of each. */
  readonly commands: readonly { readonly commandId: string; readonly ended: CommandEnded; readonly sentence: string }[]
  readonly criticalAlarms: number
  /** Parts of its logs that were refused. */
  readonly refusedParts: readonly { readonly log: string; readonly from: number; readonly code: string; readonly sentence: string }[]
  /** Logs that were told in two ways, and from where on. */
  readonly forks: readonly { readonly log: string; readonly at: number }[]
  /** Lives of it that spoke after a later one had begun: a second machine is at work under its key. */
  readonly clones?: readonly Clone[]
  /** Its signed word names events that neither it nor anyone sent. */
  readonly withheld: readonly { readonly log: string; readonly named: number; readonly held: number }[]
  /** Logs of which we hold more than the node itself. */
  readonly behind: readonly { readonly log: string; readonly held: number; readonly claimed: number }[]
}

export type ReconciliationRules = {
  /** Decisions it may take alone; undefined = the bundle is silent. */
  readonly allowedDecisions: readonly string[] | undefined
  /** Share of what is desired that may be out of specification, 0..1; undefined = the bundle is silent. */
  readonly maxDrift: number | undefined
}

export type DriftFigure = { readonly score: number; readonly outOfSpec: number }

/** A command as it was issued, and what masters said of it since. */
export type IssuedHere = { readonly kind: string; readonly word: 'cancelled' | 'superseded' | 'lapsed' | null; readonly isSettled: boolean }

/** Under which authority and towards which state it is judged. */
export type JudgedAgainst = {
  readonly masterId: string
  readonly placement: number
  readonly epoch: number
  /** Of the node's domain, inherited ([RT11]). */
  readonly policy: ReconciliationPolicy
  readonly desired: { readonly policyBundleId: string; readonly rules: ReconciliationRules } | undefined
  /** When the return began, as far as it was known; what was asked of it may have changed since. */
  readonly driftBefore: DriftFigure | undefined
  readonly drift: DriftFigure | undefined
  /** Undefined: no master that is known here ever issued it to this node. */
  readonly issued: (commandId: string) => IssuedHere | undefined
}

export type ReasonKind = 'notice' | 'drift' | 'trust'
export type Finding = Omit<VerdictReason, 'kind' | 'ways'> & { readonly kind: ReasonKind }

export function finding(kind: ReasonKind, code: string, sentence: string, wayOut: string): Finding {
  return { kind, code, sentence: sentence.slice(0, 2000), wayOut }
}

export function laneOf(log: string): string {
  return log.split('/')[2] ?? log
}
