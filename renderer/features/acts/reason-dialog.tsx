/** The one way to act: what the act does, a reason for the record, and the refusal in place when there is one. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { MasterClient } from '../../client/rpc.ts'
import { useAct } from '../../client/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel } from '../../ui/shown.tsx'
import classes from './reason-dialog.module.css'

type Props = {
  readonly title: string
  /** What the act does, and whether there is a way back. */
  readonly explanation: ReactNode
  /** On the button that does it. */
  readonly actName: string
  readonly look?: 'primary' | 'danger'
  readonly reasonLabel?: string
  /** False where the act asks for no reason, or for one of its own. */
  readonly needsReason?: boolean
  /** It may be given and need not be. */
  readonly isReasonOptional?: boolean
  /** Why it cannot be done as it is filled in; null when it can. */
  readonly whyNot?: string | null
  readonly children?: ReactNode
  readonly width?: 'narrow' | 'wide'
  readonly perform: (client: MasterClient, reason: string) => Promise<unknown>
  /** Said once it is recorded. */
  readonly done: string
  readonly onClose: () => void
  readonly onDone?: () => void
}

export function ReasonDialog({
  title,
  explanation,
  actName,
  look = 'primary',
  reasonLabel,
  needsReason = true,
  isReasonOptional = false,
  whyNot = null,
  children,
  width = 'narrow',
  perform,
  done,
  onClose,
  onDone,
}: Props): ReactNode {
  const [reason, setReason] = useState('')
  const act = useAct(async (client, given: string) => {
    await perform(client, given)
    return true
  })
  const barrier = whyNot ?? (needsReason && !isReasonOptional && reason.trim() === '' ? t`Say why first.` : null)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (barrier !== null || (await act.run(reason.trim())) === null) return
    say(done)
    onDone?.()
    onClose()
  }
  return (
    <Dialog title={title} isOpen onClose={onClose} isUrgent={look === 'danger'} width={width}>
      <form onSubmit={(event) => void submit(event)} className={classes['form']}>
        <div className={classes['explanation']}>{explanation}</div>
        {children}
        {needsReason ? (
          <TextEntry
            label={reasonLabel ?? t`Reason, kept on the record`}
            value={reason}
            onChange={setReason}
            isRequired={!isReasonOptional}
            autoFocus={children === undefined}
            lines={2}
            maxLength={1000}
          />
        ) : null}
        {act.problem === null ? null : <ProblemPanel problem={act.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look={look} type="submit" isPending={act.isRunning} whyNot={barrier}>
            {actName}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
