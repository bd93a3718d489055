/** The Observation of the seed's canonical objects: a telemetry event or a snapshot, as a node emitted it. */
import { z } from 'zod'
import { snapshotPartSchema } from './node-events.ts'

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)

const shared = {
  /** Of the event that recorded it. */
  id: ulid,
  node_id: ulid,
  domain_id: ulid,
  /** By the node's own clock, which may be wrong. */
  observed_ts: z.iso.datetime(),
  /** When this master took it in; null where it is told without that. */
  recorded_ts: z.iso.datetime().nullable(),
  /** Recorded while the node was on its own. */
  is_autonomous: z.boolean(),
} as const

export const observationRecordSchema = z.discriminatedUnion('type', [
  z.object({
    ...shared,
    type: z.literal('EVENT'),
    kind: z.string(),
    values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  }),
  /** Its parts are blobs, by reference. */
  z.object({ ...shared, type: z.literal('SNAPSHOT'), parts: z.array(snapshotPartSchema) }),
])
