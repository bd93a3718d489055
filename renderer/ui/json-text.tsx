/** Data from a node shown as the text it is: never as markup, bounded in length, without marks that turn text around. */
import type { ReactNode } from 'react'
import { boundText } from './bound-text.ts'
import classes from './json-text.module.css'

const mostCharacters = 20_000

export function JsonText({ value, label }: { readonly value: unknown; readonly label: string }): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard (WCAG 2.1.1).
    <pre className={classes['block']} tabIndex={0} role="region" aria-label={label} dir="ltr">
      {printJson(value)}
    </pre>
  )
}

function printJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? 'null'
  return text
    .slice(0, mostCharacters)
    .split('\n')
    .map((line) => boundText(line, 400))
    .join('\n')
    .concat(text.length > mostCharacters ? '\n\u2026' : '')
}

/** One value on one line, for a cell. */
export function shortJson(value: unknown): string {
  return boundText(value === undefined ? '' : typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), 300)
}
