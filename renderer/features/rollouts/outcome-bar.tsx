/** How far the nodes of a wave, or of a whole rollout, have come: one bar of five parts, unknown hatched, with its figures as a name. */
import type { ReactNode } from 'react'
import { useFormats } from '../../i18n/use-formats.ts'
import type { Outcome, Wave } from './model.ts'
import { toShares } from './model.ts'
import classes from './outcome-bar.module.css'
import { outcomeName } from './words.ts'

export function OutcomeBar({
  wave,
  isThin = false,
}: {
  readonly wave: Pick<Wave, 'outcomes' | 'nodes'>
  readonly isThin?: boolean
}): ReactNode {
  const formats = useFormats()
  const shares = toShares(wave).filter(({ nodes }) => nodes > 0)
  const words = shares.map(({ outcome, nodes }) => `${outcomeName(outcome)} ${formats.count(nodes)}`).join(', ')
  return (
    <span className={`${classes['bar']} ${isThin ? classes['thin'] : ''}`} role="img" aria-label={words} title={words}>
      {shares.map(({ outcome, share }) => (
        <span key={outcome} className={`${classes['part']} ${classes[outcome]}`} style={{ flexGrow: share }} />
      ))}
    </span>
  )
}

/** The parts in words, each with its colour and pattern; those of no node are left out. */
export function OutcomeKey({ wave }: { readonly wave: Pick<Wave, 'outcomes' | 'nodes'> }): ReactNode {
  const formats = useFormats()
  return (
    <ul className={classes['key']}>
      {toShares(wave)
        .filter(({ nodes }) => nodes > 0)
        .map(({ outcome, nodes }) => (
          <li key={outcome}>
            <OutcomeSample outcome={outcome} />
            {outcomeName(outcome)} <strong>{formats.count(nodes)}</strong>
          </li>
        ))}
    </ul>
  )
}

export function OutcomeSample({ outcome }: { readonly outcome: Outcome }): ReactNode {
  return <span className={`${classes['sample']} ${classes[outcome]}`} aria-hidden="true" />
}
