/** The paths of a domain: what reaches this master through which relay, and which of them do not work. Drag and zoom; what fails stands out. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { select, zoom, type ZoomBehavior, zoomIdentity, type ZoomTransform } from 'd3'
import { Maximize, Minus, Plus } from 'lucide-react'
import { memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useFormats } from '../i18n/use-formats.ts'
import { type Kind, kindName, modeName } from '../i18n/words.ts'
import { boundText } from '../ui/bound-text.ts'
import { IconButton } from '../ui/button.tsx'
import { ModeMark, ModeShape } from '../ui/marks.tsx'
import { Name } from '../ui/name.tsx'
import classes from './topology.module.css'
import { TopologyCanvas } from './topology-canvas.tsx'
import { layoutTopology, pathState, type PathState, type PlacedVertex, summarise, type Topology, type Vertex } from './topology-layout.ts'
import { elementsAtMost } from './topology-marks.ts'
import { TopologyTable } from './topology-table.tsx'
import { useSize } from './use-size.ts'

type Props = {
  readonly vertices: readonly Vertex[]
  readonly omitted: number
  readonly hrefOf: (nodeId: string) => string
  readonly height: number | string
  readonly isTable: boolean
  readonly zoomsByWheel?: boolean
}

const margin = 56

export function TopologyMap({ vertices, omitted, hrefOf, height, isTable, zoomsByWheel = false }: Props): ReactNode {
  const topology = useMemo(() => layoutTopology(vertices), [vertices])
  if (isTable) return <TopologyTable topology={topology} hrefOf={hrefOf} />
  return <TopologyDrawing topology={topology} omitted={omitted} hrefOf={hrefOf} height={height} zoomsByWheel={zoomsByWheel} />
}

function TopologyDrawing({
  topology,
  omitted,
  hrefOf,
  height,
  zoomsByWheel,
}: {
  readonly topology: Topology
  readonly omitted: number
  readonly hrefOf: (nodeId: string) => string
  readonly height: number | string
  readonly zoomsByWheel: boolean
}): ReactNode {
  const formats = useFormats()
  const [ref, size] = useSize<HTMLDivElement>()
  const svgRef = useRef<SVGSVGElement | null>(null)
  const zoomRef = useRef<ZoomBehavior<SVGSVGElement, unknown> | null>(null)
  const [transform, setTransform] = useState<ZoomTransform>(zoomIdentity)
  const [near, setNear] = useState<PlacedVertex | null>(null)
  const canvasZoom = useRef<{ readonly scaleBy: (factor: number) => void; readonly fit: () => void } | null>(null)
  const isCanvas = topology.vertices.length > elementsAtMost
  const hasSize = size.width > 10

  useEffect(() => {
    const element = svgRef.current
    if (element === null) return undefined
    const behaviour = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.6, 14])
      .clickDistance(4)
      // In a page that scrolls, the wheel belongs to the page unless Ctrl says otherwise.
      .filter((event: Event) =>
        event instanceof WheelEvent ? zoomsByWheel || event.ctrlKey : !(event instanceof MouseEvent) || event.button === 0,
      )
      .on('zoom', (event: { readonly transform: ZoomTransform }) => setTransform(event.transform))
    zoomRef.current = behaviour
    select(element).call(behaviour).on('dblclick.zoom', null)
    // Whatever in the drawing has the focus, the keys work.
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === '+' || event.key === '=') behaviour.scaleBy(select(element), 1.4)
      else if (event.key === '-') behaviour.scaleBy(select(element), 1 / 1.4)
      else if (event.key === '0') behaviour.transform(select(element), zoomIdentity)
    }
    const frame = element.parentElement
    frame?.addEventListener('keydown', onKeyDown)
    return () => {
      select(element).on('.zoom', null)
      frame?.removeEventListener('keydown', onKeyDown)
    }
  }, [zoomsByWheel, hasSize, isCanvas])

  const scaleBy = (factor: number): void => {
    canvasZoom.current?.scaleBy(factor)
    if (svgRef.current !== null && zoomRef.current !== null) zoomRef.current.scaleBy(select(svgRef.current), factor)
  }
  const fit = (): void => {
    canvasZoom.current?.fit()
    if (svgRef.current !== null && zoomRef.current !== null) zoomRef.current.transform(select(svgRef.current), zoomIdentity)
  }
  const { relays, relaysDown, edges, down, slow } = summarise(topology)
  const counted = {
    relays: formats.count(relays),
    relaysDown: formats.count(relaysDown.length),
    edges: formats.count(edges),
    down: formats.count(down),
    slow: formats.count(slow),
  }
  const label = t`Paths: ${counted.relays} relays of which ${counted.relaysDown} are cut off, ${counted.edges} nodes of which ${counted.down} are not reached and ${counted.slow} are slow or cached`
  const base = Math.min(size.width, size.height) / (2 * (topology.radius + margin))
  const scale = base * transform.k
  return (
    <div ref={ref} className={classes['frame']} style={{ height }}>
      {hasSize && isCanvas ? (
        <TopologyCanvas
          topology={topology}
          size={size}
          label={label}
          hrefOf={hrefOf}
          zoomsByWheel={zoomsByWheel}
          onNear={setNear}
          zoomRef={canvasZoom}
        />
      ) : null}
      {hasSize && !isCanvas ? (
        <svg ref={svgRef} className={classes['svg']} width={size.width} height={size.height} role="group" aria-label={label}>
          <g transform={`translate(${String(transform.x)} ${String(transform.y)}) scale(${String(transform.k)})`}>
            <g transform={`translate(${String(size.width / 2)} ${String(size.height / 2)}) scale(${String(base)})`}>
              <Paths topology={topology} />
              <Vertices
                topology={topology}
                hrefOf={hrefOf}
                labelsEdges={scale > 1.5}
                textScale={1 / Math.max(0.45, Math.min(scale, 2.4))}
                onNear={setNear}
              />
              <circle r={13} className={classes['master']} />
              <circle r={4.5} className={classes['masterCore']} />
            </g>
          </g>
        </svg>
      ) : null}
      <div className={classes['tools']}>
        <IconButton label={t`Nearer`} icon={<Plus aria-hidden="true" />} onPress={() => scaleBy(1.5)} />
        <IconButton label={t`Further`} icon={<Minus aria-hidden="true" />} onPress={() => scaleBy(1 / 1.5)} />
        <IconButton label={t`Show all`} icon={<Maximize aria-hidden="true" />} onPress={fit} />
      </div>
      <Key />
      {omitted > 0 ? (
        <p className={classes['omitted']}>
          <Trans>{formats.count(omitted)} more are not drawn</Trans>
        </p>
      ) : null}
      {near === null ? null : <NearCard vertex={near} />}
    </div>
  )
}

const Paths = memo(function Paths({ topology }: { readonly topology: Topology }): ReactNode {
  const order: readonly PathState[] = ['good', 'slow', 'cached', 'down']
  // What fails is drawn last, on top of the rest.
  const paths = topology.paths.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || Number(a.isTrunk) - Number(b.isTrunk))
  return (
    <g aria-hidden="true">
      {paths.map((path) => {
        const bend = path.isTrunk ? 0 : 0.5
        const midX = path.fromX + (path.toX - path.fromX) * bend
        const midY = path.fromY + (path.toY - path.fromY) * bend
        return (
          <path
            key={path.id}
            d={
              path.isTrunk
                ? `M${n(path.fromX)} ${n(path.fromY)}L${n(path.toX)} ${n(path.toY)}`
                : `M${n(path.fromX)} ${n(path.fromY)}Q${n(midX * 1.08)} ${n(midY * 1.08)} ${n(path.toX)} ${n(path.toY)}`
            }
            className={`${classes['path']} ${classes[path.state]} ${path.isTrunk ? classes['trunk'] : ''} ${path.isBehindFailure ? classes['behind'] : ''}`}
          />
        )
      })}
    </g>
  )
})

function n(value: number): string {
  return value.toFixed(1)
}

type VerticesProps = {
  readonly topology: Topology
  readonly hrefOf: (nodeId: string) => string
  readonly labelsEdges: boolean
  readonly textScale: number
  readonly onNear: (vertex: PlacedVertex | null) => void
}

const Vertices = memo(function Vertices({ topology, hrefOf, labelsEdges, textScale, onNear }: VerticesProps): ReactNode {
  return (
    <g>
      {topology.vertices.map((vertex) => {
        const isDown = vertex.isRelay && pathState(vertex) === 'down'
        const size = vertex.isRelay ? 18 : 9
        const isRight = Math.cos(vertex.angle) >= 0
        const turn = (vertex.angle * 180) / Math.PI + (isRight ? 0 : 180)
        return (
          <a
            key={vertex.id}
            href={hrefOf(vertex.id)}
            className={classes['vertex']}
            aria-label={`${boundText(vertex.name, 120)}, ${modeName(vertex.mode)}`}
            onPointerEnter={() => onNear(vertex)}
            onPointerLeave={() => onNear(null)}
            onFocus={() => onNear(vertex)}
            onBlur={() => onNear(null)}
          >
            <g transform={`translate(${n(vertex.x)} ${n(vertex.y)})`}>
              <circle r={vertex.isRelay ? 16 : 8} className={`${classes['ground']} ${isDown ? classes['groundDown'] : ''}`} />
              <ModeShape mode={vertex.mode} size={size} />
              {vertex.isRelay ? (
                <text
                  y={16 + 11 * textScale}
                  fontSize={11 * textScale}
                  textAnchor="middle"
                  className={`${classes['label']} ${isDown ? classes['labelDown'] : ''}`}
                >
                  {boundText(vertex.name, 22)}
                </text>
              ) : labelsEdges ? (
                <text
                  transform={`rotate(${n(turn)})`}
                  x={isRight ? 10 : -10}
                  dy="0.32em"
                  fontSize={9.5 * textScale}
                  textAnchor={isRight ? 'start' : 'end'}
                  className={classes['edgeLabel']}
                >
                  {boundText(vertex.name, 22)}
                </text>
              ) : null}
            </g>
          </a>
        )
      })}
    </g>
  )
})

function NearCard({ vertex }: { readonly vertex: PlacedVertex }): ReactNode {
  const formats = useFormats()
  return (
    <div className={classes['near']} aria-hidden="true">
      <p className={classes['nearName']}>
        <ModeMark mode={vertex.mode} />
        <Name text={vertex.name} />
      </p>
      <p>
        {modeName(vertex.mode)}, {kindName(vertex.kind as Kind)}
      </p>
      <p>
        {vertex.rttMs === null
          ? t`No measurement of the link`
          : `${formats.quantity(vertex.rttMs, 'ms')}, ${t`loss`} ${formats.quantity(vertex.lossPct ?? 0, 'percent')}`}
        {vertex.carries > 0 ? `, ${t`carries ${formats.count(vertex.carries)}`}` : ''}
      </p>
    </div>
  )
}

function Key(): ReactNode {
  const lines: readonly (readonly [PathState, string])[] = [
    ['good', t`Good`],
    ['slow', t`Slow or lossy`],
    ['cached', t`By cache`],
    ['down', t`Cut off`],
  ]
  return (
    <ul className={classes['key']} aria-label={t`How paths are drawn`}>
      {lines.map(([state, name]) => (
        <li key={state}>
          <svg width="22" height="8" aria-hidden="true" focusable="false">
            <path d="M1 4H21" className={`${classes['path']} ${classes[state]} ${classes['keyLine']}`} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  )
}
