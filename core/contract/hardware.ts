/** The machines of a node, and forks of its logs, as the console sees them. */
import { z } from 'zod'
import { id, instant } from './common.ts'

const machine = z.object({
  keyId: z.string(),
  serial: z.string().nullable(),
  manufacturer: z.string().nullable(),
  model: z.string().nullable(),
})

export const nodeHardware = z.object({
  /** Newest first: the first one is the node now. */
  machines: z.array(machine.extend({ since: instant, reason: z.string(), actorName: z.string().nullable() })),
  /** Machines that ask to be this node; the words are those it shows to whoever stands at it. */
  offers: z.array(machine.extend({ requestId: id, keyWords: z.array(z.string()), offeredAt: instant })),
  forks: z.array(
    z.object({
      log: z.string(),
      lane: z.enum(['control', 'fact', 'bulk']),
      at: z.number().int(),
      /** How far each telling is held; the first one came first here and has effect up to there. */
      tellings: z.array(z.object({ seq: z.number().int(), head: z.string(), isFirst: z.boolean() })),
      decided: z.object({ at: instant, seq: z.number().int(), head: z.string() }).nullable(),
    }),
  ),
})
export type NodeHardware = z.infer<typeof nodeHardware>

const reason = z.string().trim().min(1).max(1000)

export const offerRequest = z.object({ nodeId: id, requestId: id, reason })
export const resolveForkRequest = z.object({
  nodeId: id,
  log: z.string().max(120),
  at: z.number().int().positive(),
  keep: z.object({ seq: z.number().int().positive(), head: z.string().regex(/^[0-9a-f]{64}$/) }),
  reason,
})
