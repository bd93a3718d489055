/** A menu that opens from a button: things to choose or do, in sections, each with an optional second line. */
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, Header, Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components'
import classes from './menu.module.css'

export type MenuEntry = {
  readonly id: string
  readonly name: string
  readonly note?: string
  readonly icon?: ReactNode
  readonly isChosen?: boolean
  /** Not possible now: stays reachable, so that its note can be read; the action says why. */
  readonly isBarred?: boolean
  readonly onAction: () => void
}

type MenuProps = {
  readonly label: string
  /** What the button shows. */
  readonly children: ReactNode
  readonly buttonClassName?: string | undefined
  /** The button shows words of its own, which name it better than the label. */
  readonly isNamedByContent?: boolean
  readonly sections: readonly { readonly title?: string; readonly entries: readonly MenuEntry[] }[]
  readonly placement?: 'bottom start' | 'bottom end' | 'top start' | 'right bottom'
}

export function Menu({
  label,
  children,
  buttonClassName,
  sections,
  placement = 'bottom start',
  isNamedByContent = false,
}: MenuProps): ReactNode {
  const entries = sections.flatMap((section) => section.entries)
  return (
    <MenuTrigger>
      <Button className={buttonClassName ?? ''} {...(isNamedByContent ? {} : { 'aria-label': label })}>
        {children}
      </Button>
      <Popover className={classes['popover'] ?? ''} placement={placement} offset={6}>
        <AriaMenu
          className={classes['menu'] ?? ''}
          aria-label={label}
          onAction={(key) => entries.find((entry) => entry.id === key)?.onAction()}
        >
          {sections
            .filter((section) => section.entries.length > 0)
            .map((section, at) => (
              <MenuSection
                key={section.title ?? String(at)}
                className={classes['section'] ?? ''}
                {...(section.title === undefined ? { 'aria-label': label } : {})}
              >
                {section.title === undefined ? null : <Header className={classes['header'] ?? ''}>{section.title}</Header>}
                {section.entries.map((entry) => (
                  <MenuItem
                    key={entry.id}
                    id={entry.id}
                    textValue={entry.name}
                    className={`${classes['item']} ${entry.isBarred === true ? classes['barred'] : ''}`}
                  >
                    <span className={classes['icon']}>{entry.isChosen === true ? <Check aria-hidden="true" /> : entry.icon}</span>
                    <span className={classes['words']}>
                      <span className={classes['name']}>
                        <bdi>{entry.name}</bdi>
                      </span>
                      {entry.note === undefined ? null : <span className={classes['note']}>{entry.note}</span>}
                    </span>
                  </MenuItem>
                ))}
              </MenuSection>
            ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}
