/**
 * The Relay of the seed's canonical objects: a broker, gateway, satellite link or any hop that stores and forwards. A relay that runs
 * our agent is a node of kind RELAY or GATEWAY as well, with the same id; a bare link is a relay alone (design 2, Objects).
 */
import { z } from 'zod'
import { healths, linkQualitySchema, syncDebtSchema } from '../node/node-record.ts'

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const instant = z.iso.datetime()

export const relayKinds = ['BROKER', 'GATEWAY', 'SATELLITE', 'STORE_AND_FORWARD', 'DATA_DIODE', 'COURIER'] as const
export const relayDirections = ['BOTH', 'UP', 'DOWN'] as const

export const relayRecordSchema = z.object({
  id: ulid,
  name: z.string(),
  kind: z.enum(relayKinds),
  domain_id: ulid,
  /** The next hop towards the master; null where it reaches the master itself. */
  upstream_id: ulid.nullable(),
  /** Which way it carries: a data diode only one. */
  direction: z.enum(relayDirections),
  health: z.enum(healths),
  link_quality: linkQualitySchema.nullable(),
  sync_debt: syncDebtSchema,
  last_seen_ts: instant.nullable(),
})

const text = z.string().max(4000)

/** The subject is the relay. */
export const relayEvents = {
  'ibcf.relay.registered.v1': {
    lane: 'control',
    data: z.object({
      name: text,
      kind: z.enum(relayKinds),
      domainId: ulid,
      upstreamId: ulid.nullable(),
      direction: z.enum(relayDirections),
    }),
  },
  'ibcf.relay.rerouted.v1': { lane: 'control', data: z.object({ upstreamId: ulid.nullable(), reason: text }) },
  'ibcf.relay.retired.v1': { lane: 'control', data: z.object({ reason: text }) },
} as const
