/** Whether this master listens for nodes, where, and how that is changed. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Answers } from '../../client/rpc.ts'
import { useAct } from '../../client/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import classes from './listener.module.css'

type Master = Answers['master']['get']

/** Every network of this machine, on the port that nodes try by themselves. */
const usualAddress = '0.0.0.0:7420'

export function ListenerLine({ master }: { readonly master: Master }): ReactNode {
  const [isChanging, setChanging] = useState(false)
  return (
    <p className={classes['line']}>
      {master.gatewayUrl === null ? (
        <span className={classes['off']}>
          <Trans>This master does not listen for nodes.</Trans>
        </span>
      ) : (
        <>
          <Trans>Nodes reach this master at</Trans> <code>{master.gatewayUrl}</code>
          <CopyButton text={`ibcf node --data DIR --master ${master.gatewayUrl}`} label={t`Copy the command for a node`} />
        </>
      )}
      <Button look="quiet" onPress={() => setChanging(true)}>
        {master.gatewayUrl === null ? <Trans>Listen for nodes</Trans> : <Trans>Change</Trans>}
      </Button>
      {master.gatewayProblem === null ? null : (
        <span className={classes['problem']} role="alert">
          {master.gatewayProblem.sentence} <code>{master.gatewayProblem.code}</code>
        </span>
      )}
      {isChanging ? <ListenDialog master={master} onClose={() => setChanging(false)} /> : null}
    </p>
  )
}

function ListenDialog({ master, onClose }: { readonly master: Master; readonly onClose: () => void }): ReactNode {
  const [address, setAddress] = useState(master.gatewayUrl === null ? usualAddress : new URL(master.gatewayUrl).host)
  const whyNot = useWhyNot('engineer')
  const listen = useAct((client, at: string | null) => client.master.listen({ address: at }))
  const change = async (at: string | null): Promise<void> => {
    if (whyNot !== null) return
    const changed = await listen.run(at)
    // Not opening is an answer, not a failure: the reason stands on the desk.
    if (changed === null) return
    say(changed.gatewayUrl === null ? t`This master no longer listens for nodes.` : t`Nodes reach this master at ${changed.gatewayUrl}.`)
    onClose()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (address.trim() !== '') void change(address.trim())
  }
  return (
    <Dialog title={t`Listen for nodes`} isOpen onClose={onClose}>
      <form onSubmit={submit} style={{ display: 'contents' }}>
        <p>
          <Trans>
            Whoever reaches this address can ask to join; nobody is let in without you. Every message is signed by the node's own key.
          </Trans>
        </p>
        <TextEntry
          label={t`Address of this machine and port`}
          value={address}
          onChange={setAddress}
          isRequired
          autoFocus
          isCode
          maxLength={200}
          help={t`0.0.0.0 is every network of this machine; port 0 takes any free one.`}
        />
        {listen.problem === null ? null : <ProblemPanel problem={listen.problem} isInline />}
        <DialogActions>
          {master.gatewayUrl === null ? null : (
            <Button look="danger" whyNot={whyNot} onPress={() => void change(null)}>
              <Trans>Stop listening</Trans>
            </Button>
          )}
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            look="primary"
            type="submit"
            isPending={listen.isRunning}
            whyNot={whyNot ?? (address.trim() === '' ? t`Enter an address first.` : null)}
          >
            <Trans>Listen</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
