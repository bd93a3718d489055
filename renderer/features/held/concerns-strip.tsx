/** What the master itself asks a person to look at: said where people look for what waits, and led from there to the desk. */
import { t } from '@lingui/core/macro'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import classes from './concerns-strip.module.css'
import { usePressingConcerns } from './use-heard.ts'
import { concernSentence } from './words.ts'

export function ConcernsStrip(): ReactNode {
  const concerns = usePressingConcerns()
  if (concerns.length === 0) return null
  return (
    <ul className={classes['strip']} aria-label={t`About this master`}>
      {concerns.map((concern) => (
        <li key={concern.kind}>
          <a href={addressOf({ room: 'data' })} className={`${classes['line']} ${classes[concern.pressure]}`}>
            {concernSentence(concern)}
            <ChevronRight aria-hidden="true" size={14} />
          </a>
        </li>
      ))}
    </ul>
  )
}
