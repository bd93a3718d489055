/**
 * What nodes and relays say to a master over `/v1/...` (design 3, Gateway for nodes), and what it answers: a file of this folder for each
 * route, or for routes that belong together. Requests and answers are `application/json` unless said otherwise; failures are problem+json
 * (RFC 9457).
 *
 * Heartbeat, segments, blobs, desired, countersign and complete carry `authorization: Bearer <token>`: the token of the attachment or,
 * while a return is open, of its session. A token that is not (or no longer) known is 401.
 */
import { z } from 'zod'

export const gatewayVersion = 1

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
