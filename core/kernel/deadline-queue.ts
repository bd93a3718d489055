/** A binary heap of deadlines: the next one due is found without a scan, however many there are. */

export type DeadlineQueue<Key> = {
  /** Sets or moves the deadline of `key`; undefined removes it. */
  readonly set: (key: Key, at: number | undefined) => void
  /** The earliest deadline, or undefined when there is none. */
  readonly next: () => number | undefined
  /** Removes and returns a key whose deadline is at or before `now`; undefined when none is. */
  readonly takeDue: (now: number) => Key | undefined
  readonly size: () => number
}

type Entry<Key> = { readonly key: Key; readonly at: number }

export function createDeadlineQueue<Key>(): DeadlineQueue<Key> {
  /** The deadline in force of each key; entries of the heap that differ are stale and skipped when they surface. */
  const inForce = new Map<Key, number>()
  const heap: Entry<Key>[] = []

  function dropStale(): void {
    for (let top = heap[0]; top !== undefined && inForce.get(top.key) !== top.at; top = heap[0]) pop(heap)
  }

  return {
    size: () => inForce.size,
    set: (key, at) => {
      if (at === undefined) {
        inForce.delete(key)
        return
      }
      if (inForce.get(key) === at) return
      inForce.set(key, at)
      push(heap, { key, at })
      if (heap.length > 64 && heap.length > inForce.size * 4) rebuild(heap, inForce)
    },
    next: () => {
      dropStale()
      return heap[0]?.at
    },
    takeDue: (now) => {
      dropStale()
      const top = heap[0]
      if (top === undefined || top.at > now) return undefined
      pop(heap)
      inForce.delete(top.key)
      return top.key
    },
  }
}

function push<Key>(heap: Entry<Key>[], entry: Entry<Key>): void {
  let at = heap.length
  heap.push(entry)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent]
    if (above === undefined || above.at <= entry.at) break
    heap[at] = above
    at = parent
  }
  heap[at] = entry
}

function pop<Key>(heap: Entry<Key>[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    const left = heap[child]
    if (left === undefined) break
    const right = heap[child + 1]
    if (right !== undefined && right.at < left.at) child++
    const smaller = heap[child]
    if (smaller === undefined || smaller.at >= last.at) break
    heap[at] = smaller
    at = child
  }
  heap[at] = last
}

function rebuild<Key>(heap: Entry<Key>[], inForce: ReadonlyMap<Key, number>): void {
  heap.length = 0
  for (const [key, at] of inForce) push(heap, { key, at })
}
