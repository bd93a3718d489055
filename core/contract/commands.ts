/** Commands: what a node is told to do, one by one or many at once, and where that stands. */
import { z } from 'zod'
import { commandSelectorSchema } from '../fleet/command/batch.ts'
import { commandConstraintsSchema, semantics } from '../fleet/command/events.ts'
import { commandStages } from '../fleet/command/stage-machine.ts'
import { id, instant, pageRequest } from './common.ts'
import { filterOf } from './filter.ts'

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const reason = z.string().trim().min(1).max(1000)
const count = z.number().int().nonnegative()
/** A key names one thing at one node for ever: the same request again changes nothing. Absent: each request is a command of its own. */
const idempotencyKey = z.string().min(1).max(100).optional()
const finding = z.object({ constraint: z.string(), code: z.string(), sentence: z.string(), at: instant.nullable() })

const order = {
  /** One of the kinds that `command.list` names; its data is checked by the kind. */
  kind: z.string().max(60),
  data: z.record(z.string(), z.unknown()),
  semantics: z.enum(semantics).optional(),
  constraints: commandConstraintsSchema.partial().optional(),
  expiresAt: instant.nullable().default(null),
  reason,
}

export const issueCommandRequest = z.object({ nodeId: id, ...order, idempotencyKey })
export const issuedCommand = z.object({
  commandId: id,
  /** The key was used for the very same thing before: nothing was written. */
  isKnown: z.boolean(),
  eventIds: z.array(id),
  waitsFor: z.array(finding),
})

export const previewCommandRequest = z.object({ selector: commandSelectorSchema, ...order })
export const commandPreview = z.object({
  hit: z.array(z.object({ nodeId: id, name: z.string(), waitsFor: z.array(finding) })),
  leftOut: z.array(z.object({ nodeId: id, name: z.string(), code: z.string(), sentence: z.string() })),
  leftOutByCode: z.record(z.string(), count),
  /** Another person has to agree before any node is told. */
  needsApproval: z.boolean(),
  /** Names these nodes and this body; the act asks for it, so that nobody is hit who was not shown. */
  previewDigest: digest,
})
export const issueBatchRequest = previewCommandRequest.extend({ previewDigest: digest, idempotencyKey })
export const issuedBatch = z.object({ batchId: id, commandIds: z.array(id), eventIds: z.array(id) })

export const approveCommandRequest = z.object({ commandId: id, bodyDigest: digest, reason })
export const cancelCommandRequest = z.object({ commandId: id, reason })
export const settleCommandRequest = z.object({ commandId: id, outcome: z.enum(['applied', 'rejected']), findings: z.string().max(4000) })

/**
 * Bytes for `artifact.publish`, in pieces that follow each other: each answer says how far they are held. A whole of another size under
 * the same digest begins anew.
 */
export const artifactPiece = z.object({
  digest,
  offset: count,
  sizeBytes: z
    .number()
    .int()
    .min(1)
    .max(64 * 1024 * 1024),
  content: z.base64().max(700 * 1024),
})
export const artifactProgress = z.object({ offset: count, isComplete: z.boolean() })

/** The minimal Artifact: bytes that are held here by their digest, and the signature of this master. */
export const publishArtifactRequest = z.object({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
  version: z.string().min(1).max(200),
  digest,
})
export const artifactView = z.object({
  artifactId: id,
  name: z.string(),
  version: z.string(),
  digest,
  sizeBytes: count,
  keyId: z.string(),
  signature: z.string(),
})

/** An artifact that a policy or a command names. */
export const artifactRow = artifactView.extend({
  /** Its bytes lie here, so that nodes can fetch them from this master. */
  isHeld: z.boolean(),
  policyBundleIds: z.array(id),
  /** Commands that tell a node to install it. */
  commands: count,
})

/** Kinds of commands that another person has to agree to. */
export const twoOperatorsView = z.object({
  /** In every domain. */
  always: z.array(z.string()),
  /** What this domain says itself; null: as the domain above has it. */
  own: z.array(z.string()).nullable(),
  /** What holds here besides. */
  kinds: z.array(z.string()),
  /** The domain whose word that is; null where none says anything. */
  setBy: z.object({ id, name: z.string() }).nullable(),
})

export const commandRow = z.object({
  commandId: id,
  nodeId: id,
  nodeName: z.string(),
  domainId: id,
  kind: z.string(),
  semantics: z.enum(semantics),
  stage: z.enum(commandStages),
  issuedAt: instant,
  issuedBy: z.string().nullable(),
  expiresAt: instant.nullable(),
  batchId: id.nullable(),
  /** Attempts that its node recorded as started. */
  attempts: count,
  /** What came of it by the node's word: a proof, a refusal, what it was judged by. */
  end: z.object({ kind: z.string(), at: instant, code: z.string().nullable(), detail: z.string(), eventId: id }).nullable(),
})

export const commandDetail = commandRow.extend({
  idempotencyKey: z.string(),
  bodyDigest: digest,
  /** Null where the body is sealed. */
  data: z.record(z.string(), z.unknown()).nullable(),
  constraints: commandConstraintsSchema,
  placement: count,
  epoch: count,
  masterId: id,
  eventId: id,
  needsApproval: z.boolean(),
  approvedBy: z.array(z.string()),
  supersededBy: id.nullable(),
  /** Mermaid, the present stage marked. */
  diagram: z.string(),
  /** Its way by stick, where it went by one; a stage that has not happened, as far as is known here, has no instant. */
  journey: z.array(
    z.object({
      stage: z.enum(['exported', 'imported-there', 'applied', 'receipt-back']),
      at: instant.nullable(),
      bundleId: id.nullable(),
      masterName: z.string().nullable(),
    }),
  ),
})

/**
 * `domainId`: that it was issued in. `from` and `to`: when it was issued. `kinds` are kinds of commands here; the other parts are asked of
 * the node as it is now.
 */
export const commandListRequest = filterOf(
  'domainId',
  'tags',
  'anyTags',
  'policyBundleId',
  'modes',
  'phases',
  'healths',
  'text',
  'from',
  'to',
  'asOf',
).extend({
  nodeId: id.optional(),
  kinds: z.array(z.string().max(60)).min(1).max(50).optional(),
  stages: z.array(z.enum(commandStages)).min(1).optional(),
  batchId: id.optional(),
  ...pageRequest,
})
/** Newest first. A page looks at a bounded number of commands: it may hold fewer than asked for and name a next one all the same. */
export const commandPage = z.object({
  items: z.array(commandRow),
  next: z.string().nullable(),
  /** By the nodes' own words, in the domain asked for or everywhere. */
  reported: z.object({ received: count, started: count, applied: count, rejected: count, unsure: count }),
})
