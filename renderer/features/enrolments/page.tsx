/** The enrolment desk: who asks to join, whether their key is the one at the node, and into which domain they are let in. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { UserPlus } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { kindName } from '../../i18n/words.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { Choice, TextEntry } from '../../ui/fields.tsx'
import { Name } from '../../ui/name.tsx'
import { say } from '../../ui/notices.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, ProblemPanel, Shown } from '../../ui/shown.tsx'
import { Table } from '../../ui/table.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { ListenerLine } from './listener.tsx'
import { type Enrolment, splitEnrolments } from './model.ts'
import classes from './page.module.css'

/** Decided requests are looked up, not read: the newest are enough here. */
const decidedShown = 50

export function EnrolmentDesk(): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.enrolments())
  const master = useQuery(queries.master())
  return (
    <div className={classes['page']}>
      <PageHead
        title={<Trans>Enrolments</Trans>}
        lead={<Trans>Nodes that ask to join. Compare the words of the key with whoever stands at the node before you let it in.</Trans>}
      />
      {master.data === undefined || master.data.isDemo ? null : <ListenerLine master={master.data} />}
      <Shown answer={answer}>
        {({ items }) => {
          const { pending, decided } = splitEnrolments(items)
          return (
            <>
              {pending.length === 0 ? (
                <div className={classes['pad']}>
                  <Empty title={t`Nobody asks to join`} icon={<UserPlus aria-hidden="true" size={20} />}>
                    <Trans>A node that is started with the address of this master asks by itself, and appears here.</Trans>
                  </Empty>
                </div>
              ) : (
                <ul className={classes['list']}>
                  {pending.map((request) => (
                    <PendingRequest key={request.requestId} request={request} />
                  ))}
                </ul>
              )}
              {decided.length === 0 ? null : (
                <Section
                  title={t`Decided`}
                  isFlush
                  note={<Plural value={decided.length} one="# request" other="# requests" />}
                  className={classes['decided']}
                >
                  <Table
                    label={t`Decided`}
                    rows={decided.slice(0, decidedShown)}
                    keyOf={(request) => request.requestId}
                    columns={[
                      {
                        id: 'name',
                        title: t`Name`,
                        draw: (request) =>
                          request.status === 'APPROVED' ? (
                            <a className={classes['link']} href={addressOf({ room: 'node', nodeId: request.nodeId, tab: 'overview' })}>
                              <Name text={request.name} />
                            </a>
                          ) : (
                            <Name text={request.name} />
                          ),
                      },
                      {
                        id: 'status',
                        title: t`Decision`,
                        draw: (request) => (request.status === 'APPROVED' ? t`Was let in` : t`Was turned away`),
                        width: '9rem',
                      },
                      {
                        id: 'by',
                        title: t`By`,
                        draw: (request) => (request.decidedBy === null ? '\u2014' : <Name text={request.decidedBy} />),
                      },
                      {
                        id: 'serial',
                        title: t`Serial`,
                        draw: (request) => (request.serial === null ? '\u2014' : <code>{boundText(request.serial, 40)}</code>),
                        isSecondary: true,
                      },
                      {
                        id: 'at',
                        title: t`Decided`,
                        align: 'end',
                        draw: (request) => <Age at={request.decidedAt} isSpoken />,
                        width: '8rem',
                      },
                    ]}
                  />
                </Section>
              )}
            </>
          )
        }}
      </Shown>
    </div>
  )
}

function PendingRequest({ request }: { readonly request: Enrolment }): ReactNode {
  const { queries } = useWorkspace()
  const domains = useQuery(queries.domains())
  const rows = domains.data?.items ?? []
  const [domainId, setDomainId] = useState<string | null>(null)
  const [isRefusing, setRefusing] = useState(false)
  const whyNot = useWhyNot('operator')
  const approve = useAct((client, into: string | null) =>
    client.enrolment.approve({ requestId: request.requestId, activate: true, ...(into === null ? {} : { domainId: into }) }),
  )
  const chosen = domainId ?? rows[0]?.id ?? null
  const letIn = async (): Promise<void> => {
    const done = await approve.run(chosen)
    if (done !== null) say(t`${boundText(request.name, 40)} was let in.`)
  }
  return (
    <li className={classes['request']}>
      <div className={classes['who']}>
        <h2 className={classes['name']}>
          <Name text={request.name} />
        </h2>
        <p className={classes['facts']}>
          <span>{kindName(request.kind)}</span>
          <span>{request.serial === null ? <Trans>no serial given</Trans> : <Trans>serial {boundText(request.serial, 60)}</Trans>}</span>
          <span>
            <Trans>
              asked <Age at={request.requestedAt} isSpoken />
            </Trans>
          </span>
          {request.tags.slice(0, 8).map((tag) => (
            <bdi key={tag} className={classes['tag']}>
              {boundText(tag, 32)}
            </bdi>
          ))}
        </p>
        <p className={classes['key']}>
          <code title={request.keyId}>{boundText(request.keyId, 48)}</code>
          <CopyButton text={request.keyId} label={t`Copy the key id`} />
        </p>
      </div>
      <div className={classes['compare']}>
        <p className={classes['label']}>
          <Trans>The node must show these six words</Trans>
        </p>
        <ol className={classes['words']}>
          {request.keyWords.map((word, at) => (
            <li key={`${String(at)}${word}`}>
              <span aria-hidden="true">{at + 1}</span>
              {word}
            </li>
          ))}
        </ol>
      </div>
      <div className={classes['decide']}>
        <Choice
          label={t`Into the domain`}
          value={chosen}
          onChange={setDomainId}
          options={rows.map((row) => ({ id: row.id, name: boundText(row.name, 60), depth: row.depth }))}
        />
        <div className={classes['buttons']}>
          <Button look="primary" isPending={approve.isRunning} whyNot={whyNot} onPress={() => void letIn()}>
            <Trans>Words match, let in</Trans>
          </Button>
          <Button look="danger" whyNot={whyNot} onPress={() => setRefusing(true)}>
            <Trans>Turn away</Trans>
          </Button>
        </div>
        {approve.problem === null ? null : <ProblemPanel problem={approve.problem} isInline />}
      </div>
      {isRefusing ? <RefuseDialog request={request} onClose={() => setRefusing(false)} /> : null}
    </li>
  )
}

function RefuseDialog({ request, onClose }: { readonly request: Enrolment; readonly onClose: () => void }): ReactNode {
  const [reason, setReason] = useState('')
  const refuse = useAct((client, given: string) => client.enrolment.refuse({ requestId: request.requestId, reason: given }))
  const name = boundText(request.name, 60)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (reason.trim() === '') return
    const done = await refuse.run(reason.trim())
    if (done === null) return
    say(t`${name} was turned away.`)
    onClose()
  }
  return (
    <Dialog title={t`Turn away: ${name}`} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className={classes['form']}>
        <p>
          <Trans>The node is told, and its request stays on the record. It may ask again with another key.</Trans>
        </p>
        <TextEntry label={t`Reason, kept on the record`} value={reason} onChange={setReason} isRequired autoFocus lines={3} />
        {refuse.problem === null ? null : <ProblemPanel problem={refuse.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="danger" type="submit" isPending={refuse.isRunning} whyNot={reason.trim() === '' ? t`Say why first.` : null}>
            <Trans>Turn away</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
