/** The attention inbox of the whole fleet: everything that asks for a look, worst first, explained term by term, narrowed by kind. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { Age } from '../../ui/age.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Segments } from '../../ui/segments.tsx'
import { Shown } from '../../ui/shown.tsx'
import { ConcernsStrip } from '../held/concerns-strip.tsx'
import { usePressingConcerns } from '../held/use-heard.ts'
import { AttentionList } from './list.tsx'
import { type AttentionItem, countByHandling, kindsOf, pressureOf, type ShownAs, shownAs } from './model.ts'
import classes from './page.module.css'
import { handlingName, handlingOrder } from './words.ts'

/** A person who has seen to so many asks for the next. */
const mostShown = 100

export function AttentionPage(): ReactNode {
  const { queries } = useWorkspace()
  const inbox = useQuery(queries.attention(mostShown))
  return (
    <div className={classes['page']}>
      <Shown answer={inbox}>
        {({ items }) => <AttentionRoom items={items} at={inbox.heardAt === null ? null : new Date(inbox.heardAt).toISOString()} />}
      </Shown>
    </div>
  )
}

function AttentionRoom({ items, at }: { readonly items: readonly AttentionItem[]; readonly at: string | null }): ReactNode {
  const [kind, setKind] = useState<AttentionItem['kind'] | 'all'>('all')
  const [group, setGroup] = useState<ShownAs>('open')
  const counts = countByHandling(items)
  const grouped = items.filter((item) => shownAs(item) === group)
  const open = items.filter((item) => shownAs(item) === 'open')
  const kinds = kindsOf(grouped)
  const shown = kind === 'all' || !kinds.includes(kind) ? grouped : grouped.filter((item) => item.kind === kind)
  const concerns = usePressingConcerns()
  const count = open.length + concerns.length
  const pressing = open.filter((item) => pressureOf(item) === 'act').length + concerns.filter(({ pressure }) => pressure === 'act').length
  return (
    <>
      <PageHead
        title={<Trans>Attention</Trans>}
        lead={
          count === 0 ? (
            <Trans>Nothing asks for a look.</Trans>
          ) : (
            <>
              <Plural value={count} one="# thing asks for a look" other="# things ask for a look" />
              {pressing === 0 ? (
                <Trans>, none of them now.</Trans>
              ) : (
                <>
                  {', '}
                  <Plural value={pressing} one="# of them now." other="# of them now." />
                </>
              )}
            </>
          )
        }
        aside={
          <span>
            <Trans>
              As heard <Age at={at} isSpoken />
            </Trans>
          </span>
        }
      />
      <ConcernsStrip />
      {counts.acknowledged + counts.snoozed + counts.resolved === 0 ? null : (
        <div className={classes['kinds']}>
          <Segments
            label={t`What is done about it`}
            value={group}
            onChange={setGroup}
            options={handlingOrder.map((id) => ({ id, name: `${handlingName(id)} ${String(counts[id])}` }))}
          />
        </div>
      )}
      {kinds.length < 2 ? null : (
        <div className={classes['kinds']}>
          <Segments
            label={t`Kind`}
            value={kinds.includes(kind as AttentionItem['kind']) ? kind : 'all'}
            onChange={setKind}
            options={[{ id: 'all', name: t`All` }, ...kinds.map((id) => ({ id, name: attentionKindName(id) }))]}
          />
        </div>
      )}
      {open.length === 0 && group === 'open' && concerns.length > 0 ? null : (
        <AttentionList items={shown} listName="attention-page" isDetailed />
      )}
    </>
  )
}

function attentionKindName(kind: AttentionItem['kind']): string {
  switch (kind) {
    case 'quarantined':
      return t`Quarantined`
    case 'health':
      return t`Health`
    case 'sync-debt':
      return t`Sync debt`
    case 'evidence':
      return t`Evidence`
    case 'authority':
      return t`Authority`
    case 'stale':
      return t`Silent`
    case 'drift':
      return t`Drift`
    case 'courier':
      return t`Courier`
    case 'unreadable':
      return t`Unreadable`
  }
}
