/** How many nodes may hand over at once, and how much together: seen and changed ([RT14]). The others are told when to come again. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Answers } from '../../client/rpc.ts'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel, Shown } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { bytesPerMegabyte, readBudgetForm } from './budget-model.ts'

type Budget = Pick<Answers['session']['queue'], 'maxSessions' | 'maxBytes'>

export function ReturnBudget(): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const answer = useQuery(queries.returnQueue())
  const [isChanging, setChanging] = useState(false)
  return (
    <Shown answer={answer}>
      {(queue) => (
        <>
          <Trans>
            <Plural value={queue.maxSessions} one="# node" other="# nodes" /> at once,{' '}
            {formats.count(Math.round(queue.maxBytes / bytesPerMegabyte))} MB together
          </Trans>
          <Button onPress={() => setChanging(true)}>
            <Trans>Change</Trans>
          </Button>
          {isChanging ? <BudgetDialog budget={queue} onClose={() => setChanging(false)} /> : null}
        </>
      )}
    </Shown>
  )
}

function BudgetDialog({ budget, onClose }: { readonly budget: Budget; readonly onClose: () => void }): ReactNode {
  const [sessions, setSessions] = useState(String(budget.maxSessions))
  const [megabytes, setMegabytes] = useState(String(Math.round(budget.maxBytes / bytesPerMegabyte)))
  const whyNot = useWhyNot('engineer')
  const change = useAct((client, wanted: Budget) => client.session.setBudget(wanted))
  const { wanted, isSessionsWrong, isMegabytesWrong } = readBudgetForm({ sessions, megabytes })
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (wanted === null || whyNot !== null) return
    if ((await change.run(wanted)) === null) return
    say(t`In force for whoever asks to return from now on.`)
    onClose()
  }
  return (
    <Dialog title={t`Nodes that come back at once`} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} style={{ display: 'contents' }}>
        <p>
          <Trans>
            When many nodes come back together, so many are let in at a time, in an order that is fair to the domains. The others are told
            when to ask again; what they recorded is safe with them meanwhile.
          </Trans>
        </p>
        <TextEntry
          label={t`Nodes at once`}
          value={sessions}
          onChange={setSessions}
          isRequired
          autoFocus
          inputMode="decimal"
          maxLength={6}
          error={isSessionsWrong ? t`A whole number from 1 to 4,096.` : null}
        />
        <TextEntry
          label={t`Still to come from them, together`}
          value={megabytes}
          onChange={setMegabytes}
          isRequired
          inputMode="decimal"
          maxLength={6}
          suffix="MB"
          error={isMegabytesWrong ? t`A whole number from 1 to 65,536.` : null}
        />
        {change.problem === null ? null : <ProblemPanel problem={change.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            look="primary"
            type="submit"
            isPending={change.isRunning}
            whyNot={whyNot ?? (wanted === null ? t`Correct what is marked first.` : null)}
          >
            <Trans>Put in force</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
