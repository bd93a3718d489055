/** Layer 0: the whole fleet on one page. */
import type { FleetOverview } from '../../contract/domains.ts'
import type { ReadModel } from '../read-model.ts'
import { countOpenSessions } from '../../ingest/returns/return-table.ts'
import { listAttention } from './attention.ts'
import { domainRows, wholeState } from './domain-list.ts'
import { countPending } from './enrolments.ts'
import { sumsAt } from './fleet/domain-state.ts'
import { fleetOf } from './fleet/fleet.ts'
import { lineOf } from './health-line.ts'
import { heldStore, readHeldFrontier } from './held.ts'
import { instantOf } from './instants.ts'
import { policyProgress } from './policies.ts'
import { historyOf } from './spectrum.ts'

export function readOverview(model: ReadModel): FleetOverview {
  const fleet = fleetOf(model)
  const nowMs = model.ports.clock.now()
  const total = sumsAt(wholeState(model, fleet), nowMs)
  const rows = domainRows(model, fleet, fleet.tree)
  return {
    at: instantOf(nowMs),
    nodes: total.nodes,
    pendingEnrolments: countPending(model),
    openSessions: countOpenSessions(model.reader),
    line: lineOf(total),
    spectrum: historyOf(model, fleet.treeIds, total).spectrum,
    domains: rows,
    authority: countStandings(rows.map(({ authority }) => authority.standing)),
    policies: policyProgress(model, fleet),
    attention: listAttention(model, fleet, { kind: 'everything' }),
    refusals: refusalsOf(model),
    store: { ...heldStore(model), ...readHeldFrontier(model) },
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
