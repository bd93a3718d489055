/** Tells many nodes at once: who would be hit, and who is left out and why, is shown before the act can be done at all. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Requests } from '../../client/rpc.ts'
import { useAct, useWorkspace } from '../../client/workspace.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { Name } from '../../ui/name.tsx'
import { say } from '../../ui/notices.ts'
import { ScrollBox } from '../../ui/scroll-box.tsx'
import { ProblemPanel } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import classes from './dialog.module.css'
import { emptyOrder, groupLeftOut, type OrderForm, type Preview, readOrder } from './model.ts'
import { OrderFields } from './order-fields.tsx'
import { orderProblemName } from './words.ts'

type Asked = Requests['command']['preview']

type Props = {
  /** Who is meant, in words. */
  readonly whom: string
  readonly selector: Asked['selector']
  readonly onClose: () => void
}

export function BatchDialog({ whom, selector, onClose }: Props): ReactNode {
  const { clock } = useWorkspace()
  const [form, setForm] = useState<OrderForm>(emptyOrder)
  const [shown, setShown] = useState<{ readonly asked: Asked; readonly preview: Preview } | null>(null)
  const whyNot = useWhyNot(form.kind === 'install-artifact' ? 'engineer' : 'operator')
  const ask = useAct((client, asked: Asked) => client.command.preview(asked))
  const issue = useAct((client, given: { readonly asked: Asked; readonly previewDigest: string }) =>
    client.command.issueBatch({ ...given.asked, previewDigest: given.previewDigest }),
  )
  const { problem, order } = readOrder(form, clock.now())
  const barrier = whyNot ?? (problem !== null ? orderProblemName(problem) : order === null ? t`Say why first.` : null)
  const change = (next: OrderForm): void => {
    setForm(next)
    // A preview is of what was asked; of anything else it says nothing.
    setShown(null)
    issue.reset()
  }
  const preview = async (): Promise<void> => {
    if (order === null) return
    const asked = { selector, ...order }
    const answer = await ask.run(asked)
    if (answer !== null) setShown({ asked, preview: answer })
  }
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (barrier !== null) return
    if (shown === null) return preview()
    const issued = await issue.run({ asked: shown.asked, previewDigest: shown.preview.previewDigest })
    if (issued === null) return
    say(t`Recorded for ${issued.commandIds.length} nodes.`)
    onClose()
  }
  const hit = shown?.preview.hit.length ?? 0
  return (
    <Dialog title={t`Tell ${boundText(whom, 80)}`} isOpen onClose={onClose} width="wide">
      <form onSubmit={(event) => void submit(event)} className={classes['form']}>
        <OrderFields form={form} problem={problem} onChange={change} />
        {shown === null ? null : <PreviewShown preview={shown.preview} />}
        {ask.problem === null ? null : <ProblemPanel problem={ask.problem} isInline />}
        {issue.problem === null ? null : <ProblemPanel problem={issue.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look={shown === null ? 'primary' : 'plain'} isPending={ask.isRunning} whyNot={barrier} onPress={() => void preview()}>
            <Trans>Show whom it would hit</Trans>
          </Button>
          {shown === null ? null : (
            <Button
              look="primary"
              type="submit"
              isPending={issue.isRunning}
              whyNot={barrier ?? (hit === 0 ? t`Nobody would be hit; the reasons stand above.` : null)}
            >
              <Plural value={hit} one="Tell # node" other="Tell # nodes" />
            </Button>
          )}
        </DialogActions>
      </form>
    </Dialog>
  )
}

function PreviewShown({ preview }: { readonly preview: Preview }): ReactNode {
  const waiting = preview.hit.filter(({ waitsFor }) => waitsFor.length > 0)
  return (
    <section className={classes['preview']} aria-label={t`Whom it would hit`} role="status">
      <p className={classes['sum']}>
        <strong>
          <Plural value={preview.hit.length} _0="Nobody would be hit" one="# node would be hit" other="# nodes would be hit" />
        </strong>
        {waiting.length === 0 ? null : (
          <>
            {', '}
            <Plural value={waiting.length} one="# of them has to wait" other="# of them have to wait" />
          </>
        )}
        {'. '}
        <Plural value={preview.leftOut.length} _0="Nobody is left out." one="# is left out." other="# are left out." />
        {preview.needsApproval ? (
          <>
            {' '}
            <Trans>Another person has to agree before any of them is told.</Trans>
          </>
        ) : null}
      </p>
      <div className={classes['halves']}>
        <ScrollBox label={t`Would be hit`} height="9rem">
          <ul className={classes['names']}>
            {preview.hit.slice(0, 200).map(({ nodeId, name, waitsFor }) => (
              <li key={nodeId}>
                <Name text={name} />
                {waitsFor[0] === undefined ? null : <span className={classes['faint']}>{boundText(waitsFor[0].sentence, 120)}</span>}
              </li>
            ))}
            {preview.hit.length > 200 ? (
              <li className={classes['faint']}>
                <Plural value={preview.hit.length - 200} one="and # more" other="and # more" />
              </li>
            ) : null}
          </ul>
        </ScrollBox>
        <ScrollBox label={t`Left out, and why`} height="9rem">
          {preview.leftOut.length === 0 ? (
            <p className={classes['faint']}>
              <Trans>Nobody is left out.</Trans>
            </p>
          ) : (
            <ul className={classes['names']}>
              {groupLeftOut(preview).map(({ code, sentence, nodes }) => (
                <li key={code}>
                  <span>
                    <strong>{nodes.length}</strong> {boundText(sentence, 200)}
                  </span>
                  <code className={classes['faint']}>{code}</code>
                </li>
              ))}
            </ul>
          )}
        </ScrollBox>
      </div>
    </section>
  )
}
