/** What a node is to be, and why: the bundle of the nearest domain that has one for it, then the most specific, then the newest ([PO5]). */
import { desiredOf } from '../../fleet/policy/assignment.ts'
import type { Policies } from '../../fleet/policy/policies.ts'
import type { PolicyContent } from '../../fleet/policy/policy-bundle.ts'
import type { SelectableNode } from '../../fleet/policy/selector.ts'
import type { MadeAssignment } from '../../projections/assignments.ts'
import type { ReadModel } from '../read-model.ts'
import type { DesiredPolicy, DomainRule } from './domain-rule.ts'
import { basisOf } from './fleet/changes.ts'
import { lineageOf } from './lineage.ts'

export type GovernedNode = SelectableNode & { readonly domainId: string }

export type Model = Pick<ReadModel, 'domain' | 'policy' | 'assignments'>

/** Undefined while nothing is desired, or while no bundle that is assigned is held here. */
export function desiredPolicyOf(model: ReadModel, node: GovernedNode): DesiredPolicy | undefined {
  return ruleIn(model, node.domainId).of(node)
}

/** Kept until anything about domains, authority or policies changes; of a past instant it is found anew. */
function ruleIn(model: ReadModel, domainId: string): DomainRule {
  if (model.pastRowOf !== undefined) return ruleOf(model, domainId)
  const { rules } = model.memory
  const basis = basisOf(model.reader)
  if (basis !== rules.basis) {
    rules.basis = basis
    rules.in = desiredPolicies(model)
  }
  return rules.in(domainId)
}

/** The same for many nodes at once: each domain is looked at once. */
export function desiredPolicies(model: Model): (domainId: string) => DomainRule {
  const found = new Map<string, DomainRule>()
  return (domainId) => {
    const known = found.get(domainId) ?? ruleOf(model, domainId)
    found.set(domainId, known)
    return known
  }
}

/** Nobody in particular: only what is for every node is for it. */
const anybody: SelectableNode = { id: '', kind: '', tags: [] }

function ruleOf(model: Model, domainId: string): DomainRule {
  const lineage = lineageOf(model, domainId).map(({ id }) => id)
  const all = lineage.flatMap((id) => model.assignments(id)?.assignments ?? [])
  const bundles = new Map<string, PolicyContent>()
  for (const { policyBundleId } of all) {
    const policy = model.policy(policyBundleId)
    if (policy !== undefined) bundles.set(policyBundleId, policy)
  }
  // Rollouts name thousands of nodes: who is named is looked up, and only those assignments are looked at that may be for it.
  const general = all.filter(({ selector }) => selector.nodeIds === undefined)
  const byNode = new Map<string, MadeAssignment[]>()
  for (const assignment of all)
    for (const nodeId of assignment.selector.nodeIds ?? []) {
      const known = byNode.get(nodeId)
      if (known === undefined) byNode.set(nodeId, [assignment])
      else known.push(assignment)
    }
  const of = (node: SelectableNode): DesiredPolicy | undefined => {
    const assignments = [...general, ...(byNode.get(node.id) ?? [])]
    const policies: Policies = { bundles, assignments, decided: assignments.length }
    const desired = desiredOf(policies, { ...node, lineage })
    const made = all.find(({ assignmentId }) => assignmentId === desired?.assignment.assignmentId)
    const policy = desired === undefined ? undefined : model.policy(desired.policyBundleId)
    if (desired === undefined || made === undefined || policy === undefined) return undefined
    return {
      policyBundleId: desired.policyBundleId,
      policy,
      domainId: made.domainId,
      assignmentId: made.assignmentId,
      assignedAt: made.at,
      because: desired.because,
      passedOver: desired.passedOver.map(({ assignment, why }) => ({
        policyBundleId: assignment.policyBundleId,
        domainId: assignment.domainId,
        why,
      })),
    }
  }
  return {
    ofAll: of(anybody),
    isPlain: all.every(({ selector }) => Object.keys(selector).length === 0),
    policies: [...bundles.keys()],
    named: new Set(byNode.keys()),
    of,
  }
}
