/** The waves of a rollout on one time axis: what is done, what is under way and how long it is watched, what is to come. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Lock, LockOpen } from 'lucide-react'
import type { ReactNode } from 'react'
import { TimeAxis, useTimeScale } from '../../charts/time-axis.tsx'
import chart from '../../charts/chart.module.css'
import { useSize } from '../../charts/use-size.ts'
import { useFromNow } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Name } from '../../ui/name.tsx'
import { Table } from '../../ui/table.tsx'
import classes from './gantt.module.css'
import { type Bar, type Rollout, toBars, waitingGate } from './model.ts'
import { OutcomeBar } from './outcome-bar.tsx'
import { outcomeName } from './words.ts'

export function Gantt({ rollout, isTable }: { readonly rollout: Rollout; readonly isTable: boolean }): ReactNode {
  const formats = useFormats()
  const [ref, { width }] = useSize<HTMLDivElement>()
  // Once a minute is often enough for a bar that is hours long.
  const minute = useFromNow((now) => Math.floor(now / 60_000))
  const bars = toBars(rollout, minute * 60_000)
  const from = Math.min(...bars.map((bar) => bar.from))
  const to = Math.max(...bars.map((bar) => Math.max(bar.to, bar.soakedAt ?? 0)))
  const { x, ticks } = useTimeScale(from, to, width)
  if (isTable) {
    return (
      <Table
        label={t`Waves`}
        rows={bars}
        keyOf={(bar) => String(bar.wave)}
        columns={[
          { id: 'name', title: t`Wave`, draw: (bar) => <Name text={bar.name} /> },
          { id: 'state', title: t`State`, draw: (bar) => stateName(bar) },
          { id: 'from', title: t`From`, draw: (bar) => formats.dayTime(bar.from) },
          { id: 'to', title: t`Until`, draw: (bar) => formats.dayTime(bar.to) },
          {
            id: 'outcomes',
            title: t`Nodes`,
            draw: (bar) =>
              bar.shares
                .filter(({ nodes }) => nodes > 0)
                .map(({ outcome, nodes }) => `${outcomeName(outcome)} ${formats.count(nodes)}`)
                .join(', '),
          },
        ]}
      />
    )
  }
  const now = x(minute * 60_000)
  return (
    <div className={classes['gantt']} role="img" aria-label={describe(bars, formats.dayTime)}>
      <div className={classes['names']} aria-hidden="true">
        {bars.map((bar) => (
          <p key={bar.wave} className={classes['wave']}>
            <Name text={bar.name} className={classes['name']} />
            <span className={classes['state']}>
              {bar.hasGate ? bar.isGateOpen ? <LockOpen size={11} /> : <Lock size={11} /> : null}
              {stateName(bar)}
            </span>
          </p>
        ))}
      </div>
      <div ref={ref} className={classes['plot']} aria-hidden="true">
        {bars.map((bar) => {
          const wave = rollout.waves[bar.wave]
          return (
            <div key={bar.wave} className={classes['row']}>
              {bar.soakedAt === null || x(bar.soakedAt) <= x(bar.to) ? null : (
                <span
                  className={classes['soak']}
                  style={{ left: x(bar.to), width: x(bar.soakedAt) - x(bar.to) }}
                  title={t`Watched until ${formats.dayTime(bar.soakedAt)}`}
                />
              )}
              <span
                className={`${classes['bar']} ${classes[bar.state]}`}
                style={{ left: x(bar.from), width: Math.max(6, x(bar.to) - x(bar.from)) }}
              >
                {bar.state === 'to-come' || wave === undefined ? null : <OutcomeBar wave={wave} />}
              </span>
            </div>
          )
        })}
        {now < 0 || now > width ? null : <span className={classes['now']} style={{ left: now }} />}
        {width < 10 ? null : (
          <svg className={chart['svg']} width={width} height={20}>
            <TimeAxis x={x} ticks={ticks} width={width} y={0} />
          </svg>
        )}
      </div>
    </div>
  )
}

/** For waves with a gate that nobody opened, and where opening it is what is missing. */
export function GateNote({ rollout }: { readonly rollout: Rollout }): ReactNode {
  const at = waitingGate(rollout)
  const wave = at === null ? undefined : rollout.waves[at]
  if (wave === undefined) return null
  return (
    <p className={classes['gate']}>
      <Lock aria-hidden="true" size={14} />
      <Trans>The wave {boundText(wave.name, 40)} has a gate: a person opens it before it may begin.</Trans>
    </p>
  )
}

function stateName(bar: Bar): string {
  switch (bar.state) {
    case 'done':
      return t`done`
    case 'under-way':
      return t`under way`
    case 'to-come':
      return bar.hasGate && !bar.isGateOpen ? t`gate closed` : t`to come`
  }
}

function describe(bars: readonly Bar[], dayTime: (at: number) => string): string {
  return bars.map((bar) => `${boundText(bar.name, 60)}: ${stateName(bar)}, ${dayTime(bar.from)} \u2013 ${dayTime(bar.to)}`).join('. ')
}
