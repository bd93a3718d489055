/** How many points each term of attention has; a domain, or the policy that is desired, may set its own ([AT4]). */
import { z } from 'zod'

/** The defaults, in points. */
export const defaultAttentionWeights = {
  quarantineTrust: 80,
  quarantineFailed: 70,
  quarantineDrift: 60,
  quarantineOperator: 40,
  healthFailed: 50,
  healthDegraded: 25,
  /** Silence beyond the autonomy budget: half of it at twice the budget, all of it in the long run. */
  overBudget: 30,
  /** All of it at a hundred thousand messages; counted by magnitude, because the tenth thousand matters less than the first. */
  backlog: 20,
  /** Each refused piece that is kept as evidence, three of them at most. */
  evidencePiece: 10,
  disconnected: 20,
  neverHeard: 5,
  /** All of it where everything is otherwise than desired. */
  drift: 40,
  contested: 70,
} as const

export type AttentionWeights = Readonly<Record<keyof typeof defaultAttentionWeights, number>>

const points = z.number().min(0).max(100).optional()

/** Weights that someone sets; what is absent is inherited. */
export const attentionWeightsSchema = z.strictObject({
  quarantineTrust: points,
  quarantineFailed: points,
  quarantineDrift: points,
  quarantineOperator: points,
  healthFailed: points,
  healthDegraded: points,
  overBudget: points,
  backlog: points,
  evidencePiece: points,
  disconnected: points,
  neverHeard: points,
  drift: points,
  contested: points,
}) satisfies z.ZodType<Partial<Record<keyof AttentionWeights, number | undefined>>>
export type AttentionWeightsSet = z.infer<typeof attentionWeightsSchema>

/** `sets`: the nearest first (of a node its policy, then its domain, then the ancestors); each weight is of the first that sets it. */
export function inheritWeights(sets: readonly AttentionWeightsSet[]): AttentionWeights {
  const weights: Record<keyof AttentionWeights, number> = { ...defaultAttentionWeights }
  for (const set of sets.toReversed())
    for (const name of Object.keys(weights) as (keyof AttentionWeights)[]) weights[name] = set[name] ?? weights[name]
  return weights
}
