/** The attention queue: what asks for a look, worst first, each with why it stands where it stands. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { useListKeys } from '../../app/keyboard/use-list-keys.ts'
import { addressOf } from '../../app/navigation.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Name } from '../../ui/name.tsx'
import { Empty } from '../../ui/shown.tsx'
import { HandlingMenu } from './handling.tsx'
import { handlingName } from './words.ts'
import { type AttentionItem, pressureOf, tellingTerms } from './model.ts'
import classes from './list.module.css'

type Props = {
  readonly items: readonly AttentionItem[]
  /** Under which the selection is remembered. */
  readonly listName: string
  readonly isDetailed?: boolean
}

export function AttentionList({ items, listName, isDetailed = false }: Props): ReactNode {
  const { selected, listProps, rowProps } = useListKeys({
    name: listName,
    ids: items.map((item) => item.id),
    open: (id) => (window.location.hash = hrefOf(items.find((item) => item.id === id))),
  })
  if (items.length === 0) {
    return (
      <div className={classes['empty']}>
        <Empty title={t`Nothing asks for attention`} icon={<CircleCheck aria-hidden="true" size={20} />}>
          <Trans>Quarantine, failed health, long silence and drift would appear here, worst first.</Trans>
        </Empty>
      </div>
    )
  }
  return (
    <ul className={classes['list']} aria-label={t`Attention queue`} {...listProps}>
      {items.map((item) => (
        <li key={item.id} className={`${classes['item']} ${item.id === selected ? classes['selected'] : ''}`} {...rowProps(item.id)}>
          <AttentionLine item={item} isDetailed={isDetailed} />
          {isDetailed ? <HandlingMenu item={item} /> : null}
        </li>
      ))}
    </ul>
  )
}

function AttentionLine({ item, isDetailed }: { readonly item: AttentionItem; readonly isDetailed: boolean }): ReactNode {
  const formats = useFormats()
  const terms = tellingTerms(item)
  const pressure = pressureOf(item)
  const score = formats.decimal(item.score, 0)
  return (
    <a href={hrefOf(item)} className={classes['line']}>
      <span className={`${classes['score']} ${classes[pressure]}`} title={t`Score ${score} of 100`}>
        <span className={classes['figure']}>{score}</span>
        <span className={classes['gauge']} aria-hidden="true">
          <span className={classes['level']} style={{ width: `${String(item.score)}%` }} />
        </span>
      </span>
      <span className={classes['words']}>
        <Name text={item.title} className={classes['title']} />
        <span className={classes['terms']}>
          {terms.map((term) => (
            <span key={term.term} className={classes['term']}>
              <span className={classes['points']}>+{formats.decimal(term.points, 0)}</span> {boundText(term.term, 60)}
            </span>
          ))}
        </span>
      </span>
      {item.handling === undefined ? null : <HandlingNote item={item} />}
      {isDetailed || item.since !== null ? <Age at={item.since} className={classes['age']} /> : null}
    </a>
  )
}

/** Who sees to it, or what was done about it. */
function HandlingNote({ item }: { readonly item: AttentionItem }): ReactNode {
  const { handling } = item
  if (handling === undefined) return null
  const words = [
    handling.shownAs === 'open' ? '' : handlingName(handling.shownAs),
    handling.assignedTo === null ? '' : boundText(handling.assignedTo.name, 40),
  ].filter((word) => word !== '')
  return words.length === 0 ? null : (
    <span className={classes['handling']} title={boundText(handling.why, 300)}>
      {words.join(', ')}
    </span>
  )
}

function hrefOf(item: AttentionItem | undefined): string {
  if (item === undefined) return addressOf({ room: 'attention' })
  return item.nodeId === null
    ? addressOf({ room: 'domain', domainId: item.domainId, tab: 'overview', filter: {} })
    : addressOf({ room: 'node', nodeId: item.nodeId, tab: 'overview' })
}
