/** Where notices appear: a corner that covers no control, read out politely. */
import { type ReactNode, useEffect } from 'react'
import { type Notice, useNotices } from './notices.ts'
import classes from './notice-list.module.css'

const shownForMs = 5_000

export function NoticeList(): ReactNode {
  const items = useNotices((state) => state.items)
  return (
    <div className={classes['list']} role="status" aria-live="polite">
      {items.map((notice) => (
        <NoticeLine key={notice.id} notice={notice} />
      ))}
    </div>
  )
}

function NoticeLine({ notice }: { readonly notice: Notice }): ReactNode {
  const drop = useNotices((state) => state.drop)
  useEffect(() => {
    const timer = window.setTimeout(() => drop(notice.id), shownForMs)
    return () => window.clearTimeout(timer)
  }, [notice.id, drop])
  return <p className={classes['notice']}>{notice.sentence}</p>
}
