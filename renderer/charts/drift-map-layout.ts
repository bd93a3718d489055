/**
 * The drift heat map's geometry: a treemap of the tree of domains, size by nodes, colour by mean drift, the unknown share hatched. A large
 * tree is opened a few levels deep; what is not opened is one tile for all of it, and can be gone into.
 */
import { hierarchy, interpolateLab, rgb, treemap, treemapSquarify } from 'd3'
import { groupBy } from '../state/group-by.ts'

type Figures = { readonly nodes: number; readonly driftScore: number | null; readonly driftKnown: number }

export type DriftSource = {
  readonly id: string
  readonly parentId: string | null
  readonly name: string
  readonly own: Figures
  readonly subtree: Figures
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
  /** It stands for the domain with all below it. */
  readonly isWhole: boolean
}

/** The frame of an opened domain, with room for its name on top. */
export type DriftFrame = {
  readonly domainId: string
  readonly name: string
  readonly x: number
  readonly y: number
  readonly width: number
}

export type DriftLayout = {
  readonly tiles: readonly DriftTile[]
  readonly frames: readonly DriftFrame[]
  /** From the top of the map down to what is shown, both included. */
  readonly path: readonly { readonly id: string; readonly name: string }[]
}

type Branch = { readonly source: DriftSource; readonly kind: 'frame' | 'own' | 'whole'; readonly children: readonly Branch[] }

/** More tiles than this cannot be told apart, let alone touched. */
export const tilesAtMost = 60
/** Pixels: no smaller than what a pointer hits (WCAG 2.2, 2.5.8). */
export const frameHead = 24

/**
 * Of the domain `within`, or the first row when there is no such one: a tile for each domain with nodes of its own, packed within its
 * parent's frame. The order of rows decides the order of tiles, so that they stay where they are.
 */
export function layoutDriftMap(
  rows: readonly DriftSource[],
  width: number,
  height: number,
  within: string | null = null,
  { most = tilesAtMost, head = frameHead }: { readonly most?: number; readonly head?: number } = {},
): DriftLayout {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const top = (within === null ? undefined : byId.get(within)) ?? rows.find(({ parentId }) => parentId === null || !byId.has(parentId))
  if (top === undefined || width < 1 || height < 1) return { tiles: [], frames: [], path: [] }
  const childrenOf = groupBy(rows, ({ parentId }) => parentId)
  const opened = openedDomains(top, childrenOf, most)
  const root = branchOf(top, childrenOf, opened)
  const tree = hierarchy(root, (branch) => branch.children).sum((branch) => weightOf(branch))
  const laid = treemap<Branch>()
    .size([width, height])
    .paddingInner(3)
    .paddingTop((node) => (node.depth === 0 || node.children === undefined ? 0 : head))
    .round(true)
    .tile(treemapSquarify.ratio(1.35))(tree)
  const boxes = laid.descendants().filter((node) => node.x1 > node.x0 && node.y1 > node.y0)
  return {
    tiles: boxes.flatMap((node) => {
      const { source, kind } = node.data
      if (kind === 'frame') return []
      const { nodes, driftScore, driftKnown } = kind === 'own' ? source.own : source.subtree
      return [
        {
          domainId: source.id,
          name: source.name,
          x: node.x0,
          y: node.y0,
          width: node.x1 - node.x0,
          height: node.y1 - node.y0,
          nodes,
          score: driftKnown === 0 ? null : driftScore,
          unknownShare: nodes === 0 ? 0 : 1 - driftKnown / nodes,
          isWhole: kind === 'whole',
        },
      ]
    }),
    frames: boxes.flatMap((node) =>
      node.depth > 0 && node.data.kind === 'frame'
        ? [{ domainId: node.data.source.id, name: node.data.source.name, x: node.x0, y: node.y0, width: node.x1 - node.x0 }]
        : [],
    ),
    path: pathTo(top, byId),
  }
}

/** Level by level, as long as there is room for all the tiles that a domain falls into. */
function openedDomains(
  top: DriftSource,
  childrenOf: ReadonlyMap<string | null, readonly DriftSource[]>,
  most: number,
): ReadonlySet<string> {
  const opened = new Set([top.id])
  const piecesOf = (domain: DriftSource): readonly DriftSource[] =>
    (childrenOf.get(domain.id) ?? []).filter(({ subtree }) => subtree.nodes > 0)
  let level = piecesOf(top)
  let tiles = level.length + 1
  while (level.length > 0) {
    const next: DriftSource[] = []
    for (const domain of level) {
      const pieces = piecesOf(domain)
      if (pieces.length === 0 || tiles + pieces.length > most) continue
      opened.add(domain.id)
      tiles += pieces.length
      next.push(...pieces)
    }
    level = next
  }
  return opened
}

function branchOf(
  source: DriftSource,
  childrenOf: ReadonlyMap<string | null, readonly DriftSource[]>,
  opened: ReadonlySet<string>,
): Branch {
  const below = (childrenOf.get(source.id) ?? []).filter(({ subtree }) => subtree.nodes > 0)
  if (below.length === 0) return { source, kind: 'own', children: [] }
  if (!opened.has(source.id)) return { source, kind: 'whole', children: [] }
  const own: readonly Branch[] = source.own.nodes > 0 ? [{ source, kind: 'own', children: [] }] : []
  return { source, kind: 'frame', children: [...own, ...below.map((child) => branchOf(child, childrenOf, opened))] }
}

function weightOf({ source, kind }: Branch): number {
  return kind === 'frame' ? 0 : kind === 'own' ? source.own.nodes : source.subtree.nodes
}

function pathTo(top: DriftSource, byId: ReadonlyMap<string, DriftSource>): DriftLayout['path'] {
  const path: { id: string; name: string }[] = []
  const seen = new Set<string>()
  for (let at: DriftSource | undefined = top; at !== undefined && !seen.has(at.id); at = byId.get(at.parentId ?? '')) {
    seen.add(at.id)
    path.unshift({ id: at.id, name: at.name })
  }
  return path
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
