/** Layer 0: the whole fleet on one page. */
import type { FleetOverview } from '../../contract/domains.ts'
import type { ReadModel } from '../read-model.ts'
import { listAttention } from './attention.ts'
import { domainRows } from './domain-list.ts'
import { readDomainTree } from './domain-tree.ts'
import { driftsOf } from './drift-of-node.ts'
import { countPending } from './enrolments.ts'
import { lineOf, sumByDomain, totalOf } from './health-line.ts'
import { heldFrontier, heldStore } from './held.ts'
import { instantOf } from './instants.ts'
import { readNodeViews } from './node-view.ts'
import { policyProgress } from './policies.ts'
import { openSteps } from './sessions.ts'
import { historyOf } from './spectrum.ts'

export function readOverview(model: ReadModel): FleetOverview {
  const tree = readDomainTree(model)
  const views = readNodeViews(model, { kind: 'fleet' })
  const drifts = driftsOf(model, views)
  const sums = sumByDomain(views, drifts)
  const total = totalOf(sums, sums.keys())
  const domainIds = tree.map(({ id }) => id)
  const rows = domainRows(model, tree, sums)
  return {
    at: instantOf(model.ports.clock.now()),
    nodes: total.nodes,
    pendingEnrolments: countPending(model),
    openSessions: openSteps(model).size,
    line: lineOf(total),
    spectrum: historyOf(model, domainIds, total).spectrum,
    domains: rows,
    authority: countStandings(rows.map(({ authority }) => authority.standing)),
    policies: policyProgress(model, views),
    attention: listAttention(model, views, drifts, domainIds),
    refusals: refusalsOf(model),
    store: { ...heldStore(model), fingerprint: [...heldFrontier(model).words] },
  }
}

function countStandings(standings: readonly FleetOverview['domains'][number]['authority']['standing'][]): FleetOverview['authority'] {
  const count = (wanted: string): number => standings.filter((standing) => standing === wanted).length
  return { heldHere: count('held-here'), heldElsewhere: count('held-elsewhere'), contested: count('contested'), nobody: count('nobody') }
}

function refusalsOf(model: ReadModel): FleetOverview['refusals'] {
  return model
    .refusals()
    .toSorted((a, b) => b.lastAt - a.lastAt || (a.code < b.code ? -1 : 1))
    .map(({ code, count, lastAt, sentence }) => ({ code, count, lastAt: instantOf(lastAt), sentence }))
}
