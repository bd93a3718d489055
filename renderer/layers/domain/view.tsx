/** Layer 1: a domain with all below it. Who is behind, which paths fail, what to look at; then its nodes, ranked and filtered. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { ListPlus, Plus, Send } from 'lucide-react'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { addressOf, goTo } from '../../app/navigation.ts'
import type { DomainTab, RouteFilter } from '../../app/route.ts'
import { DebtOverTime, useDebtSentence } from '../../charts/debt-over-time.tsx'
import { useTableToggle } from '../../charts/table-toggle.tsx'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { AuthorityDrafts } from '../../features/authority/drafts.tsx'
import { AuthorityPanel } from '../../features/authority/panel.tsx'
import { BatchDialog } from '../../features/commands/batch-dialog.tsx'
import { CommandPanel } from '../../features/commands/panel.tsx'
import { DebtRanking } from '../../features/debt/panel.tsx'
import { DoubtNotes } from '../../features/doubts/doubts.tsx'
import { NewDomainDialog } from '../../features/domains/new-domain.tsx'
import { FilterBar } from '../../features/nodes/filter-bar.tsx'
import { isEmptyFilter, type NodeFilter, readFilter, toRequest, writeFilter } from '../../features/nodes/filter.ts'
import { NodeTable } from '../../features/nodes/table.tsx'
import { useWhyNot } from '../../features/operators/use-why-not.ts'
import { QueryBar } from '../../features/query/bar.tsx'
import { ReconciliationPanel } from '../../features/reconciliation/panel.tsx'
import { RolloutActs } from '../../features/rollouts/acts.tsx'
import { RolloutList } from '../../features/rollouts/list.tsx'
import { isOver, rankRollouts, type Rollout } from '../../features/rollouts/model.ts'
import { PlanDialog } from '../../features/rollouts/plan.tsx'
import { VerdictBadge, VerdictReasons } from '../../features/rollouts/verdict.tsx'
import { ThresholdsForm } from '../../features/thresholds/form.tsx'
import { TwoOperatorsPanel } from '../../features/two-operators/panel.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { levelName } from '../../i18n/words.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { MaintenanceButton, MaintenanceStrip } from '../../features/shift/maintenance.tsx'
import { Button } from '../../ui/button.tsx'
import { Name } from '../../ui/name.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { PageTabs } from '../../ui/page-tabs.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown, Waiting } from '../../ui/shown.tsx'
import { type DomainDetail, subtreeIds, toDomainHead } from './model.ts'
import { DomainOverview } from './overview.tsx'
import { DomainPaths } from './paths.tsx'
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
          <TellButton domain={domain} />
          <MaintenanceButton subject={domain.row.id} name={domain.row.name} />
          <NewDomainButton domain={domain} />
        </>
      }
    >
      <DoubtNotes doubts={domain.doubts} />
    </PageHead>
  )
}

/** A batch over all nodes of the domain; a narrower one begins at its filtered list of nodes. */
function TellButton({ domain }: { readonly domain: DomainDetail }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const whyNot = useWhyNot('operator')
  const { id, name, subtree } = domain.row
  return (
    <>
      <Button
        whyNot={whyNot ?? (subtree.nodes === 0 ? t`No nodes here yet.` : null)}
        icon={<Send aria-hidden="true" />}
        onPress={() => setOpen(true)}
      >
        <Trans>Tell its nodes</Trans>
      </Button>
      {isOpen ? (
        <BatchDialog whom={t`the nodes of ${boundText(name, 60)}`} selector={{ domainId: id }} onClose={() => setOpen(false)} />
      ) : null}
    </>
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

function DomainNodes({ domain, filter: routeFilter }: { readonly domain: DomainDetail; readonly filter: RouteFilter }): ReactNode {
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
function DomainBehind({ domain }: { readonly domain: DomainDetail }): ReactNode {
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

/** Rollouts of the domain, and those of domains above that reach into it, are on the desk; here are its own. */
function DomainRollouts({ domain }: { readonly domain: DomainDetail }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.rollouts())
  const domains = useQuery(queries.domains())
  const [isPlanning, setPlanning] = useState(false)
  const whyNot = useWhyNot('engineer')
  const within = useMemo(() => subtreeIds(domains.data?.items ?? [], domain.row.id), [domains.data, domain.row.id])
  return (
    <Section
      title={t`Rollouts here and below`}
      isFlush
      actions={
        <Button whyNot={whyNot} icon={<ListPlus aria-hidden="true" />} onPress={() => setPlanning(true)}>
          <Trans>Plan a rollout</Trans>
        </Button>
      }
    >
      <Shown answer={answer}>{({ items }) => <DomainRolloutList items={items.filter(({ domainId }) => within.has(domainId))} />}</Shown>
      {isPlanning ? <PlanDialog domainId={domain.row.id} onClose={() => setPlanning(false)} /> : null}
    </Section>
  )
}

/** With the reasons of each that is not over: "safe to advance?" is what one comes here for. */
function DomainRolloutList({ items }: { readonly items: readonly Rollout[] }): ReactNode {
  const underWay = rankRollouts(items).filter((rollout) => !isOver(rollout))
  return (
    <>
      <RolloutList items={items} />
      {underWay.map((rollout) => (
        <div key={rollout.id} className={classes['verdict']}>
          <h3 className={classes['verdictHead']}>
            <Name text={rollout.name} /> <VerdictBadge verdict={rollout.verdict.verdict} />
          </h3>
          <VerdictReasons rollout={rollout} />
          <RolloutActs rollout={rollout} />
        </div>
      ))}
    </>
  )
}
