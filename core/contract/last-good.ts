/** The last known good snapshot of a node: in specification by what was desired then, of a node that was well and not in quarantine ([SN1]). */
import { z } from 'zod'
import { id, instant } from './common.ts'

export const lastGoodRequest = z.object({ nodeId: id })
export const lastGoodView = z.object({
  /** Null where none was found among those that were looked at. */
  good: z
    .object({
      ref: z.string(),
      at: instant,
      policyName: z.string().nullable(),
      policyVersion: z.string().nullable(),
      /** It is the newest snapshot of the node. */
      isNewest: z.boolean(),
      /** Places that are otherwise now; RFC 6901, at most 200. */
      changes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
    })
    .nullable(),
  /** Snapshots that were looked at, newest first. */
  lookedAt: z.number().int().nonnegative(),
  /** There are older ones that were not. */
  hasOlder: z.boolean(),
})
