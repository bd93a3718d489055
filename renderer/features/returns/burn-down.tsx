/** What is left of a return's backlog, as it was seen since the page was opened: a line that goes down, and says when it would be at its end. */
import { t } from '@lingui/core/macro'
import { type ReactNode, useEffect, useState } from 'react'
import { useFormats } from '../../i18n/use-formats.ts'
import type { Session } from '../../i18n/words.ts'
import { debtLine, type DebtSample, withSample } from './sequence-model.ts'
import classes from './burn-down.module.css'

const width = 160
const height = 32

export function BurnDown({ session }: { readonly session: Session }): ReactNode {
  const formats = useFormats()
  const [samples, setSamples] = useState<readonly DebtSample[]>([])
  const left = Math.max(session.expectedEvents - session.receivedEvents, 0)
  useEffect(() => {
    const look = (): void => setSamples((known) => withSample(known, performance.now(), left))
    look()
    const timer = window.setInterval(look, 1000)
    return () => window.clearInterval(timer)
  }, [left])
  const line = debtLine(samples, width, height)
  if (line === undefined) return null
  const label = t`${formats.count(left)} events left`
  return (
    <span className={classes['burn']}>
      <svg viewBox={`0 -2 ${String(width)} ${String(height + 4)}`} className={classes['chart']} role="img" aria-label={label}>
        <polygon points={`0,${String(height)} ${line} ${String(width)},${String(height)}`} className={classes['area'] ?? ''} />
        <polyline points={line} className={classes['line'] ?? ''} />
      </svg>
      <span>{label}</span>
    </span>
  )
}
