/**
 * Which relay each node cannot do without: its immediate dominator in the net of hops, seen from the master. By the iterative algorithm
 * of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm", 2001), which in nets that are nearly trees takes two passes.
 * Everything is numbered first, because a net may have a million nodes.
 */
import type { Hop } from './hop.ts'

/** The master is number 0. */
const master = 0

/** For everything that has a way to the master: the nearest relay that every way of it leads over; null where it needs none. */
export function findDominators(hops: readonly Hop[]): ReadonlyMap<string, string | null> {
  const { names, from, to } = numbered(hops)
  const behind = grouped(names.length, to, from)
  const onwards = grouped(names.length, from, to)
  const finished = postOrder(names.length, behind)
  const rank = new Int32Array(names.length).fill(-1)
  for (const [at, one] of finished.entries()) rank[one] = at
  const dominators = new Int32Array(names.length).fill(-1)
  dominators[master] = master
  const rankOf = (one: number): number => rank[one] ?? -1
  const meet = (a: number, b: number): number => {
    let [left, right] = [a, b]
    while (left !== right) {
      while (rankOf(left) < rankOf(right)) left = dominators[left] ?? master
      while (rankOf(right) < rankOf(left)) right = dominators[right] ?? master
    }
    return left
  }
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false
    // The master is finished last, and is nobody's to judge.
    for (let at = finished.length - 2; at >= 0; at--) {
      const one = finished[at] ?? master
      let nearest = -1
      for (let edge = onwards.start[one] ?? 0; edge < (onwards.start[one + 1] ?? 0); edge++) {
        const next = onwards.members[edge] ?? master
        if (dominators[next] === -1) continue
        nearest = nearest === -1 ? next : meet(nearest, next)
      }
      if (dominators[one] === nearest) continue
      dominators[one] = nearest
      hasChanged = true
    }
  }
  const found = new Map<string, string | null>()
  for (let at = finished.length - 2; at >= 0; at--) {
    const one = finished[at] ?? master
    const nearest = dominators[one] ?? master
    found.set(names[one] ?? '', nearest === master ? null : (names[nearest] ?? null))
  }
  return found
}

type Numbered = { readonly names: readonly string[]; readonly from: Int32Array; readonly to: Int32Array }

function numbered(hops: readonly Hop[]): Numbered {
  const numbers = new Map<string, number>()
  const names = ['']
  const numberOf = (name: string): number => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, names.length)
    return names.push(name) - 1
  }
  const from = new Int32Array(hops.length)
  const to = new Int32Array(hops.length)
  for (const [at, hop] of hops.entries()) {
    from[at] = numberOf(hop.from)
    to[at] = hop.to === null ? master : numberOf(hop.to)
  }
  return { names, from, to }
}

type Grouped = { readonly start: Int32Array; readonly members: Int32Array }

/** The `members` of each key, one after the other; those of `key` are from `start[key]` up to `start[key + 1]`. */
function grouped(size: number, keys: Int32Array, members: Int32Array): Grouped {
  const start = new Int32Array(size + 1)
  for (const key of keys) start[key + 1] = (start[key + 1] ?? 0) + 1
  for (let key = 0; key < size; key++) start[key + 1] = (start[key + 1] ?? 0) + (start[key] ?? 0)
  const next = start.slice()
  const sorted = new Int32Array(members.length)
  for (const [at, key] of keys.entries()) {
    const place = next[key] ?? 0
    sorted[place] = members[at] ?? 0
    next[key] = place + 1
  }
  return { start, members: sorted }
}

/** What is reached from the master, each after everything behind it; the master last. */
function postOrder(size: number, behind: Grouped): readonly number[] {
  const next = behind.start.slice()
  const seen = new Uint8Array(size)
  seen[master] = 1
  const finished: number[] = []
  const open = [master]
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const edge = next[top] ?? 0
    if (edge >= (behind.start[top + 1] ?? 0)) {
      finished.push(top)
      open.pop()
      continue
    }
    next[top] = edge + 1
    const one = behind.members[edge] ?? master
    if (seen[one] === 1) continue
    seen[one] = 1
    open.push(one)
  }
  return finished
}
