/** The first page of a domain: spread, vital figures, paths, what to look at, and how its debt develops. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { DebtOverTime, useDebtSentence } from '../../charts/debt-over-time.tsx'
import { SpectrumBar } from '../../charts/spectrum-bar.tsx'
import { SpectrumOverTime } from '../../charts/spectrum-over-time.tsx'
import { useTableToggle } from '../../charts/table-toggle.tsx'
import { AttentionList } from '../../features/attention/list.tsx'
import { DomainTable } from '../../features/domains/table.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { phaseName } from '../../i18n/words.ts'
import { Figures } from '../../ui/figures.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty } from '../../ui/shown.tsx'
import { type DomainDetail, unhealthy, unusualPhases } from './model.ts'
import { SmallPaths } from './paths.tsx'
import classes from './view.module.css'

export function DomainOverview({ domain }: { readonly domain: DomainDetail }): ReactNode {
  const [isDebtTable, debtToggle] = useTableToggle()
  const [isTimeTable, timeToggle] = useTableToggle()
  const debtSentence = useDebtSentence(domain.debt)
  const { id } = domain.row
  return (
    <>
      <div className={classes['spectrum']}>
        <SpectrumBar
          modes={domain.row.subtree.modes}
          size="medium"
          hrefOf={(mode) => addressOf({ room: 'domain', domainId: id, tab: 'nodes', filter: { modes: [mode] } })}
        />
      </div>
      <DomainFigures domain={domain} />
      <div className={classes['pair']}>
        <SmallPaths domainId={id} />
        <Section title={t`Needs attention`} isFlush at={domain.at}>
          <AttentionList items={domain.attention.slice(0, 10)} listName="domain-attention" />
        </Section>
      </div>
      <div className={classes['half']}>
        <Section title={t`Sync debt`} note={debtSentence} actions={debtToggle}>
          {domain.debt.length < 2 ? (
            <Empty title={t`No history yet`} />
          ) : (
            <DebtOverTime points={domain.debt} height={170} isTable={isDebtTable} />
          )}
        </Section>
        <Section title={t`Connectivity over time`} actions={timeToggle}>
          {domain.spectrum.length < 2 ? (
            <Empty title={t`No history yet`} />
          ) : (
            <SpectrumOverTime points={domain.spectrum} height={170} isTable={isTimeTable} isWithoutLive={false} />
          )}
        </Section>
      </div>
      {domain.children.length === 0 ? null : (
        <Section title={t`Domains below`} isFlush>
          <DomainTable rows={domain.children} label={t`Domains below`} />
        </Section>
      )}
    </>
  )
}

function DomainFigures({ domain }: { readonly domain: DomainDetail }): ReactNode {
  const formats = useFormats()
  const line = domain.row.subtree
  const evidence = line.newestEvidenceAt
  const phases = unusualPhases(line)
  const [failed, degraded, unknown] = [
    formats.count(line.healths.FAILED),
    formats.count(line.healths.DEGRADED),
    formats.count(line.healths.UNKNOWN),
  ]
  const unhealthyCount = unhealthy(line)
  return (
    <Figures
      label={t`Vital figures of this domain`}
      items={[
        {
          id: 'health',
          name: t`Health`,
          at: evidence,
          value:
            unhealthyCount === 0 ? <Trans>No complaints</Trans> : <Plural value={unhealthyCount} one="# complains" other="# complain" />,
          note: t`${failed} failed, ${degraded} degraded, ${unknown} unknown`,
          isUrgent: line.healths.FAILED > 0,
        },
        {
          id: 'quarantined',
          name: t`In quarantine`,
          at: evidence,
          value: formats.count(line.quarantined),
          isUrgent: line.quarantined > 0,
          note:
            phases
              .filter(({ phase }) => phase !== 'QUARANTINED')
              .map(({ phase, count }) => `${phaseName(phase)} ${formats.count(count)}`)
              .join(', ') || t`All others active`,
        },
        {
          id: 'silence',
          name: t`Longest silence`,
          at: line.oldestEvidenceAt,
          value: line.nodes === 0 ? '\u2014' : formats.longDuration(line.worstSecondsBehind),
          note: t`of one node`,
        },
        {
          id: 'backlog',
          name: t`Sync debt`,
          at: evidence,
          value: formats.shortCount(line.backlogMessages),
          note: t`messages wait at nodes`,
        },
        {
          id: 'drift',
          name: t`Mean drift`,
          at: evidence,
          value: line.driftScore === null ? t`Unknown` : formats.share(line.driftScore),
          note: t`known of ${formats.count(line.driftKnown)} of ${formats.count(line.nodes)}`,
        },
      ]}
    />
  )
}
