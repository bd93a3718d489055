/**
 * The net of relays of the whole fleet: who hangs on whom, what each hides, and the shortest way of each. Kept between questions, because
 * it changes when a relay is registered, moved or retired, and not when one is merely heard or not ([QY16]).
 */
import { rankByHiding } from '../../../fleet/relay/hidden-nodes.ts'
import type { Hop } from '../../../fleet/relay/hop.ts'
import type { Reader } from '../../../kernel/reader.ts'

export type Relay = {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly domainId: string
  readonly isNode: boolean
  readonly upstreamIds: readonly (string | null)[]
}

export type RelayNet = {
  readonly relays: ReadonlyMap<string, Relay>
  /** What has no other way to the master than over it. */
  readonly hides: ReadonlyMap<string, readonly string[]>
  /** Nodes that forward, by a next hop of theirs, and that have another one beside it. */
  readonly otherWays: ReadonlyMap<string, readonly string[]>
  /** The shortest way to the master without the relay itself, the smallest ids first among equals; absent where there is none. */
  readonly pathOf: (relayId: string) => readonly string[] | undefined
}

/** `registered` is what the net was made from beside the rows of nodes. */
export type KeptNet = { net: RelayNet | undefined; registered: string }

export function createKeptNet(): KeptNet {
  return { net: undefined, registered: '' }
}

/** Relays of a larger fleet are not all walked: those that stand first in the order of their nodes are. */
const walkedAtMost = 5000

export function relayNet(reader: Reader, kept: KeptNet): RelayNet {
  const registered = reader.get<{ sum: string }>("SELECT sum FROM projection_sums WHERE projection = 'relays'")?.sum ?? ''
  if (kept.net === undefined || kept.registered !== registered) {
    kept.net = makeNet(reader)
    kept.registered = registered
  }
  return kept.net
}

type Forwarder = {
  readonly subject: string
  readonly name: string
  readonly kind: string
  readonly domain: string
  readonly via: string | null
}

/** The row of a node is another one: the net is made anew if that is one of its relays that moved, came or went. */
export function takeForwarder(reader: Reader, kept: KeptNet, node: string): void {
  if (kept.net === undefined) return
  const row = reader.get<Forwarder>(
    "SELECT subject, name, kind, domain, via FROM nodes WHERE subject = ? AND kind IN ('RELAY', 'GATEWAY') AND rank IS NOT NULL",
    node,
  )
  const known = kept.net.relays.get(node)
  if (row === undefined && known?.isNode !== true) return
  const isSame =
    row !== undefined &&
    known !== undefined &&
    known.isNode &&
    known.name === row.name &&
    known.kind === row.kind &&
    known.domainId === row.domain &&
    known.upstreamIds.includes(row.via)
  // Registered as well, its own way may be any of several: made anew rather than guessed.
  if (!isSame || known.upstreamIds.length > 1) kept.net = undefined
}

function makeNet(reader: Reader): RelayNet {
  const relays = allRelays(reader)
  const hops = hopsOf(relays)
  const otherWays = new Map<string, string[]>()
  for (const { id, isNode, upstreamIds } of relays.values())
    if (isNode && upstreamIds.length > 1)
      for (const to of upstreamIds) if (to !== null) otherWays.set(to, [...(otherWays.get(to) ?? []), id])
  const next = nextHops(hops)
  return {
    relays,
    hides: new Map(rankByHiding(hops).map(({ relayId, hides }) => [relayId, hides])),
    otherWays,
    pathOf: (relayId) => {
      const first = next.get(relayId)
      if (first === undefined) return undefined
      const path: string[] = []
      for (let at: string | null = first; at !== null; at = next.get(at) ?? null) path.push(at)
      return path
    },
  }
}

/** Nodes that forward for others, and what was registered as a relay. */
function allRelays(reader: Reader): ReadonlyMap<string, Relay> {
  const relays = new Map<string, Relay>()
  const nodes = reader.all<Forwarder>(
    "SELECT subject, name, kind, domain, via FROM nodes WHERE kind IN ('RELAY', 'GATEWAY') AND rank IS NOT NULL LIMIT ?",
    walkedAtMost,
  )
  for (const { subject, name, kind, domain, via } of nodes)
    relays.set(subject, { id: subject, name, kind, domainId: domain, isNode: true, upstreamIds: [via] })
  const registered = reader.all<{ subject: string; name: string; kind: string; domain: string; upstream: string | null }>(
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

/** The next hop of everything on its shortest way, found from the master outwards; null is the master itself. */
function nextHops(hops: readonly Hop[]): ReadonlyMap<string, string | null> {
  const behind = new Map<string | null, string[]>()
  for (const { from, to } of hops) {
    const known = behind.get(to)
    if (known === undefined) behind.set(to, [from])
    else known.push(from)
  }
  const next = new Map<string, string | null>()
  for (let ring: readonly (string | null)[] = [null]; ring.length > 0; ) {
    const found = new Map<string, string | null>()
    // In the order of their ids, so that the smallest of several ways of one length is taken.
    for (const to of ring.toSorted((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1)))
      for (const from of behind.get(to) ?? []) if (!next.has(from) && !found.has(from)) found.set(from, to)
    for (const [from, to] of found) next.set(from, to)
    ring = [...found.keys()]
  }
  return next
}
