/** Events that a projection could not fold: kept, counted, shown with why, and tried again when a person says so. Everything else went on. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { RotateCw } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { useAct, useQueryKeepingLast, useWorkspace } from '../../client/workspace.tsx'
import type { Answers } from '../../client/rpc.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel, Shown } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { type ParkedEvent, roomOfSubject } from './model.ts'
import classes from './page.module.css'

const pageSize = 20
/** More at once than a person goes through line by line. */
const mostShown = 500

export function ParkedEvents({ total }: { readonly total: number }): ReactNode {
  if (total === 0) return null
  return <ParkedList total={total} />
}

function ParkedList({ total }: { readonly total: number }): ReactNode {
  const { queries } = useWorkspace()
  const [limit, setLimit] = useState(pageSize)
  const parked = useQueryKeepingLast<Answers['projection']['parked']>(queries.parked(limit))
  const whyNot = useWhyNot('engineer')
  const retry = useAct((client, subjectId: string | undefined) =>
    client.projection.retryParked(subjectId === undefined ? {} : { subjectId }),
  )
  const again = async (subjectId?: string): Promise<void> => {
    const told = await retry.run(subjectId)
    if (told === null) return
    say(told.parked === 0 ? t`Everything could be folded.` : t`${told.parked} still could not be folded. The reasons are in the list.`)
  }
  return (
    <section className={classes['parked']} aria-label={t`Parked events`}>
      <header className={classes['panelHead']}>
        <p>
          <strong>
            <Plural value={total} one="# event could not be folded" other="# events could not be folded" />
          </strong>{' '}
          <span className={classes['soft']}>
            <Trans>
              They are kept as they came. What they are about is shown without them; everything else went on. They are tried again by
              themselves when a newer version of the projection comes.
            </Trans>
          </span>
        </p>
        <Button icon={<RotateCw aria-hidden="true" />} whyNot={whyNot} isPending={retry.isRunning} onPress={() => void again()}>
          <Trans>Try all again</Trans>
        </Button>
      </header>
      {retry.problem === null ? null : <ProblemPanel problem={retry.problem} isInline />}
      <Shown answer={parked}>
        {(data) => (
          <>
            <ul>
              {data.items.map((event) => (
                <li key={`${event.projection} ${String(event.position)}`} className={classes['parkedLine']}>
                  <ParkedLine event={event} />
                  <Button look="quiet" whyNot={whyNot} isPending={retry.isRunning} onPress={() => void again(event.subjectId)}>
                    <Trans>Try again</Trans>
                  </Button>
                </li>
              ))}
            </ul>
            {data.next === null || limit >= mostShown ? null : (
              <Button look="quiet" onPress={() => setLimit(Math.min(mostShown, limit * 2))}>
                <Trans>Show more</Trans>
              </Button>
            )}
          </>
        )}
      </Shown>
    </section>
  )
}

function ParkedLine({ event }: { readonly event: ParkedEvent }): ReactNode {
  const formats = useFormats()
  const room = roomOfSubject(event.projection)
  const href =
    room === 'node'
      ? addressOf({ room, nodeId: event.subjectId, tab: 'overview' })
      : room === 'domain'
        ? addressOf({ room, domainId: event.subjectId, tab: 'overview', filter: {} })
        : null
  return (
    <div className={classes['parkedWords']}>
      <p className={classes['wrap']}>
        {boundText(event.sentence, 400)} <code>{event.code}</code>
      </p>
      <p className={classes['meta']}>
        <code>{event.type === null ? t`no event: a row could not be made` : boundText(event.type, 80)}</code>
        <span>
          <Trans>
            in {event.projection} {event.version}
          </Trans>
        </span>
        <span>
          <Trans>about</Trans>{' '}
          {href === null ? (
            <code>{event.subjectId}</code>
          ) : (
            <a href={href} className={classes['link']}>
              <code>{event.subjectId}</code>
            </a>
          )}
        </span>
        <span>
          <Trans>
            first <Age at={event.firstAt} isSpoken />, last <Age at={event.lastAt} isSpoken />
          </Trans>
        </span>
        <span>
          <Plural value={event.tries} one="tried once" other="tried # times" />
        </span>
        {event.eventId === null ? null : (
          <span className={classes['inline']}>
            <Trans>event</Trans> <code>{event.eventId}</code>
            <CopyButton text={event.eventId} label={t`Copy the id of the event`} />
          </span>
        )}
        <span title={t`Position ${formats.count(event.position)} of this store`}>#{formats.count(event.position)}</span>
      </p>
    </div>
  )
}
