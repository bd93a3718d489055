/** The returns desk: who is coming back and how far they are, and how the last returns ended. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { RotateCcw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useListKeys } from '../../app/keyboard/use-list-keys.ts'
import { addressOf } from '../../app/navigation.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import type { Session } from '../../i18n/words.ts'
import { Age } from '../../ui/age.tsx'
import { Name } from '../../ui/name.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import { Table } from '../../ui/table.tsx'
import { returnSteps, toReturnProgress } from './model.ts'
import { ReturnQueue } from './queue.tsx'
import classes from './page.module.css'
import { stepName, verdictName } from './words.ts'

export function ReturnDesk(): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.sessions())
  return (
    <Shown answer={answer}>
      {({ items }) => {
        const open = items.filter((session) => session.closedAt === null)
        const closed = items.filter((session) => session.closedAt !== null)
        return (
          <div className={classes['page']}>
            <PageHead
              title={<Trans>Returns</Trans>}
              lead={
                open.length === 0 ? (
                  <Trans>Nobody is coming back now.</Trans>
                ) : (
                  <Plural
                    value={open.length}
                    one="# node is handing over what it recorded while it was away."
                    other="# nodes are handing over what they recorded while they were away."
                  />
                )
              }
            />
            <ReturnQueue />
            {open.length === 0 ? (
              <div className={classes['pad']}>
                <Empty title={t`No open return`} icon={<RotateCcw aria-hidden="true" size={20} />}>
                  <Trans>
                    A node that was on its own proves who it is, hands over its backlog and is checked before it is live again. You would
                    see it here, step by step.
                  </Trans>
                </Empty>
              </div>
            ) : (
              <OpenReturns sessions={open} />
            )}
            {closed.length === 0 ? null : (
              <Section
                title={t`Closed`}
                isFlush
                note={<Plural value={closed.length} one="# return" other="# returns" />}
                className={classes['closed']}
              >
                <ClosedReturns sessions={closed} />
              </Section>
            )}
          </div>
        )
      }}
    </Shown>
  )
}

function OpenReturns({ sessions }: { readonly sessions: readonly Session[] }): ReactNode {
  const { selected, listProps, rowProps } = useListKeys({
    name: 'returns',
    ids: sessions.map((session) => session.id),
    open: (id) => (window.location.hash = hrefOf(sessions.find((session) => session.id === id))),
  })
  return (
    <ul className={classes['list']} aria-label={t`Open returns`} {...listProps}>
      {sessions.map((session) => (
        <li key={session.id} className={session.id === selected ? classes['selected'] : ''} {...rowProps(session.id)}>
          <OpenReturn session={session} />
        </li>
      ))}
    </ul>
  )
}

function OpenReturn({ session }: { readonly session: Session }): ReactNode {
  const formats = useFormats()
  const { share, steps } = toReturnProgress(session)
  const received = formats.count(session.receivedEvents)
  const expected = formats.count(Math.max(session.expectedEvents, session.receivedEvents))
  return (
    <a href={hrefOf(session)} className={classes['row']}>
      <Name text={session.nodeName} className={classes['name']} />
      <span className={classes['step']}>
        <span className={classes['dots']} aria-hidden="true">
          {steps.map(({ step, state }) => (
            <span key={step} className={`${classes['dot']} ${classes[state]}`} />
          ))}
        </span>
        <span>
          {stepName(session.step)}{' '}
          <span className={classes['faint']}>
            <Trans>
              step {returnSteps.indexOf(session.step) + 1} of {returnSteps.length}
            </Trans>
          </span>
        </span>
      </span>
      <span
        className={classes['track']}
        role="progressbar"
        aria-label={t`Backlog received`}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(share === null ? {} : { 'aria-valuenow': Math.floor(share * 100) })}
      >
        <span className={classes['bar']} style={{ width: `${String((share ?? 0) * 100)}%` }} />
      </span>
      <span className={classes['figure']}>{share === null ? '\u2014' : formats.share(share)}</span>
      <span className={classes['figure']}>
        <Trans>
          {received} of {expected}
        </Trans>
      </span>
      <span className={classes['figure']}>
        {session.etaSeconds === null || share === 1 ? '' : t`${formats.longDuration(session.etaSeconds)} to go`}
      </span>
    </a>
  )
}

function ClosedReturns({ sessions }: { readonly sessions: readonly Session[] }): ReactNode {
  const formats = useFormats()
  return (
    <Table
      label={t`Closed returns`}
      rows={sessions}
      keyOf={(session) => session.id}
      hrefOf={hrefOf}
      isUrgent={(session) => session.verdict === 'QUARANTINED'}
      columns={[
        { id: 'node', title: t`Node`, draw: (session) => <Name text={session.nodeName} />, width: '18%' },
        { id: 'verdict', title: t`Verdict`, draw: (session) => <Verdict session={session} />, width: '9rem' },
        {
          id: 'reason',
          title: t`Reason`,
          draw: (session) => <span title={session.reasons[0]?.sentence}>{session.reasons[0]?.sentence ?? '\u2014'}</span>,
        },
        { id: 'events', title: t`Events`, align: 'end', draw: (session) => formats.count(session.receivedEvents), width: '6rem' },
        {
          id: 'took',
          title: t`Took`,
          align: 'end',
          draw: (session) => formats.longDuration((Date.parse(session.closedAt ?? session.openedAt) - Date.parse(session.openedAt)) / 1000),
          width: '6rem',
          isSecondary: true,
        },
        {
          id: 'breaks',
          title: t`Breaks`,
          align: 'end',
          draw: (session) => formats.count(session.resumedTimes),
          width: '5rem',
          isSecondary: true,
        },
        { id: 'closed', title: t`Closed`, align: 'end', draw: (session) => <Age at={session.closedAt} isSpoken />, width: '8rem' },
      ]}
    />
  )
}

function Verdict({ session }: { readonly session: Session }): ReactNode {
  if (session.verdict === null) return '\u2014'
  return (
    <span className={session.verdict === 'QUARANTINED' ? classes['urgent'] : session.verdict === 'ABANDONED' ? classes['soft'] : ''}>
      {verdictName(session.verdict)}
    </span>
  )
}

function hrefOf(session: Session | undefined): string {
  return session === undefined ? addressOf({ room: 'returns' }) : addressOf({ room: 'node', nodeId: session.nodeId, tab: 'overview' })
}
