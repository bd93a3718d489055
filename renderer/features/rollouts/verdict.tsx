/** "Safe to advance?": the answer in two words, and every reason that it rests on. */
import { t } from '@lingui/core/macro'
import { CircleCheck, CircleDashed, Hand, Minus, Octagon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Rollout } from './model.ts'
import classes from './verdict.module.css'
import { reasonSentence, verdictName } from './words.ts'

type Verdict = Rollout['verdict']['verdict']
type Bearing = Rollout['verdict']['reasons'][number]['bearing']

export function VerdictBadge({ verdict }: { readonly verdict: Verdict }): ReactNode {
  return (
    <span className={`${classes['badge']} ${classes[verdict]}`}>
      <VerdictMark verdict={verdict} />
      {verdictName(verdict)}
    </span>
  )
}

function VerdictMark({ verdict }: { readonly verdict: Verdict }): ReactNode {
  const props = { 'aria-hidden': true, size: 14 } as const
  switch (verdict) {
    case 'advance':
    case 'finish':
      return <CircleCheck {...props} />
    case 'wait':
      return <Hand {...props} />
    case 'stop':
      return <Octagon {...props} />
    case 'over':
      return <Minus {...props} />
  }
}

/** What stops comes first, then what makes it wait, then what speaks for going on. */
export function VerdictReasons({ rollout }: { readonly rollout: Pick<Rollout, 'verdict'> }): ReactNode {
  const order: readonly Bearing[] = ['stop', 'wait', 'for', 'note']
  const reasons = rollout.verdict.reasons.toSorted((a, b) => order.indexOf(a.bearing) - order.indexOf(b.bearing))
  return (
    <ul className={classes['reasons']} aria-label={t`Reasons of the verdict`}>
      {reasons.map((reason) => (
        <li key={`${reason.code}${reason.sentence}`} className={classes[`bearing-${reason.bearing}`]}>
          <BearingMark bearing={reason.bearing} />
          <span>
            {reasonSentence(reason)} <code>{reason.code}</code>
          </span>
        </li>
      ))}
    </ul>
  )
}

function BearingMark({ bearing }: { readonly bearing: Bearing }): ReactNode {
  const props = { 'aria-hidden': true, size: 14 } as const
  switch (bearing) {
    case 'for':
      return <CircleCheck {...props} />
    case 'wait':
      return <Hand {...props} />
    case 'stop':
      return <Octagon {...props} />
    case 'note':
      return <CircleDashed {...props} />
  }
}
