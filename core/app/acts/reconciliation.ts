/** Saying how strictly a domain reconciles the nodes that come back ([RT11]). */
import type { ReconciliationPolicy } from '../../fleet/reconciliation/policy.ts'
import type { DomainId, EventId } from '../../kernel/ids.ts'
import { type Act, requireAuthority, requireOperator } from './act.ts'

export type ReconciliationChoice = {
  readonly domainId: string
  /** Null: as the domain above says. */
  readonly policy: ReconciliationPolicy | null
  readonly reason: string
}

/** Holds for verdicts from now on; those that were given stand. */
export function setReconciliation(act: Act, { domainId, policy, reason }: ReconciliationChoice): EventId[] {
  const actor = requireOperator(act, 'engineer')
  const domain = domainId as DomainId
  requireAuthority(act, domain)
  return act.master.port.commit(({ decide }) => [
    decide({ type: 'ibcf.reconciliation.set.v1', subject: domainId, domain, data: { policy, reason }, actor }),
  ])
}
