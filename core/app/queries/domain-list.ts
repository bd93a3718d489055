/** The tree of domains with the figures of each, its own and with all below it. */
import type { AuthorityView } from '../../contract/common.ts'
import type { z } from 'zod'
import type { domainListRequest, DomainRow } from '../../contract/domains.ts'
import type { ReadModel } from '../read-model.ts'
import { authorityOf } from './authority-view.ts'
import { type DomainPlace, placeOf } from './domain-tree.ts'
import { addStates, type DomainState, type Lines, noState, sumsAt, worstAt } from './fleet/domain-state.ts'
import { domainsWithNodes, type FleetMemory, fleetOf, stateOfDomain } from './fleet/fleet.ts'
import { lineOf } from './health-line.ts'
import { instantOf } from './instants.ts'
import { hasText, type ListPage, pageOfList, refuseAsOf } from './list-page.ts'

export type DomainListInput = z.infer<typeof domainListRequest>

/** Throws NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`, `AS_OF_UNSUPPORTED`. */
export function listDomains(
  model: ReadModel,
  { domainId, text, modes, phases, healths, asOf, cursor, limit = Number.MAX_SAFE_INTEGER }: Partial<DomainListInput> = {},
): ListPage<DomainRow> & { at: string } {
  refuseAsOf('domains', asOf)
  const fleet = fleetOf(model)
  const within = domainId === undefined ? undefined : new Set(placeOf(fleet.tree, domainId).subtreeIds)
  const places = fleet.tree.filter(({ id, name }) => within?.has(id) !== false && hasText(text, name, id))
  const hasAny = <Name extends string>(wanted: readonly Name[] | undefined, counts: Readonly<Record<Name, number>>): boolean =>
    wanted === undefined || wanted.some((name) => counts[name] > 0)
  const rows = domainRows(model, fleet, places).filter(
    ({ subtree }) => hasAny(modes, subtree.modes) && hasAny(phases, subtree.phases) && hasAny(healths, subtree.healths),
  )
  return { at: instantOf(model.ports.clock.now()), ...pageOfList(rows, { cursor, limit }, ({ id }) => id) }
}

/** In the order of `places`, which are of the fleet's tree. */
export function domainRows(model: ReadModel, fleet: FleetMemory, places: readonly DomainPlace[]): DomainRow[] {
  const nowMs = model.ports.clock.now()
  return places.map((place) => {
    const lines = linesOf(model, fleet, place.id)
    const authority = standingOf(model, fleet, place.id, nowMs)
    const ownWorst = worstAt(lines.own.dueMs, nowMs)
    const subtreeWorst = worstAt(lines.subtree.dueMs, nowMs)
    const known = fleet.rows.get(place.id)
    // Nearly all of a thousand rows are as they were a moment ago.
    if (
      known?.lines === lines &&
      known.place === place &&
      known.row.authority === authority &&
      known.row.own.worstSecondsBehind === ownWorst &&
      known.row.subtree.worstSecondsBehind === subtreeWorst
    )
      return known.row
    const { id, parentId, name, level, depth } = place
    const own = { ...lines.ownLine, worstSecondsBehind: ownWorst }
    const row = { id, parentId, name, level, depth, authority, own, subtree: { ...lines.subtreeLine, worstSecondsBehind: subtreeWorst } }
    fleet.rows.set(id, { lines, place, row })
    return row
  })
}

/** Of a domain with all below it. */
export function subtreeState(model: ReadModel, fleet: FleetMemory, domainId: string): DomainState {
  return linesOf(model, fleet, domainId).subtree
}

/** Of everything, also of nodes whose domain is not held here. */
export function wholeState(model: ReadModel, fleet: FleetMemory): DomainState {
  const lines = allLines(model, fleet)
  const tops = fleet.tree.filter(({ depth }) => depth === 0).map(({ id }) => lines.get(id)?.subtree ?? noState)
  const unplaced = [...domainsWithNodes(fleet)].filter((id) => !lines.has(id)).map((id) => stateOfDomain(model, fleet, id))
  return addStates([...tops, ...unplaced])
}

function linesOf(model: ReadModel, fleet: FleetMemory, domainId: string): Lines {
  return allLines(model, fleet).get(domainId) ?? { own: noState, ownLine: emptyLine, subtree: noState, subtreeLine: emptyLine }
}

const emptyLine = lineOf(sumsAt(noState, 0))

/** Made anew only where something moved, and above it. */
function allLines(model: ReadModel, fleet: FleetMemory): ReadonlyMap<string, Lines> {
  const { lines } = fleet
  if (lines.revision === fleet.revision && lines.tree === fleet.tree) return lines.byDomain
  if (lines.tree !== fleet.tree) {
    lines.byDomain.clear()
    fleet.rows.clear()
  }
  /** Below the place that is looked at, children before parents: the subtrees that wait to be added to their parent, by depth. */
  const waiting: { readonly subtree: DomainState; readonly isMoved: boolean }[][] = []
  for (const { id, depth } of fleet.tree.toReversed()) {
    const children = waiting[depth + 1] ?? []
    waiting[depth + 1] = []
    const own = stateOfDomain(model, fleet, id)
    const before = lines.byDomain.get(id)
    const isMoved = before === undefined || before.own !== own || children.some((child) => child.isMoved)
    if (isMoved) {
      const subtree = children.length === 0 ? own : addStates([own, ...children.map((child) => child.subtree)])
      const ownLine = before?.own === own ? before.ownLine : lineOf(sumsAt(own, 0))
      lines.byDomain.set(id, { own, ownLine, subtree, subtreeLine: children.length === 0 ? ownLine : lineOf(sumsAt(subtree, 0)) })
    }
    waiting[depth] ??= []
    waiting[depth].push({ subtree: lines.byDomain.get(id)?.subtree ?? own, isMoved })
  }
  lines.revision = fleet.revision
  lines.tree = fleet.tree
  return lines.byDomain
}

/** Who holds it: another answer only when something about domains, grants or masters changes, or a grant runs out. */
function standingOf(model: ReadModel, fleet: FleetMemory, domainId: string, nowMs: number): AuthorityView {
  const { standings } = fleet
  if (standings.basis !== fleet.basis || nowMs >= standings.untilMs || nowMs < standings.sinceMs) {
    standings.byDomain.clear()
    standings.basis = fleet.basis
    standings.sinceMs = nowMs
    standings.untilMs = Number.POSITIVE_INFINITY
  }
  const known = standings.byDomain.get(domainId)
  if (known !== undefined) return known
  const standing = authorityOf(model, domainId)
  for (const { until } of model.holder(domainId).claimants) {
    const untilMs = until === null ? Number.POSITIVE_INFINITY : Date.parse(until)
    if (untilMs > nowMs) standings.untilMs = Math.min(standings.untilMs, untilMs)
  }
  standings.byDomain.set(domainId, standing)
  return standing
}
