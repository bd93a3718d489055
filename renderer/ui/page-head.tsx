/** The head of a page: what it is about, in a large line, a calm sentence below, and what can be done. */
import type { ReactNode } from 'react'
import classes from './page-head.module.css'

type Props = { readonly title: ReactNode; readonly lead?: ReactNode; readonly aside?: ReactNode; readonly children?: ReactNode }

export function PageHead({ title, lead, aside, children }: Props): ReactNode {
  return (
    <header className={classes['head']}>
      <div className={classes['words']}>
        <h1 className={classes['title']}>{title}</h1>
        {lead === undefined ? null : <div className={classes['lead']}>{lead}</div>}
        {children}
      </div>
      {aside === undefined ? null : <div className={classes['aside']}>{aside}</div>}
    </header>
  )
}
