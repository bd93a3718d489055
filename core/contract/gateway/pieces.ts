/** What is uploaded piece by piece: segments of logs, and blobs. */
import { z } from 'zod'
import { headSchema } from './statement.ts'
import { gatewayLimits } from './wire.ts'

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
