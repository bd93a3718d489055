/** What is desired in a domain, as it is kept between questions; desired-policy.ts finds it. */
import type { SelectableNode } from '../../fleet/policy/selector.ts'
import type { PolicyState } from '../../projections/policies.ts'

export type DesiredPolicy = {
  readonly policyBundleId: string
  readonly policy: PolicyState
  /** Where it is assigned: the node's own domain, or one above. */
  readonly domainId: string
  readonly assignmentId: string
  readonly assignedAt: string
  readonly because: string
  readonly passedOver: readonly { readonly policyBundleId: string; readonly domainId: string; readonly why: string }[]
}

/** What is desired in one domain. */
export type DomainRule = {
  /** Of a node that no selection names. */
  readonly ofAll: DesiredPolicy | undefined
  /** Every node of the domain is to be the same. */
  readonly isPlain: boolean
  /** Every bundle that any of its nodes may be under. */
  readonly policies: readonly DesiredPolicy['policyBundleId'][]
  /** Nodes that an assignment names one by one. */
  readonly named: ReadonlySet<string>
  readonly of: (node: SelectableNode) => DesiredPolicy | undefined
}

/** Where nothing is desired. */
export const noRule: DomainRule = { ofAll: undefined, isPlain: true, policies: [], named: new Set(), of: () => undefined }
