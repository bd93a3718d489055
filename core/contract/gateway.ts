/**
 * What nodes and relays say to a master over `/v1/...` (design 3, Gateway for nodes), and what it answers. Failures are
 * problem+json (RFC 9457). A signed statement is the exact bytes that were signed, in base64, with the key and the signature.
 */
import { z } from 'zod'
import { envelopeSchema as grantEnvelopeSchema } from '../fleet/authority/events.ts'
import { commandBodySchema, commandConstraintsSchema, semantics } from '../fleet/command/events.ts'
import { connectivityModes, healths, linkQualitySchema, nodeKinds, phases, constraintsSchema } from '../fleet/node/node-record.ts'
import { envelopeSchema, policyTermsShape } from '../fleet/policy/policy-events.ts'
import { id, instant, personName } from './common.ts'

export const gatewayVersion = 1

/** Payload types under DSSE PAE, so that a signature given for one purpose is worth nothing for another. */
export const statementTypes = {
  enrolment: 'application/vnd.ibcf.enrolment+json',
  proof: 'application/vnd.ibcf.proof+json',
  approval: 'application/vnd.ibcf.approval+json',
  lock: 'application/vnd.ibcf.reconciliation-lock+json',
  desired: 'application/vnd.ibcf.desired+json',
  commands: 'application/vnd.ibcf.commands+json',
} as const

export const gatewayLimits = {
  maxJsonBytes: 256 * 1024,
  maxJsonDepth: 16,
  maxJsonFields: 4096,
  maxPieceBytes: 256 * 1024,
  /** A whole segment, compressed and not. */
  maxSegmentBytes: 4 * 1024 * 1024,
  maxBlobBytes: 16 * 1024 * 1024,
  /** A request that has not ended by then is cut. */
  slowRequestMs: 30_000,
  maxConnections: 4096,
  /** Requests a second a node may make, and how many it may save up. */
  requestsPerSecond: 50,
  requestBurst: 400,
  /** The same for pieces of segments and blobs, which a replay is made of. */
  piecesPerSecond: 500,
  pieceBurst: 2000,
  /** That a log or a backlog can hold: sums over millions of nodes are still exact. */
  maxEvents: 2 ** 32,
} as const

const base64 = z
  .string()
  .max(512 * 1024)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)
const digest = z.string().regex(/^[0-9a-f]{64}$/)
const keyId = z.string().regex(/^ed25519:[0-9a-f]{32}$/)

export const signedStatement = z.object({ document: base64, keyid: keyId, signature: base64 })
export type SignedStatement = z.infer<typeof signedStatement>

export const headSchema = z.object({ log: z.string().max(120), seq: z.number().int().min(0).max(gatewayLimits.maxEvents), head: digest })

/**
 * Requests and answers are `application/json` unless said otherwise. Heartbeat, segments, blobs, desired, countersign and complete carry
 * `authorization: Bearer <token>`: the token of the attachment or, while a return is open, of its session. A token that is not (or no
 * longer) known is 401. Statements are signed over the DSSE PAE of their payload type and exact bytes.
 *
 * `GET /v1`: who answers here.
 */
export const gatewayGreeting = z.object({
  masterId: id,
  name: z.string(),
  keyid: keyId,
  publicKey: base64,
  versions: z.array(z.number().int()),
  now: instant,
})

/** Inside the statement of `POST /v1/enrol`, which is sent again to ask how the request stands. The node makes its own id and key. */
export const enrolmentDocument = z.object({
  v: z.literal(1),
  nodeId: id,
  name: personName,
  kind: z.enum(nodeKinds),
  tags: z.array(z.string().max(100)).max(50),
  publicKey: base64,
  serial: z.string().max(200).optional(),
  manufacturer: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  /** It means to be heard at least this often. */
  contactEverySeconds: z
    .number()
    .int()
    .min(1)
    .max(60 * 60 * 24 * 60),
  /** How long it can go on alone; 0 = not at all. */
  autonomyBudgetSeconds: z
    .number()
    .int()
    .min(0)
    .max(60 * 60 * 24 * 365),
  /** The relay it reaches the master through, if any. */
  viaId: id.optional(),
  /** It asks to be a node that is known already, under this key: the machine was replaced, or given a new key. */
  takesOver: z.boolean().optional(),
  at: instant,
})
export type EnrolmentDocument = z.infer<typeof enrolmentDocument>

/** Inside the approval, signed by the master. The node keeps it: it is how it knows whom to obey. */
export const approvalDocument = z.object({
  v: z.literal(1),
  nodeId: id,
  domainId: id,
  masterId: id,
  masterName: z.string(),
  masterPublicKey: base64,
  /** Fencing: a node refuses a lower (placement, epoch), or another master at the same one. */
  placement: z.number().int().nonnegative(),
  epoch: z.number().int().nonnegative(),
  /** The node's domain and those above it: whoever is given one of these may direct the node. Absent: its domain alone. */
  domainLine: z.array(id).max(64).optional(),
  /** The domain of the line whose grant is in force: the node's own, or the one that it inherits from. Absent: not known. */
  heldAtDomainId: id.optional(),
  /** Who holds the domain, where that is another than the one who says this: whose commands count there, and who may give it on ([CM27]). */
  holder: z.object({ masterId: id, publicKey: base64 }).optional(),
  at: instant,
})
export type ApprovalDocument = z.infer<typeof approvalDocument>

export const enrolmentAnswer = z.object({
  requestId: id,
  status: z.enum(['PENDING', 'APPROVED', 'REFUSED']),
  reason: z.string().nullable(),
  approval: signedStatement.nullable(),
})

/**
 * `GET /v1/authority?domainId=&nodeId=`: the grants that led to the master of a domain, oldest first; none where it rests on none. And the
 * moves of the node and its domain, each signed by the master that it obeyed before.
 */
export const authorityQuery = z.object({ domainId: id, nodeId: id.optional() })
export const authorityAnswer = z.object({
  chain: z.array(grantEnvelopeSchema).max(256),
  moves: z.array(grantEnvelopeSchema).max(64).optional(),
})

/** `POST /v1/challenge` */
export const challengeRequest = z.object({ nodeId: id })
export const challengeAnswer = z.object({ nonce: z.string(), masterId: id, expiresInSeconds: z.number() })

/** Inside the statement of `POST /v1/attach` and `POST /v1/return`: proof of identity over the master's nonce, and what the node holds. */
export const proofDocument = z.object({
  v: z.literal(1),
  purpose: z.enum(['attach', 'return']),
  nodeId: id,
  masterId: id,
  nonce: z.string().max(100),
  frontier: z.array(headSchema).max(64),
  /** The node's own clock, so that its offset is known. */
  now: instant,
  /** It comes over relays: the token given for this is good only for requests that the node signs (contract/relay-link.ts). */
  signsRequests: z.boolean().optional(),
})
export type ProofDocument = z.infer<typeof proofDocument>

/** `POST /v1/attach`, 200. When the node has to return first: 409 `RETURN_REQUIRED`. */
export const attachAnswer = z.object({
  token: z.string(),
  mode: z.enum(connectivityModes),
  phase: z.enum(phases),
  contactEverySeconds: z.number(),
  /** What the master holds of the node's logs; send from there. */
  held: z.array(headSchema),
  now: instant,
})

/** Inside the lock, signed by the master and countersigned by the node: at most one open return session. */
export const lockDocument = z.object({
  v: z.literal(1),
  sessionId: id,
  nodeId: id,
  masterId: id,
  placement: z.number().int(),
  epoch: z.number().int(),
  openedAt: instant,
})

/** `POST /v1/return`, 200. Asked again while the session is open, it gives the same session and what is still missing. */
export const returnAnswer = z.object({
  sessionId: id,
  token: z.string(),
  leaseSeconds: z.number(),
  lock: signedStatement,
  /** Replay instruction: in this order, control lane first. */
  missing: z.array(z.object({ log: z.string(), fromSeq: z.number().int(), toSeq: z.number().int() })),
  maxPieceBytes: z.number().int(),
  now: instant,
})

/** `POST /v1/return/{sessionId}/countersign` */
export const countersignRequest = z.object({ keyid: keyId, signature: base64 })

/**
 * `PUT /v1/segments?log=&from=&to=&offset=&total=` with a piece of the zstd-compressed segment, `application/vnd.ibcf.segment+zstd`.
 * Stored before it is answered. The same piece twice gets the same answer; a gap is 409 `SEGMENT_GAP` (facts `expected`: the seq to send
 * from) or `PIECE_GAP` (facts `expected`: the byte offset to send from). A segment that does not verify is 422 with the verifier's code.
 */
export const segmentQuery = z.object({
  log: z.string().max(120),
  from: z.coerce.number().int().min(1),
  to: z.coerce.number().int().min(1),
  offset: z.coerce.number().int().min(0),
  total: z.coerce.number().int().min(1).max(gatewayLimits.maxSegmentBytes),
})
export const segmentAnswer = z.object({
  /** Bytes of this segment that are held durably. */
  offset: z.number().int(),
  isComplete: z.boolean(),
  held: headSchema,
})

/**
 * `PUT /v1/blobs/{sha256}?offset=&total=` with a piece of the blob as it is, `application/octet-stream`, staged like a segment's pieces:
 * 409 `PIECE_GAP` names the offset that is expected. A blob that is held already is answered as complete at once. `GET` on the same path
 * reads it.
 */
export const blobQuery = z.object({
  offset: z.coerce.number().int().min(0),
  total: z.coerce.number().int().min(0).max(gatewayLimits.maxBlobBytes),
})
export const blobAnswer = z.object({ offset: z.number().int(), isComplete: z.boolean() })

/** `POST /v1/return/{sessionId}/complete`, with the node's signed heads; 409 `REPLAY_INCOMPLETE` while pieces of them are neither held nor refused. */
export const completeRequest = z.object({ frontier: z.array(headSchema).max(64) })
export const completeAnswer = z.object({
  verdict: z.enum(['CLEAN', 'QUARANTINED']),
  reasons: z.array(z.object({ code: z.string(), sentence: z.string(), wayOut: z.string() })),
  mode: z.enum(connectivityModes),
  phase: z.enum(phases),
})

/** `POST /v1/heartbeat`: presence, which is not history. */
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

/** Inside the statement of `GET /v1/desired`; 204 while nothing is desired. */
export const desiredDocument = z.object({
  v: z.literal(1),
  nodeId: id,
  masterId: id,
  domainId: id,
  placement: z.number().int(),
  epoch: z.number().int(),
  policyBundleId: id,
  policyName: z.string(),
  policyVersion: z.string(),
  targetVersion: z.string(),
  configuration: z.record(z.string(), z.unknown()),
  constraints: constraintsSchema,
  /** What the policy says beyond that. */
  terms: z.object(policyTermsShape).optional(),
  /**
   * Signatures over the policy bundle as a DSSE statement of its own; the payload is made again from what is told here. The keys of
   * those who signed are vouched for by whoever signed this document. Absent: the bundle was published unsigned.
   */
  bundle: z
    .object({
      signatures: envelopeSchema.shape.signatures,
      keys: z.array(z.object({ keyid: keyId, publicKey: base64 })).max(16),
    })
    .optional(),
  at: instant,
  /** The master's own clock, which only grows: of two documents the later one holds, in whatever order they are handed over. */
  hlc: z
    .string()
    .regex(/^[0-9a-f]{12}-[0-9a-f]{4}$/)
    .optional(),
})
export type DesiredDocument = z.infer<typeof desiredDocument>

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
export type CommandOnWire = z.infer<typeof commandOnWire>
export type CommandsDocument = z.infer<typeof commandsDocument>

/** Every failure. `code` is stable; `detail` is one sentence for a person. */
export const problemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
export type ProblemDocument = z.infer<typeof problemDocument>
