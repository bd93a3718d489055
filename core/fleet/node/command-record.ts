/** The Command of the seed's canonical objects: what a master wants done, with how often it may be delivered. */
import { z } from 'zod'
import { constraintsSchema } from './node-record.ts'
import { semantics } from '../command/events.ts'
import { commandStages } from '../command/stage-machine.ts'

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const instant = z.iso.datetime()

export const commandRecordSchema = z.object({
  id: ulid,
  node_id: ulid,
  domain_id: ulid,
  kind: z.string(),
  delivery: z.object({
    semantics: z.enum(semantics),
    /** What makes a command that comes twice the same one; known for ever, never for a window of time. */
    idempotency_key: z.string(),
    expires_ts: instant.nullable(),
  }),
  constraints: constraintsSchema.extend({ target_version: z.string().nullable() }),
  /** The authority it was issued under. */
  issued_by: ulid,
  epoch: z.number().int().nonnegative(),
  placement: z.number().int().nonnegative(),
  actor_id: ulid.nullable(),
  issued_ts: instant,
  /** The stage it has reached. */
  stage: z.enum(commandStages),
  reason: z.string(),
})
