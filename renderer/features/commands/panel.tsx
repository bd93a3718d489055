/** Commands of a node or a domain, newest first, each with the stage it is in; the chosen one with its steps and what can be done about it. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { MessageSquareText } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useListKeys } from '../../app/keyboard/use-list-keys.ts'
import { addressOf } from '../../app/navigation.ts'
import type { Requests } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { JsonText } from '../../ui/json-text.tsx'
import { Name } from '../../ui/name.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import { ReasonDialog } from '../acts/reason-dialog.tsx'
import { useWhyNotFor } from '../operators/use-why-not.ts'
import { type CommandDetail, type CommandRow, mayCancel, reachedStep, standingOf, steps } from './model.ts'
import classes from './panel.module.css'
import { commandKindName, stageName } from './words.ts'

const pageLength = 100

type Props = {
  readonly about: Pick<Requests['command']['list'], 'nodeId' | 'domainId'>
  /** In a list of many nodes each line names its own. */
  readonly showsNode: boolean
}

export function CommandPanel({ about, showsNode }: Props): ReactNode {
  const { queries } = useWorkspace()
  const [limit, setLimit] = useState(pageLength)
  const answer = useQuery(queries.commands({ ...about, limit }))
  return (
    <Shown answer={answer}>
      {(page) =>
        page.items.length === 0 && page.next === null ? (
          <div className={classes['empty']}>
            <Empty title={t`Nothing was commanded yet`} icon={<MessageSquareText aria-hidden="true" size={20} />}>
              <Trans>What nodes are told appears here with every step, from the decision to the proof.</Trans>
            </Empty>
          </div>
        ) : (
          <CommandRoom
            items={page.items}
            showsNode={showsNode}
            onMore={page.next === null || limit >= 500 ? null : () => setLimit(Math.min(500, limit + pageLength))}
          />
        )
      }
    </Shown>
  )
}

type RoomProps = { readonly items: readonly CommandRow[]; readonly showsNode: boolean; readonly onMore: (() => void) | null }

function CommandRoom({ items, showsNode, onMore }: RoomProps): ReactNode {
  const { selected, select, listProps, rowProps } = useListKeys({
    name: 'commands',
    ids: items.map(({ commandId }) => commandId),
    open: () => undefined,
  })
  const chosen = items.find(({ commandId }) => commandId === selected) ?? items[0]
  return (
    <div className={classes['room']}>
      <div className={classes['list']} {...listProps} role="group" aria-label={t`Commands, newest first`}>
        <ul>
          {items.map((row) => (
            <li key={row.commandId} {...rowProps(row.commandId)}>
              <button
                type="button"
                className={`${classes['line']} ${row.commandId === chosen?.commandId ? classes['chosen'] : ''}`}
                aria-pressed={row.commandId === chosen?.commandId}
                onClick={() => select(row.commandId)}
              >
                <span className={classes['what']}>
                  <span className={classes['kind']}>
                    {commandKindName(row.kind)}
                    {showsNode ? (
                      <>
                        {', '}
                        <Name text={row.nodeName} />
                      </>
                    ) : null}
                  </span>
                  <span className={classes['faint']}>{boundText(row.issuedBy ?? t`the master itself`, 60)}</span>
                </span>
                <StageBadge row={row} />
                <Age at={row.issuedAt} className={classes['age']} />
              </button>
            </li>
          ))}
        </ul>
        {onMore === null ? null : (
          <p className={classes['more']}>
            <Button look="quiet" onPress={onMore}>
              <Trans>Older commands</Trans>
            </Button>
          </p>
        )}
      </div>
      {chosen === undefined ? null : <CommandShown key={chosen.commandId} commandId={chosen.commandId} showsNode={showsNode} />}
    </div>
  )
}

function StageBadge({ row }: { readonly row: Pick<CommandRow, 'stage'> }): ReactNode {
  return <span className={`${classes['stage']} ${classes[standingOf(row.stage)]}`}>{stageName(row.stage)}</span>
}

function CommandShown({ commandId, showsNode }: { readonly commandId: string; readonly showsNode: boolean }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.command(commandId))
  return (
    <aside className={classes['detail']} aria-label={t`The chosen command`}>
      <Shown answer={answer}>{(command) => <CommandFacts command={command} showsNode={showsNode} />}</Shown>
    </aside>
  )
}

function CommandFacts({ command, showsNode }: { readonly command: CommandDetail; readonly showsNode: boolean }): ReactNode {
  const formats = useFormats()
  return (
    <>
      <header>
        <h3 className={classes['title']}>{commandKindName(command.kind)}</h3>
        {showsNode ? (
          <a className={classes['link']} href={addressOf({ room: 'node', nodeId: command.nodeId, tab: 'commands' })}>
            <Name text={command.nodeName} />
          </a>
        ) : null}
      </header>
      <Steps command={command} />
      {command.end === null ? null : (
        <p className={classes['end']}>
          <strong>{stageName(command.stage)}</strong> <Age at={command.end.at} isSpoken />
          {command.end.detail === '' ? '' : `: ${boundText(command.end.detail, 600)}`}{' '}
          {command.end.code === null ? null : <code>{command.end.code}</code>}
        </p>
      )}
      <CommandActs command={command} />
      <Facts
        items={[
          { name: t`Issued`, value: formats.instant(command.issuedAt) },
          { name: t`By`, value: command.issuedBy ?? t`the master itself` },
          { name: t`Begins until`, value: command.expiresAt === null ? t`whenever it is heard` : formats.instant(command.expiresAt) },
          { name: t`Run`, value: command.semantics === 'AT_MOST_ONCE' ? t`at most once` : t`until it took effect, once` },
          {
            name: t`Agreed`,
            value:
              command.approvedBy.length === 0 ? (command.needsApproval ? t`nobody yet` : t`not needed`) : command.approvedBy.join(', '),
          },
          { name: t`Epoch`, value: formats.count(command.epoch) },
          { name: t`Command`, value: command.commandId, isCopied: true },
          { name: t`Digest of the body`, value: command.bodyDigest, isCopied: true },
        ]}
      />
      {command.data === null ? (
        <p className={classes['faint']}>
          <Trans>Its body is sealed: only the node and its auditors can read it.</Trans>
        </p>
      ) : (
        <JsonText value={command.data} label={t`What it says`} />
      )}
    </>
  )
}

/** How far it came of the way that goes well; the last step that it reached says what it ended in. */
function Steps({ command }: { readonly command: CommandDetail }): ReactNode {
  const reached = reachedStep(command)
  const standing = standingOf(command.stage)
  const isOff = standing === 'not-done' || standing === 'unsure'
  return (
    <ol className={classes['steps']} aria-label={t`Stages`}>
      {steps.map((step, at) => {
        const isHere = at === reached
        const name =
          isHere && isOff
            ? stageName(command.stage)
            : step === 'sent' && command.stage === 'exported' && isHere
              ? stageName('exported')
              : stageName(step)
        return (
          <li
            key={step}
            className={`${at < reached ? classes['passed'] : ''} ${isHere ? (isOff ? classes['off'] : classes['here']) : ''}`}
            {...(isHere ? { 'aria-current': 'step' as const } : {})}
          >
            <span className={classes['dot']} aria-hidden="true" />
            <span>{name}</span>
          </li>
        )
      })}
    </ol>
  )
}

type Asked = 'cancel' | 'approve' | 'applied' | 'rejected'

function CommandActs({ command }: { readonly command: CommandDetail }): ReactNode {
  const [asked, setAsked] = useState<Asked | null>(null)
  const whyNot = useWhyNotFor()
  const { commandId, bodyDigest } = command
  const waitsForApproval = command.needsApproval && command.stage === 'issued'
  const isUnsure = command.stage === 'outcome-unknown'
  if (!waitsForApproval && !mayCancel(command.stage) && !isUnsure) return null
  return (
    <div className={classes['acts']}>
      {waitsForApproval ? (
        <Button look="primary" whyNot={whyNot('engineer')} onPress={() => setAsked('approve')}>
          <Trans>Agree</Trans>
        </Button>
      ) : null}
      {isUnsure ? (
        <>
          <Button whyNot={whyNot('engineer')} onPress={() => setAsked('applied')}>
            <Trans>It took effect</Trans>
          </Button>
          <Button whyNot={whyNot('engineer')} onPress={() => setAsked('rejected')}>
            <Trans>It did not</Trans>
          </Button>
        </>
      ) : null}
      {mayCancel(command.stage) ? (
        <Button whyNot={whyNot('operator')} onPress={() => setAsked('cancel')}>
          <Trans>Cancel it</Trans>
        </Button>
      ) : null}
      {asked === null ? null : (
        <ReasonDialog
          key={asked}
          title={`${titleOf(asked)}: ${commandKindName(command.kind)}`}
          explanation={meaningOf(asked)}
          actName={titleOf(asked)}
          look={asked === 'cancel' ? 'danger' : 'primary'}
          {...(asked === 'applied' || asked === 'rejected' ? { reasonLabel: t`What was found, kept on the record` } : {})}
          perform={(client, reason) => {
            switch (asked) {
              case 'cancel':
                return client.command.cancel({ commandId, reason })
              case 'approve':
                return client.command.approve({ commandId, bodyDigest, reason })
              case 'applied':
              case 'rejected':
                return client.command.settle({ commandId, outcome: asked, findings: reason })
            }
          }}
          done={t`Recorded: ${titleOf(asked)}.`}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  )
}

function titleOf(asked: Asked): string {
  switch (asked) {
    case 'cancel':
      return t`Cancel the command`
    case 'approve':
      return t`Agree to the command`
    case 'applied':
      return t`It took effect`
    case 'rejected':
      return t`It did not take effect`
  }
}

function meaningOf(asked: Asked): string {
  switch (asked) {
    case 'cancel':
      return t`The node is told not to begin. Where it has begun already, that is what counts, and it is shown.`
    case 'approve':
      return t`You agree, as another person than the one who issued it, to exactly what is written below.`
    case 'applied':
    case 'rejected':
      return t`The node was interrupted and cannot say what came of it. You looked at it, and say so on the record.`
  }
}
