/** How the nodes of a domain reach their master: relays and gateways, and as many of the others as can be drawn. */
import type { TopologyView } from '../../contract/domains.ts'
import type { ReadModel } from '../read-model.ts'
import { nodeKinds, type NodeKind } from '../../fleet/node/node-record.ts'
import { readRelays } from './relays.ts'
import { placeOf } from './domain-tree.ts'
import { fleetOf, stateOfDomain } from './fleet/fleet.ts'
import { instantOf } from './instants.ts'
import { worstFirst } from './node-list.ts'
import { isOfFleet, type NodeView, readNodeView, shownMode } from './node-view.ts'

/** What one drawing of a page has room for; a drawing of its own asks for more. */
const drawnUnlessAsked = 400

/**
 * Relays come first, then the worst nodes; a relay of another domain is drawn when a node here is reached through it. A node whose
 * relay is not known here hangs directly on the master. Throws NotFound `DOMAIN_UNKNOWN`.
 */
export function readTopology(model: ReadModel, domainId: string, drawnAtMost = drawnUnlessAsked): TopologyView {
  const fleet = fleetOf(model)
  const domainIds = placeOf(fleet.tree, domainId).subtreeIds
  const relays = worstFirst(model, fleet, { domainIds, kinds: ['GATEWAY', 'RELAY'] }, drawnAtMost)
  const room = drawnAtMost - relays.length
  const others = room === 0 ? [] : worstFirst(model, fleet, { domainIds, kinds: nodeKinds.filter((kind) => !isRelay(kind)) }, room)
  const total = domainIds.reduce((sum, id) => sum + stateOfDomain(model, fleet, id).nodes, 0)
  const drawn = new Map([...relays, ...others].map((view) => [view.id as string, view]))
  const foreign = new Map<string, NodeView>()
  const pending = [...drawn.values()]
  for (let view = pending.pop(); view !== undefined; view = pending.pop()) {
    if (view.viaId === null || drawn.has(view.viaId) || foreign.has(view.viaId)) continue
    const via = readNodeView(model, view.viaId)
    if (via === undefined) continue
    foreign.set(via.id, via)
    pending.push(via)
  }
  const within = new Set(domainIds)
  const vertices = [...foreign.values(), ...drawn.values()].slice(0, drawnAtMost)
  const isDrawn = new Set<string>(vertices.map(({ id }) => id))
  return {
    at: instantOf(model.ports.clock.now()),
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
    relays: readRelays(model, fleet, domainIds),
    omitted: total - vertices.filter((view) => isOfFleet(view) && within.has(view.domainId)).length,
  }
}

function isRelay(kind: NodeKind): boolean {
  return kind === 'RELAY' || kind === 'GATEWAY'
}
