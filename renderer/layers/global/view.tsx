/** Layer 0: the whole fleet. Never a list of nodes: the spectrum, where it drifts, what needs a person, who holds authority. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { type ReactNode, useEffect, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { DriftMap } from '../../charts/drift-map.tsx'
import { SpectrumBar } from '../../charts/spectrum-bar.tsx'
import { SpectrumOverTime } from '../../charts/spectrum-over-time.tsx'
import { useTableToggle } from '../../charts/table-toggle.tsx'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { AttentionList } from '../../features/attention/list.tsx'
import { FirstSteps } from '../../features/first-run/first-steps.tsx'
import { DomainTable } from '../../features/domains/table.tsx'
import { usePressingConcerns } from '../../features/held/use-heard.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { Button } from '../../ui/button.tsx'
import { Section, SectionLink } from '../../ui/section.tsx'
import { Empty, Shown, Waiting } from '../../ui/shown.tsx'
import { ControlPlane, PolicyTargets, Refusals, Rollouts, StoreFigures } from './foot.tsx'
import { type Overview, toHeadline } from './model.ts'
import classes from './view.module.css'

const attentionShown = 9

export function GlobalView(): ReactNode {
  const { queries } = useWorkspace()
  const overview = useQuery(queries.overview())
  const nodesShown = overview.data?.nodes
  useEffect(() => {
    if (nodesShown === undefined) return
    // Whoever starts the console (`npm start -- --check`, the tests) waits for this.
    document.documentElement.dataset['nodesShown'] = String(nodesShown)
    document.documentElement.dataset['ready'] = 'overview'
  }, [nodesShown])
  return (
    <Shown answer={overview} waiting={<GlobalWaiting />}>
      {(data) => <GlobalPage overview={data} />}
    </Shown>
  )
}

function GlobalPage({ overview }: { readonly overview: Overview }): ReactNode {
  return (
    <div className={classes['page']}>
      <Headline overview={overview} />
      {overview.nodes === 0 ? (
        <FirstSteps pendingEnrolments={overview.pendingEnrolments} policies={overview.policies.length} />
      ) : (
        <FleetCharts overview={overview} />
      )}
      <div className={classes['pair']}>
        <PolicyTargets overview={overview} />
        <Rollouts />
      </div>
      <ControlPlane overview={overview} />
      <Section
        title={t`Domains`}
        isFlush
        className={classes['ruled']}
        note={<Plural value={overview.domains.length} one="# domain, with all below it" other="# domains, each with all below it" />}
      >
        <DomainTable rows={overview.domains} label={t`Domains`} />
      </Section>
      <div className={classes['pair']}>
        <Refusals overview={overview} />
        <StoreFigures overview={overview} />
      </div>
    </div>
  )
}

function FleetCharts({ overview }: { readonly overview: Overview }): ReactNode {
  const [isDriftTable, driftToggle] = useTableToggle()
  const [isTimeTable, timeToggle] = useTableToggle()
  const [isWithoutLive, setWithoutLive] = useState(false)
  const root = overview.domains[0]
  const nodesOf = (domainId: string, mode?: string): string =>
    addressOf({
      room: 'domain',
      domainId,
      tab: mode === undefined ? 'overview' : 'nodes',
      filter: mode === undefined ? {} : { modes: [mode] },
    })
  return (
    <>
      <div className={classes['spectrum']}>
        <SpectrumBar
          modes={overview.line.modes}
          hrefOf={(mode) => (root === undefined ? addressOf({ room: 'overview' }) : nodesOf(root.id, mode))}
        />
      </div>
      <Section
        title={t`Connectivity over time`}
        actions={
          <>
            <Button look="quiet" onPress={() => setWithoutLive(!isWithoutLive)}>
              {isWithoutLive ? <Trans>Show live too</Trans> : <Trans>Without live</Trans>}
            </Button>
            {timeToggle}
          </>
        }
        className={classes['ruled']}
      >
        {overview.spectrum.length < 2 ? (
          <Empty title={t`No history yet`}>
            <Trans>The bands are drawn from digests that are written every few minutes.</Trans>
          </Empty>
        ) : (
          <SpectrumOverTime points={overview.spectrum} height={156} isTable={isTimeTable} isWithoutLive={isWithoutLive} />
        )}
      </Section>
      <div className={classes['pair']}>
        <Section
          title={t`Drift by domain`}
          at={overview.line.oldestEvidenceAt === null ? null : overview.line.newestEvidenceAt}
          actions={driftToggle}
        >
          {overview.nodes === 0 ? (
            <Empty title={t`Nothing to compare yet`} />
          ) : (
            <DriftMap rows={overview.domains} hrefOf={(id) => nodesOf(id)} height={332} isTable={isDriftTable} />
          )}
        </Section>
        <Section
          title={t`Needs attention`}
          isFlush
          actions={
            <SectionLink href={addressOf({ room: 'attention' })}>
              <Trans>All</Trans>
            </SectionLink>
          }
        >
          <AttentionList items={overview.attention.slice(0, attentionShown)} listName="attention" />
        </Section>
      </div>
    </>
  )
}

function Headline({ overview }: { readonly overview: Overview }): ReactNode {
  const formats = useFormats()
  const { nodes, live, late, onTheirOwn, comingBack, needsPerson } = toHeadline(overview)
  const concerns = usePressingConcerns()
  const counted = { nodes: formats.count(nodes), live: formats.count(live) }
  return (
    <header className={classes['headline']}>
      <div>
        <h1 className={classes['title']}>
          {nodes === 0 ? (
            <Trans>No nodes yet</Trans>
          ) : (
            <Trans>
              {counted.nodes} nodes, {counted.live} live
            </Trans>
          )}
        </h1>
        <p className={classes['lead']}>
          {nodes === 0 ? (
            <>
              <Trans>Nodes appear here once they ask to join and are let in.</Trans>{' '}
            </>
          ) : (
            <>
              <Plural value={onTheirOwn} _0="None on its own" one="# on its own" other="# on their own" />
              {', '}
              <Plural value={late} _0="none late" one="# late or cached" other="# late or cached" />
              {', '}
              <Plural value={comingBack} _0="none coming back" one="# coming back" other="# coming back" />
              {'. '}
            </>
          )}
          <NeedsPerson count={needsPerson + concerns.length} />
        </p>
      </div>
      <p className={classes['asOf']}>
        <Trans>
          As heard <Age at={overview.at} isSpoken />
        </Trans>
      </p>
    </header>
  )
}

function NeedsPerson({ count }: { readonly count: number }): ReactNode {
  if (count === 0) return <Trans>Nothing waits for a person.</Trans>
  return (
    <a href={addressOf({ room: 'attention' })} className={classes['needs']}>
      <Plural value={count} one="# thing waits for a person." other="# things wait for a person." />
    </a>
  )
}

function GlobalWaiting(): ReactNode {
  return (
    <div className={classes['page']}>
      <div className={classes['headline']}>
        <Waiting lines={5} />
      </div>
    </div>
  )
}
