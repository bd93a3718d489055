/**
 * Who decides where, as an icicle of the tree of domains: a column for each level, a cell for each domain, as high as it has nodes. A
 * domain whose nodes are out of contact is decided for, but nobody hears it: that is degraded, not contested.
 */
import { hierarchy, partition } from 'd3'
import type { Mode } from '../i18n/words.ts'
import { groupBy } from '../state/group-by.ts'

export type ControlState = 'authoritative' | 'elsewhere' | 'degraded' | 'contested'

export type ControlSource = {
  readonly id: string
  readonly parentId: string | null
  readonly name: string
  readonly authority: {
    readonly standing: 'held-here' | 'held-elsewhere' | 'contested' | 'nobody'
    readonly masterName: string | null
    readonly epoch: number | null
  }
  readonly subtree: { readonly nodes: number; readonly modes: Readonly<Record<Mode, number>> }
}

export type ControlCell = {
  readonly source: ControlSource
  readonly state: ControlState
  /** Share 0..1 of its nodes that nothing sent now would reach. */
  readonly unreachedShare: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** At least this share of nodes out of contact, and what is decided there waits more than it works. */
export const degradedFrom = 0.5

export function controlState({ authority, subtree }: ControlSource): { readonly state: ControlState; readonly unreachedShare: number } {
  const unreached = subtree.modes.AUTONOMOUS + subtree.modes.DISCONNECTED
  const unreachedShare = subtree.nodes === 0 ? 0 : unreached / subtree.nodes
  switch (authority.standing) {
    case 'contested':
      return { state: 'contested', unreachedShare }
    case 'nobody':
      return { state: 'degraded', unreachedShare }
    case 'held-elsewhere':
      return { state: 'elsewhere', unreachedShare }
    case 'held-here':
      return { state: unreachedShare >= degradedFrom ? 'degraded' : 'authoritative', unreachedShare }
  }
}

/** In the order of rows. A domain without nodes is still there, as high as one node. Cells lower than `leastHeight` are left out. */
export function layoutControl(rows: readonly ControlSource[], width: number, height: number, leastHeight = 3): readonly ControlCell[] {
  const known = new Set(rows.map(({ id }) => id))
  const childrenOf = groupBy(rows, ({ parentId }) => (parentId !== null && known.has(parentId) ? parentId : null))
  const top = childrenOf.get(null)?.[0]
  if (top === undefined || width < 1 || height < 1) return []
  const weight = (source: ControlSource): number => {
    const below = (childrenOf.get(source.id) ?? []).reduce((sum, child) => sum + Math.max(1, child.subtree.nodes), 0)
    return Math.max(below === 0 ? 1 : 0, source.subtree.nodes - below)
  }
  const tree = hierarchy(top, (source) => childrenOf.get(source.id) ?? []).sum(weight)
  return partition<ControlSource>()
    .size([height, width])
    .padding(2)(tree)
    .descendants()
    .flatMap((node) => {
      const cell = { source: node.data, x: node.y0, y: node.x0, width: node.y1 - node.y0, height: node.x1 - node.x0 }
      return cell.height < leastHeight ? [] : [{ ...cell, ...controlState(node.data) }]
    })
}

/** How many domains are in each state, what needs a look first. */
export function countControl(rows: readonly ControlSource[]): readonly { readonly state: ControlState; readonly domains: number }[] {
  const order: readonly ControlState[] = ['contested', 'degraded', 'elsewhere', 'authoritative']
  const states = rows.map((row) => controlState(row).state)
  return order.map((state) => ({ state, domains: states.filter((its) => its === state).length })).filter(({ domains }) => domains > 0)
}
