/** Layer 1: a domain with all below it. Who is behind, which paths fail, what to look at; then its nodes, ranked and filtered. */
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import type { DomainTab, RouteFilter } from '../../app/route.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { AuthorityDrafts } from '../../features/authority/drafts.tsx'
import { AuthorityPanel } from '../../features/authority/panel.tsx'
import { CommandPanel } from '../../features/commands/panel.tsx'
import { ReconciliationPanel } from '../../features/reconciliation/panel.tsx'
import { ThresholdsForm } from '../../features/thresholds/form.tsx'
import { TwoOperatorsPanel } from '../../features/two-operators/panel.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { MaintenanceStrip } from '../../features/shift/maintenance.tsx'
import { PageTabs } from '../../ui/page-tabs.tsx'
import { Shown, Waiting } from '../../ui/shown.tsx'
import type { DomainDetail } from './model.ts'
import { DomainOverview } from './overview.tsx'
import { DomainPaths } from './paths.tsx'
import classes from './view.module.css'
import { DomainHeadLine } from './head.tsx'
import { DomainNodes, DomainBehind } from './rooms.tsx'
import { DomainRollouts } from './rollouts.tsx'

type Props = { readonly domainId: string; readonly tab: DomainTab; readonly filter: RouteFilter }

export function DomainView({ domainId, tab, filter }: Props): ReactNode {
  const { queries } = useWorkspace()
  const domain = useQuery(queries.domain(domainId))
  return (
    <Shown
      answer={domain}
      waiting={
        <div className={classes['waiting']}>
          <Waiting lines={6} />
        </div>
      }
    >
      {(data) => (
        <div className={`${classes['page']} ${tab === 'nodes' || tab === 'topology' || tab === 'commands' ? classes['isFilled'] : ''}`}>
          <DomainHeadLine domain={data} isShort={tab !== 'overview'} />
          <MaintenanceStrip subject={data.row.id} name={data.row.name} />
          <DomainTabs domain={data} tab={tab} />
          <DomainRoom domain={data} tab={tab} filter={filter} />
        </div>
      )}
    </Shown>
  )
}

function DomainTabs({ domain, tab }: { readonly domain: DomainDetail; readonly tab: DomainTab }): ReactNode {
  const formats = useFormats()
  const href = (to: DomainTab): string => addressOf({ room: 'domain', domainId: domain.row.id, tab: to, filter: {} })
  return (
    <PageTabs
      label={t`Parts of this domain`}
      here={tab}
      tabs={[
        { id: 'overview', name: t`Overview`, href: href('overview') },
        { id: 'nodes', name: t`Nodes`, href: href('nodes'), count: formats.count(domain.row.subtree.nodes) },
        { id: 'behind', name: t`Behind`, href: href('behind') },
        { id: 'rollouts', name: t`Rollouts`, href: href('rollouts') },
        { id: 'commands', name: t`Commands`, href: href('commands') },
        { id: 'authority', name: t`Authority`, href: href('authority') },
        { id: 'topology', name: t`Paths`, href: href('topology') },
        { id: 'thresholds', name: t`Thresholds`, href: href('thresholds') },
      ]}
    />
  )
}

function DomainRoom({
  domain,
  tab,
  filter,
}: {
  readonly domain: DomainDetail
  readonly tab: DomainTab
  readonly filter: RouteFilter
}): ReactNode {
  switch (tab) {
    case 'overview':
      return <DomainOverview domain={domain} />
    case 'nodes':
      return <DomainNodes domain={domain} filter={filter} />
    case 'behind':
      return <DomainBehind domain={domain} />
    case 'rollouts':
      return <DomainRollouts domain={domain} />
    case 'commands':
      return <CommandPanel about={{ domainId: domain.row.id }} showsNode />
    case 'authority':
      return (
        <>
          <AuthorityDrafts domainId={domain.row.id} />
          <AuthorityPanel domainId={domain.row.id} />
        </>
      )
    case 'topology':
      return <DomainPaths domainId={domain.row.id} />
    case 'thresholds':
      return (
        <>
          <ThresholdsForm key={JSON.stringify(domain.thresholds)} domain={domain} />
          <ReconciliationPanel domain={domain} />
          <TwoOperatorsPanel domain={domain.row} />
        </>
      )
  }
}
