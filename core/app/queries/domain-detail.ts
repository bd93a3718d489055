/** Layer 1: a domain with all below it. */
import type { DomainDetail } from '../../contract/domains.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { ReadModel } from '../read-model.ts'
import { listAttention } from './attention.ts'
import { domainRows, subtreeState } from './domain-list.ts'
import { doubtsOf } from './doubts.ts'
import { placeOf } from './domain-tree.ts'
import { sumsAt } from './fleet/domain-state.ts'
import { fleetOf } from './fleet/fleet.ts'
import { instantOf } from './instants.ts'
import { pathOf } from './lineage.ts'
import { historyOf } from './spectrum.ts'
import { thresholdsOf } from './thresholds.ts'

/** Throws NotFound `DOMAIN_UNKNOWN`. */
export function readDomain(model: ReadModel, domainId: string): DomainDetail {
  const fleet = fleetOf(model)
  const place = placeOf(fleet.tree, domainId)
  const below = new Set(place.subtreeIds)
  const children = fleet.tree.filter(({ id, parentId, depth }) => parentId === domainId && depth === place.depth + 1 && below.has(id))
  const [row, ...childRows] = domainRows(model, fleet, [place, ...children])
  if (row === undefined) throw new AppError('Bug', 'DOMAIN_ROW_MISSING', 'A domain that is in the tree has no row.', { domainId })
  const { thresholds, fromDomainId } = thresholdsOf(model, domainId)
  const nowMs = model.ports.clock.now()
  return {
    at: instantOf(nowMs),
    doubts: [...(doubtsOf(model, [domainId]).get(domainId) ?? [])],
    row,
    path: pathOf(model, domainId),
    children: childRows,
    thresholds,
    thresholdsFromDomainId: fromDomainId,
    attention: listAttention(model, fleet, { kind: 'domains', domainIds: place.subtreeIds }),
    ...historyOf(model, place.subtreeIds, sumsAt(subtreeState(model, fleet, domainId), nowMs)),
  }
}
