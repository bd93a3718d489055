/** How the nodes of a domain reach their master: relays and gateways, and as many of the others as can be drawn. */
import type { DomainDetail } from '../../contract/domains.ts'
import type { ReadModel } from '../read-model.ts'
import { compareNodes } from './node-list.ts'
import { type NodeView, readNodeView, shownMode } from './node-view.ts'

export type Topology = DomainDetail['topology']

const drawnAtMost = 400

/**
 * Relays come first, then the worst nodes; a relay of another domain is drawn when a node here is reached through it. A node whose
 * relay is not known here hangs directly on the master.
 */
export function readTopology(model: ReadModel, views: readonly NodeView[]): Topology {
  const isRelay = ({ kind }: NodeView): boolean => kind === 'RELAY' || kind === 'GATEWAY'
  const inOrder = [...views].sort((a, b) => Number(isRelay(b)) - Number(isRelay(a)) || compareNodes(a, b))
  const drawn = new Map(inOrder.slice(0, drawnAtMost).map((view) => [view.id as string, view]))
  const foreign = new Map<string, NodeView>()
  const pending = [...drawn.values()]
  for (let view = pending.pop(); view !== undefined; view = pending.pop()) {
    if (view.viaId === null || drawn.has(view.viaId) || foreign.has(view.viaId)) continue
    const via = readNodeView(model, view.viaId)
    if (via === undefined) continue
    foreign.set(via.id, via)
    pending.push(via)
  }
  const vertices = [...foreign.values(), ...drawn.values()].slice(0, drawnAtMost)
  const isDrawn = new Set<string>(vertices.map(({ id }) => id))
  return {
    vertices: vertices.map((view) => ({
      id: view.id,
      name: view.name,
      kind: view.kind,
      mode: shownMode(view),
      health: view.health,
      viaId: view.viaId !== null && view.viaId !== view.id && isDrawn.has(view.viaId) ? view.viaId : null,
      rttMs: view.link?.rtt_ms ?? null,
      lossPct: view.link?.loss_pct ?? null,
    })),
    omitted: views.filter(({ id }) => !isDrawn.has(id)).length,
  }
}
