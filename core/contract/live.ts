/** What changed, so that a view knows when to ask again; never the data itself. */
import { z } from 'zod'
import { id, instant } from './common.ts'

/** One tick per commit or presence change, coalesced to at most 4 a second per subscriber. */
export const changeTick = z.object({
  /** Local position of the newest event; hand it back as the last event id to go on after a break. */
  position: z.number().int().nonnegative(),
  at: instant,
  nodeIds: z.array(id),
  domainIds: z.array(id),
  topics: z.array(
    z.enum([
      'nodes',
      'domains',
      'sessions',
      'enrolments',
      'operators',
      'policies',
      'commands',
      'bundles',
      'rollouts',
      'attention',
      'presence',
      'master',
      'store',
      'demo',
      'projections',
    ]),
  ),
  /** More changed than is listed: ask for everything that is shown. */
  isPartial: z.boolean(),
})
export type ChangeTick = z.infer<typeof changeTick>
