/** The desk of rollouts: what is under way, whether it is safe to go on and why, its waves over time, and the nodes that need somebody. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { ListPlus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { useTableToggle } from '../../charts/table-toggle.tsx'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Name } from '../../ui/name.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ScrollBox } from '../../ui/scroll-box.tsx'
import { Section } from '../../ui/section.tsx'
import { Shown } from '../../ui/shown.tsx'
import { Table } from '../../ui/table.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { RolloutActs } from './acts.tsx'
import { Gantt, GateNote } from './gantt.tsx'
import { RolloutList } from './list.tsx'
import { rankRollouts, type RolloutDetail, toTotal } from './model.ts'
import { OutcomeKey, OutcomeSample } from './outcome-bar.tsx'
import classes from './page.module.css'
import { PlanDialog } from './plan.tsx'
import { VerdictBadge, VerdictReasons } from './verdict.tsx'
import { outcomeName, rolloutPhaseName } from './words.ts'

export function RolloutDesk({ rolloutId }: { readonly rolloutId: string | null }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.rollouts())
  const whyNot = useWhyNot('engineer')
  const [isPlanning, setPlanning] = useState(false)
  return (
    <div className={classes['page']}>
      <PageHead
        title={<Trans>Rollouts</Trans>}
        lead={<Trans>A policy is brought to nodes in waves. Only what a node has proven after it was started again counts.</Trans>}
        aside={
          <Button look="primary" whyNot={whyNot} icon={<ListPlus aria-hidden="true" />} onPress={() => setPlanning(true)}>
            <Trans>Plan a rollout</Trans>
          </Button>
        }
      />
      <Shown answer={answer}>
        {({ items }) => {
          const chosen = rolloutId ?? rankRollouts(items)[0]?.id ?? null
          return chosen === null ? (
            <RolloutList items={items} />
          ) : (
            <div className={classes['room']}>
              <nav className={classes['list']} aria-label={t`Rollouts`}>
                <RolloutList items={items} chosenId={chosen} />
              </nav>
              <RolloutRoom key={chosen} rolloutId={chosen} />
            </div>
          )
        }}
      </Shown>
      {isPlanning ? <PlanDialog onClose={() => setPlanning(false)} /> : null}
    </div>
  )
}

function RolloutRoom({ rolloutId }: { readonly rolloutId: string }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.rollout(rolloutId))
  return (
    <article className={classes['detail']} aria-label={t`The chosen rollout`}>
      <Shown answer={answer}>{(rollout) => <RolloutShown rollout={rollout} />}</Shown>
    </article>
  )
}

function RolloutShown({ rollout }: { readonly rollout: RolloutDetail }): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const domains = useQuery(queries.domains())
  const [isTable, toggle] = useTableToggle()
  const domain = domains.data?.items.find(({ id }) => id === rollout.domainId)
  const [disrupted, budget] = [formats.count(rollout.disrupted), formats.count(rollout.maxDisrupted)]
  return (
    <>
      <header className={classes['head']}>
        <div>
          <h2 className={classes['title']}>
            <Name text={rollout.name} />
          </h2>
          <p className={classes['lead']}>
            {rolloutPhaseName(rollout.phase)}, <Age at={rollout.since} isSpoken />
            {'. '}
            <a href={addressOf({ room: 'policies' })}>
              {boundText(rollout.policyName ?? '\u2014', 40)} <code>{boundText(rollout.policyVersion ?? '', 24)}</code>
            </a>
            {domain === undefined ? null : (
              <>
                {' '}
                <Trans>to</Trans>{' '}
                <a href={addressOf({ room: 'domain', domainId: domain.id, tab: 'rollouts', filter: {} })}>
                  <Name text={domain.name} />
                </a>
              </>
            )}
            {rollout.plannedBy === null ? '' : `, ${t`planned by ${boundText(rollout.plannedBy, 40)}`}`}
          </p>
        </div>
        <RolloutActs rollout={rollout} />
      </header>
      <Section title={t`Safe to advance?`} note={<VerdictBadge verdict={rollout.verdict.verdict} />} className={classes['part']}>
        <VerdictReasons rollout={rollout} />
        <Agreement rollout={rollout} />
        <GateNote rollout={rollout} />
      </Section>
      <Section
        title={t`Waves`}
        note={t`${disrupted} of at most ${budget} in the middle of it`}
        actions={toggle}
        className={classes['part']}
      >
        <Gantt rollout={rollout} isTable={isTable} />
        <OutcomeKey wave={toTotal(rollout)} />
      </Section>
      <Section
        title={t`Nodes`}
        note={<Plural value={rollout.nodes} one="# node, those that need somebody first" other="# nodes, those that need somebody first" />}
        className={classes['part']}
      >
        <NodeMatrix rollout={rollout} />
      </Section>
    </>
  )
}

/** Who took the responsibility for the software that it installs. */
function Agreement({ rollout }: { readonly rollout: RolloutDetail }): ReactNode {
  if (rollout.agreement === undefined) return null
  const started = boundText(rollout.agreement.startedBy ?? t`somebody who is not known here`, 40)
  const agreed = rollout.agreement.approvedBy === null ? null : boundText(rollout.agreement.approvedBy, 40)
  return (
    <p className={classes['lead']}>
      {agreed === null ? (
        <Trans>It installs software. {started} started it; a second person has not agreed yet.</Trans>
      ) : (
        <Trans>
          It installs software. {started} started it, {agreed} agreed.
        </Trans>
      )}
    </p>
  )
}

function NodeMatrix({ rollout }: { readonly rollout: RolloutDetail }): ReactNode {
  const formats = useFormats()
  return (
    <ScrollBox label={t`Nodes of the rollout`} height="26rem" isWide>
      <Table
        label={t`Nodes of the rollout`}
        rows={rollout.matrix}
        keyOf={(line) => line.nodeId}
        hrefOf={(line) => addressOf({ room: 'node', nodeId: line.nodeId, tab: 'overview' })}
        isUrgent={(line) => line.outcome === 'failed'}
        columns={[
          { id: 'name', title: t`Node`, width: '26%', draw: (line) => <Name text={line.name} /> },
          {
            id: 'wave',
            title: t`Wave`,
            width: '18%',
            draw: (line) => boundText(rollout.waves[line.wave]?.name ?? String(line.wave + 1), 40),
            isSecondary: true,
          },
          {
            id: 'outcome',
            title: t`Outcome`,
            width: '16%',
            draw: (line) => (
              <span className={classes['outcome']}>
                <OutcomeSample outcome={line.outcome} />
                {outcomeName(line.outcome)}
              </span>
            ),
          },
          { id: 'reason', title: t`Why`, draw: (line) => <span title={boundText(line.reason, 400)}>{boundText(line.reason, 160)}</span> },
        ]}
      />
      {rollout.omitted > 0 ? (
        <p className={classes['omitted']}>
          <Trans>{formats.count(rollout.omitted)} more are not listed; none of them needs somebody sooner.</Trans>
        </p>
      ) : null}
    </ScrollBox>
  )
}
