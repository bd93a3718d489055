/**
 * Which nodes a failing relay hides: those that have no way to the master left that does not lead over it. Pure over lists; several ways
 * to one node and rings of relays are both possible ([RL3], [RL4]).
 */
import { findDominators } from './dominators.ts'
import type { Hop } from './hop.ts'

/** Everything that has a way to the master over hops that do not touch what has failed. */
export function reachable(hops: readonly Hop[], failed: ReadonlySet<string>): ReadonlySet<string> {
  const behind = new Map<string | null, string[]>()
  for (const { from, to } of hops) {
    const known = behind.get(to)
    if (known === undefined) behind.set(to, [from])
    else known.push(from)
  }
  const found = new Set<string>()
  const walk = [...(behind.get(null) ?? [])]
  for (let id = walk.pop(); id !== undefined; id = walk.pop()) {
    if (found.has(id) || failed.has(id)) continue
    found.add(id)
    walk.push(...(behind.get(id) ?? []))
  }
  return found
}

/** The nodes and relays that are reached at all and are not while `failed` is down, those of `failed` left out; sorted by id. */
export function hiddenBy(hops: readonly Hop[], failed: readonly string[]): readonly string[] {
  const down = new Set(failed)
  const left = reachable(hops, down)
  return [...reachable(hops, new Set())].filter((id) => !left.has(id) && !down.has(id)).toSorted()
}

/** Each relay that something cannot do without, with all that it would hide, the most first. One walk for all of them, also in a large net. */
export function rankByHiding(hops: readonly Hop[]): readonly { readonly relayId: string; readonly hides: readonly string[] }[] {
  const dominators = findDominators(hops)
  const hidden = new Map<string, string[]>()
  for (const id of dominators.keys()) {
    for (let relay = dominators.get(id) ?? null; relay !== null; relay = dominators.get(relay) ?? null) {
      const known = hidden.get(relay)
      if (known === undefined) hidden.set(relay, [id])
      else known.push(id)
    }
  }
  return [...hidden]
    .map(([relayId, hides]) => ({ relayId, hides: hides.toSorted() }))
    .toSorted((a, b) => b.hides.length - a.hides.length || (a.relayId < b.relayId ? -1 : 1))
}

/** The ways from a node to the master, shortest first, no relay twice in one; at most `most`. */
export function pathsOf(hops: readonly Hop[], nodeId: string, most = 10): readonly (readonly string[])[] {
  const onwards = new Map<string, (string | null)[]>()
  for (const { from, to } of hops) onwards.set(from, [...(onwards.get(from) ?? []), to])
  const complete: (readonly string[])[] = []
  // As many ways are looked at as could matter: a dense net has more of them than anyone would read.
  const open: (readonly string[])[] = [[nodeId]]
  for (let looked = 0; open.length > 0 && complete.length < most && looked < 10_000; looked++) {
    const path = open.shift() ?? []
    for (const next of (onwards.get(path.at(-1) ?? '') ?? []).toSorted((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1))) {
      if (next === null) complete.push(path.slice(1))
      else if (!path.includes(next)) open.push([...path, next])
    }
  }
  return complete.slice(0, most)
}
