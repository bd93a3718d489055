/** A choice between a few views of the same thing. */
import type { ReactNode } from 'react'
import classes from './segments.module.css'

type SegmentsProps<Value extends string> = {
  readonly label: string
  readonly value: Value
  readonly options: readonly { readonly id: Value; readonly name: string }[]
  readonly onChange: (value: Value) => void
}

export function Segments<Value extends string>({ label, value, options, onChange }: SegmentsProps<Value>): ReactNode {
  return (
    <span role="group" aria-label={label} className={classes['segments']}>
      {options.map((option) => (
        <button
          key={option.id}
          type="button"
          className={classes['segment']}
          aria-pressed={option.id === value}
          onClick={() => onChange(option.id)}
        >
          {option.name}
        </button>
      ))}
    </span>
  )
}
