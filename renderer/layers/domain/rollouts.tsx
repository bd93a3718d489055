/** What is being brought out in a domain and below, with the reasons why it is safe to go on, or not. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { ListPlus } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useWhyNot } from '../../features/operators/use-why-not.ts'
import { RolloutActs } from '../../features/rollouts/acts.tsx'
import { RolloutList } from '../../features/rollouts/list.tsx'
import { isOver, rankRollouts, type Rollout } from '../../features/rollouts/model.ts'
import { PlanDialog } from '../../features/rollouts/plan.tsx'
import { VerdictBadge, VerdictReasons } from '../../features/rollouts/verdict.tsx'
import { Button } from '../../ui/button.tsx'
import { Name } from '../../ui/name.tsx'
import { Section } from '../../ui/section.tsx'
import { Shown } from '../../ui/shown.tsx'
import { type DomainDetail, subtreeIds } from './model.ts'
import classes from './view.module.css'

/** Rollouts of the domain, and those of domains above that reach into it, are on the desk; here are its own. */
export function DomainRollouts({ domain }: { readonly domain: DomainDetail }): ReactNode {
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
