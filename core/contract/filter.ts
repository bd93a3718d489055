/**
 * What lists can be narrowed by, once for all of them. A list takes those parts that its things have (`filterOf` picks them) and refuses
 * the others by INVALID: a part that were left out in silence would answer another question. `filter-text.ts` gives it as one line.
 */
import { z } from 'zod'
import { connectivityModes, healths, nodeKinds, phases } from '../fleet/node/node-record.ts'
import { id, instant } from './common.ts'

const tag = z.string().min(1).max(100)

/** Every part that is given has to fit; of a part that lists several values, one of them ([QY40]). */
export const fleetFilter = z.object({
  /** With its subtree. */
  domainId: id.optional(),
  /** All of them. */
  tags: z.array(tag).max(20).optional(),
  /** At least one of them. */
  anyTags: z.array(tag).min(1).max(20).optional(),
  /** Desired of the node now, whether or not it says that it is so; of an assignment or a rollout, the one that it brings. */
  policyBundleId: id.optional(),
  /** From this instant on; what it is an instant of is said by each list. */
  from: instant.optional(),
  /** Before this instant. */
  to: instant.optional(),
  modes: z.array(z.enum(connectivityModes)).optional(),
  phases: z.array(z.enum(phases)).optional(),
  healths: z.array(z.enum(healths)).optional(),
  kinds: z.array(z.enum(nodeKinds)).optional(),
  /** Part of the name, the id or the serial, in any case. */
  text: z.string().max(200).optional(),
  /** As it was at that instant, as it is known today. A list that cannot say it within its bounds refuses by code and never answers of now. */
  asOf: instant.optional(),
})
export type FleetFilter = z.infer<typeof fleetFilter>
export type FilterPart = keyof FleetFilter

/** What is asked of a node by lists of things that belong to one. */
export const nodeParts = ['domainId', 'tags', 'anyTags', 'policyBundleId', 'modes', 'phases', 'healths', 'kinds', 'text'] as const

/** These parts and no other; further fields of a request are added with `extend`. */
export function filterOf<const Part extends FilterPart>(...parts: readonly Part[]) {
  const shape = Object.fromEntries(parts.map((part) => [part, fleetFilter.shape[part]])) as Pick<typeof fleetFilter.shape, Part>
  return z.strictObject(shape)
}

/** What nodes can be counted by. */
export const facetDimensions = ['mode', 'phase', 'health', 'kind', 'tag', 'policy', 'domain'] as const
export type FacetDimension = (typeof facetDimensions)[number]

/** How many nodes each value of a dimension would leave, were it asked for beside the filter as it is. */
export const facet = z.object({
  dimension: z.enum(facetDimensions),
  /** Most first, at most 50. Of `domain`: the children of the domain that is asked for, each with its subtree; of `policy`: bundle ids. */
  values: z.array(z.object({ value: z.string(), name: z.string().nullable(), nodes: z.number().int().nonnegative() })),
  /** False: of the first so many nodes in the order of the list alone, because no counter holds the answer. */
  isExact: z.boolean(),
})
export const facetsRequest = fleetFilter.extend({ of: z.array(z.enum(facetDimensions)).min(1).optional() })
export const facetsAnswer = z.object({ total: z.number().int().nonnegative(), isTotalExact: z.boolean(), facets: z.array(facet) })
