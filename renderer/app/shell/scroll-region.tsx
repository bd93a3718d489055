/** The part that scrolls. Going back finds a page where it was left; going to a new one starts at its top with the focus there. */
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react'
import { useLiveState } from '../../client/workspace.tsx'
import { formatRoute } from '../route.ts'
import { memoryOf, useVisit } from '../navigation.ts'
import classes from './scroll-region.module.css'

/** How long a page that is still loading may grow until the old position is given up. */
const patienceMs = 2_000

export function ScrollRegion({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  const ref = useRef<HTMLElement | null>(null)
  const { key, route } = useVisit()
  const path = formatRoute(route).split('?')[0]
  const isFirst = useRef(true)
  const live = useLiveState()

  useLayoutEffect(() => {
    const region = ref.current
    const wanted = memoryOf(key).scrollTop
    if (region === null) return undefined
    region.scrollTop = wanted
    if (wanted === 0) return undefined
    const observer = new ResizeObserver(() => {
      region.scrollTop = wanted
      if (Math.abs(region.scrollTop - wanted) < 2) observer.disconnect()
    })
    for (const child of region.children) observer.observe(child)
    const timer = window.setTimeout(() => observer.disconnect(), patienceMs)
    return () => {
      observer.disconnect()
      window.clearTimeout(timer)
    }
  }, [key])

  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false
      return
    }
    if (path !== undefined) ref.current?.focus({ preventScroll: true })
  }, [path])

  return (
    <main
      ref={ref}
      id="page"
      tabIndex={-1}
      aria-label={label}
      className={`${classes['region']} ${live.kind === 'lost' ? classes['stale'] : ''}`}
      onScroll={(event) => {
        memoryOf(key).scrollTop = event.currentTarget.scrollTop
      }}
    >
      <div className={classes['page']}>{children}</div>
    </main>
  )
}
