/** Where policy bundles are assigned: newest first, of one domain or of all. */
import type { z } from 'zod'
import type { assignmentView } from '../../contract/policies.ts'
import { isEqualJson } from '../../fleet/drift/comparators.ts'
import type { Policies } from '../../fleet/policy/policies.ts'
import { wordsOfSelector } from '../../fleet/policy/selector.ts'
import type { ReadModel } from '../read-model.ts'
import { actorName } from './names.ts'

export type AssignmentView = z.infer<typeof assignmentView>

export function listAssignments(model: ReadModel, { domainId }: { readonly domainId?: string | undefined }): AssignmentView[] {
  const domains =
    domainId === undefined ? model.reader.all<{ subject: string }>('SELECT subject FROM policy_assignments') : [{ subject: domainId }]
  return domains
    .flatMap(({ subject }) => model.assignments(subject)?.assignments ?? [])
    .map((made, _at, all) => ({
      assignmentId: made.assignmentId,
      policyBundleId: made.policyBundleId,
      policyName: model.policy(made.policyBundleId)?.name ?? null,
      policyVersion: model.policy(made.policyBundleId)?.version ?? null,
      domainId: made.domainId,
      selector: made.selector,
      selected: wordsOfSelector(made.selector),
      at: made.at,
      by: actorName(model, made.by),
      reason: made.reason,
      isNewest: !all.some(
        (other) => other.domainId === made.domainId && other.order > made.order && isEqualJson(other.selector, made.selector),
      ),
    }))
    .toSorted((a, b) => (a.at === b.at ? (a.assignmentId < b.assignmentId ? 1 : -1) : a.at < b.at ? 1 : -1))
}

/** Every bundle that is held, with what is assigned in one domain: what is asked of policies is decided by it. */
export function policiesHeld(model: ReadModel, domainId: string): Policies {
  const rows = model.reader.all<{ subject: string }>('SELECT subject FROM policies')
  const bundles = new Map(
    rows.flatMap(({ subject }) => {
      const policy = model.policy(subject)
      return policy === undefined ? [] : [[subject, policy] as const]
    }),
  )
  const { assignments = [], decided = 0 } = model.assignments(domainId) ?? {}
  return { bundles, assignments, decided }
}
