/** The words of a node's state with their marks: connectivity, health and phase are separate axes and never one light. */
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { useFromNow } from '../client/workspace.tsx'
import {
  type Health,
  healthName,
  type Mode,
  modeMeaning,
  modeName,
  type Phase,
  phaseName,
  type Standing,
  standingName,
} from '../i18n/words.ts'
import classes from './badges.module.css'
import { healthShown } from './freshness.ts'
import { HealthMark, ModeMark, StandingMark } from './marks.tsx'

export function ModeBadge({ mode }: { readonly mode: Mode }): ReactNode {
  return (
    <span className={classes['badge']} title={modeMeaning(mode)}>
      <ModeMark mode={mode} />
      <span className={classes['word']}>{modeName(mode)}</span>
    </span>
  )
}

/** Health as it may be said now: an OK that was not renewed in time is unknown, with what it was. */
export function HealthBadge({ health, at }: { readonly health: Health; readonly at: string | null }): ReactNode {
  const isExpired = useFromNow((now) => healthShown(health, at, now).isExpired)
  const shown = isExpired ? 'UNKNOWN' : health
  return (
    <span className={`${classes['badge']} ${shown === 'FAILED' ? classes['urgent'] : ''}`}>
      <HealthMark health={shown} />
      <span className={classes['word']}>{isExpired ? t`Unknown, was OK` : healthName(health)}</span>
    </span>
  )
}

/** Loud only when a person must act; being active needs no colour. */
export function PhaseBadge({ phase }: { readonly phase: Phase }): ReactNode {
  const look =
    phase === 'QUARANTINED'
      ? classes['urgentBox']
      : phase === 'DEGRADED'
        ? classes['cautionBox']
        : phase === 'ACTIVE'
          ? classes['plainPhase']
          : classes['box']
  return <span className={`${classes['phase']} ${look}`}>{phaseName(phase)}</span>
}

export function StandingBadge({ standing }: { readonly standing: Standing }): ReactNode {
  return (
    <span className={`${classes['badge']} ${standing === 'contested' ? classes['urgent'] : ''}`}>
      <StandingMark standing={standing} />
      <span className={classes['word']}>{standingName(standing)}</span>
    </span>
  )
}
