/** Layer 1: a domain with all below it. */
import type { DomainDetail } from '../../contract/domains.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { ReadModel } from '../read-model.ts'
import { listAttention } from './attention.ts'
import { domainRows } from './domain-list.ts'
import { placeOf, readDomainTree } from './domain-tree.ts'
import { driftsOf } from './drift-of-node.ts'
import { sumByDomain, totalOf } from './health-line.ts'
import { instantOf } from './instants.ts'
import { pathOf } from './lineage.ts'
import { readNodeViews } from './node-view.ts'
import { historyOf } from './spectrum.ts'
import { thresholdsOf } from './thresholds.ts'
import { readTopology } from './topology.ts'

/** Throws NotFound `DOMAIN_UNKNOWN`. */
export function readDomain(model: ReadModel, domainId: string): DomainDetail {
  const tree = readDomainTree(model)
  const place = placeOf(tree, domainId)
  const below = new Set(place.subtreeIds)
  const children = tree.filter(({ id, parentId, depth }) => below.has(id) && parentId === domainId && depth === place.depth + 1)
  const views = readNodeViews(model, { kind: 'fleet', domainIds: place.subtreeIds })
  const drifts = driftsOf(model, views)
  const sums = sumByDomain(views, drifts)
  const [row, ...childRows] = domainRows(model, [place, ...children], sums)
  if (row === undefined) throw new AppError('Bug', 'DOMAIN_ROW_MISSING', 'A domain that is in the tree has no row.', { domainId })
  const { thresholds, fromDomainId } = thresholdsOf(model, domainId)
  return {
    at: instantOf(model.ports.clock.now()),
    row,
    path: pathOf(model, domainId),
    children: childRows,
    thresholds,
    thresholdsFromDomainId: fromDomainId,
    attention: listAttention(model, views, drifts, place.subtreeIds),
    topology: readTopology(model, views),
    ...historyOf(model, place.subtreeIds, totalOf(sums, place.subtreeIds)),
  }
}
