/** Layer 1: a domain with all below it. Who is behind, which paths fail, what to look at; then its nodes, ranked and filtered. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { Plus } from 'lucide-react'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { addressOf, goTo } from '../../app/navigation.ts'
import type { DomainTab, RouteFilter } from '../../app/route.ts'
import { TopologyMap } from '../../charts/topology.tsx'
import { useTableToggle } from '../../charts/table-toggle.tsx'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { DoubtNotes } from '../../features/doubts/doubts.tsx'
import { NewDomainDialog } from '../../features/domains/new-domain.tsx'
import { FilterBar } from '../../features/nodes/filter-bar.tsx'
import { isEmptyFilter, type NodeFilter, readFilter, toRequest, writeFilter } from '../../features/nodes/filter.ts'
import { NodeTable } from '../../features/nodes/table.tsx'
import { useWhyNot } from '../../features/operators/use-why-not.ts'
import { ThresholdsForm } from '../../features/thresholds/form.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { levelName } from '../../i18n/words.ts'
import { Age } from '../../ui/age.tsx'
import { Button } from '../../ui/button.tsx'
import { Name } from '../../ui/name.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { PageTabs } from '../../ui/page-tabs.tsx'
import { Section } from '../../ui/section.tsx'
import { Shown, Waiting } from '../../ui/shown.tsx'
import { type DomainDetail, toDomainHead } from './model.ts'
import { DomainOverview } from './overview.tsx'
import classes from './view.module.css'

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
        <div className={`${classes['page']} ${tab === 'nodes' || tab === 'topology' ? classes['isFilled'] : ''}`}>
          <DomainHeadLine domain={data} isShort={tab !== 'overview'} />
          <DomainTabs domain={data} tab={tab} />
          <DomainRoom domain={data} tab={tab} filter={filter} />
        </div>
      )}
    </Shown>
  )
}

function DomainHeadLine({ domain, isShort }: { readonly domain: DomainDetail; readonly isShort: boolean }): ReactNode {
  const formats = useFormats()
  const { nodes, live, late, onTheirOwn, comingBack, needsPerson } = toDomainHead(domain.row)
  const counted = { nodes: formats.count(nodes), live: formats.count(live) }
  return (
    <PageHead
      title={<Name text={domain.row.name} />}
      lead={
        isShort ? undefined : nodes === 0 ? (
          <Trans>No nodes here yet.</Trans>
        ) : (
          <>
            <Trans>
              {counted.nodes} nodes, {counted.live} live
            </Trans>
            {'. '}
            <Plural value={onTheirOwn} _0="None on its own" one="# on its own" other="# on their own" />
            {', '}
            <Plural value={late} _0="none late" one="# late or cached" other="# late or cached" />
            {', '}
            <Plural value={comingBack} _0="none coming back" one="# coming back" other="# coming back" />
            {'. '}
            {needsPerson === 0 ? (
              <Trans>Nothing waits for a person.</Trans>
            ) : (
              <strong className={classes['needs']}>
                <Plural value={needsPerson} one="# thing waits for a person." other="# things wait for a person." />
              </strong>
            )}
          </>
        )
      }
      aside={
        <>
          <span>{levelName(domain.row.level)}</span>
          <span aria-hidden="true">·</span>
          <span>
            <Trans>
              As heard <Age at={domain.at} isSpoken />
            </Trans>
          </span>
          <NewDomainButton domain={domain} />
        </>
      }
    >
      <DoubtNotes doubts={domain.doubts} />
    </PageHead>
  )
}

function NewDomainButton({ domain }: { readonly domain: DomainDetail }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const whyNot = useWhyNot('engineer')
  return (
    <>
      <Button look="quiet" whyNot={whyNot} icon={<Plus aria-hidden="true" />} onPress={() => setOpen(true)}>
        <Trans>Domain below</Trans>
      </Button>
      {isOpen ? <NewDomainDialog parent={domain.row} onClose={() => setOpen(false)} /> : null}
    </>
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
    case 'topology':
      return <DomainPaths domain={domain} />
    case 'thresholds':
      return <ThresholdsForm key={JSON.stringify(domain.thresholds)} domain={domain} />
  }
}

function DomainNodes({ domain, filter: routeFilter }: { readonly domain: DomainDetail; readonly filter: RouteFilter }): ReactNode {
  const domainId = domain.row.id
  const filter = useMemo(() => readFilter(routeFilter), [routeFilter])
  const change = useCallback(
    (next: NodeFilter) => goTo({ room: 'domain', domainId, tab: 'nodes', filter: writeFilter(next) }, 'replace'),
    [domainId],
  )
  return (
    <>
      <FilterBar filter={filter} counts={domain.row.subtree.modes} onChange={change} />
      <NodeTable
        request={toRequest(domainId, filter)}
        showsDomain={domain.children.length > 0}
        onClear={isEmptyFilter(filter) ? null : () => change(readFilter({}))}
      />
    </>
  )
}

function DomainPaths({ domain }: { readonly domain: DomainDetail }): ReactNode {
  const [isTable, toggle] = useTableToggle()
  return (
    <Section title={t`Paths to this master`} at={domain.at} actions={toggle} className={classes['paths']}>
      <TopologyMap
        vertices={domain.topology.vertices}
        omitted={domain.topology.omitted}
        hrefOf={(nodeId) => addressOf({ room: 'node', nodeId, tab: 'overview' })}
        height="100%"
        isTable={isTable}
        zoomsByWheel
      />
    </Section>
  )
}
