/** The mark of the console: an island and the reach of its signal, broken where the rest of the world would be. */
import type { ReactNode } from 'react'
import classes from './island-mark.module.css'

export function IslandMark({ isDemo, size }: { readonly isDemo: boolean; readonly size: number }): ReactNode {
  return (
    <svg
      className={`${classes['mark']} ${isDemo ? classes['markDemo'] : ''}`}
      viewBox="0 0 28 28"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
    >
      <rect width="28" height="28" rx="7" className={classes['ground']} />
      <circle cx="14" cy="14" r="2.6" className={classes['island']} />
      <path d="M9.9 18.1a5.8 5.8 0 1 1 8.2 0" className={classes['wave']} />
      <path d="M6.9 21.1a10 10 0 0 1 0-14.2M21.1 6.9a10 10 0 0 1 0 14.2" className={classes['wave']} />
    </svg>
  )
}
