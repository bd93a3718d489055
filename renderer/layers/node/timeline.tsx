/** How a node came to where it is: every transition with its cause, who or what decided it, and where it was recorded. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { Circle, CircleDot, ClockAlert, Cpu, RotateCcw, User } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { justAfter } from '../../features/past/model.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import { groupByDay, happenedBy, recordedLate, type TimelineEntry } from './model.ts'
import classes from './timeline.module.css'

/** What is shown at first, and after asking for more; the contract gives 500 at most at once. */
const firstShown = 15
const mostShown = 100

/** Of the past only what had happened by then: what came later is known to the page of now. */
export function TimelinePanel({ nodeId, asOf }: { readonly nodeId: string; readonly asOf: string | null }): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const answer = useQuery(queries.timeline(nodeId))
  const [shown, setShown] = useState(firstShown)
  return (
    <Section
      title={t`Lifecycle timeline`}
      note={answer.data === undefined ? undefined : <Plural value={answer.data.total} one="# entry" other="# entries" />}
    >
      <Shown answer={answer}>
        {(page) => {
          const items = happenedBy(page.items, asOf)
          return items.length === 0 ? (
            page.next !== null && asOf !== null ? (
              <Empty title={t`Nothing of that time is among the newest ${page.items.length} entries`} />
            ) : (
              <Empty title={t`Nothing has happened yet`} />
            )
          ) : (
            <>
              {groupByDay(items.slice(0, shown), formats.day).map((day) => (
                <div key={day.day}>
                  <h3 className={classes['day']}>{day.day}</h3>
                  <ol className={classes['list']}>
                    {day.entries.map((entry) => (
                      <Entry key={entry.eventId} entry={entry} nodeId={nodeId} />
                    ))}
                  </ol>
                </div>
              ))}
              {items.length > shown ? (
                <Button look="quiet" onPress={() => setShown(mostShown)}>
                  <Trans>Show earlier entries</Trans>
                </Button>
              ) : null}
            </>
          )
        }}
      </Shown>
    </Section>
  )
}

function Entry({ entry, nodeId }: { readonly entry: TimelineEntry; readonly nodeId: string }): ReactNode {
  const { clock } = useWorkspace()
  const formats = useFormats()
  const late = recordedLate(entry)
  const origin = boundText(entry.originName, 40)
  const actor = entry.actorName === null ? null : boundText(entry.actorName, 40)
  return (
    <li className={`${classes['entry']} ${entry.to === 'QUARANTINED' ? classes['urgent'] : ''}`}>
      <time className={classes['time']} dateTime={entry.time} title={formats.instant(entry.time)}>
        {formats.timeOfDay(entry.time)}
      </time>
      <span className={classes['mark']} title={trackName(entry.track)}>
        <TrackIcon entry={entry} />
      </span>
      <div className={classes['words']}>
        <p className={classes['sentence']}>
          {entry.from === null && entry.to === null ? null : (
            <span className={classes['move']}>
              {entry.from === null ? null : <>{entry.from} </>}
              <span aria-hidden="true">{'\u2192'}</span> <strong>{entry.to}</strong>
            </span>
          )}{' '}
          {formats.sentence(boundText(entry.sentence, 500))}
        </p>
        <p className={classes['facts']} title={t`Event ${entry.eventId}`}>
          <span>
            {actor === null ? (
              entry.originKind === 'node' ? (
                <Trans>told by the node itself</Trans>
              ) : (
                <Trans>by {origin}</Trans>
              )
            ) : (
              <Trans>
                by {actor}, at {origin}
              </Trans>
            )}
          </span>
          {late === null ? null : (
            <span title={formats.instant(entry.recordedAt)}>
              <Trans>recorded {formats.longDuration(late)} later</Trans>
            </span>
          )}
          {entry.isClockDoubtful ? (
            <span className={classes['doubt']}>
              <ClockAlert aria-hidden="true" size={12} /> <Trans>its clock is not to be believed</Trans>
            </span>
          ) : null}
          <a
            className={classes['then']}
            href={addressOf({ room: 'node', nodeId, tab: 'overview', asOf: justAfter(entry.time, clock.now()) })}
          >
            <Trans>the node just then</Trans>
          </a>
          {entry.causeEventId === null ? null : (
            <span title={entry.causeEventId}>
              <Trans>because of {entry.causeEventId.slice(-6)}</Trans>
            </span>
          )}
        </p>
      </div>
    </li>
  )
}

function TrackIcon({ entry }: { readonly entry: TimelineEntry }): ReactNode {
  const props = { 'aria-hidden': true, size: 14 } as const
  switch (entry.track) {
    case 'phase':
      return <CircleDot {...props} />
    case 'connectivity':
      return <Circle {...props} />
    case 'session':
      return <RotateCcw {...props} />
    case 'act':
      return <User {...props} />
    case 'node':
      return <Cpu {...props} />
  }
}

function trackName(track: TimelineEntry['track']): string {
  switch (track) {
    case 'phase':
      return t`Phase`
    case 'connectivity':
      return t`Connectivity`
    case 'session':
      return t`Return`
    case 'act':
      return t`Act of a person`
    case 'node':
      return t`Fact of the node`
  }
}
