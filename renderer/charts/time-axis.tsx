/** The time axis of a chart: a few ticks at round instants, in the person's zone. */
import { scaleTime, scaleUtc } from 'd3'
import type { ReactNode } from 'react'
import { useFormats } from '../i18n/use-formats.ts'
import { usePreferences } from '../state/preferences.ts'
import classes from './chart.module.css'

export type TimeScale = { (at: number): number; invert: (x: number) => number }

/** Round ticks differ between local time and UTC, so the zone decides the scale. */
export function useTimeScale(from: number, to: number, width: number): { readonly x: TimeScale; readonly ticks: readonly number[] } {
  const isUtc = usePreferences((preferences) => preferences.isUtc)
  const scale = (isUtc ? scaleUtc() : scaleTime()).domain([from, to]).range([0, width])
  return {
    x: Object.assign((at: number) => scale(at), { invert: (x: number) => scale.invert(x).getTime() }),
    ticks: scale.ticks(Math.max(2, Math.floor(width / 140))).map((tick) => tick.getTime()),
  }
}

export function TimeAxis({
  x,
  ticks,
  width,
  y,
}: {
  readonly x: TimeScale
  readonly ticks: readonly number[]
  readonly width: number
  readonly y: number
}): ReactNode {
  const formats = useFormats()
  return (
    <g transform={`translate(0 ${String(y)})`} aria-hidden="true">
      <line x1={0} x2={width} className={classes['axis']} />
      {ticks
        .filter((tick) => x(tick) > 16 && x(tick) < width - 16)
        .map((tick) => (
          <g key={tick} transform={`translate(${String(x(tick))} 0)`}>
            <line y2={4} className={classes['axis']} />
            <text y={16} className={classes['label']} textAnchor="middle">
              {formats.time(tick)}
            </text>
          </g>
        ))}
    </g>
  )
}
