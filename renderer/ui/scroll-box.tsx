/** A part that scrolls within the page: it can be reached and moved by keyboard, and has a name. */
import type { ReactNode } from 'react'
import classes from './scroll-box.module.css'

type Props = { readonly label: string; readonly children: ReactNode; readonly height?: string; readonly isWide?: boolean }

export function ScrollBox({ label, children, height = '15rem', isWide = false }: Props): ReactNode {
  return (
    <div
      className={`${classes['box']} ${isWide ? classes['wide'] : ''}`}
      style={{ maxHeight: height }}
      role="group"
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard (WCAG 2.1.1).
      tabIndex={0}
    >
      {children}
    </div>
  )
}
