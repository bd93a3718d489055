/** Who was heard when, with both ends at hand: hearing again moves a node to the end, so that the first was heard longest ago. */
import type { NodeId } from '../../../kernel/ids.ts'

export type HeardOrder = {
  readonly put: (node: NodeId, heardAt: number) => void
  readonly remove: (node: NodeId) => void
  /** Wall milliseconds; null when there is nobody. */
  readonly oldest: () => number | null
  readonly newest: () => number | null
  readonly nodes: () => Iterable<NodeId>
}

export function createHeardOrder(): HeardOrder {
  const instants = new Map<NodeId, number>()
  /** Of the last in the map, while the map is in the order of the instants. A wall clock that steps back, or a node that moves here, ends that. */
  let last: number | null = null
  let isInOrder = true

  function edge(pick: (a: number, b: number) => number): number | null {
    let found: number | null = null
    for (const ms of instants.values()) found = found === null ? ms : pick(found, ms)
    return found
  }

  return {
    put: (node, heardAt) => {
      if (instants.get(node) === heardAt) return
      instants.delete(node)
      instants.set(node, heardAt)
      if (last !== null && heardAt < last) isInOrder = false
      last = heardAt
    },
    remove: (node) => {
      const heardAt = instants.get(node)
      instants.delete(node)
      if (instants.size === 0) [last, isInOrder] = [null, true]
      else if (heardAt === last) isInOrder = false
    },
    oldest: () => (isInOrder ? (instants.values().next().value ?? null) : edge(Math.min)),
    newest: () => (isInOrder ? last : edge(Math.max)),
    nodes: () => instants.keys(),
  }
}
