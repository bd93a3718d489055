/** How strictly each domain reconciles what comes back, where it says so itself ([RT11]); what is inherited is found by whoever asks. */
import type { DecisionData } from '../fleet/decisions.ts'
import type { ReconciliationPolicy } from '../fleet/reconciliation/policy.ts'
import { defineProjection, foldsNothing } from './projection.ts'

export type ReconciliationState = { readonly policy: ReconciliationPolicy | null; readonly since: string; readonly reason: string }

export const reconciliationProjection = defineProjection<null, ReconciliationState | null>({
  name: 'reconciliation',
  version: 1,
  handles: ['ibcf.reconciliation.set.v1'],
  facts: foldsNothing,
  decisions: {
    initial: null,
    apply: (_state, { event }) => {
      const { policy, reason } = event.data as DecisionData<'ibcf.reconciliation.set.v1'>
      return { policy, reason, since: event.time }
    },
  },
  table: { name: 'reconciling_domains', columns: { policy: 'TEXT' }, indexes: [] },
  row: (_subject, _facts, state) => (state?.policy == null ? undefined : { policy: state.policy }),
})
