/** Another machine or another key becomes this node, and forks of its logs are decided: guided, with what has to be done at the machine. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import type { Answers } from '../../client/rpc.ts'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel, Shown } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import classes from './hardware.module.css'

type Hardware = Answers['node']['hardware']
type Offer = Hardware['offers'][number]
type Fork = Hardware['forks'][number]
type Telling = Fork['tellings'][number]

type Props = { readonly nodeId: string; readonly name: string; readonly isNewKey?: boolean; readonly onClose: () => void }

/** The first half is done at the machine; what asks to be this node then stands here by itself. */
export function ReplaceHardware({ nodeId, name, isNewKey = false, onClose }: Props): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.hardware(nodeId))
  const command = isNewKey ? `ibcf node --data DIR --re-key` : `ibcf node --data NEW_DIR --master URL --take-over ${nodeId}`
  const shown = boundText(name, 60)
  return (
    <Dialog title={isNewKey ? t`New key: ${shown}` : t`Replace hardware: ${shown}`} isOpen onClose={onClose} width="wide">
      <ol className={classes['steps']}>
        <li>
          {isNewKey ? (
            <Trans>At the machine, stop the agent, make a new key, and start it again.</Trans>
          ) : (
            <Trans>At the spare, start an agent in an empty directory; it takes the identity and a key of its own.</Trans>
          )}{' '}
          <code>{command}</code> <CopyButton text={command} label={t`Copy the command`} />
        </li>
        <li>
          <Trans>It shows six words. Have them read out to you, and compare them with what asks below.</Trans>
        </li>
        <li>
          <Trans>
            Let it in. The old key is cut at what is held here: what it signed counts, what it signs from now on does not. Serials stay on
            the record.
          </Trans>
        </li>
      </ol>
      <Shown answer={answer}>
        {({ offers }) =>
          offers.length === 0 ? (
            <p className={classes['waiting']} role="status">
              <Trans>Nothing asks to be this node yet. It appears here by itself.</Trans>
            </p>
          ) : (
            <ul className={classes['offers']}>
              {offers.map((offer) => (
                <OfferRow key={offer.requestId} offer={offer} nodeId={nodeId} onDone={onClose} />
              ))}
            </ul>
          )
        }
      </Shown>
    </Dialog>
  )
}

function OfferRow({ offer, nodeId, onDone }: { readonly offer: Offer; readonly nodeId: string; readonly onDone: () => void }): ReactNode {
  const [reason, setReason] = useState('')
  const whyNot = useWhyNot('authority')
  const replace = useAct((client, given: string) => client.node.replaceHardware({ nodeId, requestId: offer.requestId, reason: given }))
  const refuse = useAct((client, given: string) => client.node.refuseHardware({ nodeId, requestId: offer.requestId, reason: given }))
  const needed = reason.trim() === '' ? t`Say why first.` : null
  const decide = async (act: typeof replace, done: string): Promise<void> => {
    if ((await act.run(reason.trim())) === null) return
    say(done)
    onDone()
  }
  const problem = replace.problem ?? refuse.problem
  return (
    <li className={classes['offer']}>
      <p className={classes['words']}>{offer.keyWords.join(' ')}</p>
      <p className={classes['facts']}>
        <span>{offer.serial === null ? <Trans>no serial told</Trans> : <Trans>serial {boundText(offer.serial, 60)}</Trans>}</span>
        {offer.manufacturer === null ? null : <bdi>{boundText(offer.manufacturer, 60)}</bdi>}
        {offer.model === null ? null : <bdi>{boundText(offer.model, 60)}</bdi>}
        <Age at={offer.offeredAt} isSpoken />
      </p>
      <TextEntry label={t`Reason, kept on the record`} value={reason} onChange={setReason} isRequired maxLength={1000} />
      {problem === null ? null : <ProblemPanel problem={problem} isInline />}
      <DialogActions>
        <Button whyNot={needed} isPending={refuse.isRunning} onPress={() => void decide(refuse, t`Turned away.`)}>
          <Trans>Turn away</Trans>
        </Button>
        <Button
          look="primary"
          whyNot={whyNot ?? needed}
          isPending={replace.isRunning}
          onPress={() => void decide(replace, t`This machine is the node from now on.`)}
        >
          <Trans>The words agree: let it in</Trans>
        </Button>
      </DialogActions>
    </li>
  )
}

/** Both tellings are held; choosing is a person's, once they know which machine is the true one. */
export function DecideFork({ nodeId, name, onClose }: Omit<Props, 'isNewKey'>): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.hardware(nodeId))
  return (
    <Dialog title={t`Decide the fork: ${boundText(name, 60)}`} isOpen onClose={onClose} width="wide">
      <p>
        <Trans>
          A log of this node was told in two ways under one key: it was cloned or restored, or somebody else holds its key. Both tellings
          are kept. Nothing that follows in that log is taken until you say which one counts.
        </Trans>{' '}
        <a href={addressOf({ room: 'forks' })}>
          <Trans>See what each of them says, and what a decision changes</Trans>
        </a>
      </p>
      <Shown answer={answer}>
        {({ forks }) => (
          <ul className={classes['offers']}>
            {forks.map((fork) => (
              <ForkRow key={`${fork.log} ${String(fork.at)}`} fork={fork} nodeId={nodeId} />
            ))}
          </ul>
        )}
      </Shown>
    </Dialog>
  )
}

function ForkRow({ fork, nodeId }: { readonly fork: Fork; readonly nodeId: string }): ReactNode {
  const formats = useFormats()
  const [reason, setReason] = useState('')
  const whyNot = useWhyNot('authority')
  const resolve = useAct((client, keep: Telling) =>
    client.node.resolveFork({ nodeId, log: fork.log, at: fork.at, keep: { seq: keep.seq, head: keep.head }, reason: reason.trim() }),
  )
  const needed = reason.trim() === '' ? t`Say why first.` : null
  const choose = async (telling: Telling): Promise<void> => {
    if ((await resolve.run(telling)) !== null) say(t`Recorded: which telling counts.`)
  }
  return (
    <li className={classes['offer']}>
      <p className={classes['facts']}>
        <strong>
          <Trans>
            {fork.lane} log, from event {formats.count(fork.at)}
          </Trans>
        </strong>
        {fork.decided === null ? null : (
          <span>
            <Trans>
              decided <Age at={fork.decided.at} isSpoken />
            </Trans>
          </span>
        )}
      </p>
      {fork.decided === null ? (
        <TextEntry label={t`Reason, kept on the record`} value={reason} onChange={setReason} isRequired maxLength={1000} />
      ) : null}
      {resolve.problem === null ? null : <ProblemPanel problem={resolve.problem} isInline />}
      <ul className={classes['tellings']}>
        {fork.tellings.map((telling) => (
          <li key={telling.head}>
            <span>
              {telling.isFirst ? <Trans>the one that came here first</Trans> : <Trans>another one</Trans>},{' '}
              <Trans>held up to event {formats.count(telling.seq)}</Trans> <code title={telling.head}>{telling.head.slice(0, 12)}</code>
            </span>
            {fork.decided === null ? (
              <Button whyNot={whyNot ?? needed} isPending={resolve.isRunning} onPress={() => void choose(telling)}>
                <Trans>This one counts</Trans>
              </Button>
            ) : fork.decided.head === telling.head ? (
              <strong>
                <Trans>counts</Trans>
              </strong>
            ) : null}
          </li>
        ))}
      </ul>
    </li>
  )
}
