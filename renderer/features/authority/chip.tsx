/** Who is master of what is on screen, at which epoch, and whether anyone disagrees. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import type { Answers } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { levelName, standingName } from '../../i18n/words.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { StandingMark } from '../../ui/marks.tsx'
import { Name } from '../../ui/name.tsx'
import classes from './chip.module.css'

type Authority = Answers['domain']['get']['row']['authority']

export function AuthorityChip({ authority }: { readonly authority: Authority }): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const domains = useQuery(queries.domains())
  const granted = domains.data?.items.find((row) => row.id === authority.grantedAtDomainId)
  return (
    <DialogTrigger>
      <Button className={`${classes['chip']} ${authority.standing === 'contested' ? classes['contested'] : ''}`}>
        <StandingMark standing={authority.standing} size={15} />
        <span className={classes['sentence']}>{sentenceOf(authority)}</span>
        {authority.epoch === null ? null : (
          <span className={classes['epoch']}>
            <Trans>epoch {authority.epoch}</Trans>
          </span>
        )}
      </Button>
      <Popover className={classes['popover'] ?? ''} placement="bottom end" offset={6}>
        <Dialog className={classes['dialog'] ?? ''} aria-label={t`Authority`}>
          <p className={classes['lead']}>{explain(authority)}</p>
          <dl className={classes['facts']}>
            <dt>{t`Standing`}</dt>
            <dd>{standingName(authority.standing)}</dd>
            <dt>{t`Master`}</dt>
            <dd>{authority.masterName === null ? t`nobody` : <Name text={authority.masterName} />}</dd>
            {authority.level === null ? null : (
              <>
                <dt>{t`Level`}</dt>
                <dd>{levelName(authority.level)}</dd>
              </>
            )}
            {authority.epoch === null ? null : (
              <>
                <dt>{t`Epoch`}</dt>
                <dd>{formats.count(authority.epoch)}</dd>
              </>
            )}
            {authority.since === null ? null : (
              <>
                <dt>{t`Since`}</dt>
                <dd>
                  {formats.instant(authority.since)} (<Age at={authority.since} isSpoken />)
                </dd>
              </>
            )}
            {granted === undefined ? null : (
              <>
                <dt>{t`Granted at`}</dt>
                <dd>
                  <Name text={granted.name} />
                </dd>
              </>
            )}
          </dl>
          {domains.data === undefined ? null : (
            <p className={classes['foot']}>
              <Plural
                value={domains.data.items.filter((row) => row.authority.standing === 'held-here').length}
                _0="This master holds no domain."
                one="This master holds # domain."
                other="This master holds # domains."
              />
            </p>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

function sentenceOf(authority: Authority): string {
  const master = boundText(authority.masterName ?? '', 24)
  switch (authority.standing) {
    case 'held-here':
      return t`Master of record here`
    case 'held-elsewhere':
      return t`Held by ${master}`
    case 'contested':
      return t`Contested`
    case 'nobody':
      return t`Nobody is master`
  }
}

function explain(authority: Authority): string {
  switch (authority.standing) {
    case 'held-here':
      return t`This master decides what is desired here, and nodes obey it at this epoch.`
    case 'held-elsewhere':
      return t`Another master decides here. You see what was last heard; acts that widen anything are refused.`
    case 'contested':
      return t`Two masters claim this at one epoch. What restricts holds from either; what widens waits until it is resolved.`
    case 'nobody':
      return t`No grant is in force here. Nobody may change what is desired.`
  }
}
