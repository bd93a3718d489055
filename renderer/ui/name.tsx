/** A name that came from outside: shown as text, apart from its surroundings' direction, cut where there is no room. */
import type { ReactNode } from 'react'
import { boundText } from './bound-text.ts'
import classes from './name.module.css'

export function Name({ text, className = '' }: { readonly text: string; readonly className?: string | undefined }): ReactNode {
  const bounded = boundText(text, 160)
  return (
    <bdi className={`${classes['name']} ${className}`} title={boundText(text, 600)}>
      {bounded === '' ? '\u2014' : bounded}
    </bdi>
  )
}
