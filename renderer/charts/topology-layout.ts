/** The geometry of a domain's paths: this master in the middle, relays around it, the nodes they carry on the outer ring. The same vertices always lie in the same places. */
import { cluster, hierarchy } from 'd3'
import type { Mode } from '../i18n/words.ts'

export type Vertex = {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly mode: Mode
  readonly health: string
  readonly viaId: string | null
  readonly rttMs: number | null
  readonly lossPct: number | null
}

/** How the path from a vertex towards the master stands. */
export type PathState = 'good' | 'slow' | 'cached' | 'down'

export type PlacedVertex = Vertex & {
  readonly x: number
  readonly y: number
  /** Radians, 0 to the right; where a label points. */
  readonly angle: number
  readonly isRelay: boolean
  readonly carries: number
}

export type PlacedPath = {
  readonly id: string
  readonly toId: string
  readonly state: PathState
  /** The relay at its inner end, or a relay further in, is itself cut off: all that hangs on it is. */
  readonly isBehindFailure: boolean
  readonly fromX: number
  readonly fromY: number
  readonly toX: number
  readonly toY: number
  readonly isTrunk: boolean
}

export type Topology = { readonly vertices: readonly PlacedVertex[]; readonly paths: readonly PlacedPath[]; readonly radius: number }

type Branch = { readonly vertex: Vertex | null; readonly children: Branch[] }

/** Least distance between neighbours on the outer ring, in the units of the drawing. */
const spacing = 15
const leastRadius = 210
const onOneRing = 420
const ringsAtMost = 14
const ringGap = 26
const relaysOnOneRing = 100
const relayRingsAtMost = 8
const noticeableLossPct = 5

export function layoutTopology(vertices: readonly Vertex[]): Topology {
  const root = toTree(vertices)
  const tree = hierarchy(root, (branch) => branch.children)
  const leaves = tree.leaves().length
  // Thousands on one ring would be dust on a screen: they stand on several, side by side.
  const rings = Math.min(ringsAtMost, Math.ceil(leaves / onOneRing))
  const radius = Math.max(leastRadius, ((leaves / Math.max(1, rings)) * spacing) / (2 * Math.PI))
  let leaf = 0
  const relays = tree
    .descendants()
    .filter(({ data, children, depth }) => depth === 1 && data.vertex !== null && standsAsRelay(data.vertex, children !== undefined))
  const relayRings = Math.min(relayRingsAtMost, Math.ceil(relays.length / relaysOnOneRing))
  let relay = 0
  // Relays stand at a fixed share of the radius per step, so that one that gains a child does not wander; hundreds in several circles.
  const relayDistance = (depth: number): number => {
    if (depth > 1) return radius * 0.68
    return radius * (0.42 + (relayRings < 2 ? 0 : ((relay++ % relayRings) * 0.4) / relayRings))
  }
  const laid = cluster<Branch>()
    .size([2 * Math.PI, radius])
    .separation((a, b) => (a.parent === b.parent ? 1 : 1.8))(tree)

  const placed: PlacedVertex[] = []
  const paths: PlacedPath[] = []
  for (const point of laid.descendants()) {
    const vertex = point.data.vertex
    if (vertex === null || point.parent === null) continue
    const angle = point.x - Math.PI / 2
    const isRelay = standsAsRelay(vertex, point.children !== undefined)
    const distance = isRelay ? relayDistance(point.depth) : radius + (leaf++ % rings) * ringGap
    const here = { x: Math.cos(angle) * distance, y: Math.sin(angle) * distance }
    placed.push({ ...vertex, ...here, angle, isRelay, carries: point.children?.length ?? 0 })
  }
  const byId = new Map(placed.map((vertex) => [vertex.id, vertex]))
  for (const vertex of placed) {
    const via = vertex.viaId === null ? undefined : byId.get(vertex.viaId)
    paths.push({
      id: `${vertex.viaId ?? 'master'} ${vertex.id}`,
      toId: vertex.id,
      state: pathState(vertex),
      isBehindFailure: isBehindFailure(via, byId),
      fromX: via?.x ?? 0,
      fromY: via?.y ?? 0,
      toX: vertex.x,
      toY: vertex.y,
      isTrunk: vertex.isRelay,
    })
  }
  return { vertices: placed, paths, radius: radius + Math.max(0, rings - 1) * ringGap }
}

function standsAsRelay({ kind }: Vertex, carries: boolean): boolean {
  return carries || kind === 'RELAY' || kind === 'GATEWAY'
}

/** A path is down when nothing comes over it, slow when what comes is late or lossy. */
export function pathState(vertex: Pick<Vertex, 'mode' | 'lossPct'>): PathState {
  switch (vertex.mode) {
    case 'AUTONOMOUS':
    case 'DISCONNECTED':
      return 'down'
    case 'EDGE_CACHED':
      return 'cached'
    case 'DELAYED':
      return 'slow'
    case 'LIVE':
    case 'RETURNING':
    case 'REPLAYING':
      return vertex.lossPct !== null && vertex.lossPct >= noticeableLossPct ? 'slow' : 'good'
  }
}

export type PathSummary = {
  readonly relays: number
  readonly relaysDown: readonly PlacedVertex[]
  readonly edges: number
  readonly down: number
  readonly slow: number
}

export function summarise(topology: Topology): PathSummary {
  const relays = topology.vertices.filter((vertex) => vertex.isRelay)
  return {
    relays: relays.length,
    relaysDown: relays.filter((vertex) => pathState(vertex) === 'down'),
    edges: topology.vertices.length - relays.length,
    down: topology.paths.filter((path) => path.state === 'down' && !path.isTrunk).length,
    slow: topology.paths.filter((path) => (path.state === 'slow' || path.state === 'cached') && !path.isTrunk).length,
  }
}

function isBehindFailure(via: PlacedVertex | undefined, byId: ReadonlyMap<string, PlacedVertex>): boolean {
  const seen = new Set<string>()
  for (let at = via; at !== undefined && !seen.has(at.id); at = at.viaId === null ? undefined : byId.get(at.viaId)) {
    if (pathState(at) === 'down') return true
    seen.add(at.id)
  }
  return false
}

/** In the order of ids, which never change. A vertex whose way leads nowhere, or in a circle, hangs on the master directly. */
function toTree(vertices: readonly Vertex[]): Branch {
  const root: Branch = { vertex: null, children: [] }
  const branches = new Map(vertices.map((vertex) => [vertex.id, { vertex, children: [] as Branch[] }]))
  const leadsHome = (start: Vertex): boolean => {
    const seen = new Set<string>()
    for (let at: Vertex | undefined = start; at !== undefined; at = at.viaId === null ? undefined : branches.get(at.viaId)?.vertex) {
      if (seen.has(at.id)) return false
      seen.add(at.id)
    }
    return true
  }
  for (const vertex of vertices.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const branch = branches.get(vertex.id)
    if (branch === undefined) continue
    const via = vertex.viaId !== null && leadsHome(vertex) ? branches.get(vertex.viaId) : undefined
    ;(via ?? root).children.push(branch)
  }
  return root
}
