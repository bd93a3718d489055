/** A return step by step: where it is, how fast, how long still, and how it ended. Replay is normal work, so it is shown without alarm. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { Check, Minus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useFormats } from '../../i18n/use-formats.ts'
import type { Session } from '../../i18n/words.ts'
import { Age } from '../../ui/age.tsx'
import { Progress } from '../../ui/progress.tsx'
import { toReturnProgress } from './model.ts'
import classes from './panel.module.css'
import { stepMeaning, stepName, verdictMeaning, verdictName } from './words.ts'

export function ReturnPanel({ session }: { readonly session: Session }): ReactNode {
  const formats = useFormats()
  const { steps, share, isOpen } = toReturnProgress(session)
  const received = formats.count(session.receivedEvents)
  // A node may hand over more than it announced: what it recorded while it was handing over.
  const expected = formats.count(Math.max(session.expectedEvents, session.receivedEvents))
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
      <ol className={classes['steps']}>
        {steps.map(({ step, state }, at) => (
          <li
            key={step}
            className={`${classes['step']} ${classes[state]}`}
            aria-current={state === 'present' ? 'step' : undefined}
            title={stepMeaning(step)}
          >
            <span className={classes['mark']} aria-hidden="true">
              {state === 'done' ? <Check size={12} strokeWidth={3} /> : state === 'never' ? <Minus size={12} /> : at + 1}
            </span>
            <span className={classes['name']}>
              {step === 'CLOSED' && session.verdict !== null ? verdictName(session.verdict) : stepName(step)}
            </span>
          </li>
        ))}
      </ol>
      {isOpen ? (
        <div className={classes['progress']}>
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
          </Progress>
          <p className={classes['meaning']}>{stepMeaning(session.step)}</p>
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
          {session.reasons.map((reason) => (
            <div key={reason.code} className={classes['reason']}>
              <p>
                <strong>{reason.sentence}</strong> <code>{reason.code}</code>
              </p>
              <p>
                <Trans>Way out:</Trans> {reason.wayOut}
              </p>
            </div>
          ))}
        </div>
      )}
    </section>
  )
}
