/** Nodes of a domain, worst first: rows are drawn only where one looks, pages are asked for as one goes down, and nothing moves under the pointer. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, type ReactNode, useEffect, useRef } from 'react'
import { useListKeys } from '../../app/keyboard/use-list-keys.ts'
import { addressOf, memoryOf, useVisit } from '../../app/navigation.ts'
import type { Requests } from '../../client/rpc.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { usePreferences } from '../../state/preferences.ts'
import { Age } from '../../ui/age.tsx'
import { HealthBadge, ModeBadge, PhaseBadge } from '../../ui/badges.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Name } from '../../ui/name.tsx'
import { Empty, ProblemPanel, Waiting } from '../../ui/shown.tsx'
import { DoubtMarks } from '../doubts/doubts.tsx'
import type { NodeRow } from './pages.ts'
import classes from './table.module.css'
import { useNodePages } from './use-node-pages.ts'

type Props = { readonly request: Requests['node']['list']; readonly showsDomain: boolean; readonly onClear: (() => void) | null }

const rowHeights = { compact: 32, comfortable: 40, touch: 48 } as const
/** More is asked for when this many rows are left below. */
const aheadRows = 30

export function NodeTable({ request, showsDomain, onClear }: Props): ReactNode {
  const formats = useFormats()
  const pages = useNodePages(request)
  const density = usePreferences((preferences) => preferences.density)
  const rowHeight = rowHeights[density]
  const scrollRef = useRef<HTMLDivElement | null>(null)
  const { key } = useVisit()
  const memory = memoryOf(key)
  const { rows } = pages
  // oxlint-disable-next-line react/incompatible-library -- the virtualizer is read in this component alone, and nothing here is memoised by a compiler.
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: rowHeight,
    initialOffset: memory.scrollTop,
    getItemKey: (at) => rows[at]?.id ?? at,
  })
  const { selected, select, listProps, rowProps } = useListKeys({
    name: 'nodes',
    ids: rows.map((row) => row.id),
    open: (id) => (window.location.hash = addressOf({ room: 'node', nodeId: id, tab: 'overview' })),
    reveal: (at) => virtual.scrollToIndex(at),
  })
  const items = virtual.getVirtualItems()
  const lastVisible = items.at(-1)?.index ?? 0
  const { loadMore, onVisible } = pages
  useEffect(() => {
    onVisible(lastVisible)
    if (lastVisible >= rows.length - aheadRows) loadMore()
  }, [lastVisible, rows.length, loadMore, onVisible])
  useEffect(() => virtual.measure(), [virtual, rowHeight])

  if (pages.problem !== null && rows.length === 0) return <ProblemPanel problem={pages.problem} onRetry={pages.refresh} />
  if (pages.isFirstLoading) {
    return (
      <div className={classes['pad']}>
        <Waiting lines={12} />
      </div>
    )
  }
  if (rows.length === 0) {
    return (
      <div className={classes['pad']}>
        <Empty title={onClear === null ? t`No nodes in this domain` : t`No node fits this filter`}>
          {onClear === null ? <Trans>They appear once they are let in.</Trans> : <Button onPress={onClear}>{t`Clear the filter`}</Button>}
        </Empty>
      </div>
    )
  }
  const shownCount = formats.count(rows.length)
  const total = formats.count(pages.total)
  return (
    <div className={`${classes['frame']} ${showsDomain ? classes['withDomain'] : ''} ${pages.isOlder ? classes['older'] : ''}`}>
      <div
        ref={scrollRef}
        className={classes['scroll']}
        role="grid"
        aria-label={t`Nodes, worst first`}
        aria-rowcount={pages.total + 1}
        {...listProps}
        {...(selected === null ? {} : { 'aria-activedescendant': `row-${selected}` })}
        onPointerEnter={(event) => (event.pointerType === 'mouse' ? pages.hold(true) : undefined)}
        onPointerLeave={() => pages.hold(false)}
        onScroll={(event) => {
          memory.scrollTop = event.currentTarget.scrollTop
        }}
      >
        <div role="rowgroup" className={classes['headGroup']}>
          <div className={classes['head']} role="row" aria-rowindex={1}>
            {[
              t`Node`,
              t`Connectivity`,
              t`For`,
              t`Phase`,
              t`Health`,
              t`Heard`,
              t`Backlog`,
              t`Drift`,
              ...(showsDomain ? [t`Domain`] : []),
              t`Tags`,
            ].map((title, at) => (
              <span key={title} role="columnheader" className={[2, 5, 6, 7].includes(at) ? classes['end'] : ''}>
                {title}
              </span>
            ))}
          </div>
        </div>
        <div className={classes['body']} style={{ height: virtual.getTotalSize() }} role="rowgroup">
          {items.map((item) => {
            const row = rows[item.index]
            return row === undefined ? null : (
              <div
                key={item.key}
                id={`row-${row.id}`}
                role="row"
                tabIndex={-1}
                aria-rowindex={item.index + 2}
                aria-selected={row.id === selected}
                className={`${classes['row']} ${row.id === selected ? classes['selected'] : ''} ${row.phase === 'QUARANTINED' ? classes['urgent'] : ''}`}
                style={{ height: rowHeight, transform: `translateY(${String(item.start)}px)` }}
                onClick={(event) => {
                  select(row.id)
                  if (event.target instanceof Element && event.target.closest('a') === null)
                    window.location.hash = addressOf({ room: 'node', nodeId: row.id, tab: 'overview' })
                }}
                onKeyDown={() => undefined}
                {...rowProps(row.id)}
              >
                <NodeCells row={row} showsDomain={showsDomain} />
              </div>
            )
          })}
        </div>
      </div>
      <p className={classes['foot']} role="status">
        {pages.hasMore ? (
          <Trans>
            {shownCount} of {total} shown, worst first
          </Trans>
        ) : (
          <Plural value={pages.total} one="# node" other="# nodes" />
        )}
        {pages.waiting > 0 ? (
          <span className={classes['held']}>
            <Plural
              value={pages.waiting}
              one="The order is held while you point: # row waits to move."
              other="The order is held while you point: # rows wait to move."
            />
          </span>
        ) : null}
      </p>
    </div>
  )
}

const NodeCells = memo(function NodeCells({ row, showsDomain }: { readonly row: NodeRow; readonly showsDomain: boolean }): ReactNode {
  const formats = useFormats()
  return (
    <>
      <span role="gridcell" className={classes['name']}>
        <a href={addressOf({ room: 'node', nodeId: row.id, tab: 'overview' })} tabIndex={-1}>
          <Name text={row.name} />
        </a>
        <DoubtMarks doubts={row.doubts} />
      </span>
      <span role="gridcell">
        <ModeBadge mode={row.mode} />
      </span>
      <span role="gridcell" className={`${classes['end']} ${classes['soft']}`}>
        <Age at={row.modeSince} />
      </span>
      <span role="gridcell" title={row.state}>
        <PhaseBadge phase={row.phase} />
      </span>
      <span role="gridcell">
        <HealthBadge health={row.health} at={row.lastSeenAt} />
      </span>
      <span role="gridcell" className={`${classes['end']} ${classes['soft']}`}>
        <Age at={row.lastSeenAt} />
      </span>
      <span role="gridcell" className={`${classes['end']} ${row.backlogMessages === 0 ? classes['faint'] : ''}`}>
        {formats.shortCount(row.backlogMessages)}
      </span>
      <span role="gridcell" className={`${classes['end']} ${row.driftScore === null || row.driftScore === 0 ? classes['faint'] : ''}`}>
        {row.driftScore === null ? t`unknown` : formats.share(row.driftScore)}
      </span>
      {showsDomain ? (
        <span role="gridcell" className={classes['soft']}>
          <Name text={row.domainName} />
        </span>
      ) : null}
      <span role="gridcell" className={classes['tags']}>
        {row.tags.slice(0, 4).map((tag) => (
          <bdi key={tag} className={classes['tag']}>
            {boundText(tag, 20)}
          </bdi>
        ))}
      </span>
    </>
  )
})
