/**
 * A command as events: what masters decide about it (the subject is the command) and what its node reports of it (the subject is the
 * node, which speaks of nobody but itself). That it was exported or sent is no event: transfers write nothing that replicates, and
 * both are derived from bundles and sessions (design 2, Convergence).
 */
import { z } from 'zod'
import { constraintsSchema } from '../node/node-record.ts'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const text = z.string().max(4000)
const digest = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().nonnegative()
/** Of the master, over the whole command (command-statement.ts); absent in what was issued before other masters handed commands over. */
/** Base64 of the signature, and the key that made it (command-statement.ts). */
const signed = z.object({ keyid: z.string().max(100), signature: z.string().max(200) })
export type CommandSignature = z.infer<typeof signed>
const commandSignature = signed.optional()

export const semantics = ['AT_LEAST_ONCE', 'AT_MOST_ONCE'] as const
export type Semantics = (typeof semantics)[number]

/**
 * The seed's constraints; the version that has to run for the command to make sense, null is any; and how old what this is judged by may be
 * where a master judges it, seconds, absent is as old as it is.
 */
export const commandConstraintsSchema = constraintsSchema.extend({
  target_version: z.string().max(200).nullable(),
  max_evidence_age_s: z
    .number()
    .int()
    .positive()
    .max(366 * 86_400)
    .optional(),
})
export type CommandConstraints = z.infer<typeof commandConstraintsSchema>

/**
 * A body that only the node and the auditors of its domain can read (X25519 keys given at enrolment). What is needed to carry, order,
 * expire and refuse the command stays clear beside it. Base64 throughout.
 */
export const sealedBodySchema = z.object({
  sealed: z.literal('x25519-chacha20poly1305'),
  recipients: z
    .array(z.object({ keyId: z.string().max(100), ephemeralPublicKey: z.string().max(100), wrappedKey: z.string().max(200) }))
    .max(20),
  nonce: z.string().max(40),
  ciphertext: z.string().max(256 * 1024),
})

export const commandBodySchema = z.union([sealedBodySchema, z.object({ sealed: z.null(), data: z.record(z.string(), z.unknown()) })])
export type CommandBody = z.infer<typeof commandBodySchema>

const control = 'control' as const

/** Of masters. The envelope says domain, placement, epoch, actor, idempotency key and expiry. */
export const commandDecisions = {
  'ibcf.command.issued.v1': {
    lane: control,
    data: z.object({
      kind: z.string().max(60),
      nodeId: id,
      semantics: z.enum(semantics),
      /** The node's, when it was issued. AT_MOST_ONCE is not run by any later one; null for AT_LEAST_ONCE. */
      incarnation: id.nullable(),
      constraints: commandConstraintsSchema,
      body: commandBodySchema,
      /** SHA-256 of the RFC 8785 form of the clear data, so that a key used twice for two things shows. */
      bodyDigest: digest,
      batchId: id.nullable(),
      /** The domain asked two people for it, when it was issued; some kinds always do. */
      needsApproval: z.boolean().optional(),
      /** Where two people have to agree it is the approval that carries it: without them the command is worth nothing anywhere. */
      signature: commandSignature,
      reason: text,
    }),
  },
  'ibcf.command.approved.v1': { lane: control, data: z.object({ bodyDigest: digest, signature: commandSignature, reason: text }) },
  'ibcf.command.cancelled.v1': { lane: control, data: z.object({ reason: text }) },
  'ibcf.command.superseded.v1': { lane: control, data: z.object({ byCommandId: id }) },
  'ibcf.command.lapsed.v1': { lane: control, data: z.object({ judgedBy: text }) },
  /** A person found out what came of a command whose outcome was unknown. */
  'ibcf.command.settled.v1': { lane: control, data: z.object({ outcome: z.enum(['applied', 'rejected']), findings: text }) },
} as const

/** Of nodes, in their own control lane. */
export const commandFacts = {
  'ibcf.command.received.v1': {
    lane: control,
    data: z.object({ commandId: id, idempotencyKey: z.string().max(128), bodyDigest: digest }),
  },
  /** Durable before any effect. */
  'ibcf.command.started.v1': { lane: control, data: z.object({ commandId: id, attempt: count }) },
  /** `proof` is what was found after the effect: the value read back, the version that runs, the digest that was swapped in. */
  'ibcf.command.applied.v1': { lane: control, data: z.object({ commandId: id, proof: text, wasProbed: z.boolean() }) },
  'ibcf.command.rejected.v1': { lane: control, data: z.object({ commandId: id, code: text, sentence: text }) },
  'ibcf.command.expired.v1': { lane: control, data: z.object({ commandId: id, judgedBy: text }) },
  'ibcf.command.withdrawn.v1': { lane: control, data: z.object({ commandId: id, why: z.enum(['cancelled', 'superseded']) }) },
  'ibcf.command.unsure.v1': { lane: control, data: z.object({ commandId: id, sentence: text }) },
} as const
