/** The Timeline of the seed's canonical objects: the phases of a node and every transition between them, with its cause. */
import { z } from 'zod'
import { connectivityModes, phases } from './node-record.ts'

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)

const shared = {
  /** Of the event that is the transition. */
  id: ulid,
  ts: z.iso.datetime(),
  /** What it was by: an event of the machine. */
  event: z.string(),
  reason: z.string(),
  /** The event that led to it; null where a master decided by itself. */
  cause_id: ulid.nullable(),
  /** The person who decided; null where a rule did. */
  actor_id: ulid.nullable(),
  /** The master that recorded it. */
  recorded_by: ulid,
} as const

export const timelineRecordSchema = z.object({
  node_id: ulid,
  /** By order time, oldest first. `from` is null for the first of its machine. */
  transitions: z.array(
    z.discriminatedUnion('machine', [
      z.object({ ...shared, machine: z.literal('phase'), from: z.enum(phases).nullable(), to: z.enum(phases) }),
      z.object({
        ...shared,
        machine: z.literal('connectivity'),
        from: z.enum(connectivityModes).nullable(),
        to: z.enum(connectivityModes),
      }),
    ]),
  ),
})
