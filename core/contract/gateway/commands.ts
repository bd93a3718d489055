/** `GET /v1/commands`: what a node is to do. */
import { z } from 'zod'
import { envelopeSchema as grantEnvelopeSchema } from '../../fleet/authority/events.ts'
import { commandBodySchema, commandConstraintsSchema, semantics } from '../../fleet/command/events.ts'
import { connectivityModes, phases } from '../../fleet/node/node-record.ts'
import { id, instant } from '../common.ts'
import { digest } from './statement.ts'

/**
 * `GET /v1/commands?wait=S`: 204 when there is nothing, at once or after so many seconds at most. A node that asks again while an earlier
 * question of its is open gets the earlier one answered with nothing.
 */
export const commandsQuery = z.object({ wait: z.coerce.number().int().min(0).max(60).optional() })

/** A command as it was issued (fleet/command/command-state.ts); the node knows it by its key for ever. */
export const commandOnWire = z.object({
  commandId: id,
  eventId: id,
  masterId: id,
  domainId: id,
  nodeId: id,
  kind: z.string().max(60),
  semantics: z.enum(semantics),
  incarnation: id.nullable(),
  constraints: commandConstraintsSchema,
  body: commandBodySchema,
  bodyDigest: digest,
  batchId: id.nullable(),
  idempotencyKey: z.string().max(128),
  placement: z.number().int().nonnegative(),
  epoch: z.number().int().nonnegative(),
  hlc: z.string().regex(/^[0-9a-f]{12}-[0-9a-f]{4}$/),
  actor: id.nullable(),
  issuedAt: instant,
  expiresAt: instant.nullable(),
  /** Of the master that issued it, where another one hands it over ([CM27]). */
  signature: z.object({ keyid: z.string().max(100), signature: z.string().max(200) }).optional(),
})
export type CommandOnWire = z.infer<typeof commandOnWire>

/** Inside the statement of `GET /v1/commands`. */
export const commandsDocument = z.object({
  v: z.literal(1),
  nodeId: id,
  masterId: id,
  /** Where the node stands by the master's word: what it may be told to do follows from it, and no heartbeat may have said so yet. */
  phase: z.enum(phases),
  mode: z.enum(connectivityModes).nullable(),
  /** Oldest first; more may follow with the next answer. */
  commands: z.array(commandOnWire).max(1000),
  /** The grants behind whoever holds the domain of the node, where commands of that master are among them. */
  chain: z.array(grantEnvelopeSchema).max(256).optional(),
  /** Of what was handed over before: not to be begun any more. */
  withdrawn: z.array(z.object({ commandId: id, why: z.enum(['cancelled', 'superseded']) })).max(1000),
  /** The master's clock. */
  at: instant,
})
export type CommandsDocument = z.infer<typeof commandsDocument>
