/** A return step by step: where it is, how fast, how long still, and how it ended. Replay is normal work, so it is shown without alarm. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import type { Session } from '../../i18n/words.ts'
import { Age } from '../../ui/age.tsx'
import { Progress } from '../../ui/progress.tsx'
import { BurnDown } from './burn-down.tsx'
import { toReturnProgress } from './model.ts'
import classes from './panel.module.css'
import { ReturnSequence } from './sequence.tsx'
import { JudgedBy, Reasons, type Remedies } from './verdict.tsx'
import { stepMeaning, stepName, verdictMeaning, verdictName } from './words.ts'

export function ReturnPanel({ session, remedies = null }: { readonly session: Session; readonly remedies?: Remedies | null }): ReactNode {
  const formats = useFormats()
  const { share, isOpen } = toReturnProgress(session)
  const received = formats.count(session.receivedEvents)
  // A node may hand over more than it announced: what it recorded while it was handing over.
  const expected = formats.count(Math.max(session.expectedEvents, session.receivedEvents))
  const sequence = (
    <ReturnSequence
      session={session}
      note={
        <Progress label={t`Backlog received`} share={share}>
          <span>
            {session.expectedEvents === 0 ? (
              <Trans>the node has not said yet how much it has</Trans>
            ) : (
              <Trans>
                {received} of {expected} events
              </Trans>
            )}
          </span>
          <span>{formats.bytes(session.receivedBytes)}</span>
          {session.ratePerSecond === null ? null : (
            <span>
              {session.ratePerSecond >= 1 ? (
                <Trans>{formats.count(session.ratePerSecond)} a second</Trans>
              ) : (
                <Trans>{formats.count(Math.ceil(session.ratePerSecond * 60))} a minute</Trans>
              )}
            </span>
          )}
          {session.etaSeconds === null ? null : (
            <span>
              <Trans>about {formats.longDuration(session.etaSeconds)} to go</Trans>
            </span>
          )}
          <BurnDown session={session} />
        </Progress>
      }
    />
  )
  return (
    <section
      className={`${classes['panel']} ${session.verdict === 'QUARANTINED' ? classes['urgent'] : ''}`}
      aria-label={t`Return and replay`}
    >
      <header className={classes['head']}>
        <h2 className={classes['title']}>{isOpen ? <Trans>Return and replay</Trans> : <Trans>Last return</Trans>}</h2>
        <span className={classes['facts']}>
          {isOpen ? (
            <Trans>
              Opened <Age at={session.openedAt} isSpoken />
            </Trans>
          ) : (
            <Trans>
              Closed <Age at={session.closedAt} isSpoken />
            </Trans>
          )}
          {session.resumedTimes > 0 ? (
            <span>
              <Plural value={session.resumedTimes} one="went on after # break" other="went on after # breaks" />
            </span>
          ) : null}
          {session.leaseUntil === null ? null : (
            <span title={formats.instant(session.leaseUntil)}>
              <Trans>lock until {formats.time(session.leaseUntil)}</Trans>
            </span>
          )}
        </span>
      </header>
      {isOpen ? sequence : null}
      {isOpen ? (
        <div className={classes['progress']}>
          <p className={classes['meaning']}>
            {stepName(session.step)}. {stepMeaning(session.step)}
          </p>
          {session.step === 'PROVING' ? null : <DryRun session={session} remedies={null} />}
        </div>
      ) : session.verdict === null ? null : (
        <div className={classes['verdict']}>
          <p>
            {verdictMeaning(session.verdict)}{' '}
            <span className={classes['soft']}>
              <Trans>
                {received} of {expected} events, {formats.bytes(session.receivedBytes)}.
              </Trans>
            </span>
          </p>
          <JudgedBy of={session} />
          <Reasons reasons={session.reasons} nodeId={session.nodeId} remedies={remedies} />
        </div>
      )}
      {isOpen ? null : sequence}
    </section>
  )
}

/** What the verdict would be if the return ended now. It commits nothing, so it may change until then. */
function DryRun({ session, remedies }: { readonly session: Session; readonly remedies: Remedies | null }): ReactNode {
  const { queries } = useWorkspace()
  const told = useQuery(queries.dryRun(session.id)).data
  if (told === null || told === undefined) return null
  return (
    <div className={`${classes['dryRun']} ${told.verdict === 'QUARANTINED' ? classes['urgentText'] : ''}`}>
      <p>
        <Trans>
          As things stand it would end: <strong>{verdictName(told.verdict)}</strong>. Nothing is decided yet.
        </Trans>
      </p>
      <JudgedBy of={told} />
      <Reasons reasons={told.reasons} nodeId={session.nodeId} remedies={remedies} />
    </div>
  )
}
