/** The glyphs of the fleet: one shape per connectivity mode (contact waning from a full disc to an empty ring, then coming back), health and standing. */
import type { ReactNode } from 'react'
import type { Health, Mode, Standing } from '../i18n/words.ts'
import classes from './marks.module.css'

/** The class that colours a band's mark, text or shape; the shape says the same without colour. */
function bandClass(mode: Mode): string {
  return classes[mode] ?? ''
}

export function ModeMark({ mode, size = 14 }: { readonly mode: Mode; readonly size?: number }): ReactNode {
  return (
    <svg
      className={`${classes['mark']} ${bandClass(mode)}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {modeShape(mode)}
    </svg>
  )
}

/** The same shape inside a drawing, centred where it stands. */
export function ModeShape({ mode, size }: { readonly mode: Mode; readonly size: number }): ReactNode {
  return (
    <g
      className={`${classes['mark']} ${bandClass(mode)}`}
      transform={`translate(${String(-size / 2)} ${String(-size / 2)}) scale(${String(size / 16)})`}
    >
      {modeShape(mode)}
    </g>
  )
}

function modeShape(mode: Mode): ReactNode {
  switch (mode) {
    case 'LIVE':
      return <circle cx="8" cy="8" r="6.5" className={classes['fill']} />
    case 'DELAYED':
      return (
        <>
          <circle cx="8" cy="8" r="5.75" className={classes['stroke']} />
          <path d="M8 8V2.25A5.75 5.75 0 1 1 2.25 8Z" className={classes['fill']} />
        </>
      )
    case 'EDGE_CACHED':
      return (
        <>
          <circle cx="8" cy="8" r="5.75" className={classes['stroke']} />
          <path d="M8 2.25A5.75 5.75 0 0 1 8 13.75Z" className={classes['fill']} />
        </>
      )
    case 'AUTONOMOUS':
      return (
        <>
          <circle cx="8" cy="8" r="5.75" className={classes['stroke']} />
          <circle cx="8" cy="8" r="2.6" className={classes['fill']} />
        </>
      )
    case 'DISCONNECTED':
      return <circle cx="8" cy="8" r="5.75" className={`${classes['stroke']} ${classes['dashed']}`} />
    case 'RETURNING':
      return <path d="M13.75 8A5.75 5.75 0 1 1 8 2.25M13.5 3.2 9.2 7.4M9 4v3.6h3.6" className={classes['stroke']} />
    case 'REPLAYING':
      return (
        <>
          <circle cx="8" cy="8" r="6.5" className={classes['fill']} />
          <path d="M8 11.6V4.8M5.2 7.4 8 4.6l2.8 2.8" className={classes['knockout']} />
        </>
      )
  }
}

export function HealthMark({ health, size = 14 }: { readonly health: Health; readonly size?: number }): ReactNode {
  return (
    <svg
      className={`${classes['mark']} ${classes[`health-${health}`]}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {healthShape(health)}
    </svg>
  )
}

function healthShape(health: Health): ReactNode {
  switch (health) {
    case 'OK':
      return <path d="m3.2 8.4 3.2 3.2 6.4-7" className={classes['stroke']} />
    case 'DEGRADED':
      return <path d="M8 2.4 14.4 13.4H1.6Z M8 6.4v3.4M8 11.5v.2" className={classes['stroke']} />
    case 'FAILED':
      return (
        <>
          <path d="M5.1 1.5h5.8l3.6 3.6v5.8l-3.6 3.6H5.1l-3.6-3.6V5.1Z" className={classes['fill']} />
          <path d="m5.6 5.6 4.8 4.8M10.4 5.6l-4.8 4.8" className={classes['knockout']} />
        </>
      )
    case 'UNKNOWN':
      return (
        <>
          <circle cx="8" cy="8" r="6" className={`${classes['stroke']} ${classes['dotted']}`} />
          <path d="M6.3 6.4a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.9.6-.9 1.3M8 11.2v.2" className={classes['stroke']} />
        </>
      )
  }
}

export function StandingMark({ standing, size = 14 }: { readonly standing: Standing; readonly size?: number }): ReactNode {
  return (
    <svg
      className={`${classes['mark']} ${classes[`standing-${standing}`]}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {standingShape(standing)}
    </svg>
  )
}

const shield = 'M8 1.6 13.4 3.6v4.2c0 3.2-2.2 5.4-5.4 6.6-3.2-1.2-5.4-3.4-5.4-6.6V3.6Z'

function standingShape(standing: Standing): ReactNode {
  switch (standing) {
    case 'held-here':
      return (
        <>
          <path d={shield} className={classes['fill']} />
          <path d="m5.3 8 2 2 3.5-3.9" className={classes['knockout']} />
        </>
      )
    case 'held-elsewhere':
      return <path d={`${shield}M5.6 8h4.6M8.4 6.1 10.4 8l-2 1.9`} className={classes['stroke']} />
    case 'contested':
      return (
        <>
          <path d={shield} className={classes['fill']} />
          <path d="M8 4.6v4M8 10.8v.2" className={classes['knockout']} />
        </>
      )
    case 'nobody':
      return <path d={shield} className={`${classes['stroke']} ${classes['dashed']}`} />
  }
}
