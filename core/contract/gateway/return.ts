/** `POST /v1/return` and what follows it: the lock, its countersignature, the end of the replay, the verdict. */
import { z } from 'zod'
import { connectivityModes, phases } from '../../fleet/node/node-record.ts'
import { id, instant } from '../common.ts'
import { base64, headSchema, keyId, signedStatement } from './statement.ts'

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

/** `POST /v1/return/{sessionId}/complete`, with the node's signed heads; 409 `REPLAY_INCOMPLETE` while pieces of them are neither held nor refused. */
export const completeRequest = z.object({ frontier: z.array(headSchema).max(64) })

export const completeAnswer = z.object({
  verdict: z.enum(['CLEAN', 'QUARANTINED']),
  reasons: z.array(z.object({ code: z.string(), sentence: z.string(), wayOut: z.string() })),
  mode: z.enum(connectivityModes),
  phase: z.enum(phases),
})
