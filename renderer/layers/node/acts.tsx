/** What may be done to a node: every act in one menu, those not allowed with the reason, each confirmed with a reason for the record. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { CheckCheck, ChevronDown, FolderInput, KeyRound, type LucideIcon, PackageX, Power, ShieldAlert, Trash2 } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useAct } from '../../client/workspace.tsx'
import type { MasterClient } from '../../client/rpc.ts'
import { useWhyNotFor } from '../../features/operators/use-why-not.ts'
import { type ActionName, actionMeaning, actionName } from '../../i18n/words.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { Menu } from '../../ui/menu.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel } from '../../ui/shown.tsx'
import classes from './acts.module.css'
import { isGrave, type NodeDetail, roleFor } from './model.ts'
import { MoveDialog, moveBarrier } from './move.tsx'

const icons: Readonly<Record<ActionName, LucideIcon>> = {
  activate: Power,
  quarantine: ShieldAlert,
  remediate: CheckCheck,
  decommission: PackageX,
  retire: Trash2,
  'revoke-key': KeyRound,
}

export function NodeActs({ node }: { readonly node: NodeDetail }): ReactNode {
  const [asked, setAsked] = useState<ActionName | 'move' | null>(null)
  const whyNot = useWhyNotFor()
  const cannotMove = moveBarrier(node) ?? whyNot('engineer')
  const move = {
    id: 'move',
    name: t`Move to another domain`,
    note: cannotMove ?? t`Or hand it up, or take it over where it was handed up.`,
    icon: <FolderInput aria-hidden="true" />,
    isBarred: cannotMove !== null,
    onAction: () => (cannotMove === null ? setAsked('move') : say(cannotMove)),
  }
  const acts = node.actions.map(({ action, isAllowed, reason }) => {
    const Icon = icons[action]
    const barrier = isAllowed ? whyNot(roleFor[action]) : (phaseBarrier(node, action) ?? reason)
    return {
      id: action,
      name: actionName(action),
      note: barrier ?? actionMeaning(action),
      icon: <Icon aria-hidden="true" />,
      isBarred: barrier !== null,
      onAction: () => (barrier === null ? setAsked(action) : say(barrier)),
    }
  })
  const entries = [...acts, move]
  return (
    <>
      <Menu
        label={t`Act on this node`}
        buttonClassName={classes['button']}
        placement="bottom end"
        isNamedByContent
        sections={[
          { entries: entries.filter((entry) => !entry.isBarred) },
          { title: t`Not now`, entries: entries.filter((entry) => entry.isBarred) },
        ]}
      >
        <Trans>Act on this node</Trans>
        <ChevronDown aria-hidden="true" size={14} />
      </Menu>
      {asked === 'move' ? <MoveDialog node={node} onClose={() => setAsked(null)} /> : null}
      {asked === null || asked === 'move' ? null : <ConfirmAct key={asked} node={node} action={asked} onClose={() => setAsked(null)} />}
    </>
  )
}

/** Why the phase of the node rules an act out, in a line; null where it is something else that does, which the master says. */
function phaseBarrier({ record, authority }: NodeDetail, action: ActionName): string | null {
  const { phase } = record.lifecycle
  if (authority.standing !== 'held-here') return null
  switch (action) {
    case 'activate':
      return phase === 'ENROLLED' ? null : t`Only a node that was let in and is not in service yet.`
    case 'quarantine':
      return phase === 'QUARANTINED' ? t`It is in quarantine.` : t`Only a node that is in service.`
    case 'remediate':
      return phase === 'QUARANTINED' ? null : t`Only a node in quarantine.`
    case 'decommission':
      return phase === 'DECOMMISSIONING' ? t`It is being taken out of service.` : t`Only a node that is in service.`
    case 'retire':
      return phase === 'DECOMMISSIONING' ? null : t`Only a node that was taken out of service first.`
    case 'revoke-key':
      return null
  }
}

/** Asks why, then does it. */
export function ConfirmAct({
  node,
  action,
  onClose,
}: {
  readonly node: NodeDetail
  readonly action: ActionName
  readonly onClose: () => void
}): ReactNode {
  const [reason, setReason] = useState('')
  const name = boundText(node.record.name, 80)
  const act = useAct((client, given: string) => perform(client, action, node.record.id, given))
  const needsReason = action !== 'activate'
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (needsReason && reason.trim() === '') return
    const done = await act.run(reason.trim())
    if (done === null) return
    say(t`Recorded: ${actionName(action)}, ${name}.`)
    onClose()
  }
  return (
    <Dialog title={`${actionName(action)}: ${name}`} isOpen onClose={onClose} isUrgent={isGrave(action)}>
      <form onSubmit={(event) => void submit(event)} className={classes['form']}>
        <p>{actionMeaning(action)}</p>
        <TextEntry
          label={t`Reason, kept on the record`}
          value={reason}
          onChange={setReason}
          isRequired={needsReason}
          autoFocus
          lines={3}
          maxLength={1000}
        />
        {act.problem === null ? null : <ProblemPanel problem={act.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            look={action === 'activate' || action === 'remediate' ? 'primary' : 'danger'}
            type="submit"
            isPending={act.isRunning}
            whyNot={needsReason && reason.trim() === '' ? t`Say why first.` : null}
          >
            {actionName(action)}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function perform(client: MasterClient, action: ActionName, nodeId: string, reason: string): Promise<{ eventIds: string[] }> {
  switch (action) {
    case 'activate':
      return client.node.activate({ nodeId, reason })
    case 'quarantine':
      return client.node.quarantine({ nodeId, reason })
    case 'remediate':
      return client.node.remediate({ nodeId, reason })
    case 'decommission':
      return client.node.decommission({ nodeId, reason })
    case 'retire':
      return client.node.retire({ nodeId, reason })
    case 'revoke-key':
      return client.node.revokeKey({ nodeId, reason })
  }
}
