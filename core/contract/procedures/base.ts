/** What the procedures of every area are made of: how failures are told, and shapes that come again. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id } from '../common.ts'

/** What a failure tells: `message` is one sentence for a person, `data.code` is stable and is what is read over the radio. */
const problem = z.object({ code: z.string(), facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])) })
export const base = oc.errors({
  REJECTED: { status: 422, data: problem },
  INVALID: { status: 400, data: problem },
  CONFLICT: { status: 409, data: problem },
  UNAUTHORISED: { status: 401, data: problem },
  INCOMPATIBLE: { status: 409, data: problem },
  NOT_FOUND: { status: 404, data: problem },
  UNAVAILABLE: { status: 503, data: problem },
  CORRUPT: { status: 500, data: problem },
  BUG: { status: 500, data: problem },
})

export const nothing = z.object({})
export const done = z.object({ eventIds: z.array(id) })
export const byNode = z.object({ nodeId: id })
