/**
 * Relays with the health of their paths and what each would hide ([RL1]..[RL6]). The net is walked over relays alone; the nodes behind
 * each are counted by the counters, so that a large fleet costs no more than its relays.
 */
import type { z } from 'zod'
import type { relayView } from '../../contract/relays.ts'
import type { Hop } from '../../fleet/relay/hop.ts'
import { pathsOf, rankByHiding } from '../../fleet/relay/hidden-nodes.ts'
import { type LinkObservation, pathHealth, type Reach } from '../../fleet/relay/path-health.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { ReadModel } from '../read-model.ts'
import { thresholdsOf } from './thresholds.ts'

export type RelayView = z.infer<typeof relayView>

/** Those that hide most are told; a page has room for no more. */
const toldAtMost = 100
const walkedAtMost = 5000
/** Measurements that are looked at for each; the worst nodes come first. */
const measuredAtMost = 50
/** Older measurements say nothing of the present. */
const freshForMs = 15 * 60_000

type Relay = {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly domainId: string
  readonly isNode: boolean
  readonly upstreamIds: readonly (string | null)[]
}

/** Of these domains, and those of others that their nodes are reached through; what hides most comes first. */
export function readRelays(model: ReadModel, domainIds: readonly string[]): RelayView[] {
  const relays = allRelays(model)
  if (relays.size === 0) return []
  const hops = hopsOf(relays)
  const hiding = new Map(rankByHiding(hops).map(({ relayId, hides }) => [relayId, hides]))
  const direct = countsVia(model)
  const within = new Set(domainIds)
  const used = withUpstreams(
    relays,
    [...relays.values()].filter(({ domainId }) => within.has(domainId)).map(({ id }) => id),
  )
  return [...used]
    .flatMap((id) => {
      const relay = relays.get(id)
      return relay === undefined ? [] : [{ relay, behind: behindOf(relay, relays, hiding.get(id) ?? [], direct) }]
    })
    .toSorted((a, b) => b.behind.hidden - a.behind.hidden || (a.relay.id < b.relay.id ? -1 : 1))
    .slice(0, toldAtMost)
    .map(({ relay, behind }) => viewOf(model, relay, behind, hops))
}

type Behind = { readonly nodes: number; readonly heard: number; readonly hidden: number; readonly hiddenRelayIds: readonly string[] }
type Via = { readonly nodes: number; readonly heard: number }

function behindOf(relay: Relay, relays: ReadonlyMap<string, Relay>, hides: readonly string[], direct: ReadonlyMap<string, Via>): Behind {
  const onWay = [relay.id, ...hides].map((id) => direct.get(id) ?? { nodes: 0, heard: 0 })
  const nodes = onWay.reduce((sum, via) => sum + via.nodes, 0)
  // A relay that is a node hangs on it by its first way, and may have another.
  const hidden = new Set(hides)
  const hasOtherWay = [...relays.values()].filter(
    ({ id, isNode, upstreamIds }) => isNode && !hidden.has(id) && upstreamIds.length > 1 && upstreamIds.includes(relay.id),
  ).length
  return {
    nodes,
    heard: onWay.reduce((sum, via) => sum + via.heard, 0),
    hidden: Math.max(0, nodes - hasOtherWay),
    hiddenRelayIds: hides.filter((id) => relays.has(id)),
  }
}

function viewOf(model: ReadModel, relay: Relay, behind: Behind, hops: readonly Hop[]): RelayView {
  const nowMs = model.ports.clock.now()
  const { thresholds } = thresholdsOf(model, relay.domainId)
  const reach: Reach[] = Array.from({ length: behind.nodes }, (_node, at) => ({ nodeId: String(at), isHeard: at < behind.heard }))
  const { health, link, ageMs, reasons } = pathHealth(observationsOver(model, relay.id, nowMs), reach, thresholds, nowMs, freshForMs)
  return {
    id: relay.id,
    name: relay.name,
    kind: relay.kind,
    isNode: relay.isNode,
    upstreamIds: [...relay.upstreamIds],
    path: pathsOf(hops, relay.id, 1)[0]?.slice() ?? null,
    health,
    reasons: [...reasons],
    link,
    ageSeconds: ageMs === null ? null : Math.round(ageMs / 1000),
    nodesBehind: behind.nodes,
    nodesHeard: behind.heard,
    hiddenNodes: behind.hidden,
    hiddenRelayIds: [...behind.hiddenRelayIds],
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

/** Nodes that forward for others, and what was registered as a relay. */
function allRelays(model: ReadModel): ReadonlyMap<string, Relay> {
  const relays = new Map<string, Relay>()
  const nodes = model.reader.all<{ subject: string; name: string; kind: string; domain: string; via: string | null }>(
    "SELECT subject, name, kind, domain, via FROM nodes WHERE kind IN ('RELAY', 'GATEWAY') AND rank IS NOT NULL LIMIT ?",
    walkedAtMost,
  )
  for (const { subject, name, kind, domain, via } of nodes)
    relays.set(subject, { id: subject, name, kind, domainId: domain, isNode: true, upstreamIds: [via] })
  const registered = model.reader.all<{ subject: string; name: string; kind: string; domain: string; upstream: string | null }>(
    'SELECT subject, name, kind, domain, upstream FROM relays LIMIT ?',
    walkedAtMost,
  )
  for (const { subject, name, kind, domain, upstream } of registered) {
    const node = relays.get(subject)
    const upstreamIds = node === undefined ? [upstream] : [...new Set([...node.upstreamIds, upstream])]
    relays.set(subject, { id: subject, name, kind, domainId: domain, isNode: node !== undefined, upstreamIds })
  }
  return relays
}

/** A next hop that is not known here is taken to reach the master by itself. */
function hopsOf(relays: ReadonlyMap<string, Relay>): readonly Hop[] {
  const hops = [...relays.values()].flatMap(({ id, upstreamIds }) => upstreamIds.map((to): Hop => ({ from: id, to })))
  const unknown = new Set(hops.flatMap(({ to }) => (to === null || relays.has(to) ? [] : [to])))
  return [...hops, ...[...unknown].map((from): Hop => ({ from, to: null }))]
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
