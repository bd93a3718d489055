/** The filter above a list of nodes: the bands as switches, the rest as menus, and free text. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { ChevronDown, Search, Tag, X } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Button as AriaButton, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, type Selection } from 'react-aria-components'
import { bandOrder } from '../../charts/bands.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { healthName, kindName, type Mode, modeName, phaseName } from '../../i18n/words.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { ModeMark } from '../../ui/marks.tsx'
import { healthOrder, isEmptyFilter, kindOrder, type NodeFilter, phaseOrder, readFilter, toggled } from './filter.ts'
import classes from './filter-bar.module.css'

type Props = {
  readonly filter: NodeFilter
  readonly counts: Readonly<Record<Mode, number>>
  readonly onChange: (filter: NodeFilter) => void
}

/** Typing waits this long before it is asked for. */
const typingPauseMs = 180

export function FilterBar({ filter, counts, onChange }: Props): ReactNode {
  const formats = useFormats()
  const [text, setText] = useState(filter.text)
  useEffect(() => setText(filter.text), [filter.text])
  useEffect(() => {
    if (text === filter.text) return undefined
    const timer = window.setTimeout(() => onChange({ ...filter, text }), typingPauseMs)
    return () => window.clearTimeout(timer)
  }, [text, filter, onChange])
  return (
    <div className={classes['bar']} role="search" aria-label={t`Filter nodes`}>
      <div className={classes['line']}>
        <label className={classes['search']} data-filter>
          <Search aria-hidden="true" size={14} />
          <input
            className={classes['input']}
            value={text}
            maxLength={200}
            onChange={(event) => setText(event.target.value)}
            placeholder={t`Name, id or serial`}
            aria-label={t`Name, id or serial`}
            spellCheck={false}
          />
          <kbd className={classes['key']} aria-hidden="true">
            /
          </kbd>
        </label>
        <Several
          label={t`Phase`}
          values={phaseOrder}
          chosen={filter.phases}
          nameOf={phaseName}
          onChange={(phases) => onChange({ ...filter, phases })}
        />
        <Several
          label={t`Health`}
          values={healthOrder}
          chosen={filter.healths}
          nameOf={healthName}
          onChange={(healths) => onChange({ ...filter, healths })}
        />
        <Several
          label={t`Kind`}
          values={kindOrder}
          chosen={filter.kinds}
          nameOf={kindName}
          onChange={(kinds) => onChange({ ...filter, kinds })}
        />
        <Tags tags={filter.tags} onChange={(tags) => onChange({ ...filter, tags })} />
        {isEmptyFilter(filter) ? null : (
          <Button look="quiet" icon={<X aria-hidden="true" />} onPress={() => onChange(readFilter({}))}>
            <Trans>Clear</Trans>
          </Button>
        )}
      </div>
      <div className={classes['line']} role="group" aria-label={t`Connectivity`}>
        {bandOrder.map((mode) => (
          <button
            key={mode}
            type="button"
            className={classes['band']}
            aria-pressed={filter.modes.includes(mode)}
            onClick={() => onChange({ ...filter, modes: toggled(filter.modes, mode) })}
          >
            <ModeMark mode={mode} size={12} />
            {modeName(mode)}
            <span className={classes['count']}>{formats.shortCount(counts[mode])}</span>
          </button>
        ))}
      </div>
    </div>
  )
}

type SeveralProps<Value extends string> = {
  readonly label: string
  readonly values: readonly Value[]
  readonly chosen: readonly Value[]
  readonly nameOf: (value: Value) => string
  readonly onChange: (values: readonly Value[]) => void
}

function Several<Value extends string>({ label, values, chosen, nameOf, onChange }: SeveralProps<Value>): ReactNode {
  const change = (selection: Selection): void => onChange(selection === 'all' ? values : values.filter((value) => selection.has(value)))
  return (
    <MenuTrigger>
      <AriaButton className={`${classes['menuButton']} ${chosen.length > 0 ? classes['isChosen'] : ''}`}>
        {chosen.length === 0 ? label : `${label}: ${chosen.map(nameOf).join(', ')}`}
        <ChevronDown aria-hidden="true" size={13} />
      </AriaButton>
      <Popover className={classes['popover'] ?? ''} offset={4}>
        <Menu
          className={classes['menu'] ?? ''}
          selectionMode="multiple"
          selectedKeys={chosen}
          onSelectionChange={change}
          aria-label={label}
        >
          <MenuSection>
            <Header className={classes['menuHead'] ?? ''}>{label}</Header>
            {values.map((value) => (
              <MenuItem key={value} id={value} className={classes['item'] ?? ''} textValue={nameOf(value)}>
                {({ isSelected }) => (
                  <>
                    <span className={`${classes['box']} ${isSelected ? classes['boxOn'] : ''}`} aria-hidden="true" />
                    {nameOf(value)}
                  </>
                )}
              </MenuItem>
            ))}
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}

function Tags({ tags, onChange }: { readonly tags: readonly string[]; readonly onChange: (tags: readonly string[]) => void }): ReactNode {
  const [text, setText] = useState('')
  const add = (): void => {
    const tag = text.trim()
    if (tag !== '' && !tags.includes(tag)) onChange([...tags, tag])
    setText('')
  }
  return (
    <span className={classes['tags']}>
      {tags.map((tag) => (
        <button
          key={tag}
          type="button"
          className={classes['tag']}
          onClick={() => onChange(tags.filter((held) => held !== tag))}
          title={t`Take the tag away`}
        >
          <bdi>{boundText(tag, 24)}</bdi>
          <X aria-hidden="true" size={12} />
        </button>
      ))}
      <label className={classes['tagEntry']}>
        <Tag aria-hidden="true" size={13} />
        <input
          className={classes['input']}
          value={text}
          maxLength={100}
          placeholder={t`Tag`}
          aria-label={t`Add a tag to the filter`}
          onChange={(event) => setText(event.target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key === 'Enter') add()
            if (event.key === 'Backspace' && text === '' && tags.length > 0) onChange(tags.slice(0, -1))
          }}
        />
      </label>
    </span>
  )
}
