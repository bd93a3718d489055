/** The rules by which policies say how strictly a value is meant. Apart from the code that compares, so that whoever only reads events need not carry it. */
import { z } from 'zod'
import { stepsOf } from './pointer.ts'

export const comparatorSchema = z.discriminatedUnion('kind', [
  /** The same JSON: arrays by order, objects whatever the order of their keys. */
  z.object({ kind: z.literal('exact') }),
  /** A version in the range; a pre-release only where the range names one of its own version (node-semver). */
  z.object({ kind: z.literal('semver'), range: z.string().min(1).max(200) }),
  /** A number as far from the desired one as the larger of the two bounds allows; `relative` is a share of the desired one. */
  z.object({ kind: z.literal('tolerance'), absolute: z.number().nonnegative(), relative: z.number().min(0).max(1) }),
  /** The same members, whatever their order and however often. */
  z.object({ kind: z.literal('set') }),
  /** Whatever is there, and below it. */
  z.object({ kind: z.literal('ignore') }),
  /** Only whether it is there. */
  z.object({ kind: z.literal('presence'), expected: z.enum(['present', 'absent']) }),
])
export type Comparator = z.infer<typeof comparatorSchema>

export const pointerSchema = z
  .string()
  .max(1000)
  .refine((pointer) => stepsOf(pointer) !== undefined, 'a JSON Pointer (RFC 6901)')

/** At `path` the comparator takes the place of comparing member by member; `weight` is how much that path counts in the score. */
export const comparatorRuleSchema = z.object({
  path: pointerSchema,
  comparator: comparatorSchema,
  weight: z.number().min(0).max(1000),
})
export type ComparatorRule = z.infer<typeof comparatorRuleSchema>
