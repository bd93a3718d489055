/** Rollouts in one line each: which policy, how far, in which wave, and whether it is safe to go on. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Waves } from 'lucide-react'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Name } from '../../ui/name.tsx'
import { Empty } from '../../ui/shown.tsx'
import classes from './list.module.css'
import { rankRollouts, type Rollout, toTotal } from './model.ts'
import { OutcomeBar } from './outcome-bar.tsx'
import { VerdictBadge } from './verdict.tsx'
import { rolloutPhaseName } from './words.ts'

export function RolloutList({
  items,
  most,
  chosenId,
}: {
  readonly items: readonly Rollout[]
  readonly most?: number
  readonly chosenId?: string
}): ReactNode {
  const ranked = rankRollouts(items)
  if (ranked.length === 0) {
    return (
      <div className={classes['empty']}>
        <Empty title={t`No rollout yet`} icon={<Waves aria-hidden="true" size={20} />}>
          <Trans>A rollout brings a policy to nodes in waves, and says at each step whether it is safe to go on.</Trans>
        </Empty>
      </div>
    )
  }
  return (
    <ul className={classes['list']} aria-label={t`Rollouts`}>
      {ranked.slice(0, most ?? ranked.length).map((rollout) => (
        <li key={rollout.id}>
          <RolloutLine rollout={rollout} isChosen={rollout.id === chosenId} />
        </li>
      ))}
    </ul>
  )
}

function RolloutLine({ rollout, isChosen }: { readonly rollout: Rollout; readonly isChosen: boolean }): ReactNode {
  const formats = useFormats()
  const total = toTotal(rollout)
  const opened = rollout.waves.filter(({ openedAt }) => openedAt !== null).length
  const [proven, nodes] = [formats.count(total.outcomes.converged), formats.count(rollout.nodes)]
  return (
    <a
      href={addressOf({ room: 'rollouts', rolloutId: rollout.id })}
      className={classes['line']}
      aria-current={isChosen ? 'true' : undefined}
    >
      <span className={classes['head']}>
        <Name text={rollout.name} className={classes['name']} />
        <VerdictBadge verdict={rollout.verdict.verdict} />
      </span>
      <OutcomeBar wave={total} isThin />
      <span className={classes['foot']}>
        <span>
          {boundText(rollout.policyName ?? '\u2014', 40)} <code>{boundText(rollout.policyVersion ?? '', 24)}</code>
        </span>
        <span>
          {rolloutPhaseName(rollout.phase)},{' '}
          <Trans>
            wave {opened} of {rollout.waves.length}
          </Trans>
          ,{' '}
          <Trans>
            {proven} of {nodes} proven
          </Trans>
        </span>
      </span>
    </a>
  )
}
