/** Keys that work everywhere: the palette, the help, going to a room, and moving into the main list of a page. */
import { useEffect, useRef } from 'react'
import { goTo } from '../navigation.ts'
import type { Place } from '../route.ts'
import { isTyping } from './use-list-keys.ts'

type Openers = { readonly openPalette: () => void; readonly openHelp: () => void }

/** After `g`, the second key names the room. */
const rooms: Readonly<Record<string, Place>> = {
  o: { room: 'overview' },
  a: { room: 'attention' },
  r: { room: 'returns' },
  e: { room: 'enrolments' },
  p: { room: 'policies' },
  w: { room: 'rollouts' },
  u: { room: 'audit' },
  d: { room: 'data' },
  s: { room: 'settings' },
  c: { room: 'changes' },
  h: { room: 'sheet' },
}
const secondKeyWithinMs = 1_200

export function useGlobalKeys(openers: Openers): void {
  const latest = useRef(openers)
  latest.current = openers
  useEffect(() => {
    let pressedG = 0
    const onKeyDown = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        latest.current.openPalette()
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isInDialog(event.target)) return
      const room = rooms[event.key]
      if (room !== undefined && event.timeStamp - pressedG < secondKeyWithinMs) {
        pressedG = 0
        event.preventDefault()
        goTo(room)
        return
      }
      pressedG = event.key === 'g' ? event.timeStamp : 0
      if (event.key === '?') {
        event.preventDefault()
        latest.current.openHelp()
      } else if (event.key === '/') {
        const filter = document.querySelector<HTMLElement>('[data-filter] input')
        if (filter !== null) {
          event.preventDefault()
          filter.focus()
        }
      } else if ((event.key === 'j' || event.key === 'k') && !isInList(event.target)) {
        // The first list of the page takes the key, so that a person need not tab to it.
        const list = document.querySelector<HTMLElement>('main [data-list]')
        if (list !== null) {
          event.preventDefault()
          list.focus({ preventScroll: true })
          list.dispatchEvent(new KeyboardEvent('keydown', { key: event.key, bubbles: true }))
        }
      }
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null
}

function isInList(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-list]') !== null
}
