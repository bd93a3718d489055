/** What to do with a master that knows no node yet: the way from here to a fleet, with what is done ticked off. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { addressOf, navigate } from '../../app/navigation.ts'
import { useHost } from '../../client/host.tsx'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { problemSentence } from '../../i18n/words.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { say } from '../../ui/notices.ts'
import { Section } from '../../ui/section.tsx'
import classes from './first-steps.module.css'

export function FirstSteps({ pendingEnrolments, policies }: { readonly pendingEnrolments: number; readonly policies: number }): ReactNode {
  const { name: workspace, queries } = useWorkspace()
  const host = useHost()
  const master = useQuery(queries.master())
  const gateway = master.data?.gatewayUrl ?? null
  const command = `ibcf node --data DIR --master ${gateway ?? 'URL'}`
  const openDemo = async (): Promise<void> => {
    const problem = await host.openDemo()
    if (problem === null) navigate({ workspace: 'demo', place: { room: 'overview' } })
    else say(`${problemSentence(problem)} (${problem.code})`)
  }
  return (
    <Section title={t`From here to a fleet`} className={classes['section']}>
      <ol className={classes['steps']}>
        <Step isDone={gateway !== null} number={1}>
          <p className={classes['name']}>
            <Trans>Let nodes reach this master</Trans>
          </p>
          <p>
            {gateway === null ? (
              <a href={addressOf({ room: 'enrolments' })} className={classes['link']}>
                <Trans>Open a listener at the enrolments desk</Trans>
              </a>
            ) : (
              <Trans>
                It listens at <code>{gateway}</code>
              </Trans>
            )}
          </p>
        </Step>
        <Step isDone={pendingEnrolments > 0} number={2}>
          <p className={classes['name']}>
            <Trans>Start the agent at a node</Trans>
          </p>
          <p className={classes['command']}>
            <code>{command}</code>
            <CopyButton text={command} label={t`Copy the command`} />
          </p>
        </Step>
        <Step isDone={false} number={3}>
          <p className={classes['name']}>
            <Trans>Compare its six words and let it in</Trans>
          </p>
          <p>
            <a href={addressOf({ room: 'enrolments' })} className={classes['link']}>
              <Plural value={pendingEnrolments} _0="Nobody asks yet" one="# node asks to join" other="# nodes ask to join" />
            </a>
          </p>
        </Step>
        <Step isDone={policies > 0} number={4}>
          <p className={classes['name']}>
            <Trans>Say what nodes are to be</Trans>
          </p>
          <p>
            <a href={addressOf({ room: 'policies' })} className={classes['link']}>
              <Trans>Publish a policy and assign it</Trans>
            </a>
          </p>
        </Step>
      </ol>
      {workspace === 'main' ? (
        <p className={classes['demo']}>
          <Trans>Or see first how it looks with 200 nodes:</Trans>
          <Button onPress={() => void openDemo()} isPending={host.isBusy}>
            <Trans>Open the demo island</Trans>
          </Button>
        </p>
      ) : null}
    </Section>
  )
}

function Step({
  isDone,
  number,
  children,
}: {
  readonly isDone: boolean
  readonly number: number
  readonly children: ReactNode
}): ReactNode {
  return (
    <li className={`${classes['step']} ${isDone ? classes['done'] : ''}`}>
      <span className={classes['mark']} aria-hidden="true">
        {isDone ? <Check size={13} strokeWidth={3} /> : number}
      </span>
      <div>{children}</div>
    </li>
  )
}
