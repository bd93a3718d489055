/** Waivers: drift that a person accepts at one place of a node or a domain, until a date ([DR6], [DR8]). */
import { z } from 'zod'
import { pointerSchema } from '../fleet/drift/comparator-schema.ts'
import { id, instant, longPageRequest } from './common.ts'
import { filterOf } from './filter.ts'

const reason = z.string().trim().min(1).max(1000)

export const waiverView = z.object({
  waiverId: id,
  /** The node or the domain (with all below it) that it is for. */
  subject: id,
  /** JSON Pointer; it covers what lies below as well. */
  path: z.string(),
  until: instant,
  reason: z.string(),
  grantedBy: z.string().nullable(),
})

export const grantWaiverRequest = z.object({ subject: id, path: pointerSchema, until: instant, reason })
export const revokeWaiverRequest = z.object({ subject: id, waiverId: id, reason })
/** Those that were revoked or are over are told as well, and marked. */
export const listedWaiver = waiverView.extend({ state: z.enum(['holds', 'over', 'revoked']) })

/** `from` and `to`: it ends in that time. `domainId`: for the domain, one below it, or a node in them. `text`: part of the reason or path. */
export const waiverListRequest = filterOf('domainId', 'text', 'from', 'to', 'asOf').extend({
  /** Of this node or domain alone. */
  subject: id.optional(),
  state: z.enum(['holds', 'over', 'revoked']).optional(),
  ...longPageRequest,
})
