/** The first minutes with a new master: who you are, what this island is called; and the demo island beside it, to try things on first. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { FlaskConical } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { navigate } from '../../app/navigation.ts'
import { useHost } from '../../client/host.tsx'
import type { Problem } from '../../client/problem.ts'
import { type Answers, toProblem } from '../../client/rpc.ts'
import { useAct, useWorkspace } from '../../client/workspace.tsx'
import { problemSentence } from '../../i18n/words.ts'
import { IslandMark } from '../../ui/island-mark.tsx'
import { Button } from '../../ui/button.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel } from '../../ui/shown.tsx'
import classes from './page.module.css'

type Step = 'operator' | 'names'

export function FirstRun({ master }: { readonly master: Answers['master']['get'] }): ReactNode {
  const { name: workspace, cache } = useWorkspace()
  const host = useHost()
  const [step, setStep] = useState<Step>('operator')
  const [person, setPerson] = useState('')
  const [wasAsked, setAsked] = useState(false)
  const [masterName, setMasterName] = useState(master.name)
  const [islandName, setIslandName] = useState(master.rootDomainName)
  const [demoProblem, setDemoProblem] = useState<Problem | null>(null)

  useEffect(() => {
    document.documentElement.dataset['ready'] = 'first-run'
  }, [])

  // Both are done in one go at the end: until then nothing is recorded, and going back is possible.
  const found = useAct(async (client) => {
    const operator = await client.operator.create({ name: person.trim(), role: 'authority' })
    await client.operator.signIn({ operatorId: operator.id })
    // The operator is made by now, so a refused name is no reason to stay here: it can be given later, and the person is told.
    if (masterName.trim() !== master.name || islandName.trim() !== master.rootDomainName) {
      await client.master.rename({ name: masterName.trim(), rootDomainName: islandName.trim() }).catch((error: unknown) => {
        const problem = toProblem(error)
        say(`${problemSentence(problem)} (${problem.code})`)
      })
    }
    return operator
  })
  const next = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (person.trim() !== '') setStep('names')
  }
  const finish = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (masterName.trim() === '' || islandName.trim() === '') return
    const operator = await found.run(undefined)
    if (operator === null) cache.invalidateAll()
  }
  const openDemo = async (): Promise<void> => {
    setDemoProblem(null)
    const problem = await host.openDemo()
    if (problem === null) navigate({ workspace: 'demo', place: { room: 'overview' } })
    else setDemoProblem(problem)
  }

  return (
    <main className={classes['page']}>
      <div className={classes['sheet']}>
        <header className={classes['head']}>
          <IslandMark isDemo={workspace === 'demo'} size={40} />
          <h1 className={classes['title']}>
            <Trans>A new master</Trans>
          </h1>
          <p className={classes['lead']}>
            <Trans>
              This machine now keeps the record of an island: every node, every decision, and who took it. Two things are needed to begin.
            </Trans>
          </p>
          <ol className={classes['steps']}>
            <li aria-current={step === 'operator' ? 'step' : undefined}>
              <Trans>Who you are</Trans>
            </li>
            <li aria-current={step === 'names' ? 'step' : undefined}>
              <Trans>What this is called</Trans>
            </li>
          </ol>
        </header>
        {step === 'operator' ? (
          <form key="operator" onSubmit={next} className={classes['form']}>
            <TextEntry
              label={t`Your name`}
              error={wasAsked && person.trim() === '' ? t`Enter your name first.` : null}
              value={person}
              onChange={setPerson}
              isRequired
              autoFocus
              maxLength={200}
              help={t`Every act carries it. The master makes a key for you.`}
            />
            <p className={classes['role']}>
              <Trans>
                Your role is authority: someone must be able to let others in. Operators with other roles are made later, in the corner at
                the lower left.
              </Trans>
            </p>
            <div className={classes['actions']}>
              <Button look="primary" type="submit">
                <Trans>Go on</Trans>
              </Button>
            </div>
          </form>
        ) : (
          <form key="names" onSubmit={(event) => void finish(event)} className={classes['form']}>
            <TextEntry
              label={t`Name of this master`}
              value={masterName}
              onChange={setMasterName}
              isRequired
              autoFocus
              maxLength={200}
              help={t`Other masters and nodes see it.`}
            />
            <TextEntry
              label={t`Name of the island`}
              value={islandName}
              onChange={setIslandName}
              isRequired
              maxLength={200}
              help={t`The outermost domain that this master keeps.`}
            />
            {found.problem === null ? null : <ProblemPanel problem={found.problem} isInline />}
            <div className={classes['actions']}>
              <Button onPress={() => setStep('operator')}>
                <Trans>Back</Trans>
              </Button>
              <Button
                look="primary"
                type="submit"
                isPending={found.isRunning}
                whyNot={masterName.trim() === '' || islandName.trim() === '' ? t`Both names are needed.` : null}
              >
                <Trans>Begin</Trans>
              </Button>
            </div>
          </form>
        )}
      </div>
      {workspace === 'main' ? (
        <aside className={classes['demo']} aria-label={t`Demo island`}>
          <FlaskConical aria-hidden="true" size={22} />
          <h2 className={classes['demoTitle']}>
            <Trans>Look around first</Trans>
          </h2>
          <p>
            <Trans>
              The demo island is a simulated fleet of 200 nodes, with relays that fail and nodes that come back. Cut a link, alter a
              backlog, and see what happens. It has a place of its own and touches nothing real.
            </Trans>
          </p>
          <Button onPress={() => void openDemo()} isPending={host.isBusy}>
            {host.isBusy ? <Trans>Opening</Trans> : <Trans>Open the demo island</Trans>}
          </Button>
          {demoProblem === null ? null : <ProblemPanel problem={demoProblem} isInline />}
        </aside>
      ) : null}
    </main>
  )
}
