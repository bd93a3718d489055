/** Nodes by filter, the ones that need a person most first, a page at a time. */
import type { z } from 'zod'
import type { nodeFilter, NodeRow } from '../../contract/nodes.ts'
import { AppError } from '../../kernel/app-error.ts'
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import type { NodeKind } from '../../fleet/node/node-record.ts'
import { rankOf } from '../../projections/nodes.ts'
import type { ReadModel } from '../read-model.ts'
import { modelAsOf } from './as-of.ts'
import { cursorRefused } from './cursor.ts'
import { desiredPolicyOf } from './desired-policy.ts'
import { placeOf, subtreeOf } from './domain-tree.ts'
import { doubtsOf } from './doubts.ts'
import { driftOf } from './drift-of-node.ts'
import { anyExcuses } from './excuses.ts'
import { domainsWithNodes, type FleetMemory, fleetOf } from './fleet/fleet.ts'
import { governedBy } from './fleet/governed-nodes.ts'
import { countInOrder, walkInOrder } from './fleet/node-order.ts'
import { beforeAll, comparePlaces, type OrderFilter, type Place } from './fleet/order-filter.ts'
import { instantOrNull } from './instants.ts'
import { stateOfNode } from './node-state.ts'
import { isOfFleet, type NodeView, readNodeView, readNodeViews, readNodeViewsOf, shownMode } from './node-view.ts'
import { openSteps } from './sessions.ts'

export type NodeFilter = z.infer<typeof nodeFilter>
export type NodeListInput = NodeFilter & { readonly cursor?: string | undefined; readonly limit: number }
export type NodePage = { items: NodeRow[]; next: string | null; total: number; isTotalExact: boolean }

/** Each is folded from its events, in about a millisecond: what one answer may take of who serves everybody. */
const foldedAtMost = 500

/**
 * Order ([QY9]): QUARANTINED, then FAILED, then by mode from DISCONNECTED to LIVE, then by name and id. A page begins after the node
 * that its cursor names, wherever that node stands by now. A page looks at a bounded number of nodes: it may hold fewer than asked for
 * and name a next one all the same ([QY19]). As of a past instant all that may have been in the scope are folded: of more than
 * `foldedAtMost` it is refused. Throws NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`, `AS_OF_IN_FUTURE`, `AS_OF_TOO_WIDE`.
 */
export function listNodes(model: ReadModel, { cursor, limit, asOf, ...filter }: NodeListInput): NodePage {
  if (asOf !== undefined) return listAsOf(model, filter, asOf, cursor, limit)
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

export function orderFilterOf(model: ReadModel, fleet: FleetMemory, filter: NodeFilter): OrderFilter {
  const text = filter.text?.trim().toLowerCase() ?? ''
  const { modes, phases, healths, kinds, tags, anyTags } = filter
  const { fromMs, toMs } = windowOf(filter)
  const governed = governedOf(model, fleet, filter)
  const parts = { modes, phases, healths, kinds, tags, anyTags, fromMs, toMs }
  return { domainIds: domainsOf(fleet, filter), governed, ...parts, text: text === '' ? undefined : text }
}

function windowOf({ from, to }: Pick<NodeFilter, 'from' | 'to'>): { readonly fromMs?: number; readonly toMs?: number } {
  return { ...(from === undefined ? {} : { fromMs: Date.parse(from) }), ...(to === undefined ? {} : { toMs: Date.parse(to) }) }
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
  const domainIds = domainsOf(fleet, filter)
  const views = readNodeViews(model, {
    kind: 'phases',
    phases: filter.phases ?? [],
    ...(domainIds === undefined ? {} : { domainIds }),
  })
  return views.filter((view) => fitsView(view, filter, (node) => fleet.desiredIn(node.domainId).of(node)?.policyBundleId))
}

/** The filter without its domain, of a node that was read. */
export function fitsView(view: NodeView, filter: NodeFilter, policyOf: (view: NodeView) => string | undefined): boolean {
  const { modes, healths, kinds, tags, anyTags, phases, policyBundleId } = filter
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = windowOf(filter)
  const text = filter.text?.trim().toLowerCase() ?? ''
  if (!(phases?.some((phase) => phase === view.phase) ?? true)) return false
  if (modes !== undefined && !(isOfFleet(view) && modes.includes(shownMode(view)))) return false
  if (healths !== undefined && !healths.includes(view.health)) return false
  if (kinds !== undefined && !kinds.includes(view.kind)) return false
  if (tags?.some((tag) => !view.tags.includes(tag)) ?? false) return false
  if (anyTags !== undefined && !anyTags.some((tag) => view.tags.includes(tag))) return false
  const movedMs = Math.max(...[view.phaseSince, view.modeSince].flatMap((since) => (since === null ? [] : [Date.parse(since)])))
  if (!(movedMs >= fromMs && movedMs < toMs)) return false
  if (text !== '' && ![view.name, view.id, view.serial ?? ''].some((field) => field.toLowerCase().includes(text))) return false
  return policyBundleId === undefined || policyOf(view) === policyBundleId
}

/**
 * Whoever is known is folded and judged by what was so then; of a fleet that is too large for that, whoever is in the subtree now. A node
 * that has moved away since is missing then, and the total is said to be a lower bound.
 */
function listAsOf(model: ReadModel, filter: NodeFilter, asOf: string, cursor: string | undefined, limit: number): NodePage {
  const past = modelAsOf(model, asOf)
  const domainIds = filter.domainId === undefined ? undefined : subtreeOf(model, filter.domainId)
  const known = knownNodes(model, undefined)
  const isWhole = known.length <= foldedAtMost
  const subjects = isWhole || domainIds === undefined ? known : knownNodes(model, domainIds)
  if (subjects.length > foldedAtMost)
    throw new AppError(
      'Invalid',
      'AS_OF_TOO_WIDE',
      `The past of a node is found by folding its events, and one answer folds at most ${foldedAtMost} nodes: ask for a smaller domain.`,
      { asOf, most: foldedAtMost, domainId: filter.domainId ?? null },
    )
  const within = domainIds === undefined ? undefined : new Set(domainIds)
  const policyOf = (view: NodeView): string | undefined => desiredPolicyOf(past, view)?.policyBundleId
  const isShown = (view: NodeView): boolean => isOfFleet(view) || filter.phases?.includes(view.phase) === true
  const views = subjects
    .flatMap(({ subject }) => readNodeView(past, subject) ?? [])
    .filter((view) => within?.has(view.domainId) !== false && isShown(view) && fitsView(view, filter, policyOf))
    .sort((a, b) => comparePlaces(placeOfNode(a), placeOfNode(b)))
  const start = cursor === undefined ? 0 : views.findIndex(({ id }) => id === cursor) + 1
  if (cursor !== undefined && start === 0) throw cursorRefused(cursor)
  const page = views.slice(start, start + limit)
  const next = start + limit < views.length ? (page.at(-1)?.id ?? null) : null
  return { items: page.map((view) => pastRowOf(past, view)), next, total: views.length, isTotalExact: isWhole || within === undefined }
}

/** One more than can be folded, where there are more. */
function knownNodes({ reader }: ReadModel, domainIds: readonly string[] | undefined): readonly { readonly subject: string }[] {
  const most = foldedAtMost + 1
  return domainIds === undefined
    ? reader.all('SELECT subject FROM nodes LIMIT ?', most)
    : reader.all('SELECT subject FROM nodes WHERE domain IN (SELECT value FROM json_each(?)) LIMIT ?', JSON.stringify(domainIds), most)
}

/** Open returns and doubts have no past. */
function pastRowOf(past: ReadModel, view: NodeView): NodeRow {
  return rowOf(past, view, {
    state: stateOfNode(view, null),
    driftScore: driftOf(past, view, desiredPolicyOf(past, view)).score,
    doubts: [],
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
  const hasExcuses = anyExcuses(model)
  return views.map((view) =>
    rowOf(model, view, {
      state: stateOfNode(view, steps.get(view.id) ?? null),
      driftScore: driftOf(model, view, fleet.desiredIn(view.domainId).of(view), hasExcuses).score,
      doubts: [...(doubts.get(view.id) ?? [])],
    }),
  )
}

function rowOf(model: ReadModel, view: NodeView, found: Pick<NodeRow, 'state' | 'driftScore' | 'doubts'>): NodeRow {
  const { id, name, kind, tags, serial, domainId, modeSince, phase, health, backlogMessages, secondsBehind } = view
  return {
    id,
    name,
    kind,
    tags: [...tags],
    domainId,
    serial,
    domainName: model.domain(domainId)?.name ?? domainId,
    mode: shownMode(view),
    modeSince,
    phase,
    health,
    lastSeenAt: instantOrNull(view.lastSeenMs),
    backlogMessages,
    secondsBehind,
    reason: phase === 'QUARANTINED' ? view.phaseReason : view.modeReason,
    ...found,
  }
}
