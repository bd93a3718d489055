/** Domains with their health in one line each: spread, worst silence, backlog, drift and who is master of them. */
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { SpectrumStrip } from '../../charts/spectrum-bar.tsx'
import type { Answers } from '../../client/rpc.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { StandingBadge } from '../../ui/badges.tsx'
import { Name } from '../../ui/name.tsx'
import { Table } from '../../ui/table.tsx'
import classes from './table.module.css'

type DomainRow = Answers['fleet']['overview']['domains'][number]

export function DomainTable({ rows, label }: { readonly rows: readonly DomainRow[]; readonly label: string }): ReactNode {
  const formats = useFormats()
  const shallowest = Math.min(...rows.map((row) => row.depth))
  return (
    <Table
      label={label}
      rows={rows}
      keyOf={(row) => row.id}
      hrefOf={(row) => addressOf({ room: 'domain', domainId: row.id, tab: 'overview', filter: {} })}
      isUrgent={(row) => row.authority.standing === 'contested'}
      columns={[
        {
          id: 'name',
          title: t`Domain`,
          width: '22%',
          draw: (row) => (
            <span className={classes['name']} style={{ paddingLeft: `${String((row.depth - shallowest) * 0.875)}rem` }}>
              <Name text={row.name} />
            </span>
          ),
        },
        { id: 'nodes', title: t`Nodes`, align: 'end', width: '4.5rem', draw: (row) => formats.count(row.subtree.nodes) },
        { id: 'spectrum', title: t`Connectivity`, draw: (row) => <SpectrumStrip modes={row.subtree.modes} /> },
        {
          id: 'silence',
          title: t`Longest silence`,
          align: 'end',
          width: '7.5rem',
          draw: (row) => (row.subtree.nodes === 0 ? '\u2014' : formats.longDuration(row.subtree.worstSecondsBehind)),
        },
        {
          id: 'backlog',
          title: t`Backlog`,
          align: 'end',
          width: '5.5rem',
          draw: (row) => formats.shortCount(row.subtree.backlogMessages),
          isSecondary: true,
        },
        {
          id: 'drift',
          title: t`Drift`,
          align: 'end',
          width: '5.5rem',
          draw: (row) =>
            row.subtree.driftScore === null ? (
              <span className={classes['faint']}>{t`unknown`}</span>
            ) : (
              formats.share(row.subtree.driftScore)
            ),
        },
        {
          id: 'quarantined',
          title: t`Quarantined`,
          align: 'end',
          width: '6.75rem',
          draw: (row) => (
            <span className={row.subtree.quarantined > 0 ? classes['urgent'] : classes['faint']}>
              {formats.count(row.subtree.quarantined)}
            </span>
          ),
          isSecondary: true,
        },
        { id: 'authority', title: t`Authority`, width: '9rem', draw: (row) => <StandingBadge standing={row.authority.standing} /> },
        {
          id: 'heard',
          title: t`Heard`,
          align: 'end',
          width: '5rem',
          draw: (row) => <Age at={row.subtree.newestEvidenceAt} />,
          isSecondary: true,
        },
      ]}
    />
  )
}
