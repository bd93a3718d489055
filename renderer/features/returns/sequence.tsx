/** A return as the seed's sequence, live: who speaks to whom, what is done, and the message that is under way now. */
import { t } from '@lingui/core/macro'
import type { CSSProperties, ReactNode } from 'react'
import { assertNever } from '../../i18n/assert-never.ts'
import type { Session } from '../../i18n/words.ts'
import { type Lifeline, lifelines, type MessageName, type SequenceRow, toSequence } from './sequence-model.ts'
import classes from './sequence.module.css'

/** `note` stands with the message that is under way: how far the upload is. */
export function ReturnSequence({ session, note }: { readonly session: Session; readonly note: ReactNode }): ReactNode {
  const rows = toSequence(session)
  return (
    <div className={classes['sequence']}>
      <div className={classes['heads']} aria-hidden="true">
        {lifelines.map((line) => (
          <span key={line} className={classes['actor']}>
            {lifelineName(line)}
          </span>
        ))}
      </div>
      <ol className={classes['rows']} aria-label={t`The return as a sequence of messages`}>
        {rows.map((row) => (
          <Message key={row.name} row={row} note={row.state === 'present' && row.name === 'backlog' ? note : null} />
        ))}
      </ol>
    </div>
  )
}

/** The relay only passes on: what goes from node to master goes through it. */
function Message({ row, note }: { readonly row: SequenceRow; readonly note: ReactNode }): ReactNode {
  const from = lifelines.indexOf(row.from)
  const to = lifelines.indexOf(row.to)
  const isOwn = from === to
  const shape = isOwn ? classes['own'] : from < to ? classes['right'] : classes['left']
  const ends = { '--from': Math.min(from, to), '--to': Math.max(from, to) } as CSSProperties
  return (
    <li
      className={`${classes['row']} ${classes[row.state]} ${row.name === 'quarantine' ? classes['urgent'] : ''}`}
      aria-current={row.state === 'present' ? 'step' : undefined}
    >
      <span className={`${classes['arrow']} ${shape}`} style={ends}>
        <span className={classes['label']}>
          <span className={classes['who']}>
            {isOwn ? lifelineName(row.from) : t`${lifelineName(row.from)} to ${lifelineName(row.to)}`}
            {': '}
          </span>
          {messageWords(row.name)}
        </span>
      </span>
      {note === null ? null : <div className={classes['note']}>{note}</div>}
    </li>
  )
}

function lifelineName(line: Lifeline): string {
  switch (line) {
    case 'node':
      return t`Node`
    case 'relay':
      return t`Relay`
    case 'master':
      return t`Master`
    case 'projections':
      return t`What is shown`
    default:
      return assertNever(line)
  }
}

function messageWords(name: MessageName): string {
  switch (name) {
    case 'proof':
      return t`proves who it is, and says what it holds`
    case 'instruction':
      return t`lock, token, and what is missing`
    case 'countersignature':
      return t`signs the lock`
    case 'backlog':
      return t`backlog in pieces: decisions and alarms first`
    case 'verification':
      return t`signature, order and repetition checked, then stored, then acknowledged`
    case 'projection':
      return t`what was stored`
    case 'reconciliation':
      return t`commands, decisions, drift and authority held against what was wanted`
    case 'release':
      return t`lock released, new commands accepted`
    case 'quarantine':
      return t`quarantine: limited operations`
    case 'break':
      return t`the link was lost; what came is kept`
    default:
      return assertNever(name)
  }
}
