/** The present life of this master: when and why it began, what it goes on from, and what it may decide (design 3, Incarnation). */
import { z } from 'zod'
import { id, instant } from './common.ts'

const count = z.number().int().nonnegative()
const point = z.object({ log: z.string(), seq: count, head: z.string() })

export const incarnationView = z.object({
  /** Null before it has written anything. */
  id: id.nullable(),
  openedAt: instant.nullable(),
  /** The first life was founded; a later one began after a restore, or because the store was behind what this master had signed. */
  reason: z.enum(['founded', 'restored', 'high-water']),
  /** Where its earlier logs are closed, and go on from; the first hundred. */
  continues: z.array(point),
  continuesTotal: count,
  /** Points that it once signed and does not hold any more, as far as it knows. */
  lost: z.array(point),
  /** Domains that it held in an earlier life and that nobody holds since. */
  lapsed: z.array(z.object({ domainId: id, domainName: z.string(), epoch: count })),
  /** Authority that was taken by break-glass and that nobody has regranted since: to be reviewed. */
  debts: z.array(
    z.object({
      domainId: id,
      domainName: z.string(),
      epoch: count,
      since: instant,
      reason: z.string().nullable(),
      operatorName: z.string().nullable(),
    }),
  ),
})
export type IncarnationView = z.infer<typeof incarnationView>
