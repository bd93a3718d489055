/** Which policy bundle is desired of a node, and why that one: nearest domain, then most specific selector, then newest on the record ([PO5]). */
import type { Assignment, Policies } from './policies.ts'
import type { PolicyContent } from './policy-bundle.ts'
import { compareSpecificity, isSelected, type SelectableNode, wordsOfSelector } from './selector.ts'

export type AssignableNode = SelectableNode & {
  /** Its domain first, then the ancestors, nearest first. */
  readonly lineage: readonly string[]
}

export type Desired = {
  readonly policyBundleId: string
  readonly content: PolicyContent
  readonly assignment: Assignment
  /** Why this one, in a sentence. */
  readonly because: string
  readonly passedOver: readonly { readonly assignment: Assignment; readonly why: string }[]
}

/** Undefined when nothing is desired of it. An assignment whose bundle is not held yet is passed over, and said to be. */
export function desiredOf(policies: Policies, node: AssignableNode): Desired | undefined {
  const aimed = policies.assignments.filter(({ domainId, selector }) => node.lineage.includes(domainId) && isSelected(selector, node))
  const held = aimed.filter(({ policyBundleId }) => policies.bundles.has(policyBundleId)).toSorted(byPrecedence(node.lineage))
  const [assignment, ...others] = held
  const content = assignment === undefined ? undefined : policies.bundles.get(assignment.policyBundleId)
  if (assignment === undefined || content === undefined) return undefined
  const missing = aimed.filter(({ policyBundleId }) => !policies.bundles.has(policyBundleId))
  return {
    policyBundleId: assignment.policyBundleId,
    content,
    assignment,
    because: `Assigned to ${wordsOfSelector(assignment.selector)} of ${placeOf(node.lineage, assignment)}.`,
    passedOver: [
      ...others.map((other) => ({ assignment: other, why: whyAfter(node.lineage, assignment, other) })),
      ...missing.map((other) => ({ assignment: other, why: 'Its policy bundle is not held here yet.' })),
    ],
  }
}

function byPrecedence(lineage: readonly string[]): (a: Assignment, b: Assignment) => number {
  return (a, b) =>
    lineage.indexOf(a.domainId) - lineage.indexOf(b.domainId) || compareSpecificity(b.selector, a.selector) || b.order - a.order
}

function whyAfter(lineage: readonly string[], first: Assignment, other: Assignment): string {
  if (lineage.indexOf(first.domainId) < lineage.indexOf(other.domainId)) return 'A nearer domain has one.'
  return compareSpecificity(first.selector, other.selector) > 0 ? 'Another one says more of this node.' : 'A newer one was assigned.'
}

function placeOf(lineage: readonly string[], { domainId }: Assignment): string {
  const steps = lineage.indexOf(domainId)
  if (steps === 0) return 'its own domain'
  return steps === 1 ? 'the domain above' : `the domain ${steps} levels above`
}
