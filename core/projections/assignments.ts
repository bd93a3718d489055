/**
 * Which policy bundles are assigned in each domain, and to which of its nodes. Newest on the record is by the order of decisions, which
 * is numbered per domain: assignments of different domains are never compared by age, because the nearer domain comes first ([PO5]).
 */
import type { DecisionData } from '../fleet/decisions.ts'
import { type Assignment, evolvePolicies, noPolicies, type PolicyEvent } from '../fleet/policy/policies.ts'
import type { PolicySelector } from '../fleet/policy/selector.ts'
import { defineProjection, foldsNothing, type FoldInput } from './projection.ts'

export type MadeAssignment = Assignment & { readonly at: string; readonly by: string | null; readonly reason: string }

export type AssignmentState = {
  readonly assignments: readonly MadeAssignment[]
  /** How many decisions were folded; the next assignment has this number. */
  readonly decided: number
}

const everyNode: PolicySelector = {}

export const assignmentsProjection = defineProjection<null, AssignmentState>({
  name: 'assignments',
  version: 1,
  handles: ['ibcf.policy.assigned.v1', 'ibcf.policy.targeted.v1', 'ibcf.policy.withdrawn.v1'],
  facts: foldsNothing,
  decisions: { initial: { assignments: [], decided: 0 }, apply },
  table: {
    name: 'policy_assignments',
    /** `policies`: JSON array of the bundles that are assigned to any of its nodes. */
    columns: { policies: 'TEXT', assignments: 'INTEGER' },
    indexes: [],
  },
  row: (_subject, _facts, { assignments }) =>
    assignments.length === 0
      ? undefined
      : {
          policies: JSON.stringify([...new Set(assignments.map(({ policyBundleId }) => policyBundleId))].toSorted()),
          assignments: assignments.length,
        },
})

function apply(state: AssignmentState, { event }: FoldInput): AssignmentState {
  const { assignments, decided } = evolvePolicies({ ...noPolicies, ...state }, eventOf(event))
  const known = new Map(state.assignments.map((assignment) => [assignment.assignmentId, assignment]))
  const said = event.data['reason']
  const reason = typeof said === 'string' ? said : ''
  const made = (assignment: Assignment): MadeAssignment => ({ ...assignment, at: event.time, by: event.actor ?? null, reason })
  return { assignments: assignments.map((assignment) => known.get(assignment.assignmentId) ?? made(assignment)), decided }
}

function eventOf(event: FoldInput['event']): PolicyEvent {
  const domainId = event.subject as string
  switch (event.type) {
    case 'ibcf.policy.withdrawn.v1':
      return { type: 'withdrawn', assignmentId: (event.data as DecisionData<'ibcf.policy.withdrawn.v1'>).assignmentId }
    case 'ibcf.policy.targeted.v1': {
      const { assignmentId, policyBundleId, selector } = event.data as DecisionData<'ibcf.policy.targeted.v1'>
      return { type: 'assigned', assignmentId, policyBundleId, domainId, selector }
    }
    default: {
      // To the whole domain: the event itself is the name of the assignment.
      const { policyBundleId } = event.data as DecisionData<'ibcf.policy.assigned.v1'>
      return { type: 'assigned', assignmentId: event.id, policyBundleId, domainId, selector: everyNode }
    }
  }
}
