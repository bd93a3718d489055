/**
 * Which relay each node cannot do without: its immediate dominator in the net of hops, seen from the master. By the iterative algorithm
 * of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm", 2001), which in nets that are nearly trees takes two passes.
 */
import type { Hop } from './hidden-nodes.ts'

/** For everything that has a way to the master: the nearest relay that every way of it leads over; null where it needs none. */
export function findDominators(hops: readonly Hop[]): ReadonlyMap<string, string | null> {
  const { order, numberOf } = walkFromMaster(hops)
  const onwards = new Map<string, number[]>()
  for (const { from, to } of hops) {
    const [node, next] = [numberOf.get(from), to === null ? 0 : numberOf.get(to)]
    if (node === undefined || next === undefined) continue
    const known = onwards.get(from)
    if (known === undefined) onwards.set(from, [next])
    else known.push(next)
  }
  // By number: 0 is the master, and every number but 0 has some way to a smaller one. Minus one: not known yet.
  const dominators = new Int32Array(order.length + 1).fill(-1)
  dominators[0] = 0
  const meet = (a: number, b: number): number => {
    let [left, right] = [a, b]
    while (left !== right) {
      while (left > right) left = dominators[left] ?? 0
      while (right > left) right = dominators[right] ?? 0
    }
    return left
  }
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false
    for (const [at, id] of order.entries()) {
      let nearest = -1
      for (const next of onwards.get(id) ?? []) {
        if (dominators[next] === -1) continue
        nearest = nearest === -1 ? next : meet(nearest, next)
      }
      if (dominators[at + 1] === nearest) continue
      dominators[at + 1] = nearest
      hasChanged = true
    }
  }
  return new Map(order.map((id, at) => [id, order[(dominators[at + 1] ?? 0) - 1] ?? null]))
}

/** Everything that is reached, in reverse post-order, numbered from 1. */
function walkFromMaster(hops: readonly Hop[]): { readonly order: readonly string[]; readonly numberOf: ReadonlyMap<string, number> } {
  const behind = new Map<string | null, string[]>()
  for (const { from, to } of hops) {
    const known = behind.get(to)
    if (known === undefined) behind.set(to, [from])
    else known.push(from)
  }
  const seen = new Set<string>()
  const finished: string[] = []
  const open: { readonly id: string | null; next: number }[] = [{ id: null, next: 0 }]
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const child = behind.get(top.id)?.[top.next]
    top.next += 1
    if (child === undefined) {
      open.pop()
      if (top.id !== null) finished.push(top.id)
    } else if (!seen.has(child)) {
      seen.add(child)
      open.push({ id: child, next: 0 })
    }
  }
  const order = finished.toReversed()
  return { order, numberOf: new Map(order.map((id, at) => [id, at + 1])) }
}
