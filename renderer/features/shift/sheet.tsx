/** The sheet that a shift hands over: what happened since an instant and what is open, as of one moment, to read here and on paper. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { Printer } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { shellHost } from '../../client/shell-host.ts'
import { useFromNow, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { modeName, phaseName, standingName } from '../../i18n/words.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { shiftKey, useShifts } from '../../state/shifts.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/fields.tsx'
import { Name } from '../../ui/name.tsx'
import { say } from '../../ui/notices.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { Shown } from '../../ui/shown.tsx'
import { beginningOf } from '../hand-over/model.ts'
import { LogBook, NoteList } from './log-book.tsx'
import { type Note, openMatters, placeOf, type Sheet } from './model.ts'
import classes from './shift.module.css'

const spans = ['read', '8', '12', '24'] as const
type Span = (typeof spans)[number]

export function SheetPage(): ReactNode {
  const { name, queries } = useWorkspace()
  const operators = useQuery(queries.operators())
  const operatorId = operators.data?.currentId ?? ''
  const readUpTo = useShifts((shifts) => shifts.readUpTo[shiftKey(name, operatorId)])
  const [span, setSpan] = useState<Span>('read')
  const from = useFromNow((now) =>
    span === 'read' ? beginningOf(readUpTo, now) : new Date(Math.floor(now / 60_000) * 60_000 - Number(span) * 3_600_000).toISOString(),
  )
  const sheet = useQuery(queries.shiftSheet(from))
  const root = useQuery(queries.domains()).data?.items[0]
  return (
    <div className={classes['sheet']}>
      <Shown answer={sheet}>{(data) => <SheetRoom sheet={data} span={span} setSpan={setSpan} />}</Shown>
      {root === undefined ? null : (
        <div className={classes['screenOnly']}>
          <LogBook subject={root.id} />
        </div>
      )}
    </div>
  )
}

function SheetRoom({
  sheet,
  span,
  setSpan,
}: {
  readonly sheet: Sheet
  readonly span: Span
  readonly setSpan: (span: Span) => void
}): ReactNode {
  const formats = useFormats()
  const { queries } = useWorkspace()
  const operators = useQuery(queries.operators())
  const who = operators.data?.items.find(({ id }) => id === operators.data?.currentId)?.name ?? ''
  const [since, at] = [formats.instant(sheet.from), formats.instant(sheet.at)]
  const { attention, returns, maintenance, contested } = openMatters(sheet)
  return (
    <>
      <PageHead
        title={<Trans>Hand-over sheet</Trans>}
        lead={
          <>
            <Name text={sheet.masterName} />.{' '}
            <Trans>
              From {since} to {at}.
            </Trans>{' '}
            {who === '' ? null : <Trans>Handed over by {who}.</Trans>}
          </>
        }
        aside={
          <span className={classes['screenOnly']}>
            <Choice
              label={t`Since when`}
              isLabelHidden
              value={span}
              onChange={setSpan}
              options={spans.map((id) => ({ id, name: spanName(id) }))}
            />
            <PrintButtons fileName={`hand-over-${formats.fileDay(sheet.at)}`} />
          </span>
        }
      />
      <p className={classes['openLine']}>
        {sheet.isAttentionWhole ? (
          <Plural value={attention} _0="Nothing needs attention" one="# thing needs attention" other="# things need attention" />
        ) : (
          <Trans>{formats.count(attention)} things or more need attention</Trans>
        )}
        {', '}
        <Plural value={returns} _0="no return is under way" one="# return is under way" other="# returns are under way" />
        {', '}
        <Plural value={maintenance} _0="nothing is in maintenance" one="# thing is in maintenance" other="# things are in maintenance" />
        {contested === 0 ? null : (
          <strong>
            {', '}
            <Plural value={contested} one="# domain is contested" other="# domains are contested" />
          </strong>
        )}
        .
      </p>
      {sheet.readBackTo === null ? null : (
        <p className={classes['openLine']}>
          <Trans>Too much happened to read back all of it: what follows begins at {formats.instant(sheet.readBackTo)}.</Trans>
        </p>
      )}
      <Open sheet={sheet} />
      <Happened sheet={sheet} />
      <Section title={t`Who is master of what`}>
        <ul className={classes['lines']}>
          {sheet.authority.map(({ domainId, domainName, authority }) => (
            <li key={domainId}>
              <Name text={domainName} />
              <span>
                {standingName(authority.standing)}
                {authority.masterName === null ? null : (
                  <>
                    {': '}
                    <Name text={authority.masterName} />
                  </>
                )}
                {authority.epoch === null ? null : <Trans>, epoch {authority.epoch}</Trans>}
              </span>
            </li>
          ))}
        </ul>
        <p className={classes['words']}>
          <Trans>Fingerprint</Trans>: <b>{sheet.held.fingerprint.join(' ')}</b>
        </p>
      </Section>
    </>
  )
}

function Open({ sheet }: { readonly sheet: Sheet }): ReactNode {
  const formats = useFormats()
  return (
    <>
      <Section title={t`Needs attention`}>
        <Lines isEmpty={sheet.attention.length === 0} empty={t`Nothing.`}>
          {sheet.attention.map((item) => (
            <li key={item.id}>
              <span className={classes['score']}>{formats.count(item.score)}</span>
              {item.nodeId === null ? (
                <Name text={item.title} />
              ) : (
                <a href={addressOf({ room: 'node', nodeId: item.nodeId, tab: 'overview' })}>
                  <Name text={item.title} />
                </a>
              )}
              {item.handling === undefined ? null : <span className={classes['soft']}>{formats.sentence(item.handling.why)}</span>}
            </li>
          ))}
        </Lines>
      </Section>
      <Section title={t`In maintenance`}>
        <Lines isEmpty={sheet.maintenance.length === 0} empty={t`Nothing.`}>
          {sheet.maintenance.map((item) => (
            <li key={item.maintenanceId}>
              <Subject note={item} />
              <span>
                {item.state === 'holds' ? (
                  <Trans>until {formats.dayTime(item.until)}</Trans>
                ) : (
                  <Trans>ended {formats.dayTime(item.ended?.at ?? item.until)}</Trans>
                )}
              </span>
              <span className={classes['soft']}>
                <Name text={item.reason} /> {item.begunBy === null ? null : <Name text={item.begunBy} />}
              </span>
            </li>
          ))}
        </Lines>
      </Section>
      <Section title={t`Returns under way`}>
        <Lines isEmpty={sheet.returns.length === 0} empty={t`None.`}>
          {sheet.returns.map((session) => (
            <li key={session.id}>
              <a href={addressOf({ room: 'node', nodeId: session.nodeId, tab: 'overview' })}>
                <Name text={session.nodeName} />
              </a>
              <span>
                <Trans>
                  {formats.count(session.receivedEvents)} of {formats.count(session.expectedEvents)} events
                </Trans>
              </span>
            </li>
          ))}
        </Lines>
      </Section>
    </>
  )
}

function Happened({ sheet }: { readonly sheet: Sheet }): ReactNode {
  const formats = useFormats()
  return (
    <>
      <Section title={t`Written in the log book`}>
        {sheet.notes.length === 0 ? (
          <p className={classes['soft']}>
            <Trans>Nothing.</Trans>
          </p>
        ) : (
          <NoteList notes={sheet.notes} subjectOf={(note) => <Subject note={note} />} />
        )}
      </Section>
      <Section title={t`Nodes that changed their phase`} note={moreOf(sheet.transitions.length, sheet.transitionsTotal)}>
        <Lines isEmpty={sheet.transitions.length === 0} empty={t`None.`}>
          {sheet.transitions.map((one) => (
            <li key={`${one.at}${one.nodeId}${one.to}`}>
              <time dateTime={one.at}>{formats.dayTime(one.at)}</time>
              <a href={addressOf({ room: 'node', nodeId: one.nodeId, tab: 'overview' })}>
                <Name text={one.nodeName} />
              </a>
              <span>
                {phaseName(one.from)} → {phaseName(one.to)}
              </span>
              <span className={classes['soft']}>
                {formats.sentence(one.sentence)} {one.actorName === null ? null : <Name text={one.actorName} />}
              </span>
            </li>
          ))}
        </Lines>
        {sheet.modes.length === 0 ? null : (
          <p className={classes['soft']}>
            <Trans>Connectivity changed, by where they are now:</Trans>{' '}
            {sheet.modes.map(({ mode, nodes }) => `${modeName(mode)} ${formats.count(nodes)}`).join(', ')}
          </p>
        )}
      </Section>
      <Section title={t`What people did`} note={moreOf(sheet.acts.length, sheet.actsTotal)}>
        <Lines isEmpty={sheet.acts.length === 0} empty={t`Nothing.`}>
          {sheet.acts.map((act) => (
            <li key={`${act.at}${act.subjectId}${act.type}`}>
              <time dateTime={act.at}>{formats.dayTime(act.at)}</time>
              <Name text={act.actorName} />
              <Subject note={act} />
              <span className={classes['soft']}>{formats.sentence(act.sentence)}</span>
            </li>
          ))}
        </Lines>
      </Section>
    </>
  )
}

function moreOf(shown: number, total: number): string {
  return total > shown ? t`The newest ${shown} of ${total}; the audit desk holds the rest.` : ''
}

function Lines({
  isEmpty,
  empty,
  children,
}: {
  readonly isEmpty: boolean
  readonly empty: string
  readonly children: ReactNode
}): ReactNode {
  return isEmpty ? <p className={classes['soft']}>{empty}</p> : <ul className={classes['lines']}>{children}</ul>
}

function Subject({ note }: { readonly note: Pick<Note, 'subjectId' | 'subjectKind' | 'subjectNodeId' | 'subjectName'> }): ReactNode {
  const place = placeOf(note)
  const name = <Name text={note.subjectName ?? note.subjectId} />
  return place === null ? name : <a href={addressOf(place)}>{name}</a>
}

/** A window of the desktop saves the PDF itself; a browser has its own dialog for both. */
function PrintButtons({ fileName }: { readonly fileName: string }): ReactNode {
  const host = shellHost()
  const save = async (): Promise<void> => {
    const answer = await host?.savePdf(fileName)
    if (answer?.ok === false) say(t`The PDF could not be saved.`)
  }
  return (
    <>
      <Button icon={<Printer aria-hidden="true" />} onPress={() => window.print()}>
        <Trans>Print</Trans>
      </Button>
      {host === null ? null : (
        <Button onPress={() => void save()}>
          <Trans>Save as PDF</Trans>
        </Button>
      )}
    </>
  )
}

function spanName(span: Span): string {
  switch (span) {
    case 'read':
      return t`Since I read last`
    case '8':
      return t`The last 8 hours`
    case '12':
      return t`The last 12 hours`
    case '24':
      return t`The last day`
  }
}
