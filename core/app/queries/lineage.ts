/** A domain and its ancestors. */
import type { DomainState } from '../../projections/domains.ts'
import type { ReadModel } from '../read-model.ts'

export type Ancestor = { readonly id: string; readonly state: DomainState }

/**
 * From the domain itself up to the top. Ends where a parent is not held yet, and where the parents form a ring: two masters that
 * disagree can make one, and nothing may hang on it.
 */
export function lineageOf(model: Pick<ReadModel, 'domain'>, domainId: string): readonly Ancestor[] {
  const lineage: Ancestor[] = []
  const seen = new Set<string>()
  for (let id: string | null = domainId; id !== null && !seen.has(id); ) {
    const state: DomainState | undefined = model.domain(id)
    if (state === undefined) break
    seen.add(id)
    lineage.push({ id, state })
    id = state.parentId
  }
  return lineage
}

/** From the top down to the domain itself, as breadcrumbs. */
export function pathOf(model: Pick<ReadModel, 'domain'>, domainId: string): { id: string; name: string }[] {
  return lineageOf(model, domainId)
    .map(({ id, state }) => ({ id, name: state.name }))
    .reverse()
}
