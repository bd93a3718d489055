/** Policy bundles and where they are assigned: names, inputs and outputs. */
import { pageOf } from '../common.ts'
import {
  assignPolicyRequest,
  assignedPolicy,
  assignmentListRequest,
  assignmentView,
  policyView,
  publishPolicyRequest,
  rollBackPolicyRequest,
  withdrawPolicyRequest,
} from '../policies.ts'
import { base, done, nothing } from './base.ts'
import { z } from 'zod'

export const policyProcedures = {
  list: base
    .route({ method: 'GET', path: '/policies', summary: 'Policy bundles' })
    .input(nothing)
    .output(z.object({ items: z.array(policyView) })),
  publish: base
    .route({ method: 'POST', path: '/policies', summary: 'Publish an immutable policy bundle' })
    .input(publishPolicyRequest)
    .output(policyView),
  assign: base
    .route({
      method: 'POST',
      path: '/policies/{policyBundleId}/assign',
      summary: 'Make it what a domain, or a selection of its nodes, is to be',
    })
    .input(assignPolicyRequest)
    .output(assignedPolicy),
  assignments: base
    .route({ method: 'GET', path: '/policy-assignments', summary: 'Where policies are assigned, newest first' })
    .input(assignmentListRequest)
    .output(pageOf(assignmentView)),
  rollBack: base
    .route({ method: 'POST', path: '/domains/{domainId}/policy/roll-back', summary: 'Assign what those nodes had before' })
    .input(rollBackPolicyRequest)
    .output(assignedPolicy),
  withdraw: base
    .route({ method: 'POST', path: '/policy-assignments/{assignmentId}/withdraw', summary: 'Take an assignment back' })
    .input(withdrawPolicyRequest)
    .output(done),
}
