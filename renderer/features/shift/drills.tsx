/** Drills of the demo island: what can go wrong, what must hold, and what came of it when it was lived through. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import type { Answers } from '../../client/rpc.ts'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Button } from '../../ui/button.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { ProblemPanel, Shown } from '../../ui/shown.tsx'
import classes from './shift.module.css'

type Drill = Answers['demo']['drills']['items'][number]
type Run = Answers['demo']['runDrill']

export function DrillPage(): ReactNode {
  const { queries } = useWorkspace()
  const drills = useQuery(queries.drills())
  return (
    <div className={classes['sheet']}>
      <PageHead
        title={<Trans>Drills</Trans>}
        lead={
          <Trans>
            Each is lived through in a world of its own, with the same code that serves a real fleet; the island here is not touched.
          </Trans>
        }
      />
      <Shown answer={drills}>{({ items }) => items.map((drill) => <DrillPart key={drill.id} drill={drill} />)}</Shown>
    </div>
  )
}

function DrillPart({ drill }: { readonly drill: Drill }): ReactNode {
  const [run, setRun] = useState<Run | null>(null)
  const act = useAct((client) => client.demo.runDrill({ id: drill.id, seed: '' }))
  const live = async (): Promise<void> => {
    setRun(null)
    const answer = await act.run(undefined)
    if (answer !== null) setRun(answer)
  }
  return (
    <Section
      title={drill.title}
      actions={
        <Button onPress={() => void live()} isPending={act.isRunning}>
          <Trans>Live through it</Trans>
        </Button>
      }
    >
      <p className={classes['noteText']}>{drill.story}</p>
      <p className={classes['soft']}>
        <Trans>What must hold:</Trans>
      </p>
      <ul>
        {drill.holds.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {act.problem === null ? null : <ProblemPanel problem={act.problem} isInline />}
      <div role="status">{run === null ? null : <RunPart run={run} />}</div>
    </Section>
  )
}

function RunPart({ run }: { readonly run: Run }): ReactNode {
  const formats = useFormats()
  const lasted = formats.longDuration(run.virtualMs / 1000)
  return (
    <>
      <p>
        <strong className={run.ok ? '' : classes['doubt']}>
          {run.ok ? <Trans>All of it held.</Trans> : <Trans>Not all of it held.</Trans>}
        </strong>{' '}
        <Trans>
          {lasted} of the world, seed {run.seed}.
        </Trans>
      </p>
      {run.problems.map((problem) => (
        <p key={problem} className={classes['doubt']}>
          {problem}
        </p>
      ))}
      <ol className={classes['lines']}>
        {run.steps.map((step, at) => (
          <li key={`${String(at)}${step.sentence}`}>
            <span className={classes['figure']}>{formats.longDuration(step.atMs / 1000)}</span>
            <span>{step.sentence}</span>
            {step.cameAbout ? null : <span className={classes['soft']}>{t`did not come about`}</span>}
          </li>
        ))}
      </ol>
      <ul className={classes['lines']}>
        {run.checks.map((check) => (
          <li key={check.sentence}>
            <strong>{check.wrong.length === 0 ? t`held` : t`did not hold`}</strong>
            <span>{check.sentence}</span>
            <span className={classes['soft']}>
              <Plural value={check.looked} one="# thing looked at" other="# things looked at" />
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
