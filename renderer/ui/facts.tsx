/** Names and values below each other, for what a thing says of itself. A value that was never reported says so. */
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { boundText } from './bound-text.ts'
import { CopyButton } from './copy.tsx'
import classes from './facts.module.css'

export type Fact = {
  readonly name: string
  /** Null or empty when nothing was reported. */
  readonly value: string | null
  readonly isCode?: boolean
  /** Long and to be compared elsewhere: shown short, copied whole. */
  readonly isCopied?: boolean
}

export function Facts({ items, title }: { readonly items: readonly Fact[]; readonly title?: ReactNode }): ReactNode {
  return (
    <>
      {title === undefined ? null : <h3 className={classes['title']}>{title}</h3>}
      <dl className={classes['facts']}>
        {items.map((fact) => (
          <div key={fact.name} className={classes['line']}>
            <dt>{fact.name}</dt>
            <dd>
              <FactValue fact={fact} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function FactValue({ fact }: { readonly fact: Fact }): ReactNode {
  if (fact.value === null || fact.value === '') return <span className={classes['none']}>{t`not reported`}</span>
  const text = boundText(fact.value, 200)
  return (
    <>
      {fact.isCode === true || fact.isCopied === true ? (
        <code className={classes['code']} title={text}>
          <bdi>{text}</bdi>
        </code>
      ) : (
        <bdi className={classes['text']} title={text}>
          {text}
        </bdi>
      )}
      {fact.isCopied === true ? <CopyButton text={fact.value} label={t`Copy ${fact.name}`} /> : null}
    </>
  )
}
