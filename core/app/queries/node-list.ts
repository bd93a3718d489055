/** Nodes by filter, the ones that need a person most first, a page at a time. */
import type { z } from 'zod'
import type { nodeFilter, NodeRow } from '../../contract/nodes.ts'
import type { ConnectivityMode } from '../../fleet/node/node-record.ts'
import type { ReadModel } from '../read-model.ts'
import { cursorRefused } from './cursor.ts'
import { desiredPolicies } from './desired-policy.ts'
import { subtreeOf } from './domain-tree.ts'
import { driftsOf } from './drift-of-node.ts'
import { instantOrNull } from './instants.ts'
import { stateOfNode } from './node-state.ts'
import { isOfFleet, type NodeView, readNodeView, readNodeViews, shownMode } from './node-view.ts'
import { openSteps } from './sessions.ts'

export type NodeFilter = z.infer<typeof nodeFilter>
export type NodeListInput = NodeFilter & { readonly cursor?: string | undefined; readonly limit: number }
export type NodePage = { items: NodeRow[]; next: string | null; total: number }

/**
 * Order ([QY9]): QUARANTINED, then FAILED, then by mode from DISCONNECTED to LIVE, then by name and id. A page begins after the node
 * that its cursor names, wherever that node stands by now. Throws NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`.
 */
export function listNodes(model: ReadModel, { cursor, limit, ...filter }: NodeListInput): NodePage {
  const found = selectNodes(model, filter).sort(compareNodes)
  const start = cursor === undefined ? 0 : placeAfter(model, found, cursor)
  const page = found.slice(start, start + limit)
  const last = page.at(-1)
  return { items: rowsOf(model, page), next: last !== undefined && start + limit < found.length ? last.id : null, total: found.length }
}

/** All that the filter lets through, in no order. PROVISIONING and RETIRED nodes only when they are asked for ([QY7]). */
export function selectNodes(model: ReadModel, filter: NodeFilter): NodeView[] {
  const scope = filter.domainId === undefined ? {} : { domainIds: subtreeOf(model, filter.domainId) }
  const isBeyondFleet = filter.phases?.some((phase) => phase === 'PROVISIONING' || phase === 'RETIRED') ?? false
  const views = readNodeViews(model, { kind: isBeyondFleet ? 'everything' : 'fleet', ...scope })
  const text = filter.text?.trim().toLowerCase() ?? ''
  const desiredIn = desiredPolicies(model)
  return views.filter((view) => {
    if (filter.modes !== undefined && !(isOfFleet(view) && filter.modes.includes(shownMode(view)))) return false
    if (filter.phases !== undefined && !filter.phases.includes(view.phase)) return false
    if (filter.healths !== undefined && !filter.healths.includes(view.health)) return false
    if (filter.kinds !== undefined && !filter.kinds.includes(view.kind)) return false
    if (filter.tags?.some((tag) => !view.tags.includes(tag)) ?? false) return false
    if (filter.policyBundleId !== undefined && desiredIn(view.domainId)?.policyBundleId !== filter.policyBundleId) return false
    return text === '' || [view.name, view.id, view.serial ?? ''].some((field) => field.toLowerCase().includes(text))
  })
}

export function compareNodes(a: NodeView, b: NodeView): number {
  return rankOf(a) - rankOf(b) || compareText(a.name, b.name) || compareText(a.id, b.id)
}

/** From the worst: what is farthest from being heard comes first. */
const modeRank: Readonly<Record<ConnectivityMode, number>> = {
  DISCONNECTED: 0,
  AUTONOMOUS: 1,
  RETURNING: 2,
  REPLAYING: 3,
  EDGE_CACHED: 4,
  DELAYED: 5,
  LIVE: 6,
}

function rankOf(view: NodeView): number {
  if (view.phase === 'QUARANTINED') return 0
  if (view.health === 'FAILED') return 1
  return 2 + modeRank[shownMode(view)]
}

function placeAfter(model: ReadModel, sorted: readonly NodeView[], cursor: string): number {
  const from = readNodeView(model, cursor)
  if (from === undefined) throw cursorRefused(cursor)
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    const at = sorted[middle]
    if (at !== undefined && compareNodes(at, from) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

function rowsOf(model: ReadModel, views: readonly NodeView[]): NodeRow[] {
  const steps = openSteps(model)
  const drifts = driftsOf(model, views)
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
      driftScore: drifts.get(view.id)?.score ?? null,
      reason: view.phase === 'QUARANTINED' ? view.phaseReason : view.modeReason,
    }
  })
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
