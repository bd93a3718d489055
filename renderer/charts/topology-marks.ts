/**
 * What a canvas needs to draw thousands of paths and to be asked about them: strokes by how a path stands, so that each kind is one
 * stroke and what fails comes last, an index of places, and the order in which the keyboard goes through what is drawn.
 */
import { quadtree } from 'd3'
import { pathState, type PathState, type PlacedPath, type PlacedVertex, type Topology } from './topology-layout.ts'

export type Stroke = {
  readonly state: PathState
  readonly isTrunk: boolean
  readonly isBehindFailure: boolean
  readonly paths: readonly PlacedPath[]
}

export type TopologyMarks = {
  /** In the order in which they are drawn: what fails last, on top of the rest. */
  readonly strokes: readonly Stroke[]
  /** What fails first, relays before the nodes they carry, then in the order of the drawing. */
  readonly byConcern: readonly PlacedVertex[]
  /** The nearest to a place, not farther than `within`, in the units of the drawing. */
  readonly near: (x: number, y: number, within: number) => PlacedVertex | undefined
}

/** Marks up to which every one may be an element of the page; beyond, they are drawn on a canvas. */
export const elementsAtMost = 800

const drawnOrder: readonly PathState[] = ['good', 'slow', 'cached', 'down']

export function toMarks(topology: Topology): TopologyMarks {
  const strokes = new Map<string, { readonly stroke: Omit<Stroke, 'paths'>; readonly paths: PlacedPath[] }>()
  for (const path of topology.paths) {
    const { state, isTrunk, isBehindFailure } = path
    const key = `${state} ${String(isTrunk)} ${String(isBehindFailure)}`
    const known = strokes.get(key)
    if (known === undefined) strokes.set(key, { stroke: { state, isTrunk, isBehindFailure }, paths: [path] })
    else known.paths.push(path)
  }
  const places = quadtree<PlacedVertex>()
    .x(({ x }) => x)
    .y(({ y }) => y)
    .addAll([...topology.vertices])
  return {
    strokes: [...strokes.values()].map(({ stroke, paths }) => ({ ...stroke, paths })).sort((a, b) => weightOf(a) - weightOf(b)),
    byConcern: topology.vertices.toSorted((a, b) => concernOf(b) - concernOf(a) || a.angle - b.angle),
    near: (x, y, within) => places.find(x, y, within),
  }
}

/** The next one for the keyboard, wrapping at both ends; the first when nothing is chosen yet. */
export function stepFrom(marks: TopologyMarks, chosenId: string | null, step: 1 | -1): PlacedVertex | undefined {
  const { byConcern } = marks
  const at = byConcern.findIndex(({ id }) => id === chosenId)
  if (at === -1) return step === 1 ? byConcern[0] : byConcern.at(-1)
  return byConcern[(at + step + byConcern.length) % byConcern.length]
}

function weightOf({ state, isTrunk, isBehindFailure }: Stroke): number {
  return 4 * drawnOrder.indexOf(state) + 2 * Number(isTrunk) + Number(isBehindFailure)
}

function concernOf(vertex: PlacedVertex): number {
  return 2 * drawnOrder.indexOf(pathState(vertex)) + Number(vertex.isRelay)
}
