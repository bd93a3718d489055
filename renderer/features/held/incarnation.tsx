/** The present life of this master: when and why it began, what it goes on from, and the way back to authority after a restore. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { ShieldAlert } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { Facts } from '../../ui/facts.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { Name } from '../../ui/name.tsx'
import { say } from '../../ui/notices.ts'
import { Section } from '../../ui/section.tsx'
import { ProblemPanel, Shown } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import type { IncarnationView } from './model.ts'
import classes from './page.module.css'
import { lifeMeaning, lifeName } from './words.ts'

const domainsNamed = 4

export function IncarnationSection(): ReactNode {
  const { queries } = useWorkspace()
  const incarnation = useQuery(queries.incarnation())
  return (
    <Section title={t`This life of the master`} anchor="held-life">
      <Shown answer={incarnation}>
        {(data) => (
          <div className={classes['life']}>
            <div>
              <p className={classes['soft']}>{lifeMeaning(data.reason)}</p>
              {data.lapsed.length === 0 ? null : <Lapsed view={data} />}
              {data.debts.map((debt) => (
                <Debt key={`${debt.domainId} ${String(debt.epoch)}`} debt={debt} />
              ))}
            </div>
            <LifeFacts view={data} />
          </div>
        )}
      </Shown>
    </Section>
  )
}

function LifeFacts({ view }: { readonly view: IncarnationView }): ReactNode {
  const formats = useFormats()
  return (
    <div>
      <Facts
        items={[
          { name: t`Began`, value: view.openedAt === null ? null : formats.instant(view.openedAt) },
          { name: t`Why`, value: lifeName(view.reason) },
          { name: t`Incarnation`, value: view.id, isCopied: true },
        ]}
      />
      {view.continuesTotal === 0 ? null : (
        <Points
          summary={<Plural value={view.continuesTotal} one="Goes on from # log of before" other="Goes on from # logs of before" />}
          points={view.continues}
          omitted={view.continuesTotal - view.continues.length}
        />
      )}
      {view.lost.length === 0 ? null : (
        <Points
          summary={
            <Plural
              value={view.lost.length}
              one="# point was signed before and is not held any more"
              other="# points were signed before and are not held any more"
            />
          }
          points={view.lost}
          omitted={0}
        />
      )}
    </div>
  )
}

function Points({
  summary,
  points,
  omitted,
}: {
  readonly summary: ReactNode
  readonly points: IncarnationView['continues']
  readonly omitted: number
}): ReactNode {
  const formats = useFormats()
  return (
    <details className={classes['points']}>
      <summary>{summary}</summary>
      <ul>
        {points.map(({ log, seq, head }) => (
          <li key={log}>
            <code className={classes['wrap']}>{boundText(log, 160)}</code>
            <span className={classes['faint']}>
              <Trans>
                to {formats.count(seq)}, head <code>{head.slice(0, 12)}</code>
              </Trans>
            </span>
          </li>
        ))}
      </ul>
      {omitted === 0 ? null : (
        <p className={classes['faint']}>
          <Plural value={omitted} one="and # more" other="and # more" />
        </p>
      )}
    </details>
  )
}

function Lapsed({ view }: { readonly view: IncarnationView }): ReactNode {
  const whyNot = useWhyNot('authority')
  const [isAsking, setAsking] = useState(false)
  return (
    <div className={classes['lapsed']} role="alert">
      <p>
        <strong>
          <Trans>This master holds no authority.</Trans>
        </strong>{' '}
        <Trans>
          What it decided after the copy was made is not known here, so it may not go on as if nothing had happened: nothing can be let in,
          assigned or commanded. Nodes keep working by what they were told last. A grant of another master gives it authority again; when
          there is nobody who could, it can be reclaimed.
        </Trans>
      </p>
      <p className={classes['domains']}>
        {view.lapsed.slice(0, domainsNamed).map(({ domainId, domainName, epoch }) => (
          <a key={domainId} href={addressOf({ room: 'domain', domainId, tab: 'overview', filter: {} })} className={classes['link']}>
            <Name text={domainName} /> <Trans>epoch {epoch}</Trans>
          </a>
        ))}
        {view.lapsed.length > domainsNamed ? (
          <span>
            <Plural value={view.lapsed.length - domainsNamed} one="and # more" other="and # more" />
          </span>
        ) : null}
      </p>
      <Button look="danger" icon={<ShieldAlert aria-hidden="true" />} whyNot={whyNot} onPress={() => setAsking(true)}>
        <Trans>Reclaim by break-glass</Trans>
      </Button>
      {isAsking ? <ReclaimDialog view={view} onClose={() => setAsking(false)} /> : null}
    </div>
  )
}

function ReclaimDialog({ view, onClose }: { readonly view: IncarnationView; readonly onClose: () => void }): ReactNode {
  const [reason, setReason] = useState('')
  const whyNot = useWhyNot('authority')
  const reclaim = useAct((client, why: string) => client.authority.reclaim({ reason: why }))
  const why = reason.trim()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (why === '' || whyNot !== null) return
    const done = await reclaim.run(why)
    if (done === null) return
    say(t`Authority is reclaimed. It waits for review.`)
    onClose()
  }
  return (
    <Dialog title={t`Reclaim authority by break-glass`} isOpen onClose={onClose} isUrgent>
      <form onSubmit={(event) => void submit(event)} className={classes['form']}>
        <p>
          <Plural
            value={view.lapsed.length}
            one="This master takes # domain back at the next epoch, in your name and with your key. Its nodes obey it from their next contact on."
            other="This master takes # domains back at the next epoch, in your name and with your key. Their nodes obey it from their next contact on."
          />
        </p>
        <p>
          <Trans>
            Do this only when you know that no other master decides there. It is on the record for good, and is shown to everybody as a debt
            until it has been reviewed.
          </Trans>
        </p>
        <TextEntry
          label={t`Reason, kept on the record`}
          value={reason}
          onChange={setReason}
          lines={3}
          isRequired
          autoFocus
          maxLength={1000}
        />
        {reclaim.problem === null ? null : <ProblemPanel problem={reclaim.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="danger" type="submit" isPending={reclaim.isRunning} whyNot={whyNot ?? (why === '' ? t`Say why first.` : null)}>
            <Trans>Break the glass</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function Debt({ debt }: { readonly debt: IncarnationView['debts'][number] }): ReactNode {
  return (
    <div className={classes['debt']}>
      <p>
        <strong>
          <Trans>
            <Name text={debt.domainName} /> was taken by break-glass at epoch {debt.epoch}
          </Trans>
        </strong>
      </p>
      <p className={classes['soft']}>
        {debt.reason === null ? null : <q>{boundText(debt.reason, 400)}</q>}{' '}
        <Trans>
          By {debt.operatorName === null ? t`nobody in particular` : boundText(debt.operatorName, 60)}, <Age at={debt.since} isSpoken />. It
          waits for review.
        </Trans>
      </p>
    </div>
  )
}
