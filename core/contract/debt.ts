/** Who is behind: the sync debt of a domain, ranked by what its nodes have in common ([DE1], [DE2]). */
import { z } from 'zod'
import { id } from './common.ts'

export const debtDimensions = ['domain', 'tag', 'policy', 'relay'] as const
const count = z.number().int().nonnegative()

export const debtRequest = z.object({ domainId: id, by: z.enum(debtDimensions) })

export const debtRow = z.object({
  /** An id, or a tag; null: of nothing of that kind (no policy, straight to the master, the domain itself). */
  key: z.string().nullable(),
  name: z.string().nullable(),
  /** That are behind: out of contact, late, coming back, or with messages waiting. */
  nodesBehind: count,
  backlogMessages: count,
  /** The longest silence among them. */
  worstSecondsBehind: z.number().nonnegative(),
  /** All silences together: what ranks it. */
  sumSecondsBehind: z.number().nonnegative(),
})

export const debtRanking = z.object({
  /** Most behind first; at most 50. */
  rows: z.array(debtRow),
  nodesBehind: count,
  /** False: of the worst so many nodes alone; there are more behind. */
  isComplete: z.boolean(),
  lookedAt: count,
})
