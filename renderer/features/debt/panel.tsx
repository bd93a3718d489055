/** Which sub-fleets are behind: the debt of a domain by domain below, by tag, by policy and by relay, most behind first. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { CircleCheck } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import type { Answers, Requests } from '../../client/rpc.ts'
import { useQueryKeepingLast, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Name } from '../../ui/name.tsx'
import { Section } from '../../ui/section.tsx'
import { Segments } from '../../ui/segments.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import { Table } from '../../ui/table.tsx'
import { shareOfWorst } from './model.ts'
import classes from './panel.module.css'

type By = Requests['debt']['rank']['by']
type Row = Answers['debt']['rank']['rows'][number]

export function DebtRanking({ domainId }: { readonly domainId: string }): ReactNode {
  const { queries } = useWorkspace()
  const [by, setBy] = useState<By>('domain')
  const answer = useQueryKeepingLast(queries.debt(domainId, by))
  return (
    <Section
      title={t`Who is behind`}
      isFlush
      note={answer.data === undefined ? undefined : <Plural value={answer.data.nodesBehind} _0="nobody" one="# node" other="# nodes" />}
      actions={
        <Segments
          label={t`Ranked by`}
          value={by}
          onChange={setBy}
          options={[
            { id: 'domain', name: t`Domain` },
            { id: 'relay', name: t`Relay` },
            { id: 'tag', name: t`Tag` },
            { id: 'policy', name: t`Policy` },
          ]}
        />
      }
    >
      <Shown answer={answer}>
        {(ranking) =>
          ranking.rows.length === 0 ? (
            <div className={classes['empty']}>
              <Empty title={t`Nobody is behind`} icon={<CircleCheck aria-hidden="true" size={20} />}>
                <Trans>Every node was heard in time, and nothing waits.</Trans>
              </Empty>
            </div>
          ) : (
            <>
              <RankTable rows={ranking.rows} by={by} domainId={domainId} />
              {ranking.isComplete ? null : (
                <p className={classes['bound']}>
                  <Plural
                    value={ranking.lookedAt}
                    one="Of the worst node alone; there are more behind."
                    other="Of the # worst nodes; there are more behind."
                  />
                </p>
              )}
            </>
          )
        }
      </Shown>
    </Section>
  )
}

function RankTable({ rows, by, domainId }: { readonly rows: readonly Row[]; readonly by: By; readonly domainId: string }): ReactNode {
  const formats = useFormats()
  const shares = shareOfWorst(rows)
  return (
    <Table
      label={t`Who is behind`}
      rows={rows}
      keyOf={(row) => row.key ?? ''}
      hrefOf={(row) => hrefOf(row, by, domainId)}
      columns={[
        { id: 'name', title: titleOf(by), width: '28%', draw: (row) => <Name text={nameOf(row, by)} /> },
        {
          id: 'bar',
          title: t`Share of all silence`,
          draw: (row) => (
            <span className={classes['bar']} aria-hidden="true">
              <span className={classes['level']} style={{ width: `${String((shares.get(row) ?? 0) * 100)}%` }} />
            </span>
          ),
          isSecondary: true,
        },
        { id: 'nodes', title: t`Nodes`, align: 'end', width: '5rem', draw: (row) => formats.count(row.nodesBehind) },
        {
          id: 'worst',
          title: t`Longest silence`,
          align: 'end',
          width: '8rem',
          draw: (row) => (row.worstSecondsBehind < 1 ? '\u2014' : formats.longDuration(row.worstSecondsBehind)),
        },
        { id: 'backlog', title: t`Messages waiting`, align: 'end', width: '9rem', draw: (row) => formats.count(row.backlogMessages) },
      ]}
    />
  )
}

function titleOf(by: By): string {
  switch (by) {
    case 'domain':
      return t`Domain`
    case 'tag':
      return t`Tag`
    case 'policy':
      return t`Policy adopted`
    case 'relay':
      return t`Relay`
  }
}

function nameOf({ key, name }: Row, by: By): string {
  if (name !== null) return boundText(name, 120)
  if (key !== null) return boundText(key, 40)
  switch (by) {
    case 'domain':
      return t`In this domain itself`
    case 'tag':
      return t`Without a tag`
    case 'policy':
      return t`No policy adopted`
    case 'relay':
      return t`Straight to the master`
  }
}

function hrefOf({ key }: Row, by: By, domainId: string): string {
  if (key !== null && by === 'domain') return addressOf({ room: 'domain', domainId: key, tab: 'behind', filter: {} })
  if (key !== null && by === 'relay') return addressOf({ room: 'node', nodeId: key, tab: 'overview' })
  if (key !== null && by === 'tag') return addressOf({ room: 'domain', domainId, tab: 'nodes', filter: { tags: [key] } })
  return addressOf({ room: 'domain', domainId, tab: 'nodes', filter: {} })
}
