/** The seven bands over time, stacked in their order. The pointer or the arrow keys read any instant; gaps in what was heard stay gaps. */
import { t } from '@lingui/core/macro'
import { area, bisector, line } from 'd3'
import { type ReactNode, useId, useState } from 'react'
import { useFormats } from '../i18n/use-formats.ts'
import { type Mode, modeName } from '../i18n/words.ts'
import { ScrollBox } from '../ui/scroll-box.tsx'
import { Table } from '../ui/table.tsx'
import { ModeMark } from '../ui/marks.tsx'
import { bandOrder, splitAtGaps, type StackedPoint, toStack } from './bands.ts'
import classes from './chart.module.css'
import { TimeAxis, useTimeScale } from './time-axis.tsx'
import { useSize } from './use-size.ts'

type Props = {
  readonly points: readonly { readonly at: string; readonly modes: Readonly<Record<Mode, number>> }[]
  readonly height: number
  readonly isTable: boolean
  /** Leaves the band of live nodes out, to see the others larger. */
  readonly isWithoutLive: boolean
}

const axisHeight = 20
const nearest = bisector((point: StackedPoint) => point.at).center

export function SpectrumOverTime({ points, height, isTable, isWithoutLive }: Props): ReactNode {
  const shown = isWithoutLive ? bandOrder.filter((mode) => mode !== 'LIVE') : bandOrder
  const stack = toStack(points, shown)
  return isTable ? <SpectrumTable stack={stack} /> : <SpectrumChart stack={stack} shown={shown} height={height} />
}

function SpectrumChart({
  stack,
  shown,
  height,
}: {
  readonly stack: readonly StackedPoint[]
  readonly shown: readonly Mode[]
  readonly height: number
}): ReactNode {
  const formats = useFormats()
  const id = useId()
  const [ref, { width }] = useSize<HTMLDivElement>()
  const [read, setRead] = useState<number | null>(null)
  const first = stack[0]
  const last = stack.at(-1)
  const plot = height - axisHeight
  const top = Math.max(1, ...stack.map((point) => point.total))
  const { x, ticks } = useTimeScale(first?.at ?? 0, last?.at ?? 1, width)
  const y = (value: number): number => plot - (value / top) * plot
  const runs = splitAtGaps(stack)
  const readPoint = read === null ? undefined : stack[read]
  const summary =
    last === undefined ? t`No digest yet.` : shown.map((mode) => `${modeName(mode)} ${formats.count(last.modes[mode])}`).join(', ')
  const move = (by: number): void => setRead((at) => Math.min(stack.length - 1, Math.max(0, (at ?? stack.length - 1) + by)))

  return (
    // The chart is read like a slider: its value is the instant under the cursor.
    <div
      ref={ref}
      className={classes['chart']}
      style={{ height }}
      tabIndex={0}
      role="slider"
      aria-label={t`Connectivity over time`}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, stack.length - 1)}
      aria-valuenow={read ?? Math.max(0, stack.length - 1)}
      aria-valuetext={
        readPoint === undefined
          ? summary
          : `${formats.dayTime(readPoint.at)}: ${shown.map((mode) => `${modeName(mode)} ${formats.count(readPoint.modes[mode])}`).join(', ')}`
      }
      onKeyDown={(event) => {
        const by =
          event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : event.key === 'PageUp' ? -12 : event.key === 'PageDown' ? 12 : 0
        if (by !== 0) {
          event.preventDefault()
          move(by)
        }
        if (event.key === 'Escape') setRead(null)
      }}
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect()
        setRead(stack.length === 0 ? null : nearest([...stack], x.invert(event.clientX - box.left)))
      }}
      onPointerLeave={() => setRead(null)}
      onBlur={() => setRead(null)}
    >
      {width < 10 || first === undefined ? null : (
        <svg className={classes['svg']} width={width} height={height} aria-hidden="true">
          <BandTextures id={id} />
          {runs.map((run) =>
            shown.map((mode) => {
              const shape = area<StackedPoint>()
                .x((point) => x(point.at))
                .y0((point) => y(point.edges[mode][0]))
                .y1((point) => y(point.edges[mode][1]))([...run])
              const seam = line<StackedPoint>()
                .x((point) => x(point.at))
                .y((point) => y(point.edges[mode][1]))([...run])
              return (
                <g key={`${mode}${String(run[0]?.at)}`}>
                  <path d={shape ?? ''} className={classes[mode]} />
                  {texturedBands.includes(mode) ? <path d={shape ?? ''} fill={`url(#${id}${mode})`} /> : null}
                  <path d={seam ?? ''} className={classes['seam']} />
                </g>
              )
            }),
          )}
          <TimeAxis x={x} ticks={ticks} width={width} y={plot} />
          {readPoint === undefined ? null : (
            <line x1={x(readPoint.at)} x2={x(readPoint.at)} y1={0} y2={plot} className={classes['cursor']} />
          )}
        </svg>
      )}
      {readPoint === undefined ? null : (
        <div
          className={classes['read']}
          style={x(readPoint.at) > width / 2 ? { right: width - x(readPoint.at) + 12 } : { left: x(readPoint.at) + 12 }}
        >
          <p className={classes['readHead']}>
            <span>{formats.dayTime(readPoint.at)}</span>
            <span>{formats.count(readPoint.total)}</span>
          </p>
          {shown.map((mode) => (
            <p key={mode} className={classes['readLine']}>
              <ModeMark mode={mode} size={11} />
              <span>{modeName(mode)}</span>
              <span>{formats.count(readPoint.modes[mode])}</span>
            </p>
          ))}
        </div>
      )}
    </div>
  )
}

function SpectrumTable({ stack }: { readonly stack: readonly StackedPoint[] }): ReactNode {
  const formats = useFormats()
  return (
    <ScrollBox label={t`Connectivity over time`} isWide>
      <Table
        label={t`Connectivity over time`}
        rows={[...stack].reverse()}
        keyOf={(point) => String(point.at)}
        columns={[
          { id: 'at', title: t`Time`, draw: (point) => formats.dayTime(point.at), width: '9rem' },
          ...bandOrder.map((mode) => ({
            id: mode,
            title: modeName(mode),
            align: 'end' as const,
            draw: (point: StackedPoint) => formats.count(point.modes[mode]),
          })),
        ]}
      />
    </ScrollBox>
  )
}

const texturedBands: readonly Mode[] = ['DELAYED', 'EDGE_CACHED', 'DISCONNECTED', 'RETURNING', 'REPLAYING']

/** The same textures as the bar's, as SVG patterns. */
function BandTextures({ id }: { readonly id: string }): ReactNode {
  return (
    <defs>
      <pattern id={`${id}DELAYED`} width="8" height="8" patternUnits="userSpaceOnUse">
        <circle cx="4" cy="4" r="1.4" className={classes['textureDot']} />
      </pattern>
      <pattern id={`${id}EDGE_CACHED`} width="7" height="7" patternUnits="userSpaceOnUse">
        <path d="M0 3.5H7" className={classes['texture']} />
      </pattern>
      <pattern id={`${id}DISCONNECTED`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path d="M3 0V6" className={classes['texture']} />
      </pattern>
      <pattern id={`${id}RETURNING`} width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
        <path d="M4.5 0V9" className={classes['texture']} />
      </pattern>
      <pattern id={`${id}REPLAYING`} width="7" height="7" patternUnits="userSpaceOnUse">
        <path d="M3.5 0V7" className={classes['texture']} />
      </pattern>
    </defs>
  )
}
