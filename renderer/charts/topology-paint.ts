/** Draws the marks of a topology on a canvas, in the colours of the theme and with the shapes that say the same without colour. */
import type { Mode } from '../i18n/words.ts'
import { boundText } from '../ui/bound-text.ts'
import { pathState, type PathState, type PlacedVertex, type Topology } from './topology-layout.ts'
import type { Stroke, TopologyMarks } from './topology-marks.ts'

export type View = {
  readonly width: number
  readonly height: number
  /** Pixels of the drawing for each unit; where the master stands, in pixels. */
  readonly scale: number
  readonly centreX: number
  readonly centreY: number
}

const dashes: Readonly<Record<PathState, readonly number[]>> = { good: [], slow: [], cached: [7, 3], down: [2, 4] }
const bandOf: Readonly<Record<Mode, string>> = {
  LIVE: '--band-live',
  DELAYED: '--band-delayed',
  EDGE_CACHED: '--band-edge-cached',
  AUTONOMOUS: '--band-autonomous',
  DISCONNECTED: '--band-disconnected',
  RETURNING: '--band-returning',
  REPLAYING: '--band-replaying',
}
/** From this size on a mark has room for its name, in pixels for a unit. */
const namedFrom = 1.5

export function paintTopology(
  canvas: HTMLCanvasElement,
  topology: Topology,
  marks: TopologyMarks,
  view: View,
  chosenId: string | null,
): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const ratio = window.devicePixelRatio
  canvas.width = Math.round(view.width * ratio)
  canvas.height = Math.round(view.height * ratio)
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  const style = getComputedStyle(canvas)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  for (const stroke of marks.strokes) paintStroke(context, stroke, view, token)
  context.setLineDash([])
  context.globalAlpha = 1
  const colours = new Map(Object.values(bandOf).map((name) => [name, token(name)]))
  const [surface, urgent] = [token('--surface'), token('--urgent')]
  for (const vertex of topology.vertices) {
    const [x, y] = placeIn(view, vertex)
    if (x < -40 || y < -40 || x > view.width + 40 || y > view.height + 40) continue
    const colour = colours.get(bandOf[vertex.mode]) ?? ''
    paintVertex(context, vertex, { x, y, scale: view.scale, colour, surface, urgent })
  }
  paintNames(context, topology, view, token, style.fontFamily)
  paintMaster(context, view, token)
  const chosen = chosenId === null ? undefined : topology.vertices.find(({ id }) => id === chosenId)
  if (chosen !== undefined) paintChosen(context, placeIn(view, chosen), token('--accent'))
}

export function placeIn(
  { scale, centreX, centreY }: View,
  { x, y }: { readonly x: number; readonly y: number },
): readonly [number, number] {
  return [centreX + x * scale, centreY + y * scale]
}

function paintStroke(
  context: CanvasRenderingContext2D,
  { state, isTrunk, isBehindFailure, paths }: Stroke,
  view: View,
  token: (name: string) => string,
): void {
  context.beginPath()
  for (const path of paths) {
    context.moveTo(...placeIn(view, { x: path.fromX, y: path.fromY }))
    context.lineTo(...placeIn(view, { x: path.toX, y: path.toY }))
  }
  const isFailure = state === 'down' && isTrunk
  const colour: Readonly<Record<PathState, string>> = {
    good: '--line-strong',
    slow: '--caution',
    cached: '--band-edge-cached',
    down: '--ink',
  }
  context.strokeStyle = token(isFailure || isBehindFailure ? '--urgent' : colour[state])
  context.globalAlpha = isFailure ? 1 : isTrunk ? 0.7 : state === 'good' ? 0.3 : 0.5
  context.lineWidth = isFailure ? 3 : isTrunk ? 2 : 1
  context.setLineDash([...dashes[state]])
  context.stroke()
}

type Spot = {
  readonly x: number
  readonly y: number
  readonly scale: number
  readonly colour: string
  readonly surface: string
  readonly urgent: string
}

/** Full while in contact, a ring when not; a relay is larger, and has a second ring when it is cut off. */
function paintVertex(context: CanvasRenderingContext2D, vertex: PlacedVertex, { x, y, scale, colour, surface, urgent }: Spot): void {
  const size = Math.max(vertex.isRelay ? 5 : 2, Math.min(vertex.isRelay ? 14 : 8, (vertex.isRelay ? 12 : 5.5) * scale))
  context.beginPath()
  context.arc(x, y, size, 0, 2 * Math.PI)
  const isFull = vertex.mode === 'LIVE' || vertex.mode === 'REPLAYING'
  context.fillStyle = isFull ? colour : surface
  context.fill()
  context.lineWidth = Math.max(1, size / 4)
  context.strokeStyle = colour
  if (!isFull) context.stroke()
  if (!isFull && vertex.mode !== 'DISCONNECTED' && size > 2.5) {
    context.beginPath()
    const isHalf = vertex.mode === 'EDGE_CACHED' || vertex.mode === 'DELAYED' || vertex.mode === 'RETURNING'
    context.arc(x, y, isHalf ? size : size / 2.4, -Math.PI / 2, isHalf ? Math.PI / 2 : 1.5 * Math.PI)
    context.fillStyle = colour
    context.fill()
  }
  if (!vertex.isRelay || pathState(vertex) !== 'down') return
  context.beginPath()
  context.arc(x, y, size + 4, 0, 2 * Math.PI)
  context.lineWidth = 2.5
  context.strokeStyle = urgent
  context.stroke()
}

/** Of relays that fail always, of other relays where they are few or near, of nodes only when one looks closely. */
function paintNames(
  context: CanvasRenderingContext2D,
  { vertices }: Topology,
  view: View,
  token: (name: string) => string,
  family: string,
): void {
  const [ink, urgent, surface] = [token('--ink'), token('--urgent'), token('--surface')]
  const isNear = view.scale > namedFrom
  const relays = vertices.filter(({ isRelay }) => isRelay)
  const named = isNear ? vertices : relays.filter((vertex) => pathState(vertex) === 'down' || relays.length <= 40 || view.scale > 0.8)
  context.font = `600 11px ${family}`
  context.textAlign = 'center'
  context.lineJoin = 'round'
  context.lineWidth = 3
  context.strokeStyle = surface
  const taken = new Set<string>()
  for (const vertex of named.toSorted((a, b) => Number(pathState(b) === 'down') - Number(pathState(a) === 'down'))) {
    const [x, y] = placeIn(view, vertex)
    if (x < 0 || y < 0 || x > view.width || y > view.height) continue
    // A name that would lie on another one is left out; nearer, it has room.
    const cell = `${String(Math.round(x / 90))} ${String(Math.round(y / 18))}`
    if (taken.has(cell)) continue
    taken.add(cell)
    const name = boundText(vertex.name, 22)
    context.fillStyle = vertex.isRelay && pathState(vertex) === 'down' ? urgent : ink
    context.strokeText(name, x, y + 24)
    context.fillText(name, x, y + 24)
  }
}

function paintMaster(context: CanvasRenderingContext2D, { centreX, centreY }: View, token: (name: string) => string): void {
  context.beginPath()
  context.arc(centreX, centreY, 9, 0, 2 * Math.PI)
  context.fillStyle = token('--ink')
  context.fill()
  context.beginPath()
  context.arc(centreX, centreY, 3, 0, 2 * Math.PI)
  context.fillStyle = token('--surface')
  context.fill()
}

function paintChosen(context: CanvasRenderingContext2D, [x, y]: readonly [number, number], accent: string): void {
  context.beginPath()
  context.arc(x, y, 12, 0, 2 * Math.PI)
  context.lineWidth = 3
  context.strokeStyle = accent
  context.stroke()
}
