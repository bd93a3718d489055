/** How long ago something was heard of; the instant itself on hover. The sentence renews itself without drawing anything else again. */
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { useFromNow } from '../client/workspace.tsx'
import { useFormats } from '../i18n/use-formats.ts'
import classes from './age.module.css'

type AgeProps = {
  readonly at: string | null
  /** "3m ago" rather than "3m". */
  readonly isSpoken?: boolean
  readonly className?: string | undefined
}

export function Age({ at, isSpoken = false, className = '' }: AgeProps): ReactNode {
  const formats = useFormats()
  const text = useFromNow((now) => {
    if (at === null) return ''
    const seconds = (now - Date.parse(at)) / 1000
    if (seconds < -5) return formats.dayTime(at)
    if (!isSpoken) return seconds < 2 ? t`now` : formats.duration(seconds)
    if (seconds < 2) return t`just now`
    const age = formats.duration(seconds)
    return t`${age} ago`
  })
  if (at === null) return <span className={`${classes['never']} ${className}`}>{t`never`}</span>
  return (
    <time dateTime={at} title={formats.instant(at)} className={`${classes['age']} ${className}`}>
      {text}
    </time>
  )
}
