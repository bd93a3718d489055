/** A part of a page: a heading, how old its figures are, what can be done with it, and its content. Parts are told apart by lines and space, not by boxes. */
import { type ReactNode, useId } from 'react'
import { Age } from './age.tsx'
import classes from './section.module.css'

type SectionProps = {
  readonly title: string
  /** The instant that its figures rest on. */
  readonly at?: string | null | undefined
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
  readonly isFlush?: boolean
  readonly className?: string | undefined
  /** By which the page leads to it: it can take the focus then. */
  readonly anchor?: string
}

export function Section({ title, at, note, actions, children, isFlush = false, className = '', anchor }: SectionProps): ReactNode {
  const id = useId()
  return (
    <section
      className={`${classes['section']} ${isFlush ? classes['flush'] : ''} ${className}`}
      aria-labelledby={id}
      {...(anchor === undefined ? {} : { id: anchor, tabIndex: -1 })}
    >
      <header className={classes['head']}>
        <h2 id={id} className={classes['title']}>
          {title}
        </h2>
        {note === undefined ? null : <span className={classes['note']}>{note}</span>}
        <span className={classes['space']} />
        {at === undefined || at === null ? null : <Age at={at} isSpoken className={classes['age']} />}
        {actions}
      </header>
      {children}
    </section>
  )
}

/** To the page that holds the whole of what the part shows some of. */
export function SectionLink({ href, children }: { readonly href: string; readonly children: ReactNode }): ReactNode {
  return (
    <a className={classes['more']} href={href}>
      {children}
    </a>
  )
}
