/** The palette: type to find a node, a domain, a page or an act; Enter goes there. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { CornerDownLeft, Search } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useDeferredValue, useEffect, useId, useRef, useState } from 'react'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components'
import { boundText } from '../../ui/bound-text.ts'
import type { PaletteEntry } from './model.ts'
import { type PaletteChoice, usePaletteEntries } from './use-entries.tsx'
import classes from './view.module.css'

type Props = { readonly isOpen: boolean; readonly onClose: () => void; readonly openHelp: () => void }

export function Palette({ isOpen, onClose, openHelp }: Props): ReactNode {
  return (
    <ModalOverlay className={classes['veil'] ?? ''} isOpen={isOpen} onOpenChange={(open) => (open ? undefined : onClose())} isDismissable>
      <Modal className={classes['modal'] ?? ''}>
        <Dialog className={classes['dialog'] ?? ''} aria-label={t`Search or jump`}>
          <PaletteBody onClose={onClose} openHelp={openHelp} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function PaletteBody({ onClose, openHelp }: Omit<Props, 'isOpen'>): ReactNode {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const wanted = useDeferredValue(typed.trim())
  const { entries, isSearching } = usePaletteEntries(wanted, openHelp)
  const listId = useId()
  const listRef = useRef<HTMLDivElement | null>(null)
  const here = entries[Math.min(at, entries.length - 1)]

  useEffect(() => setAt(0), [wanted])
  useEffect(() => {
    if (here !== undefined) listRef.current?.querySelector(`[id="${CSS.escape(listId + here.id)}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [here, listId])

  const choose = (entry: PaletteChoice | undefined): void => {
    if (entry === undefined) return
    onClose()
    entry.run()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      setAt((held) => (entries.length === 0 ? 0 : (Math.min(held, entries.length - 1) + step + entries.length) % entries.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      choose(here)
    }
  }

  return (
    <>
      <div className={classes['entry']}>
        <Search aria-hidden="true" size={17} />
        <input
          // biome-ignore lint: the palette exists to be typed into.
          autoFocus
          className={classes['input']}
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={onKeyDown}
          placeholder={t`Name, id or serial of a node, a domain, a page, an act`}
          role="combobox"
          aria-label={t`Search or jump`}
          aria-expanded="true"
          aria-controls={listId}
          aria-autocomplete="list"
          {...(here === undefined ? {} : { 'aria-activedescendant': listId + here.id })}
          spellCheck={false}
          autoComplete="off"
        />
        <kbd className={classes['key']}>Esc</kbd>
      </div>
      <div className={classes['list']} role="listbox" id={listId} ref={listRef} aria-label={t`What was found`}>
        {groups().map(({ group, title }) => {
          const members = entries.filter((entry) => entry.group === group)
          return members.length === 0 ? null : (
            <div key={group} role="group" aria-label={title}>
              <p className={classes['group']} aria-hidden="true">
                {title}
              </p>
              {members.map((entry) => (
                <div
                  key={entry.id}
                  id={listId + entry.id}
                  role="option"
                  tabIndex={-1}
                  aria-selected={entry.id === here?.id}
                  className={classes['option']}
                  onClick={() => choose(entry)}
                  onKeyDown={onKeyDown}
                  onPointerMove={() => setAt(entries.indexOf(entry))}
                >
                  <span className={classes['icon']}>{entry.icon}</span>
                  <bdi className={classes['name']}>{boundText(entry.name, 100)}</bdi>
                  <bdi className={classes['note']}>{boundText(entry.note, 80)}</bdi>
                  {entry.id === here?.id ? <CornerDownLeft aria-hidden="true" size={14} className={classes['enter']} /> : null}
                </div>
              ))}
            </div>
          )
        })}
        {entries.length === 0 ? (
          <p className={classes['none']}>{isSearching ? <Trans>Searching</Trans> : <Trans>Nothing of that name is known here.</Trans>}</p>
        ) : null}
      </div>
    </>
  )
}

function groups(): readonly { readonly group: PaletteEntry['group']; readonly title: string }[] {
  return [
    { group: 'node', title: t`Nodes` },
    { group: 'domain', title: t`Domains` },
    { group: 'page', title: t`Pages` },
    { group: 'act', title: t`Acts` },
  ]
}
