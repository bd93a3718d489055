/** A trial as data: the shape of the world, and everything that will happen in it. The same plan is the same run, to the last byte. */
import { z } from 'zod'
import { AppError } from '../../kernel/app-error.ts'
import { happeningSchema } from './happening.ts'

export const planSchema = z.strictObject({
  v: z.literal(1),
  /** Of all chance in the world that the plan leaves open. */
  seed: z.string().min(1).max(100),
  islands: z.number().int().min(1).max(12),
  /** Of each island. */
  nodes: z.number().int().min(1).max(500),
  /** Of each island: its nodes lie behind the first; absent for none. */
  relays: z.number().int().min(0).max(1).optional(),
  hours: z
    .number()
    .positive()
    .max(24 * 60),
  happenings: z.array(z.strictObject({ atMs: z.number().int().nonnegative(), what: happeningSchema })),
})
export type TrialPlan = z.infer<typeof planSchema>

const masterNames = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel', 'india', 'juliett', 'kilo', 'lima'] as const

export function masterNamesOf({ islands }: Pick<TrialPlan, 'islands'>): readonly string[] {
  return masterNames.slice(0, islands)
}

/** The node that lies in a domain which more than one master may come to hold; only where there is more than one. */
export const sharedNode = 'common'

export const relaySuffix = '-relay'

export function isRelay(node: string): boolean {
  return node.endsWith(relaySuffix)
}

/** Relays first: what lies behind them begins with them. */
export function nodeNamesOf(plan: Pick<TrialPlan, 'islands' | 'nodes' | 'relays'>): readonly string[] {
  const relays = (plan.relays ?? 0) > 0 ? masterNamesOf(plan).map((master) => `${master}${relaySuffix}`) : []
  const own = masterNamesOf(plan).flatMap((master) => Array.from({ length: plan.nodes }, (_, at) => `${master}-${at + 1}`))
  return [...relays, ...own, ...(plan.islands > 1 ? [sharedNode] : [])]
}

/** The master a node is let in by. */
export function homeOf(node: string): string {
  return node === sharedNode ? masterNames[0] : node.slice(0, node.lastIndexOf('-'))
}

/** Throws Invalid `TRIAL_PLAN_DAMAGED`. */
export function readPlan(document: unknown): TrialPlan {
  const read = planSchema.safeParse(document)
  if (read.success) return read.data
  const where = read.error.issues[0]?.path.join('/') ?? ''
  throw new AppError('Invalid', 'TRIAL_PLAN_DAMAGED', `The plan of a trial cannot be read (at /${where}).`, { where })
}
