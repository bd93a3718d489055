/** Logs that were told in several ways: each telling with what it says, what counts of it, and what a decision would change. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import type { Answers } from '../../client/rpc.ts'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { Empty, ProblemPanel, Shown } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import classes from './page.module.css'

type Fork = Answers['fork']['list']['items'][number]
type Telling = Fork['tellings'][number]
type Line = Answers['fork']['preview']['gains'][number]

export function ForkDesk(): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.forks())
  return (
    <div className={classes['page']}>
      <PageHead
        title={<Trans>Forks</Trans>}
        lead={
          <Trans>
            Logs that were told in two ways under one key: a machine was cloned or restored, or somebody else holds its key. Every telling
            is kept. What comes behind the fork counts only as far as it was accepted before, or as a person decides.
          </Trans>
        }
      />
      <Shown answer={answer}>
        {({ items }) =>
          items.length === 0 ? (
            <div className={classes['forks']}>
              <Empty title={t`No log here was told in two ways.`} />
            </div>
          ) : (
            <ul className={classes['forks']}>
              {items.map((fork) => (
                <li key={`${fork.log} ${String(fork.at)}`}>
                  <ForkSection fork={fork} />
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </div>
  )
}

function ForkSection({ fork }: { readonly fork: Fork }): ReactNode {
  const formats = useFormats()
  const [chosen, setChosen] = useState<string | null>(null)
  const telling = fork.tellings.find(({ head }) => head === chosen)
  const name = boundText(fork.origin.name, 60)
  const who = fork.deciders.map((one) => boundText(one, 40)).join(', ')
  return (
    <section className={classes['fork']} aria-label={t`Fork of ${name}`}>
      <header className={classes['head']}>
        <h2>
          {fork.origin.kind === 'node' ? (
            <a href={addressOf({ room: 'node', nodeId: fork.origin.id, tab: 'logs' })}>{name}</a>
          ) : (
            <Trans>Master {name}</Trans>
          )}
        </h2>
        <p className={classes['facts']}>
          <span>
            <Trans>
              {fork.lane} log, from event {formats.count(fork.at)}
            </Trans>
          </span>
          {fork.domainName === null ? null : <bdi>{boundText(fork.domainName, 60)}</bdi>}
          {fork.decided === null ? (
            <strong>
              <Trans>not decided</Trans>
            </strong>
          ) : (
            <span>
              <Trans>
                decided <Age at={fork.decided.at} isSpoken />
              </Trans>
            </span>
          )}
          <span>{who === '' ? <Trans>nobody is known who may decide</Trans> : <Trans>{who} decides</Trans>}</span>
        </p>
      </header>
      <div className={classes['tellings']}>
        {fork.tellings.map((one, at) => (
          <TellingCard
            key={one.head}
            telling={one}
            number={at + 1}
            isDecided={fork.decided?.head === one.head}
            isChosen={chosen === one.head}
            onChoose={() => setChosen(chosen === one.head ? null : one.head)}
          />
        ))}
      </div>
      {telling === undefined ? null : <Decision key={telling.head} fork={fork} telling={telling} onDone={() => setChosen(null)} />}
    </section>
  )
}

type CardProps = {
  readonly telling: Telling
  readonly number: number
  readonly isDecided: boolean
  readonly isChosen: boolean
  readonly onChoose: () => void
}

function TellingCard({ telling, number, isDecided, isChosen, onChoose }: CardProps): ReactNode {
  const formats = useFormats()
  const more = telling.total - telling.events.length
  return (
    <div className={classes['telling']} data-chosen={isChosen}>
      <h3>
        <Trans>Telling {number}</Trans> <code title={telling.head}>{telling.head.slice(0, 12)}</code>
      </h3>
      <p className={classes['facts']}>
        <span>
          <Trans>
            {formats.count(telling.counting)} of {formats.count(telling.total)} events behind the fork count
          </Trans>
        </span>
        {isDecided ? (
          <strong>
            <Trans>decided for</Trans>
          </strong>
        ) : null}
      </p>
      <ol className={classes['events']}>
        {telling.events.map((event) => (
          <li key={event.eventId} data-inert={!event.counts}>
            <EventLine line={event} />
            <em>{event.counts ? <Trans>counts</Trans> : <Trans>no effect</Trans>}</em>
          </li>
        ))}
      </ol>
      {more > 0 ? (
        <p className={classes['more']}>
          <Plural value={more} one="# more event" other="# more events" />
        </p>
      ) : null}
      <Button onPress={onChoose}>{isChosen ? <Trans>Close</Trans> : <Trans>See what choosing it changes</Trans>}</Button>
    </div>
  )
}

function EventLine({ line }: { readonly line: Line }): ReactNode {
  const formats = useFormats()
  return (
    <>
      <span className={classes['seq']}>{formats.count(line.seq)}</span>
      <bdi>{line.sentence === '' ? line.type : boundText(line.sentence, 200)}</bdi>
    </>
  )
}

function Decision({ fork, telling, onDone }: { readonly fork: Fork; readonly telling: Telling; readonly onDone: () => void }): ReactNode {
  const { queries } = useWorkspace()
  const [reason, setReason] = useState('')
  const mayNot = useWhyNot('authority')
  const keep = { seq: telling.seq, head: telling.head }
  const choice = { log: fork.log, at: fork.at, keep }
  const answer = useQuery(queries.forkPreview(choice))
  const resolve = useAct((client, given: string) => client.fork.resolve({ ...choice, reason: given }))
  const elsewhere = fork.isDecidedHere ? null : t`Another master decides this.`
  const needed = reason.trim() === '' ? t`Say why first.` : null
  const decide = async (): Promise<void> => {
    if ((await resolve.run(reason.trim())) === null) return
    say(t`Recorded: which telling counts.`)
    onDone()
  }
  return (
    <div className={classes['decision']}>
      <Shown answer={answer}>
        {({ gains, loses, gainsTotal, losesTotal, isWhole }) => (
          <>
            <div className={classes['changes']}>
              <Change title={t`Gains effect`} lines={gains} total={gainsTotal} />
              <Change title={t`Loses effect`} lines={loses} total={losesTotal} />
            </div>
            {isWhole ? null : (
              <p className={classes['more']}>
                <Trans>There is more behind the fork than was looked at.</Trans>
              </p>
            )}
            {fork.origin.kind === 'node' ? null : (
              <p className={classes['more']}>
                <Trans>What other masters decided under authority that this log gave may gain or lose effect with it.</Trans>
              </p>
            )}
          </>
        )}
      </Shown>
      <TextEntry label={t`Reason, kept on the record`} value={reason} onChange={setReason} isRequired maxLength={1000} />
      {resolve.problem === null ? null : <ProblemPanel problem={resolve.problem} isInline />}
      <Button look="primary" whyNot={elsewhere ?? mayNot ?? needed} isPending={resolve.isRunning} onPress={() => void decide()}>
        <Trans>This telling counts</Trans>
      </Button>
    </div>
  )
}

function Change({ title, lines, total }: { readonly title: string; readonly lines: readonly Line[]; readonly total: number }): ReactNode {
  const more = total - lines.length
  return (
    <div>
      <h3>
        {title} ({total})
      </h3>
      {total === 0 ? (
        <p className={classes['more']}>
          <Trans>nothing</Trans>
        </p>
      ) : null}
      <ol className={classes['events']}>
        {lines.map((line) => (
          <li key={line.eventId}>
            <EventLine line={line} />
          </li>
        ))}
      </ol>
      {more > 0 ? (
        <p className={classes['more']}>
          <Plural value={more} one="# more event" other="# more events" />
        </p>
      ) : null}
    </div>
  )
}
