/**
 * The figures of a set of nodes, and how they add up the tree. This is the one place that counts: who wants counters kept as events
 * come in keeps these sums.
 */
import type { DomainRow } from '../../contract/domains.ts'
import { connectivityModes, healths, phases } from '../../fleet/node/node-record.ts'
import type { DriftScore } from './drift-of-node.ts'
import { instantOrNull } from './instants.ts'
import { type NodeView, shownMode } from './node-view.ts'

export type HealthLine = DomainRow['own']

export type Sums = {
  nodes: number
  readonly modes: HealthLine['modes']
  readonly phases: HealthLine['phases']
  readonly healths: HealthLine['healths']
  backlogMessages: number
  worstSecondsBehind: number
  driftTotal: number
  driftKnown: number
  oldestMs: number | null
  newestMs: number | null
}

export function noSums(): Sums {
  return {
    nodes: 0,
    modes: zeroOf(connectivityModes),
    phases: zeroOf(phases),
    healths: zeroOf(healths),
    backlogMessages: 0,
    worstSecondsBehind: 0,
    driftTotal: 0,
    driftKnown: 0,
    oldestMs: null,
    newestMs: null,
  }
}

/** Sums by the domain that a node is in itself. */
export function sumByDomain(views: readonly NodeView[], drifts: ReadonlyMap<string, DriftScore>): Map<string, Sums> {
  const sums = new Map<string, Sums>()
  for (const view of views) {
    const sum = sums.get(view.domainId) ?? noSums()
    sums.set(view.domainId, sum)
    addNode(sum, view, drifts.get(view.id)?.score ?? null)
  }
  return sums
}

/** Of several domains together. */
export function totalOf(sums: ReadonlyMap<string, Sums>, domainIds: Iterable<string>): Sums {
  const total = noSums()
  for (const domainId of domainIds) {
    const sum = sums.get(domainId)
    if (sum !== undefined) addSums(total, sum)
  }
  return total
}

export function lineOf({ driftTotal, oldestMs, newestMs, ...sums }: Sums): HealthLine {
  return {
    ...sums,
    driftScore: sums.driftKnown === 0 ? null : driftTotal / sums.driftKnown,
    quarantined: sums.phases.QUARANTINED,
    oldestEvidenceAt: instantOrNull(oldestMs),
    newestEvidenceAt: instantOrNull(newestMs),
  }
}

function addNode(sum: Sums, view: NodeView, drift: number | null): void {
  sum.nodes += 1
  sum.modes[shownMode(view)] += 1
  sum.phases[view.phase] += 1
  sum.healths[view.health] += 1
  sum.backlogMessages += view.backlogMessages
  sum.worstSecondsBehind = Math.max(sum.worstSecondsBehind, view.secondsBehind)
  if (drift !== null) {
    sum.driftTotal += drift
    sum.driftKnown += 1
  }
  sum.oldestMs = atTheEdge(Math.min, sum.oldestMs, view.lastSeenMs)
  sum.newestMs = atTheEdge(Math.max, sum.newestMs, view.lastSeenMs)
}

function addSums(into: Sums, from: Sums): void {
  into.nodes += from.nodes
  for (const mode of connectivityModes) into.modes[mode] += from.modes[mode]
  for (const phase of phases) into.phases[phase] += from.phases[phase]
  for (const health of healths) into.healths[health] += from.healths[health]
  into.backlogMessages += from.backlogMessages
  into.worstSecondsBehind = Math.max(into.worstSecondsBehind, from.worstSecondsBehind)
  into.driftTotal += from.driftTotal
  into.driftKnown += from.driftKnown
  into.oldestMs = atTheEdge(Math.min, into.oldestMs, from.oldestMs)
  into.newestMs = atTheEdge(Math.max, into.newestMs, from.newestMs)
}

function atTheEdge(edge: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return edge(a, b)
}

function zeroOf<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
}
