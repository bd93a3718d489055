/** How strictly nodes that come back are judged: names, inputs and outputs. */
import { reconciliationPolicies } from '../../fleet/reconciliation/policy.ts'
import { id } from '../common.ts'
import { base, done } from './base.ts'
import { z } from 'zod'

const policy = z.enum(reconciliationPolicies)

export const reconciliationProcedures = {
  get: base
    .route({ method: 'GET', path: '/domains/{domainId}/reconciliation', summary: 'How strictly a domain judges who comes back' })
    .input(z.object({ domainId: id }))
    /** `own` is what the domain itself says, `setBy` the domain whose word holds; null: nobody set it, and the default holds. */
    .output(z.object({ policy, own: policy.nullable(), setBy: id.nullable() })),
  set: base
    .route({ method: 'POST', path: '/domains/{domainId}/reconciliation', summary: 'Set it, or inherit it again' })
    .input(z.object({ domainId: id, policy: policy.nullable(), reason: z.string().trim().min(1).max(1000) }))
    .output(done),
}
