/** Between what a node of the read table `node_standings` can score at an instant, by default weights and without drift. */
import { overBudgetPoints } from '../../../fleet/attention/score.ts'
import { defaultAttentionWeights } from '../../../fleet/attention/weights.ts'

/** See `node_standings`. */
export type Silence = { readonly budget_s: number; readonly ends_ms: number | null }

/** More than anybody can get for silence. */
export const mostSilence = defaultAttentionWeights.overBudget

/** At most what it gets for its silence; a second is added for what is rounded away. */
export function silenceOf({ nowMs }: { readonly nowMs: number }, { budget_s, ends_ms }: Silence): number {
  if (budget_s < 0 || ends_ms === null) return 0
  return overBudgetPoints((nowMs - ends_ms) / 1000 + 1 + budget_s, budget_s)
}

export function boundOf(points: number, more: number): number {
  return Math.min(100, points + more)
}

/** At least what it gets for its silence, unless presence heard it since. */
export function surelySilent(nowMs: number, { budget_s, ends_ms }: Silence): number {
  if (budget_s < 0 || ends_ms === null) return 0
  return overBudgetPoints((nowMs - ends_ms) / 1000 - 1 + budget_s, budget_s)
}
