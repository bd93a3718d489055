/**
 * Relays with the health of their paths and what each would hide ([RL1]..[RL6]). The net is walked over relays alone; the nodes behind
 * each are counted by the counters, so that a large fleet costs no more than its relays.
 */
import type { z } from 'zod'
import type { relayListRequest, relayView } from '../../contract/relays.ts'
import { type LinkObservation, pathHealthOf } from '../../fleet/relay/path-health.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { ReadModel } from '../read-model.ts'
import { placeOf } from './domain-tree.ts'
import { type FleetMemory, fleetOf } from './fleet/fleet.ts'
import { type Relay, relayNet, type RelayNet } from './fleet/relay-net.ts'
import { carryingOf, upstreamLinkOf } from './relay-carrying.ts'
import { hasText, type ListPage, pageOfList, refuseAsOf } from './list-page.ts'
import { thresholdsOf } from './thresholds.ts'

export type RelayView = z.infer<typeof relayView>
export type RelayListInput = z.infer<typeof relayListRequest>

/** Those that hide most are told; a page has room for no more. */
const toldAtMost = 100
/** Measurements that are looked at for each; the worst nodes come first. */
const measuredAtMost = 50
/** Older measurements say nothing of the present. */
const freshForMs = 15 * 60_000

/** Throws NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`, `AS_OF_UNSUPPORTED`. */
export function listRelays(model: ReadModel, { domainId, healths, text, asOf, ...page }: Partial<RelayListInput>): ListPage<RelayView> {
  refuseAsOf('relays', asOf)
  const fleet = fleetOf(model)
  const domainIds = domainId === undefined ? undefined : placeOf(fleet.tree, domainId).subtreeIds
  const net = relayNet(model.reader, fleet.net)
  const ranked = ranking(model, net, domainIds).filter(({ relay }) => hasText(text, relay.name, relay.id))
  // Health is found by what was measured over each: asked for, that is all of them.
  if (healths === undefined) {
    const { items, ...rest } = pageOfList(ranked, page, ({ relay }) => relay.id)
    return { ...rest, items: items.map(({ relay, behind }) => viewOf(model, relay, behind, net)) }
  }
  const views = ranked.map(({ relay, behind }) => viewOf(model, relay, behind, net)).filter(({ health }) => healths.includes(health))
  return pageOfList(views, page, ({ id }) => id)
}

/** Of these domains, and those of others that their nodes are reached through; what hides most comes first. */
export function readRelays(model: ReadModel, fleet: FleetMemory, domainIds: readonly string[]): RelayView[] {
  const net = relayNet(model.reader, fleet.net)
  return ranking(model, net, domainIds)
    .slice(0, toldAtMost)
    .map(({ relay, behind }) => viewOf(model, relay, behind, net))
}

type Ranked = { readonly relay: Relay; readonly behind: Behind }

/** Of everything without `domainIds`. */
function ranking(model: ReadModel, net: RelayNet, domainIds: readonly string[] | undefined): readonly Ranked[] {
  const { relays } = net
  if (relays.size === 0) return []
  const direct = countsVia(model)
  const within = domainIds === undefined ? undefined : new Set(domainIds)
  const used = withUpstreams(
    relays,
    [...relays.values()].filter(({ domainId }) => within?.has(domainId) !== false).map(({ id }) => id),
  )
  return [...used]
    .flatMap((id) => {
      const relay = relays.get(id)
      return relay === undefined ? [] : [{ relay, behind: behindOf(relay, net, direct) }]
    })
    .toSorted((a, b) => b.behind.hidden - a.behind.hidden || (a.relay.id < b.relay.id ? -1 : 1))
}

type Behind = { readonly nodes: number; readonly heard: number; readonly hidden: number; readonly hiddenRelayIds: readonly string[] }
type Via = { readonly nodes: number; readonly heard: number }

function behindOf(relay: Relay, { relays, hides: hiding, otherWays }: RelayNet, direct: ReadonlyMap<string, Via>): Behind {
  const hides = hiding.get(relay.id) ?? []
  let nodes = 0
  let heard = 0
  for (const id of [relay.id, ...hides]) {
    const via = direct.get(id)
    nodes += via?.nodes ?? 0
    heard += via?.heard ?? 0
  }
  // A relay that is a node hangs on it by its first way, and may have another.
  const others = otherWays.get(relay.id) ?? []
  const hidden = others.length === 0 ? undefined : new Set(hides)
  const hasOtherWay = others.filter((id) => hidden?.has(id) !== true).length
  return { nodes, heard, hidden: Math.max(0, nodes - hasOtherWay), hiddenRelayIds: hides.filter((id) => relays.has(id)) }
}

function viewOf(model: ReadModel, relay: Relay, behind: Behind, net: RelayNet): RelayView {
  const nowMs = model.ports.clock.now()
  const { thresholds } = thresholdsOf(model, relay.domainId)
  const { health, link, ageMs, reasons } = pathHealthOf(
    observationsOver(model, relay.id, nowMs),
    { nodes: behind.nodes, silent: Math.max(0, behind.nodes - behind.heard) },
    thresholds,
    nowMs,
    freshForMs,
  )
  return {
    id: relay.id,
    name: relay.name,
    kind: relay.kind,
    isNode: relay.isNode,
    upstreamIds: [...relay.upstreamIds],
    path: net.pathOf(relay.id)?.slice() ?? null,
    health,
    reasons: [...reasons],
    link,
    ageSeconds: ageMs === null ? null : Math.round(ageMs / 1000),
    nodesBehind: behind.nodes,
    nodesHeard: behind.heard,
    hiddenNodes: behind.hidden,
    hiddenRelayIds: [...behind.hiddenRelayIds],
    upstreamLink: relay.isNode ? upstreamLinkOf(model, relay.id) : null,
    carrying: relay.isNode ? carryingOf(model, relay.id) : null,
  }
}

/** What nodes that reach the master through it measured last, live where they were heard in this run. */
function observationsOver(model: ReadModel, relayId: string, nowMs: number): LinkObservation[] {
  const rows = model.reader.all<{
    subject: string
    last_seen: string | null
    rtt: number | null
    loss: number | null
    kbps: number | null
  }>(
    `SELECT subject, last_seen, rtt_ms AS rtt, loss_pct AS loss, bandwidth_kbps AS kbps FROM nodes
      WHERE via = ? AND rank IS NOT NULL ORDER BY rank, name LIMIT ?`,
    relayId,
    measuredAtMost,
  )
  return rows.flatMap(({ subject, last_seen, rtt, loss, kbps }): LinkObservation[] => {
    const heard = model.presence.of(subject as NodeId)
    if (heard?.link != null && heard.linkAt !== null) return [{ nodeId: subject, atMs: heard.linkAt, link: heard.link }]
    if (rtt === null || loss === null || kbps === null || last_seen === null) return []
    return [{ nodeId: subject, atMs: Math.min(nowMs, Date.parse(last_seen)), link: { rtt_ms: rtt, loss_pct: loss, bandwidth_kbps: kbps } }]
  })
}

/** With everything on their ways to the master. */
function withUpstreams(relays: ReadonlyMap<string, Relay>, ids: readonly string[]): ReadonlySet<string> {
  const found = new Set(ids)
  for (const id of found) for (const upstreamId of relays.get(id)?.upstreamIds ?? []) if (upstreamId !== null) found.add(upstreamId)
  return found
}

/** Nodes of the fleet by the relay that they name, and how many of them are heard. */
function countsVia({ reader }: Pick<ReadModel, 'reader'>): ReadonlyMap<string, Via> {
  const counts = new Map<string, Via>()
  const rows = reader.all<{ key: string; amount: number }>(
    "SELECT key, amount FROM projection_counters WHERE read_table = 'nodes' AND scope = '' AND key >= 'via' AND key < 'vib'",
  )
  for (const { key, amount } of rows) {
    const [kind = '', relayId = ''] = key.split(':')
    const before = counts.get(relayId) ?? { nodes: 0, heard: 0 }
    counts.set(relayId, kind === 'via' ? { ...before, nodes: amount } : { ...before, heard: amount })
  }
  return counts
}
