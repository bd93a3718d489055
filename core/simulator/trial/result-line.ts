/** The result of a trial as the one line that is the same, byte for byte, for the same plan. */
import { checkNames } from './checks.ts'
import type { TrialResult } from './run-trial.ts'

export function resultLine({ ok, seed, events, faults, checks, problems }: TrialResult): string {
  const counts = Object.fromEntries(checkNames.map((name) => [name, { looked: checks[name].looked, wrong: checks[name].wrong.length }]))
  return JSON.stringify({ ok, seed, events, faults, checks: counts, ...(ok ? {} : { problems: problems.slice(0, 20) }) })
}
