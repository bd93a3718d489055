/** What a node decides by itself: a few rules over measured values, from the policy it adopted or the ones shipped. Pure. */
import { z } from 'zod'
import { pointerSchema } from '../fleet/drift/comparator-schema.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'

const ruleSchema = z
  .object({
    when: z.object({
      value: z.string().min(1).max(100),
      above: z.number().optional(),
      below: z.number().optional(),
      /** How far back past the bound the value must come before the decision ends; a twentieth of the bound unless said. */
      hysteresis: z.number().nonnegative().optional(),
    }),
    decide: z.string().min(1).max(200),
    /** What it changes of the configuration while it holds, where the policy leaves that to the node: a pointer below `/configuration`. */
    change: z.object({ path: pointerSchema.startsWith('/configuration/'), value: z.unknown() }).optional(),
  })
  .refine(({ when }) => when.above !== undefined || when.below !== undefined)

const localPolicySchema = z.object({ rules: z.array(ruleSchema).max(100) })
export type LocalPolicy = z.infer<typeof localPolicySchema>
type Rule = LocalPolicy['rules'][number]

/** Holds until a policy bundle says otherwise under `local_policy`. */
export const shippedPolicy: LocalPolicy = {
  rules: [
    { when: { value: 'temperature_c', above: 80 }, decide: 'reduce-duty' },
    { when: { value: 'memory_used_pct', above: 95 }, decide: 'shed-load' },
    { when: { value: 'battery_pct', below: 20 }, decide: 'save-power' },
  ],
}

/** The rules of a configuration document. Codes: LOCAL_POLICY_MALFORMED. */
export function readLocalPolicy(configuration: Readonly<Record<string, unknown>>): Result<LocalPolicy> {
  const stated = configuration['local_policy']
  if (stated === undefined) return accepted(shippedPolicy)
  const checked = localPolicySchema.safeParse(stated)
  if (checked.success) return accepted(checked.data)
  const where = checked.error.issues[0]?.path.join('/') ?? ''
  return refused('LOCAL_POLICY_MALFORMED', `The local policy of the configuration cannot be read (at /local_policy/${where}).`, { where })
}

export type Values = Readonly<Record<string, number | string | boolean>>
export type LocalDecision = {
  readonly decide: string
  readonly isBeginning: boolean
  readonly basis: string
  /** What of the configuration it is about. */
  readonly path?: string
}

/**
 * Which decisions begin or end with these values, given those in force. One that several rules want holds while any of them
 * does; a value that was not measured changes nothing ([AG9]).
 */
export function judgeValues(policy: LocalPolicy, inForce: readonly string[], values: Values): readonly LocalDecision[] {
  const wanted = new Set([...policy.rules.map((rule) => rule.decide), ...inForce])
  return [...wanted].flatMap((decide): readonly LocalDecision[] => {
    const rules = policy.rules.filter((rule) => rule.decide === decide)
    const isInForce = inForce.includes(decide)
    const holding = rules.find((rule) => holds(rule, values[rule.when.value], isInForce))
    if ((holding !== undefined) === isInForce) return []
    const told = holding ?? rules[0]
    const basis = told === undefined ? 'its rule is gone from the policy' : `${told.when.value} = ${String(values[told.when.value])}`
    const path = told?.change?.path
    return [{ decide, isBeginning: holding !== undefined, basis, ...(path === undefined ? {} : { path }) }]
  })
}

function holds({ when }: Rule, value: number | string | boolean | undefined, isInForce: boolean): boolean {
  if (typeof value !== 'number') return isInForce
  const slack = (bound: number): number => (isInForce ? (when.hysteresis ?? Math.abs(bound) / 20) : 0)
  if (when.above !== undefined && value > when.above - slack(when.above)) return true
  return when.below !== undefined && value < when.below + slack(when.below)
}
