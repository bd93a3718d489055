/** What makes shown state doubtful for now, in a sentence on a page and as a mark in a row. */
import { t } from '@lingui/core/macro'
import { Hourglass, Puzzle } from 'lucide-react'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { assertNever } from '../../i18n/assert-never.ts'
import type { Answers } from '../../client/rpc.ts'
import classes from './doubts.module.css'

type Doubt = Answers['node']['get']['doubts'][number]

export function DoubtNotes({ doubts }: { readonly doubts: readonly Doubt[] }): ReactNode {
  if (doubts.length === 0) return null
  return (
    <ul className={classes['notes']}>
      {doubts.map((doubt) => (
        <li key={doubt}>
          <a href={addressOf({ room: 'data' })} className={classes['note']}>
            <DoubtIcon doubt={doubt} />
            <span>
              <strong>{doubtName(doubt)}</strong> {doubtMeaning(doubt)}
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}

/** For a row: the shape, with its words for whoever hovers or listens. */
export function DoubtMarks({ doubts }: { readonly doubts: readonly Doubt[] }): ReactNode {
  return doubts.map((doubt) => (
    <span
      key={doubt}
      className={classes['mark']}
      role="img"
      aria-label={doubtName(doubt)}
      title={`${doubtName(doubt)} ${doubtMeaning(doubt)}`}
    >
      <DoubtIcon doubt={doubt} />
    </span>
  ))
}

function DoubtIcon({ doubt }: { readonly doubt: Doubt }): ReactNode {
  return doubt === 'being-rejudged' ? <Hourglass aria-hidden="true" size={13} /> : <Puzzle aria-hidden="true" size={13} />
}

function doubtName(doubt: Doubt): string {
  switch (doubt) {
    case 'being-rejudged':
      return t`Being judged again.`
    case 'parked-events':
      return t`Something is missing.`
    default:
      return assertNever(doubt)
  }
}

function doubtMeaning(doubt: Doubt): string {
  switch (doubt) {
    case 'being-rejudged':
      return t`Who decides here was learnt anew, so what was decided is weighed once more; what is shown may still change.`
    case 'parked-events':
      return t`An event about it could not be folded; what is shown is without it.`
    default:
      return assertNever(doubt)
  }
}
