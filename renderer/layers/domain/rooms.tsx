/** The parts of a domain that list and draw its nodes: ranked and filtered, who is behind, which paths lead here. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useCallback, useMemo } from 'react'
import { goTo } from '../../app/navigation.ts'
import type { RouteFilter } from '../../app/route.ts'
import { DebtOverTime, useDebtSentence } from '../../charts/debt-over-time.tsx'
import { useTableToggle } from '../../charts/table-toggle.tsx'
import { DebtRanking } from '../../features/debt/panel.tsx'
import { FilterBar } from '../../features/nodes/filter-bar.tsx'
import { isEmptyFilter, type NodeFilter, readFilter, toRequest, writeFilter } from '../../features/nodes/filter.ts'
import { NodeTable } from '../../features/nodes/table.tsx'
import { QueryBar } from '../../features/query/bar.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty } from '../../ui/shown.tsx'
import type { DomainDetail } from './model.ts'

export function DomainNodes({ domain, filter: routeFilter }: { readonly domain: DomainDetail; readonly filter: RouteFilter }): ReactNode {
  const domainId = domain.row.id
  const filter = useMemo(() => readFilter(routeFilter), [routeFilter])
  const change = useCallback(
    (next: NodeFilter) => goTo({ room: 'domain', domainId, tab: 'nodes', filter: writeFilter(next) }, 'replace'),
    [domainId],
  )
  return (
    <>
      <QueryBar place={{ domainId, filter }} />
      <FilterBar filter={filter} counts={domain.row.subtree.modes} onChange={change} />
      <NodeTable
        request={toRequest(domainId, filter)}
        showsDomain={domain.children.length > 0}
        onClear={isEmptyFilter(filter) ? null : () => change(readFilter({}))}
      />
    </>
  )
}

/** Where the debt lies, and where it is heading. */
export function DomainBehind({ domain }: { readonly domain: DomainDetail }): ReactNode {
  const [isTable, toggle] = useTableToggle()
  const sentence = useDebtSentence(domain.debt)
  return (
    <>
      <Section title={t`Sync debt`} note={sentence} actions={toggle}>
        {domain.debt.length < 2 ? (
          <Empty title={t`No history yet`}>
            <Trans>The debt is written down every few minutes.</Trans>
          </Empty>
        ) : (
          <DebtOverTime points={domain.debt} height={190} isTable={isTable} />
        )}
      </Section>
      <DebtRanking domainId={domain.row.id} />
    </>
  )
}
