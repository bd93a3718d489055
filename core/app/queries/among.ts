/** Which of some nodes a filter lets through: for lists of things that belong to nodes, a page of them at a time. */
import type { FleetFilter } from '../../contract/filter.ts'
import type { ReadModel } from '../read-model.ts'
import { placeOf } from './domain-tree.ts'
import { fleetOf } from './fleet/fleet.ts'
import { fitsView } from './node-list.ts'
import { readNodeViewsOf } from './node-view.ts'

/** The parts that are asked of the node itself. */
export type NodePart = Pick<
  FleetFilter,
  'domainId' | 'tags' | 'anyTags' | 'policyBundleId' | 'modes' | 'phases' | 'healths' | 'kinds' | 'text'
>

/** Undefined when nothing is asked of nodes. Throws NotFound `DOMAIN_UNKNOWN`. */
export function nodeTest(model: ReadModel, filter: NodePart): ((nodeIds: readonly string[]) => ReadonlySet<string>) | undefined {
  const { domainId, tags, anyTags, policyBundleId, modes, phases, healths, kinds, text } = filter
  const parts = { tags, anyTags, policyBundleId, modes, phases, healths, kinds, text }
  if (domainId === undefined && Object.values(parts).every((part) => part === undefined)) return undefined
  const fleet = fleetOf(model)
  const within = domainId === undefined ? undefined : new Set(placeOf(fleet.tree, domainId).subtreeIds)
  return (nodeIds) =>
    new Set(
      readNodeViewsOf(model, [...new Set(nodeIds)])
        .filter((view) => within?.has(view.domainId) !== false)
        .filter((view) => fitsView(view, parts, (node) => fleet.desiredIn(node.domainId).of(node)?.policyBundleId))
        .map(({ id }) => id),
    )
}
