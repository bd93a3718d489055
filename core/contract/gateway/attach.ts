/** `POST /v1/challenge` and `POST /v1/attach`: a node proves who it is. */
import { z } from 'zod'
import { connectivityModes, phases } from '../../fleet/node/node-record.ts'
import { id, instant } from '../common.ts'
import { headSchema } from './statement.ts'

/** Asked for before each proof: the nonce that it is made over. */
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
