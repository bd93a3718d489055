/** The drift heat map's geometry: a treemap of the tree of domains, size by nodes, colour by mean drift, the unknown share hatched. */
import { hierarchy, interpolateLab, rgb, treemap, treemapSquarify } from 'd3'

export type DriftSource = {
  readonly id: string
  readonly parentId: string | null
  readonly name: string
  readonly own: { readonly nodes: number; readonly driftScore: number | null; readonly driftKnown: number }
  readonly subtree: { readonly nodes: number }
}

export type DriftTile = {
  readonly domainId: string
  readonly name: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly nodes: number
  /** Mean drift 0..1 of the nodes whose drift is known; null when none is. */
  readonly score: number | null
  /** Share 0..1 of its nodes whose drift is not known. */
  readonly unknownShare: number
}

type Branch = { readonly source: DriftSource | null; readonly isLeaf: boolean; readonly children: Branch[] }

/** One tile per domain that has nodes of its own, packed within its parent. The order of rows decides the order of tiles, so that they stay where they are. */
export function layoutDriftMap(rows: readonly DriftSource[], width: number, height: number): readonly DriftTile[] {
  if (width < 1 || height < 1) return []
  const branches = new Map<string, Branch>()
  const root: Branch = { source: null, isLeaf: false, children: [] }
  for (const source of rows) {
    const branch: Branch = { source, isLeaf: false, children: [] }
    branches.set(source.id, branch)
    const parent = (source.parentId === null ? undefined : branches.get(source.parentId)) ?? root
    parent.children.push(branch)
    if (source.own.nodes > 0) branch.children.push({ source, isLeaf: true, children: [] })
  }
  const tree = hierarchy(root, (branch) => branch.children).sum((branch) => (branch.isLeaf ? (branch.source?.own.nodes ?? 0) : 0))
  const laid = treemap<Branch>().size([width, height]).paddingInner(3).round(true).tile(treemapSquarify.ratio(1.35))(tree)
  return laid.leaves().flatMap((leaf) => {
    const source = leaf.data.source
    if (source === null || !leaf.data.isLeaf) return []
    const { nodes, driftScore, driftKnown } = source.own
    return [
      {
        domainId: source.id,
        name: source.name,
        x: leaf.x0,
        y: leaf.y0,
        width: leaf.x1 - leaf.x0,
        height: leaf.y1 - leaf.y0,
        nodes,
        score: driftKnown === 0 ? null : driftScore,
        unknownShare: nodes === 0 ? 0 : 1 - driftKnown / nodes,
      },
    ]
  })
}

/** Small drifts are what an operator compares, so the colour rises a little faster at first. */
export function driftIntensity(score: number): number {
  return Math.min(1, Math.max(0, score)) ** 0.72
}

/** The colour of a drift between the two ends of the theme, and black or white, whichever reads better on it. */
export function driftColour(score: number, none: string, full: string): { readonly fill: string; readonly ink: string } {
  const fill = rgb(interpolateLab(none, full)(driftIntensity(score)))
  const luminance = 0.2126 * linear(fill.r) + 0.7152 * linear(fill.g) + 0.0722 * linear(fill.b)
  return { fill: fill.formatHex(), ink: luminance > 0.179 ? '#000000' : '#ffffff' }
}

function linear(channel: number): number {
  const share = channel / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}
