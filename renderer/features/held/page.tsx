/** The desk of what is held: is it safe, complete and up to date, and will the disk last. One plain answer, then what it rests on. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useFromNow, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ArchiveSection } from './archive.tsx'
import { ArtifactsSection } from './artifacts.tsx'
import { BackupsSection } from './backups.tsx'
import { HoldingsFigures } from './holdings.tsx'
import { HeldWords } from './held-words.tsx'
import { IncarnationSection } from './incarnation.tsx'
import { type Concern, concernsOf, type Heard, isAllHeard, partOf } from './model.ts'
import classes from './page.module.css'
import { ProjectionsSection } from './projections.tsx'
import { useHeard } from './use-heard.ts'
import { concernSentence } from './words.ts'

export function HeldDesk(): ReactNode {
  const { queries } = useWorkspace()
  const heard = useHeard()
  const master = useQuery(queries.master())
  // What the master may decide comes before everything else while it is not as it should be.
  const isLifeUrgent = heard.incarnation !== undefined && heard.incarnation.lapsed.length + heard.incarnation.debts.length > 0
  return (
    <div className={classes['page']}>
      <PageHead title={<Trans>What is held</Trans>} lead={<Verdict heard={heard} />} />
      <HoldingsFigures />
      {isLifeUrgent ? <IncarnationSection /> : null}
      <div className={classes['pair']}>
        <HeldWords />
        <BackupsSection isDemo={master.data?.isDemo ?? false} />
      </div>
      <ArtifactsSection />
      <ProjectionsSection />
      <div className={classes['pair']}>
        <ArchiveSection />
        {isLifeUrgent ? null : <IncarnationSection />}
      </div>
    </div>
  )
}

/** Drawn again when the answer changes, not every second: what was counted from now is told as text. */
function Verdict({ heard }: { readonly heard: Heard }): ReactNode {
  const told = useFromNow((now) => JSON.stringify(concernsOf(heard, now)))
  const concerns = JSON.parse(told) as readonly Concern[]
  if (concerns.length === 0)
    return !isAllHeard(heard) ? (
      <Trans>Asking the store.</Trans>
    ) : heard.isInMemory === true ? (
      <Trans>Complete and up to date, and in memory only.</Trans>
    ) : (
      <Trans>Safe, complete and up to date, and there is room.</Trans>
    )
  return (
    <ul className={classes['concerns']} aria-label={t`What to know`}>
      {concerns.map((concern) => (
        <li key={concern.kind}>
          <button type="button" className={`${classes['concern']} ${classes[concern.pressure]}`} onClick={() => show(partOf(concern))}>
            {concernSentence(concern)}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** The address belongs to the router, so a part of the page is shown by scrolling to it. */
function show(part: string): void {
  const section = document.getElementById(`held-${part}`)
  section?.scrollIntoView({ block: 'start' })
  section?.focus({ preventScroll: true })
}
