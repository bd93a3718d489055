/** Moving through a list without a mouse: j and k or the arrows, Enter to open, Escape to let go. The selection is remembered with the visit. */
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react'
import { memoryOf, useVisit } from '../navigation.ts'
import { targetOf } from './list-keys.ts'

type ListKeys = {
  readonly name: string
  readonly ids: readonly string[]
  readonly open: (id: string) => void
  /** Brings a row into view that is not drawn yet. */
  readonly reveal?: (at: number) => void
}

type ListKeysResult = {
  readonly selected: string | null
  readonly select: (id: string) => void
  readonly listProps: {
    readonly tabIndex: number
    readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
    readonly 'data-list': string
  }
  readonly rowProps: (id: string) => { readonly 'data-row': string; readonly 'aria-current': 'true' | undefined }
}

export function useListKeys({ name, ids, open, reveal }: ListKeys): ListKeysResult {
  const { key } = useVisit()
  const memory = memoryOf(key)
  const [selected, setSelected] = useState<string | null>(memory.selected.get(name) ?? null)
  const listRef = useRef<HTMLElement | null>(null)

  const select = useCallback(
    (id: string | null) => {
      setSelected(id)
      if (id === null) memory.selected.delete(name)
      else memory.selected.set(name, id)
    },
    [memory, name],
  )

  useEffect(() => {
    if (selected === null) return
    const row = listRef.current?.querySelector(`[data-row="${CSS.escape(selected)}"]`)
    if (row != null) row.scrollIntoView({ block: 'nearest' })
  }, [selected])

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    listRef.current = event.currentTarget
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    const at = selected === null ? -1 : ids.indexOf(selected)
    const to = targetOf(event.key, at, ids.length)
    if (to !== null) {
      event.preventDefault()
      const id = ids[to]
      if (id === undefined) return
      reveal?.(to)
      select(id)
    } else if (event.key === 'Enter' && selected !== null && at >= 0 && event.target === event.currentTarget) {
      event.preventDefault()
      open(selected)
    } else if (event.key === 'Escape' && selected !== null) {
      event.stopPropagation()
      select(null)
    }
  }

  return {
    selected,
    select,
    listProps: { tabIndex: 0, onKeyDown, 'data-list': name },
    rowProps: (id) => ({ 'data-row': id, 'aria-current': id === selected ? 'true' : undefined }),
  }
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
}
