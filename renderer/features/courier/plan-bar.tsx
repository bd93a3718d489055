/** What would go, as a bar filled in the order in which it goes, and what would stay behind in words. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useFormats } from '../../i18n/use-formats.ts'
import { fillOf, isAllFitting, type Plan, sharesOf } from './model.ts'
import classes from './page.module.css'
import { laneName } from './words.ts'

export function PlanBar({ plan, isFull }: { readonly plan: Plan; readonly isFull: boolean }): ReactNode {
  const formats = useFormats()
  const shares = sharesOf(plan)
  const going = shares.filter(({ fits }) => fits > 0)
  const behind = shares.filter((share) => share.behind > 0)
  const total = going.reduce((sum, { fits }) => sum + fits, 0)
  const fill = fillOf(plan)
  const size = formats.bytes(plan.estimatedBytes)
  const limit = plan.limitBytes === null ? null : formats.bytes(plan.limitBytes)
  const since = plan.since === null ? null : formats.dayTime(plan.since)
  return (
    <div className={classes['plan']}>
      <span className={classes['planTrack']} role="img" aria-label={limit === null ? t`About ${size}` : t`About ${size} of ${limit}`}>
        {going.map(({ id, fits }) => (
          <span
            key={id}
            className={`${classes['planPart']} ${classes[`lane-${id}`]}`}
            style={{ width: `${String((fits / Math.max(total, 1)) * (fill ?? 1) * 100)}%` }}
          />
        ))}
      </span>
      <ul className={classes['planLegend']}>
        {shares.map(({ id, fits, behind: left }) =>
          fits + left === 0 ? null : (
            <li key={id}>
              <span className={`${classes['planMark']} ${classes[`lane-${id}`]}`} aria-hidden="true" />
              {laneName(id)} <strong>{formats.count(fits)}</strong>
              {left === 0 ? null : (
                <span className={classes['caution']}>
                  {' '}
                  · <Trans>{formats.count(left)} stay behind</Trans>
                </span>
              )}
            </li>
          ),
        )}
      </ul>
      <p className={classes['faint']}>
        {total === 0 && behind.length === 0 ? (
          <Trans>They hold all of it. A bundle still brings the receipt.</Trans>
        ) : isAllFitting(plan) ? (
          <Trans>All of it fits: about {size}.</Trans>
        ) : (
          <Trans>About {size}. What stays behind goes with the next one; decisions go first.</Trans>
        )}{' '}
        {isFull ? null : since === null ? (
          <Trans>No receipt of theirs is here yet, so all of it goes.</Trans>
        ) : (
          <Trans>What they acknowledged on {since} is left out.</Trans>
        )}
      </p>
      {total === 0 ? null : (
        <p className={classes['faint']}>
          <Trans>
            These are estimates, by what was packed here before. While it is packed it is measured, and never goes over the limit.
          </Trans>
        </p>
      )}
      <span className={classes['srOnly']}>
        {behind.length === 0 ? null : (
          <Plural value={behind.reduce((sum, share) => sum + share.behind, 0)} one="# stays behind" other="# stay behind" />
        )}
      </span>
    </div>
  )
}
