/** The thresholds of a domain as a form: from figures to text and back, with what is wrong with each. */
import type { Answers, Requests } from '../../client/rpc.ts'

export type Thresholds = Answers['domain']['get']['thresholds']
export type ThresholdName = keyof Thresholds
export type ThresholdForm = Readonly<Record<ThresholdName, string>>

export const thresholdNames: readonly ThresholdName[] = [
  'slowRttMs',
  'slowLossPct',
  'delayedAfterS',
  'edgeCachedAfterS',
  'autonomousAfterS',
  'recoverAfterContacts',
]

export type ThresholdError = 'not-a-number' | 'not-positive' | 'above-hundred' | 'not-whole' | 'below-delayed' | 'below-edge-cached'

export function toForm(thresholds: Thresholds): ThresholdForm {
  return Object.fromEntries(thresholdNames.map((name) => [name, String(thresholds[name])])) as ThresholdForm
}

export type ReadForm = {
  readonly errors: Readonly<Partial<Record<ThresholdName, ThresholdError>>>
  /** Only what differs from what is in force; null while something is wrong or nothing differs. */
  readonly change: Requests['domain']['configure']['thresholds'] | null
}

export function readForm(form: ThresholdForm, inForce: Thresholds): ReadForm {
  const errors: Partial<Record<ThresholdName, ThresholdError>> = {}
  const values = Object.fromEntries(
    thresholdNames.map((name) => [name, Number(form[name].trim().replace(',', '.') || Number.NaN)]),
  ) as Record<ThresholdName, number>
  for (const name of thresholdNames) {
    const value = values[name]
    if (!Number.isFinite(value)) errors[name] = 'not-a-number'
    else if (name === 'slowLossPct' ? value < 0 : value <= 0) errors[name] = 'not-positive'
    else if ((name === 'slowLossPct' || name === 'recoverAfterContacts') && value > 100) errors[name] = 'above-hundred'
    else if (name === 'recoverAfterContacts' && !Number.isInteger(value)) errors[name] = 'not-whole'
  }
  // The bands are ordered, so a node must be late before it is cached, and cached before it is alone.
  if (errors.edgeCachedAfterS === undefined && values.edgeCachedAfterS < values.delayedAfterS) errors.edgeCachedAfterS = 'below-delayed'
  if (errors.autonomousAfterS === undefined && values.autonomousAfterS < values.edgeCachedAfterS)
    errors.autonomousAfterS = 'below-edge-cached'
  const changed = thresholdNames.filter((name) => values[name] !== inForce[name])
  if (Object.keys(errors).length > 0 || changed.length === 0) return { errors, change: null }
  return { errors, change: Object.fromEntries(changed.map((name) => [name, values[name]])) }
}
