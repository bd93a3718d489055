/** Where policy bundles are assigned: newest first, of one domain or of all. */
import type { z } from 'zod'
import type { assignmentListRequest, assignmentView } from '../../contract/policies.ts'
import { isEqualJson } from '../../fleet/drift/comparators.ts'
import type { Policies } from '../../fleet/policy/policies.ts'
import { wordsOfSelector } from '../../fleet/policy/selector.ts'
import type { ReadModel } from '../read-model.ts'
import { modelAsOf } from './as-of.ts'
import { subtreeOf } from './domain-tree.ts'
import { hasText, isWithin, type ListPage, pageOfList } from './list-page.ts'
import { actorName } from './names.ts'

export type AssignmentView = z.infer<typeof assignmentView>
export type AssignmentListInput = z.infer<typeof assignmentListRequest>

/** Throws NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`, `AS_OF_IN_FUTURE`. */
export function listAssignments(
  today: ReadModel,
  { domainId, withBelow = false, policyBundleId, text, from, to, asOf, ...page }: Partial<AssignmentListInput>,
): ListPage<AssignmentView> {
  const model = asOf === undefined ? today : modelAsOf(today, asOf)
  const found = assignmentsOf(model, domainId === undefined || !withBelow ? domainId : subtreeOf(today, domainId))
    .filter((made) => policyBundleId === undefined || made.policyBundleId === policyBundleId)
    .filter((made) => isWithin(made.at, { from, to }) && hasText(text, made.reason, made.policyName, made.assignmentId))
  return pageOfList(found, page, ({ assignmentId }) => assignmentId)
}

function assignmentsOf(model: ReadModel, within: string | readonly string[] | undefined): AssignmentView[] {
  const domains =
    within === undefined
      ? model.reader.all<{ subject: string }>('SELECT subject FROM policy_assignments')
      : (typeof within === 'string' ? [within] : within).map((subject) => ({ subject }))
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
