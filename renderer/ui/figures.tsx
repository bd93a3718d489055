/** A line of figures, each under its name and over its age: the vital signs of a thing at a glance. */
import type { ReactNode } from 'react'
import { Age } from './age.tsx'
import classes from './figures.module.css'

export type Figure = {
  readonly id: string
  readonly name: string
  readonly value: ReactNode
  readonly note?: ReactNode
  /** The instant the figure rests on; null when nothing was ever heard. */
  readonly at?: string | null
  readonly isUrgent?: boolean
}

export function Figures({ items, label }: { readonly items: readonly Figure[]; readonly label: string }): ReactNode {
  return (
    <dl className={`${classes['figures']} ${items.length > 5 ? classes['many'] : classes['few']}`} aria-label={label}>
      {items.map((figure) => (
        <div key={figure.id} className={classes['figure']}>
          <dt className={classes['name']}>
            <span>{figure.name}</span>
            {figure.at === undefined ? null : <Age at={figure.at} className={classes['age']} />}
          </dt>
          <dd className={`${classes['value']} ${figure.isUrgent === true ? classes['urgent'] : ''}`}>{figure.value}</dd>
          {figure.note === undefined ? null : <dd className={classes['note']}>{figure.note}</dd>}
        </div>
      ))}
    </dl>
  )
}
