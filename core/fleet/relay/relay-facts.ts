/** What a relay records of itself as a node, beyond what every node does: what it could not keep for others ([RY6]). */
import { z } from 'zod'

const text = z.string().max(200)
const count = z.number().int().nonnegative()

/** `dropped`: was held and had to make room. `full`: was not taken. `refused`: the next hop does not take it, for good. */
export const lossReasons = ['dropped', 'full', 'refused'] as const
export type LossReason = (typeof lossReasons)[number]

export const relayFacts = {
  'ibcf.relay.overflowed.v1': {
    lane: 'control',
    data: z.object({
      /** Whose it was. */
      origin: text,
      lane: z.enum(['control', 'fact', 'bulk']),
      reason: z.enum(lossReasons),
      /** Since the last such event of this origin, lane and reason. */
      items: count,
      events: count,
      bytes: count,
      /** Of the last one that the next hop refused. */
      code: text.nullable(),
    }),
  },
} as const
