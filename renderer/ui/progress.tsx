/** How far long work has come: the share done, then whatever else is known of it (amount, rate, time to go) in a line below. */
import type { ReactNode } from 'react'
import { useFormats } from '../i18n/use-formats.ts'
import classes from './progress.module.css'

type ProgressProps = {
  readonly label: string
  /** 0..1; null while it cannot be said. */
  readonly share: number | null
  /** Each a piece of the line below, after the share. */
  readonly children?: ReactNode
}

export function Progress({ label, share, children }: ProgressProps): ReactNode {
  const formats = useFormats()
  return (
    <>
      <span
        className={classes['track']}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(share === null ? {} : { 'aria-valuenow': Math.floor(share * 100) })}
      >
        <span className={classes['bar']} style={{ width: `${String((share ?? 0) * 100)}%` }} />
      </span>
      <p className={classes['figures']}>
        <span>
          <strong>{share === null ? '\u2014' : formats.share(share)}</strong>
        </span>
        {children}
      </p>
    </>
  )
}
