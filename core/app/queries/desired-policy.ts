/** What a node is to be: the policy bundle of the nearest domain, upwards, that has one. */
import type { PolicyState } from '../../projections/policies.ts'
import type { ReadModel } from '../read-model.ts'
import { lineageOf } from './lineage.ts'

export type DesiredPolicy = {
  readonly policyBundleId: string
  readonly policy: PolicyState
  readonly domainId: string
  readonly assignedAt: string | null
}

type Model = Pick<ReadModel, 'domain' | 'policy'>

/** Undefined while nothing is desired, or while the bundle that is assigned is not held here yet. */
export function desiredPolicyOf(model: Model, domainId: string): DesiredPolicy | undefined {
  for (const { id, state } of lineageOf(model, domainId)) {
    const policy = state.policyBundleId === null ? undefined : model.policy(state.policyBundleId)
    if (state.policyBundleId !== null && policy !== undefined)
      return { policyBundleId: state.policyBundleId, policy, domainId: id, assignedAt: state.policyAssignedAt }
  }
  return undefined
}

/** The same for many nodes at once: each domain is looked at once. */
export function desiredPolicies(model: Model): (domainId: string) => DesiredPolicy | undefined {
  const found = new Map<string, DesiredPolicy | undefined>()
  return (domainId) => {
    if (!found.has(domainId)) found.set(domainId, desiredPolicyOf(model, domainId))
    return found.get(domainId)
  }
}
