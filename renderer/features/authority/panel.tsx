/** Who is master of a domain: by what right, since when, who disagrees, what has no effect for it, and the acts of authority. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { levelName, standingName } from '../../i18n/words.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { StandingMark } from '../../ui/marks.tsx'
import { Name } from '../../ui/name.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import { Table } from '../../ui/table.tsx'
import { AuthorityActs } from './acts.tsx'
import type { DomainAuthority } from './model.ts'
import classes from './panel.module.css'
import { rightName, settledName } from './words.ts'

export function AuthorityPanel({ domainId }: { readonly domainId: string }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.domainAuthority(domainId))
  return <Shown answer={answer}>{(view) => <AuthorityShown view={view} />}</Shown>
}

function AuthorityShown({ view }: { readonly view: DomainAuthority }): ReactNode {
  const { authority, here } = view
  const formats = useFormats()
  return (
    <div>
      <Section title={t`Who is master here`} at={view.at}>
        <div className={`${classes['lead']} ${authority.standing === 'contested' ? classes['contested'] : ''}`}>
          <StandingMark standing={authority.standing} size={30} />
          <div>
            <p className={classes['who']}>
              <Name text={authority.masterName ?? t`Nobody`} />
              {authority.epoch === null ? null : (
                <span className={classes['epoch']}>
                  <Trans>epoch {authority.epoch}</Trans>
                </span>
              )}
            </p>
            <p>
              {standingName(authority.standing)}
              {view.right === null ? '' : `, ${rightName(view.right)}`}
              {authority.level === null ? '' : `, ${t`level ${levelName(authority.level)}`}`}
              {authority.since === null ? null : (
                <>
                  , <Trans>since {formats.instant(authority.since)}</Trans> (<Age at={authority.since} isSpoken />)
                </>
              )}
              {view.until === null ? '' : `, ${t`until ${formats.instant(view.until)}`}`}
            </p>
            <p className={classes['why']}>{formats.sentence(boundText(view.why, 400))}</p>
            {here.mayDecide ? null : (
              <p className={classes['barred']}>
                {formats.sentence(boundText(here.sentence ?? '', 300))} {formats.sentence(boundText(here.wouldAllow ?? '', 300))}{' '}
                <code>{here.code}</code>
              </p>
            )}
          </div>
        </div>
        <AuthorityActs view={view} />
      </Section>
      <Claimants view={view} />
      <Disputes view={view} />
      <Debts view={view} />
      <WithoutEffect view={view} />
    </div>
  )
}

function Claimants({ view }: { readonly view: DomainAuthority }): ReactNode {
  const formats = useFormats()
  const rows = [
    ...view.claimants.map((one) => ({ ...one, key: `c${one.eventId}`, as: rightName(one.right), rank: null as number | null })),
    ...view.delegations.map((one) => ({
      ...one,
      key: `d${one.eventId}`,
      as: t`may claim it`,
      rank: one.rank,
      since: null as string | null,
    })),
  ]
  return (
    <Section title={t`Who holds or may claim it`} isFlush className={classes['part']}>
      {rows.length === 0 ? (
        <p className={classes['calm']}>
          <Trans>Nobody holds a grant here.</Trans>
        </p>
      ) : (
        <Table
          label={t`Who holds or may claim it`}
          rows={rows}
          keyOf={(row) => row.key}
          columns={[
            { id: 'master', title: t`Master`, draw: (row) => <Name text={row.masterName ?? row.masterId} /> },
            { id: 'as', title: t`By`, draw: (row) => (row.rank === null ? row.as : t`${row.as}, in place ${row.rank}`) },
            { id: 'since', title: t`Since`, draw: (row) => (row.since === null ? '\u2014' : formats.dayTime(row.since)) },
            { id: 'until', title: t`Until`, draw: (row) => (row.until === null ? t`no date` : formats.dayTime(row.until)) },
            { id: 'event', title: t`Event`, draw: (row) => <code>{row.eventId}</code>, isSecondary: true },
          ]}
        />
      )}
    </Section>
  )
}

function Disputes({ view }: { readonly view: DomainAuthority }): ReactNode {
  if (view.disputes.length === 0) return null
  return (
    <Section title={t`Who disagreed`} className={classes['part']}>
      <ul className={classes['lines']}>
        {view.disputes.map((dispute) => (
          <li key={dispute.epoch}>
            <p>
              <strong>
                <Trans>Epoch {dispute.epoch}</Trans>
              </strong>
              {': '}
              {dispute.claimants.map(({ masterName, masterId }) => boundText(masterName ?? masterId, 60)).join(', ')}
            </p>
            <p className={dispute.settled === null ? classes['open'] : classes['faint']}>
              {dispute.settled === null
                ? t`Not settled. What restricts holds from any of them; what widens waits.`
                : t`Settled for ${boundText(dispute.settled.masterName ?? dispute.settled.masterId, 60)}: ${settledName(dispute.settled.by)}.`}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Debts({ view }: { readonly view: DomainAuthority }): ReactNode {
  if (view.debts.length === 0) return null
  return (
    <Section
      title={t`Broken glass to be looked into`}
      note={<Plural value={view.debts.length} one="# waits for another person" other="# wait for another person" />}
      className={classes['part']}
    >
      <ul className={classes['lines']}>
        {view.debts.map((debt) => (
          <li key={debt.eventId}>
            {debt.nodes === null ? (
              <Trans>
                {boundText(debt.masterName ?? debt.masterId, 60)} took it at epoch {debt.epoch}
              </Trans>
            ) : (
              <Trans>
                {boundText(debt.masterName ?? debt.masterId, 60)} was let command the node{' '}
                {debt.nodes.map(({ nodeId, name }) => boundText(name ?? nodeId, 60)).join(', ')} alone, by a person at the node
              </Trans>
            )}
            , <Age at={debt.since} isSpoken />
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** Acts and decisions that are kept, and count for nothing: nobody is to find out by surprise. */
function WithoutEffect({ view }: { readonly view: DomainAuthority }): ReactNode {
  const formats = useFormats()
  const rows = [
    ...view.refused.map((one) => ({ ...one, what: t`act of authority` })),
    ...view.powerless.map((one) => ({ ...one, what: boundText(one.type, 80) })),
  ]
  return (
    <Section
      title={t`Kept without effect`}
      note={<Plural value={rows.length} _0="nothing" one="# decision" other="# decisions" />}
      isFlush
      className={classes['part']}
    >
      {rows.length === 0 ? (
        <p className={classes['calm']}>
          <Trans>Everything that was decided here was decided by who held it.</Trans>
        </p>
      ) : (
        <Table
          label={t`Kept without effect`}
          rows={rows}
          keyOf={(row) => row.eventId}
          columns={[
            { id: 'master', title: t`Master`, width: '20%', draw: (row) => <Name text={row.masterName ?? row.masterId} /> },
            { id: 'what', title: t`What`, width: '24%', draw: (row) => row.what },
            { id: 'epoch', title: t`Epoch`, align: 'end', width: '4.5rem', draw: (row) => String(row.epoch) },
            {
              id: 'why',
              title: t`Why`,
              draw: (row) => {
                const sentence = formats.sentence(row.sentence)
                return <span title={boundText(sentence, 400)}>{boundText(sentence, 160)}</span>
              },
            },
          ]}
        />
      )}
      {view.powerless.length < 100 ? null : <Empty title={t`The first hundred are shown`} />}
    </Section>
  )
}
