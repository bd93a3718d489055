/** Thousands of paths on one canvas: drag, zoom and pointer as in the small drawing; by keyboard one goes from what fails to what does not. */
import { t } from '@lingui/core/macro'
import { select, zoom, type ZoomBehavior, zoomIdentity, type ZoomTransform } from 'd3'
import { type KeyboardEvent, type PointerEvent, type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { modeName } from '../i18n/words.ts'
import { boundText } from '../ui/bound-text.ts'
import classes from './topology.module.css'
import type { PlacedVertex, Topology } from './topology-layout.ts'
import { stepFrom, toMarks } from './topology-marks.ts'
import { paintTopology, placeIn, type View } from './topology-paint.ts'
import type { Size } from './use-size.ts'
import { useToken } from './use-token.ts'

type Props = {
  readonly topology: Topology
  readonly size: Size
  readonly label: string
  readonly hrefOf: (nodeId: string) => string
  readonly zoomsByWheel: boolean
  readonly onNear: (vertex: PlacedVertex | null) => void
  /** What the buttons beside it call. */
  readonly zoomRef: RefObject<{ readonly scaleBy: (factor: number) => void; readonly fit: () => void } | null>
}

const margin = 40
/** How far from a mark a pointer may be, pixels. */
const reachPx = 12

export function TopologyCanvas({ topology, size, label, hrefOf, zoomsByWheel, onNear, zoomRef }: Props): ReactNode {
  const ref = useRef<HTMLCanvasElement | null>(null)
  const behaviourRef = useRef<ZoomBehavior<HTMLCanvasElement, unknown> | null>(null)
  const [transform, setTransform] = useState<ZoomTransform>(zoomIdentity)
  const [chosen, setChosen] = useState<PlacedVertex | null>(null)
  // Drawn again in the colours of another theme.
  const ink = useToken('--ink')
  const marks = useMemo(() => toMarks(topology), [topology])
  const view = useMemo(() => viewOf(topology, size, transform), [topology, size, transform])

  useEffect(() => {
    const canvas = ref.current
    if (canvas === null) return undefined
    const frame = requestAnimationFrame(() => paintTopology(canvas, topology, marks, view, chosen?.id ?? null))
    return () => cancelAnimationFrame(frame)
  }, [topology, marks, view, chosen, ink])

  useEffect(() => {
    const canvas = ref.current
    if (canvas === null) return undefined
    const behaviour = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([0.6, 40])
      .clickDistance(4)
      .filter((event: Event) =>
        event instanceof WheelEvent ? zoomsByWheel || event.ctrlKey : !(event instanceof MouseEvent) || event.button === 0,
      )
      .on('zoom', (event: { readonly transform: ZoomTransform }) => setTransform(event.transform))
    select(canvas).call(behaviour).on('dblclick.zoom', null)
    behaviourRef.current = behaviour
    zoomRef.current = {
      scaleBy: (factor) => behaviour.scaleBy(select(canvas), factor),
      fit: () => behaviour.transform(select(canvas), zoomIdentity),
    }
    return () => {
      select(canvas).on('.zoom', null)
      zoomRef.current = null
    }
  }, [zoomsByWheel, zoomRef])

  const vertexAt = (event: PointerEvent | React.MouseEvent): PlacedVertex | undefined => {
    const box = event.currentTarget.getBoundingClientRect()
    const x = (event.clientX - box.left - view.centreX) / view.scale
    const y = (event.clientY - box.top - view.centreY) / view.scale
    return marks.near(x, y, reachPx / view.scale)
  }
  const choose = (vertex: PlacedVertex | undefined): void => {
    setChosen(vertex ?? null)
    onNear(vertex ?? null)
    const canvas = ref.current
    if (vertex === undefined || canvas === null) return
    const [x, y] = placeIn(view, vertex)
    if (x >= 0 && y >= 0 && x <= size.width && y <= size.height) return
    behaviourRef.current?.translateBy(select(canvas), (size.width / 2 - x) / transform.k, (size.height / 2 - y) / transform.k)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowRight' || event.key === 'ArrowDown') choose(stepFrom(marks, chosen?.id ?? null, 1))
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') choose(stepFrom(marks, chosen?.id ?? null, -1))
    else if (event.key === 'Enter' && chosen !== null) window.location.hash = hrefOf(chosen.id)
    else if (event.key === '+' || event.key === '=') zoomRef.current?.scaleBy(1.4)
    else if (event.key === '-') zoomRef.current?.scaleBy(1 / 1.4)
    else if (event.key === '0') zoomRef.current?.fit()
    else return
    event.preventDefault()
  }
  return (
    <>
      <canvas
        ref={ref}
        className={classes['canvas']}
        style={{ width: size.width, height: size.height }}
        // oxlint-disable-next-line jsx-a11y/no-interactive-element-to-noninteractive-role -- in the sense of ARIA an application: it has keys of its own, and says what is chosen.
        role="application"
        tabIndex={0}
        aria-label={`${label}. ${t`Arrow keys go through the paths, those that fail first; Enter opens the node. The same is shown as a table.`}`}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => onNear(vertexAt(event) ?? chosen)}
        onPointerLeave={() => onNear(chosen)}
        onBlur={() => choose(undefined)}
        onClick={(event) => {
          const vertex = vertexAt(event)
          if (vertex !== undefined) window.location.hash = hrefOf(vertex.id)
        }}
      />
      <p className={classes['spoken']} role="status">
        {chosen === null ? '' : `${boundText(chosen.name, 120)}, ${modeName(chosen.mode)}`}
      </p>
    </>
  )
}

function viewOf({ radius }: Topology, { width, height }: Size, { x, y, k }: ZoomTransform): View {
  const base = Math.min(width, height) / (2 * (radius + margin))
  return { width, height, scale: base * k, centreX: x + (width / 2) * k, centreY: y + (height / 2) * k }
}
