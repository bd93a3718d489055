/** Tells one node to do something. What it will have to wait for is told once it is issued. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useAct, useWorkspace } from '../../client/workspace.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import classes from './dialog.module.css'
import { emptyOrder, type Order, type OrderForm, readOrder } from './model.ts'
import { OrderFields } from './order-fields.tsx'
import { commandKindName, orderProblemName } from './words.ts'

type Props = { readonly nodeId: string; readonly nodeName: string; readonly initial?: Partial<OrderForm>; readonly onClose: () => void }

export function IssueDialog({ nodeId, nodeName, initial = {}, onClose }: Props): ReactNode {
  const { clock } = useWorkspace()
  const [form, setForm] = useState<OrderForm>({ ...emptyOrder, ...initial })
  const whyNot = useWhyNot(form.kind === 'install-artifact' ? 'engineer' : 'operator')
  const issue = useAct((client, order: Order) => client.command.issue({ nodeId, ...order }))
  const { problem, order } = readOrder(form, clock.now())
  const barrier = whyNot ?? (problem !== null ? orderProblemName(problem) : order === null ? t`Say why first.` : null)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (order === null || barrier !== null) return
    const issued = await issue.run(order)
    if (issued === null) return
    const waits = issued.waitsFor.map(({ sentence }) => boundText(sentence, 200)).join(' ')
    say(waits === '' ? t`Recorded: ${commandKindName(form.kind)}.` : t`Recorded: ${commandKindName(form.kind)}. It waits: ${waits}`)
    onClose()
  }
  return (
    <Dialog title={t`Tell ${boundText(nodeName, 60)}`} isOpen onClose={onClose} width="wide">
      <form onSubmit={(event) => void submit(event)} className={classes['form']}>
        <OrderFields form={form} problem={problem} onChange={setForm} />
        {issue.problem === null ? null : <ProblemPanel problem={issue.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" isPending={issue.isRunning} whyNot={barrier}>
            <Trans>Tell it</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
