/** The rooms of a page as links, so that each has an address and the history works. */
import type { ReactNode } from 'react'
import classes from './page-tabs.module.css'

export type PageTab = { readonly id: string; readonly name: string; readonly href: string; readonly count?: string }

export function PageTabs({
  label,
  tabs,
  here,
}: {
  readonly label: string
  readonly tabs: readonly PageTab[]
  readonly here: string
}): ReactNode {
  return (
    <nav aria-label={label} className={classes['tabs']}>
      {tabs.map((tab) => (
        <a key={tab.id} href={tab.href} className={classes['tab']} aria-current={tab.id === here ? 'page' : undefined}>
          {tab.name}
          {tab.count === undefined ? null : <span className={classes['count']}>{tab.count}</span>}
        </a>
      ))}
    </nav>
  )
}
