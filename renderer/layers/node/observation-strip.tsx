/** Observations along time, a lane for each kind. Drag over a stretch to look at it alone; what the node recorded while on its own is marked. */
import { t } from '@lingui/core/macro'
import { Plural } from '@lingui/react/macro'
import { Maximize, Minus, Plus } from 'lucide-react'
import { type PointerEvent, type ReactNode, useRef, useState } from 'react'
import chart from '../../charts/chart.module.css'
import { TimeAxis, useTimeScale } from '../../charts/time-axis.tsx'
import { useSize } from '../../charts/use-size.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { IconButton } from '../../ui/button.tsx'
import { brushed, type Kind, moveBy, spanOf, toLanes, type Window, zoomAbout } from './observation-lanes.ts'
import type { Observation } from './observation-pages.ts'
import classes from './observation-strip.module.css'

const laneHeight = 18

type Props = {
  readonly items: readonly Observation[]
  /** Older ones are still being looked for. */
  readonly isIncomplete: boolean
  /** The stretch that is looked at; null for all that is held. */
  readonly window: Window | null
  readonly onWindow: (window: Window | null) => void
  readonly onChoose: (eventId: string) => void
  readonly chosenId: string | null
  readonly nameOf: (kind: Kind) => string
}

export function ObservationStrip({ items, isIncomplete, window, onWindow, onChoose, chosenId, nameOf }: Props): ReactNode {
  const formats = useFormats()
  const [ref, { width }] = useSize<HTMLDivElement>()
  const span = window ?? spanOf(items)
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | null>(null)
  const dragFrom = useRef<number | null>(null)
  const { x, ticks } = useTimeScale(span?.from ?? 0, span?.to ?? 1, width)
  if (span === null) return null
  const lanes = toLanes(items, x)
  const height = Math.max(1, lanes.length) * laneHeight
  const at = (event: PointerEvent<HTMLElement>): number => x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left)
  const middle = (span.from + span.to) / 2
  const told = lanes.map(({ kind, count }) => `${nameOf(kind)} ${formats.count(count)}`).join(', ')
  return (
    <div className={classes['strip']}>
      <div className={classes['names']} aria-hidden="true">
        {lanes.map(({ kind, count }) => (
          <p key={kind} style={{ height: laneHeight }}>
            <span>{nameOf(kind)}</span>
            <span className={classes['count']}>{formats.count(count)}</span>
          </p>
        ))}
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dragging is one way to the stretch; keys and buttons are others. */}
      <div
        ref={ref}
        className={classes['plot']}
        style={{ height: height + 20 }}
        role="group"
        aria-label={t`Observations from ${formats.dayTime(span.from)} to ${formats.dayTime(span.to)}: ${told}. Arrows move the stretch, plus and minus change its length.`}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the chart is read and moved by keys.
        tabIndex={0}
        onKeyDown={(event) => {
          const next =
            event.key === 'ArrowLeft'
              ? moveBy(span, -0.25)
              : event.key === 'ArrowRight'
                ? moveBy(span, 0.25)
                : event.key === '+' || event.key === '='
                  ? zoomAbout(span, middle, 0.5)
                  : event.key === '-'
                    ? zoomAbout(span, middle, 2)
                    : undefined
          if (next !== undefined) {
            event.preventDefault()
            onWindow(next)
          } else if (event.key === '0' || event.key === 'Escape') onWindow(null)
        }}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          dragFrom.current = at(event)
        }}
        onPointerMove={(event) => {
          if (dragFrom.current !== null) setDrag({ from: dragFrom.current, to: at(event) })
        }}
        onPointerUp={(event) => {
          const from = dragFrom.current
          dragFrom.current = null
          setDrag(null)
          const next = from === null ? null : brushed(from, at(event), (span.to - span.from) / Math.max(1, width / 6))
          if (next !== null) onWindow(next)
        }}
        onPointerLeave={() => {
          dragFrom.current = null
          setDrag(null)
        }}
      >
        {width < 10 ? null : (
          <svg className={chart['svg']} width={width} height={height + 20} aria-hidden="true">
            {lanes.map(({ kind, marks }, lane) => (
              <g key={kind} transform={`translate(0 ${String(lane * laneHeight + laneHeight / 2)})`}>
                <line x1={0} x2={width} className={chart['grid']} />
                {marks.map((mark) => (
                  <circle
                    key={mark.eventId}
                    cx={mark.x}
                    r={mark.count === 1 ? 3 : Math.min(7, 3 + Math.log2(mark.count))}
                    className={`${classes['mark']} ${mark.isFromAutonomy ? classes['alone'] : ''} ${kind === 'alarm' ? classes['alarm'] : ''} ${mark.eventId === chosenId ? classes['chosen'] : ''}`}
                    onClick={() => onChoose(mark.eventId)}
                  >
                    <title>{`${nameOf(kind)}, ${formats.instant(mark.time)}${mark.count === 1 ? '' : `, ${formats.count(mark.count)}`}`}</title>
                  </circle>
                ))}
              </g>
            ))}
            {drag === null ? null : (
              <rect
                x={Math.min(x(drag.from), x(drag.to))}
                width={Math.abs(x(drag.to) - x(drag.from))}
                y={0}
                height={height}
                className={classes['brush']}
              />
            )}
            <TimeAxis x={x} ticks={ticks} width={width} y={height} />
          </svg>
        )}
      </div>
      <div className={classes['tools']}>
        <IconButton
          label={t`A shorter stretch`}
          icon={<Plus aria-hidden="true" />}
          onPress={() => onWindow(zoomAbout(span, middle, 0.5))}
        />
        <IconButton label={t`A longer stretch`} icon={<Minus aria-hidden="true" />} onPress={() => onWindow(zoomAbout(span, middle, 2))} />
        <IconButton
          label={t`The newest`}
          icon={<Maximize aria-hidden="true" />}
          isDisabled={window === null}
          onPress={() => onWindow(null)}
        />
      </div>
      <p className={classes['said']} role="status">
        {window === null ? null : (
          <>
            {formats.dayTime(window.from)} {'\u2013'} {formats.dayTime(window.to)}
            {': '}
            <Plural value={items.length} _0="nothing recorded" one="# recorded" other="# recorded" />
            {isIncomplete ? t`, so far` : ''}
          </>
        )}
      </p>
    </div>
  )
}
