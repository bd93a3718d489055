/** What a node recorded, newest first, with what it recorded while on its own marked as such; the data of one beside the list. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Activity, BellRing, Camera, CircleHelp, GitBranch, HeartPulse, type LucideIcon, RadioTower } from 'lucide-react'
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useListKeys } from '../../app/keyboard/use-list-keys.ts'
import type { Answers } from '../../client/rpc.ts'
import { sinceOf } from '../../client/queries.ts'
import { useQueryKeepingLast, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { usePreferences } from '../../state/preferences.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Facts } from '../../ui/facts.tsx'
import { JsonText } from '../../ui/json-text.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import { within, type Window } from './observation-lanes.ts'
import { appendOlder, type Observation, withNewest } from './observation-pages.ts'
import { ObservationStrip } from './observation-strip.tsx'
import classes from './observations.module.css'

type Page = Answers['node']['observations']

const icons: Readonly<Record<Observation['kind'], LucideIcon>> = {
  observation: Activity,
  snapshot: Camera,
  decision: GitBranch,
  health: HeartPulse,
  alarm: BellRing,
  link: RadioTower,
  unknown: CircleHelp,
}
const pageLength = 100
/** Of a stretch of time, what is asked for at once, and how many are looked through for it at most. */
const windowLength = 500
const lookedThrough = 5000
const rowHeights = { compact: 34, comfortable: 42, touch: 50 } as const

export function NodeObservations({ nodeId }: { readonly nodeId: string }): ReactNode {
  const { queries } = useWorkspace()
  const [window, setWindow] = useState<Window | null>(null)
  const answer = useQueryKeepingLast(queries.observations(nodeId, window === null ? pageLength : windowLength, window))
  return (
    <Shown answer={answer}>
      {(page) =>
        page.items.length === 0 && window === null ? (
          <NothingYet />
        ) : (
          <ObservationRoom
            // A stretch has pages of its own.
            key={window === null ? '' : `${String(window.from)} ${String(window.to)}`}
            nodeId={nodeId}
            newest={page}
            window={window}
            onWindow={setWindow}
          />
        )
      }
    </Shown>
  )
}

function NothingYet(): ReactNode {
  return (
    <div className={classes['pad']}>
      <Empty title={t`Nothing recorded yet`}>
        <Trans>Observations, snapshots and decisions of the node appear here as they arrive.</Trans>
      </Empty>
    </div>
  )
}

type RoomProps = {
  readonly nodeId: string
  readonly newest: Page
  readonly window: Window | null
  readonly onWindow: (window: Window | null) => void
}

function ObservationRoom({ nodeId, newest, window, onWindow }: RoomProps): ReactNode {
  const { client } = useWorkspace()
  const density = usePreferences((preferences) => preferences.density)
  const rowHeight = rowHeights[density]
  const [older, setOlder] = useState<{ readonly items: readonly Observation[]; readonly next: string | null } | null>(null)
  const isAsking = useRef(false)
  const scrollRef = useRef<HTMLDivElement | null>(null)
  const held = useMemo(() => withNewest(newest.items, older?.items ?? []), [newest.items, older])
  const items = useMemo(() => within(held, window), [held, window])
  const next = older === null ? newest.next : older.next

  const askOlder = useCallback(async (): Promise<void> => {
    if (next === null || isAsking.current) return
    isAsking.current = true
    try {
      const page = await client.node.observations({
        ...sinceOf(window),
        nodeId,
        cursor: next,
        limit: window === null ? pageLength : windowLength,
      })
      setOlder((held) => ({ items: appendOlder(held?.items ?? newest.items, page.items), next: page.next }))
    } catch {
      // The stream tells when the connection is lost; the page is asked for again when one scrolls on.
    } finally {
      isAsking.current = false
    }
  }, [client, nodeId, next, newest.items, window])

  // oxlint-disable-next-line react/incompatible-library -- the virtualizer is read in this component alone, and nothing here is memoised by a compiler.
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (at) => items[at]?.eventId ?? at,
  })
  const rows = virtual.getVirtualItems()
  const lastRow = rows.at(-1)?.index ?? 0
  useEffect(() => {
    if (lastRow >= items.length - 30) void askOlder()
  }, [lastRow, items.length, askOlder])
  useEffect(() => virtual.measure(), [virtual, rowHeight])

  // A stretch is shown whole: what was recorded after it is looked through until it is reached.
  const isIncomplete = window !== null && next !== null
  useEffect(() => {
    if (isIncomplete && held.length < lookedThrough) void askOlder()
  }, [isIncomplete, held.length, askOlder])

  // New observations come in at the top; whoever reads further down keeps the same lines before their eyes.
  const firstId = items[0]?.eventId
  const anchor = useRef(firstId)
  useEffect(() => {
    const element = scrollRef.current
    const moved = anchor.current === undefined ? 0 : items.findIndex((item) => item.eventId === anchor.current)
    anchor.current = firstId
    if (element !== null && moved > 0 && element.scrollTop > rowHeight) element.scrollTop += moved * rowHeight
  }, [firstId, items, rowHeight])

  const { selected, select, listProps, rowProps } = useListKeys({
    name: 'observations',
    ids: items.map((item) => item.eventId),
    open: () => undefined,
    reveal: (at) => virtual.scrollToIndex(at),
  })
  const chosen = items.find((item) => item.eventId === selected) ?? null
  return (
    <>
      <ObservationStrip
        items={items}
        isIncomplete={isIncomplete}
        window={window}
        onWindow={onWindow}
        onChoose={select}
        chosenId={selected}
        nameOf={kindWord}
      />
      <div className={classes['room']}>
        <div className={classes['list']}>
          <div
            ref={scrollRef}
            className={classes['scroll']}
            role="listbox"
            aria-label={t`Observations, newest first`}
            {...listProps}
            {...(selected === null ? {} : { 'aria-activedescendant': `row-${selected}` })}
          >
            <div className={classes['body']} style={{ height: virtual.getTotalSize() }} role="presentation">
              {rows.map((row) => {
                const item = items[row.index]
                return item === undefined ? null : (
                  <div
                    key={row.key}
                    id={`row-${item.eventId}`}
                    role="option"
                    tabIndex={-1}
                    aria-selected={item.eventId === selected}
                    className={`${classes['row']} ${item.eventId === selected ? classes['selected'] : ''} ${item.isFromAutonomy ? classes['alone'] : ''}`}
                    style={{ height: rowHeight, transform: `translateY(${String(row.start)}px)` }}
                    onClick={() => select(item.eventId)}
                    onKeyDown={() => undefined}
                    {...rowProps(item.eventId)}
                  >
                    <ObservationLine item={item} />
                  </div>
                )
              })}
            </div>
          </div>
          <p className={classes['foot']}>
            <span className={classes['aloneSample']} aria-hidden="true" />
            <Trans>recorded while on its own</Trans>
            <span className={classes['total']}>
              <Plural value={newest.total} one="# held" other="# held" />
            </span>
          </p>
        </div>
        <aside className={classes['detail']} aria-label={t`The chosen observation`}>
          {chosen === null ? (
            <Empty title={t`Choose one to see its data`}>{t`j and k move through the list.`}</Empty>
          ) : (
            <ObservationDetail item={chosen} />
          )}
        </aside>
      </div>
    </>
  )
}

function ObservationLine({ item }: { readonly item: Observation }): ReactNode {
  const formats = useFormats()
  const Icon = icons[item.kind]
  return (
    <>
      <time className={classes['time']} dateTime={item.time} title={formats.instant(item.time)}>
        {formats.dayTime(item.time)}
      </time>
      <span className={`${classes['kind']} ${item.kind === 'alarm' ? classes['alarm'] : ''}`}>
        <Icon aria-hidden="true" size={14} />
        {kindWord(item.kind)}
      </span>
      <bdi className={classes['sentence']}>{boundText(item.sentence, 200)}</bdi>
      {item.isFromAutonomy ? <span className={classes['aloneWord']}>{t`on its own`}</span> : null}
    </>
  )
}

function ObservationDetail({ item }: { readonly item: Observation }): ReactNode {
  const formats = useFormats()
  return (
    <>
      <h2 className={classes['title']}>
        <bdi>{boundText(item.sentence, 400)}</bdi>
      </h2>
      <Facts
        items={[
          { name: t`Happened`, value: formats.instant(item.time) },
          { name: t`Recorded here`, value: formats.instant(item.recordedAt) },
          { name: t`Type`, value: item.type, isCode: true },
          { name: t`Event`, value: item.eventId, isCopied: true },
          { name: t`While on its own`, value: item.isFromAutonomy ? t`yes` : t`no` },
        ]}
      />
      <JsonText value={item.data} label={t`Data of the event`} />
    </>
  )
}

function kindWord(kind: Observation['kind']): string {
  switch (kind) {
    case 'observation':
      return t`Observation`
    case 'snapshot':
      return t`Snapshot`
    case 'decision':
      return t`Decision`
    case 'health':
      return t`Health`
    case 'alarm':
      return t`Alarm`
    case 'link':
      return t`Link`
    case 'unknown':
      return t`Unknown type`
  }
}
