/** Nodes by filter, the ones that need a person most first, a page at a time. */
import type { z } from 'zod'
import type { nodeFilter, NodeRow } from '../../contract/nodes.ts'
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import type { NodeKind } from '../../fleet/node/node-record.ts'
import { rankOf } from '../../projections/nodes.ts'
import type { ReadModel } from '../read-model.ts'
import { cursorRefused } from './cursor.ts'
import { placeOf } from './domain-tree.ts'
import { doubtsOf } from './doubts.ts'
import { driftOf } from './drift-of-node.ts'
import { domainsWithNodes, type FleetMemory, fleetOf } from './fleet/fleet.ts'
import { governedBy } from './fleet/governed-nodes.ts'
import { beforeAll, comparePlaces, countInOrder, type OrderFilter, type Place, walkInOrder } from './fleet/node-order.ts'
import { instantOrNull } from './instants.ts'
import { stateOfNode } from './node-state.ts'
import { isOfFleet, type NodeView, readNodeView, readNodeViews, readNodeViewsOf, shownMode } from './node-view.ts'
import { openSteps } from './sessions.ts'

export type NodeFilter = z.infer<typeof nodeFilter>
export type NodeListInput = NodeFilter & { readonly cursor?: string | undefined; readonly limit: number }
export type NodePage = { items: NodeRow[]; next: string | null; total: number; isTotalExact: boolean }

/**
 * Order ([QY9]): QUARANTINED, then FAILED, then by mode from DISCONNECTED to LIVE, then by name and id. A page begins after the node
 * that its cursor names, wherever that node stands by now. A page looks at a bounded number of nodes: it may hold fewer than asked for
 * and name a next one all the same ([QY19]). Throws NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`.
 */
export function listNodes(model: ReadModel, { cursor, limit, ...filter }: NodeListInput): NodePage {
  if (filter.phases?.some((phase) => phase === 'PROVISIONING' || phase === 'RETIRED') === true)
    return listBeyond(model, filter, cursor, limit)
  const fleet = fleetOf(model)
  const wanted = orderFilterOf(model, fleet, filter)
  const after = cursor === undefined ? beforeAll : placeOfNode(requireView(model, cursor))
  const { places, reached } = walkInOrder(model.reader, fleet, wanted, after, limit + 1)
  const page = places.slice(0, limit)
  const next = places.length > limit ? page.at(-1)?.subject : reached?.subject
  // A page that had to stop looking says how many it found; counting would look at as many again.
  const { total, isExact } = reached === undefined ? countInOrder(model.reader, fleet, wanted) : { total: places.length, isExact: false }
  const views = readNodeViewsOf(
    model,
    page.map(({ subject }) => subject),
  )
  return { items: rowsOf(model, fleet, views), next: next ?? null, total, isTotalExact: isExact }
}

/** The first so many in the order of [QY9]. */
export function worstFirst(
  model: ReadModel,
  fleet: FleetMemory,
  filter: { readonly domainIds: readonly string[]; readonly kinds: readonly NodeKind[] },
  limit: number,
): NodeView[] {
  const { places } = walkInOrder(model.reader, fleet, filter, beforeAll, limit)
  return readNodeViewsOf(
    model,
    places.map(({ subject }) => subject),
  )
}

/** Those who are not of the fleet are few, or asked for by who looks for something old: they are sorted as they are found. */
function listBeyond(model: ReadModel, filter: NodeFilter, cursor: string | undefined, limit: number): NodePage {
  const fleet = fleetOf(model)
  const after = cursor === undefined ? beforeAll : placeOfNode(requireView(model, cursor))
  const found = selectViews(model, fleet, filter).sort((a, b) => comparePlaces(placeOfNode(a), placeOfNode(b)))
  const start = found.findIndex((view) => comparePlaces(placeOfNode(view), after) > 0)
  const page = start < 0 ? [] : found.slice(start, start + limit)
  const hasMore = start >= 0 && start + limit < found.length
  return { items: rowsOf(model, fleet, page), next: hasMore ? (page.at(-1)?.id ?? null) : null, total: found.length, isTotalExact: true }
}

function orderFilterOf(model: ReadModel, fleet: FleetMemory, filter: NodeFilter): OrderFilter {
  const text = filter.text?.trim().toLowerCase() ?? ''
  const { modes, phases, healths, kinds, tags } = filter
  const governed = governedOf(model, fleet, filter)
  return { domainIds: domainsOf(fleet, filter), governed, modes, phases, healths, kinds, tags, text: text === '' ? undefined : text }
}

/** Of the subtree, and with nodes under the policy, that are asked for; undefined for all. */
function domainsOf(fleet: FleetMemory, { domainId, policyBundleId }: NodeFilter): readonly string[] | undefined {
  if (domainId === undefined && policyBundleId === undefined) return undefined
  const within = domainId === undefined ? [...domainsWithNodes(fleet)] : placeOf(fleet.tree, domainId).subtreeIds
  return policyBundleId === undefined ? within : within.filter((id) => fleet.desiredIn(id).policies.includes(policyBundleId))
}

/** Where not all nodes of those domains are under the policy. */
function governedOf(model: ReadModel, fleet: FleetMemory, filter: NodeFilter): OrderFilter['governed'] {
  const { policyBundleId } = filter
  return policyBundleId === undefined ? undefined : governedBy(model, fleet, domainsOf(fleet, filter) ?? [], policyBundleId)
}

function selectViews(model: ReadModel, fleet: FleetMemory, filter: NodeFilter): NodeView[] {
  const { modes, healths, kinds, tags, phases, policyBundleId } = filter
  const domainIds = domainsOf(fleet, filter)
  const text = filter.text?.trim().toLowerCase() ?? ''
  const views = readNodeViews(model, { kind: 'phases', phases: phases ?? [], ...(domainIds === undefined ? {} : { domainIds }) })
  return views.filter((view) => {
    if (!(phases?.some((phase) => phase === view.phase) ?? true)) return false
    if (policyBundleId !== undefined && fleet.desiredIn(view.domainId).of(view)?.policyBundleId !== policyBundleId) return false
    if (modes !== undefined && !(isOfFleet(view) && modes.includes(shownMode(view)))) return false
    if (healths !== undefined && !healths.includes(view.health)) return false
    if (kinds !== undefined && !kinds.includes(view.kind)) return false
    if (tags?.some((tag) => !view.tags.includes(tag)) ?? false) return false
    return text === '' || [view.name, view.id, view.serial ?? ''].some((field) => field.toLowerCase().includes(text))
  })
}

function requireView(model: ReadModel, cursor: string): NodeView {
  const view = readNodeView(model, cursor)
  if (view === undefined) throw cursorRefused(cursor)
  return view
}

function placeOfNode(view: NodeView): Place {
  return { rank: rankOf(view.phase, view.health, shownMode(view)), name: view.name, subject: view.id }
}

function rowsOf(model: ReadModel, fleet: FleetMemory, views: readonly NodeView[]): NodeRow[] {
  const steps = openSteps(
    model,
    views.filter(({ mode }) => needsReturn(mode)).map(({ id }) => id),
  )
  const doubts = doubtsOf(
    model,
    views.map(({ id }) => id),
  )
  return views.map((view) => {
    const { domainId } = view
    return {
      id: view.id,
      name: view.name,
      kind: view.kind,
      tags: [...view.tags],
      domainId,
      domainName: model.domain(domainId)?.name ?? domainId,
      mode: shownMode(view),
      modeSince: view.modeSince,
      phase: view.phase,
      state: stateOfNode(view, steps.get(view.id) ?? null),
      health: view.health,
      lastSeenAt: instantOrNull(view.lastSeenMs),
      backlogMessages: view.backlogMessages,
      secondsBehind: view.secondsBehind,
      driftScore: driftOf(model, view, fleet.desiredIn(domainId).of(view)).score,
      reason: view.phase === 'QUARANTINED' ? view.phaseReason : view.modeReason,
      doubts: [...(doubts.get(view.id) ?? [])],
    }
  })
}
