/** Sync debt over time, with where it is heading: how many messages wait at nodes, and when they would be in. */
import { t } from '@lingui/core/macro'
import { area, bisector, line } from 'd3'
import { type ReactNode, useState } from 'react'
import { useFormats } from '../i18n/use-formats.ts'
import { ScrollBox } from '../ui/scroll-box.tsx'
import { Table } from '../ui/table.tsx'
import classes from './chart.module.css'
import { type DebtPoint, debtTrend } from './debt-model.ts'
import { TimeAxis, useTimeScale } from './time-axis.tsx'
import { useSize } from './use-size.ts'

const axisHeight = 20

export function DebtOverTime({
  points,
  height,
  isTable,
}: {
  readonly points: readonly DebtPoint[]
  readonly height: number
  readonly isTable: boolean
}): ReactNode {
  const formats = useFormats()
  const [ref, { width }] = useSize<HTMLDivElement>()
  const [read, setRead] = useState<number | null>(null)
  const placed = points.map((point) => ({ ...point, x: Date.parse(point.at) }))
  const first = placed[0]
  const last = placed.at(-1)
  const trend = debtTrend(points)
  const plot = height - axisHeight
  const top = Math.max(1, ...placed.map((point) => point.backlogMessages)) * 1.08
  // A forecast is drawn no further than a quarter of what was seen: beyond that it says nothing.
  const span = first === undefined || last === undefined ? 1 : last.x - first.x
  const ahead = trend.kind === 'falling' ? Math.min(trend.clearInSeconds * 1000, span * 0.25) : 0
  const { x, ticks } = useTimeScale(first?.x ?? 0, (last?.x ?? 1) + ahead, width)
  const y = (value: number): number => plot - (value / top) * plot
  const readPoint = read === null ? undefined : placed[read]

  if (isTable) {
    return (
      <ScrollBox label={t`Sync debt over time`} isWide>
        <Table
          label={t`Sync debt over time`}
          rows={placed.toReversed()}
          keyOf={(point) => point.at}
          columns={[
            { id: 'at', title: t`Time`, draw: (point) => formats.dayTime(point.at) },
            { id: 'backlog', title: t`Backlog`, align: 'end', draw: (point) => formats.count(point.backlogMessages) },
            { id: 'silence', title: t`Longest silence`, align: 'end', draw: (point) => formats.longDuration(point.worstSecondsBehind) },
          ]}
        />
      </ScrollBox>
    )
  }
  const shape = {
    area: area<(typeof placed)[number]>()
      .x((point) => x(point.x))
      .y0(plot)
      .y1((point) => y(point.backlogMessages))(placed),
    line: line<(typeof placed)[number]>()
      .x((point) => x(point.x))
      .y((point) => y(point.backlogMessages))(placed),
  }
  const move = (by: number): void => setRead((at) => Math.min(placed.length - 1, Math.max(0, (at ?? placed.length - 1) + by)))
  const say = (point: DebtPoint): string => {
    const backlog = formats.count(point.backlogMessages)
    const silence = formats.longDuration(point.worstSecondsBehind)
    return t`${formats.dayTime(point.at)}: ${backlog} messages wait, longest silence ${silence}`
  }
  return (
    <div
      ref={ref}
      className={classes['chart']}
      style={{ height }}
      tabIndex={0}
      role="slider"
      aria-label={t`Sync debt over time`}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, placed.length - 1)}
      aria-valuenow={read ?? Math.max(0, placed.length - 1)}
      aria-valuetext={readPoint === undefined ? (last === undefined ? t`No digest yet.` : say(last)) : say(readPoint)}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
        if (by !== 0) {
          event.preventDefault()
          move(by)
        }
        if (event.key === 'Escape') setRead(null)
      }}
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect()
        setRead(
          placed.length === 0
            ? null
            : bisector((point: (typeof placed)[number]) => point.x).center(placed, x.invert(event.clientX - box.left)),
        )
      }}
      onPointerLeave={() => setRead(null)}
      onBlur={() => setRead(null)}
    >
      {width < 10 || last === undefined ? null : (
        <svg className={classes['svg']} width={width} height={height} aria-hidden="true">
          {[0.5, 1].map((share) => (
            <g key={share}>
              <line x1={0} x2={width} y1={y((top / 1.08) * share)} y2={y((top / 1.08) * share)} className={classes['grid']} />
              <text x={0} y={y((top / 1.08) * share) - 4} className={classes['label']}>
                {formats.shortCount((top / 1.08) * share)}
              </text>
            </g>
          ))}
          <path d={shape.area ?? ''} className={classes['debtArea']} />
          <path d={shape.line ?? ''} className={classes['debtLine']} />
          {trend.kind === 'falling' ? (
            <line
              x1={x(last.x)}
              y1={y(last.backlogMessages)}
              x2={x(last.x + ahead)}
              y2={y(Math.max(0, last.backlogMessages - (trend.perMinute / 60_000) * ahead))}
              className={classes['forecast']}
            />
          ) : null}
          <TimeAxis x={x} ticks={ticks} width={width} y={plot} />
          <circle cx={x((readPoint ?? last).x)} cy={y((readPoint ?? last).backlogMessages)} r={4} className={classes['dot']} />
          {readPoint === undefined ? null : <line x1={x(readPoint.x)} x2={x(readPoint.x)} y1={0} y2={plot} className={classes['cursor']} />}
        </svg>
      )}
      {readPoint === undefined ? null : (
        <div
          className={classes['read']}
          style={x(readPoint.x) > width / 2 ? { right: width - x(readPoint.x) + 12 } : { left: x(readPoint.x) + 12 }}
        >
          <p className={classes['readHead']}>{formats.dayTime(readPoint.x)}</p>
          <p className={classes['readLine']}>
            <span>{t`Messages waiting`}</span>
            <span>{formats.count(readPoint.backlogMessages)}</span>
          </p>
          <p className={classes['readLine']}>
            <span>{t`Longest silence`}</span>
            <span>{formats.longDuration(readPoint.worstSecondsBehind)}</span>
          </p>
        </div>
      )}
    </div>
  )
}

/** The trend as a short sentence, for the head of the section. */
export function useDebtSentence(points: readonly DebtPoint[]): string {
  const formats = useFormats()
  const trend = debtTrend(points)
  switch (trend.kind) {
    case 'none':
      return t`no digest yet`
    case 'clear':
      return t`nothing waits`
    case 'steady':
      return t`${formats.count(trend.backlog)} wait, steady`
    case 'growing':
      return t`${formats.count(trend.backlog)} wait, growing by ${formats.count(Math.max(1, trend.perMinute))} a minute`
    case 'falling':
      return t`${formats.count(trend.backlog)} wait, cleared in about ${formats.longDuration(trend.clearInSeconds)}`
  }
}
