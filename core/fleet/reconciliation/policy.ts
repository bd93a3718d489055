/**
 * How strictly a domain reconciles a node that comes back, inherited down the tree ([RT11]). What touches trust is judged the same
 * everywhere: a policy can be lenient about what a node did, never about who it is.
 */
import { z } from 'zod'

/**
 * strict: what is not allowed expressly is a violation. field: what the policy bundle forbids is one, what it is silent on is tolerated.
 * permissive: nothing a node did alone keeps it out; it is told, and corrected while the node is live.
 */
export const reconciliationPolicies = ['strict', 'field', 'permissive'] as const
export type ReconciliationPolicy = (typeof reconciliationPolicies)[number]

export const defaultReconciliationPolicy: ReconciliationPolicy = 'field'

export const reconciliationEvents = {
  /** The subject is the domain. Null: as the domain above says. */
  'ibcf.reconciliation.set.v1': {
    lane: 'control',
    data: z.object({ policy: z.enum(reconciliationPolicies).nullable(), reason: z.string().max(4000) }),
  },
} as const

/** `line`: what each domain sets, the node's own first. */
export function inheritReconciliation(line: readonly { readonly domainId: string; readonly policy: ReconciliationPolicy | null }[]): {
  readonly policy: ReconciliationPolicy
  readonly setBy: string | null
} {
  for (const { domainId, policy } of line) if (policy !== null) return { policy, setBy: domainId }
  return { policy: defaultReconciliationPolicy, setBy: null }
}
