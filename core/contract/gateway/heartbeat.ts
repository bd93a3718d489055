/** `POST /v1/heartbeat`: presence, which is not history. */
import { z } from 'zod'
import { connectivityModes, healths, linkQualitySchema, phases } from '../../fleet/node/node-record.ts'
import { id, instant } from '../common.ts'
import { headSchema } from './statement.ts'
import { gatewayLimits } from './wire.ts'

export const heartbeatRequest = z.object({
  sentAt: instant,
  uptimeSeconds: z.number().nonnegative(),
  health: z.enum(healths),
  version: z.string().max(100),
  /** Events of the node that the master has not acknowledged. */
  backlogMessages: z.number().int().min(0).max(gatewayLimits.maxEvents),
  link: linkQualitySchema.optional(),
  batteryPct: z.number().min(0).max(100).optional(),
  viaId: id.optional(),
  /** Over relays: how far it was told that the master holds its logs. More than that is held means that somebody between them lies. */
  told: z
    .array(headSchema.omit({ head: true }))
    .max(8)
    .optional(),
})
export type HeartbeatRequest = z.infer<typeof heartbeatRequest>

export const heartbeatAnswer = z.object({
  mode: z.enum(connectivityModes),
  phase: z.enum(phases),
  now: instant,
  /** `return`: begin a return before anything else. */
  instruction: z.enum(['none', 'return']),
  /** Under which the master directs the node; a higher one than the node knows is worth asking for the grant. */
  epoch: z.number().int().nonnegative().optional(),
  placement: z.number().int().nonnegative().optional(),
})
