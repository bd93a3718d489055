/** What people do about the items of the inbox ([AT5]..[AT8]). An item is named by what it is about and the kind of its heaviest term. */
import { z } from 'zod'
import { attentionWeightsSchema } from '../fleet/attention/weights.ts'
import { id, instant } from './common.ts'
import { filterOf, nodeParts } from './filter.ts'

/** `from` and `to`: since when it is so. What is asked of nodes leaves out what is about a domain by itself. */
export const attentionListRequest = filterOf(...nodeParts, 'from', 'to', 'asOf').extend({
  limit: z.coerce.number().int().min(1).max(200).default(20),
  /** The `next` of the page before. All pages of one walk are as of the instant of the first. */
  cursor: z.string().min(1).max(120).optional(),
})

const named = z.object({
  /** The node, or the domain of an item without a node. */
  subject: id,
  item: z.string().min(1).max(100),
})
const note = z.string().trim().max(1000)

export const acknowledgeRequest = named.extend({ note })
export const snoozeRequest = named.extend({ until: instant, reason: note.min(1) })
export const resolveRequest = named.extend({ reason: note.min(1) })
/** Null: to nobody in particular again. */
export const assignItemRequest = named.extend({ operatorId: id.nullable(), note })
/** All that the domain sets; what is absent is inherited. */
export const weighRequest = z.object({ domainId: id, weights: attentionWeightsSchema })

/** What was done about an item. */
export const handling = z.object({
  shownAs: z.enum(['open', 'acknowledged', 'maintenance', 'snoozed', 'resolved']),
  assignedTo: z.object({ id, name: z.string() }).nullable(),
  /** Why it is shown so. */
  why: z.string(),
})
