/** The tree of domains with the figures of each, its own and with all below it. */
import type { DomainRow } from '../../contract/domains.ts'
import type { ReadModel } from '../read-model.ts'
import { authorityOf } from './authority-view.ts'
import { type DomainPlace, readDomainTree } from './domain-tree.ts'
import { driftsOf } from './drift-of-node.ts'
import { lineOf, noSums, type Sums, sumByDomain, totalOf } from './health-line.ts'
import { instantOf } from './instants.ts'
import { readNodeViews } from './node-view.ts'

export function listDomains(model: ReadModel): { at: string; items: DomainRow[] } {
  const views = readNodeViews(model, { kind: 'fleet' })
  const sums = sumByDomain(views, driftsOf(model, views))
  return { at: instantOf(model.ports.clock.now()), items: domainRows(model, readDomainTree(model), sums) }
}

/** Rows in the order of `places`; `sums` must hold every domain of their subtrees that has nodes. */
export function domainRows(model: ReadModel, places: readonly DomainPlace[], sums: ReadonlyMap<string, Sums>): DomainRow[] {
  return places.map(({ id, parentId, name, level, depth, subtreeIds }) => ({
    id,
    parentId,
    name,
    level,
    depth,
    authority: authorityOf(model, id),
    own: lineOf(sums.get(id) ?? noSums()),
    subtree: lineOf(totalOf(sums, subtreeIds)),
  }))
}
