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
      'volumes',
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

/** Queries whose changes can be watched, by the names of the contract. */
export const watchedQueries = [
  'fleet.overview',
  'domain.list',
  'domain.get',
  'domain.topology',
  'domain.authority',
  'node.list',
  'node.facets',
  'node.get',
  'node.timeline',
  'node.observations',
  'node.desiredActual',
  'node.snapshot',
  'attention.list',
  'session.list',
  'command.list',
  'rollout.list',
  'relay.list',
  'enrolment.list',
  'waiver.list',
  'policy.list',
  'policy.assignments',
] as const
export type WatchedQuery = (typeof watchedQueries)[number]

/** `input` as for the query itself: a tick says that its answer may be another one now. */
export const watchRequest = z.object({ query: z.enum(watchedQueries), input: z.record(z.string(), z.unknown()).default({}) })
