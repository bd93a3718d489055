/**
 * What passes between nodes, relays and masters beside `/v1` itself: the list of hops on each forwarded request, the proof that a
 * request is its sender's, and the routes under `/v1/relay` by which something is left with a relay and handed on ([RY1]..[RY20]).
 * A relay answers them itself; a master answers those that a relay asks.
 */
import { z } from 'zod'
import { envelopeSchema as grantEnvelopeSchema } from '../fleet/authority/events.ts'
import { id, instant, personName } from './common.ts'
import { headSchema, signedStatement } from './gateway/statement.ts'
import { gatewayLimits } from './gateway/wire.ts'

export const relayHeaders = {
  /** On a request: the relays it came over, the one next to its sender first, parted by commas. */
  hops: 'ibcf-hops',
  /** On an answer: the same list, so that the sender knows its way. */
  via: 'ibcf-via',
  /** On a request: `<n>.<signature in base64>`, see core/log/request-proof.ts. */
  proof: 'ibcf-proof',
  /** On a request: whose proof it is, where no token says so. */
  sender: 'ibcf-sender',
  /** On a request under `/v1/relay`: the public key, base64, that the content is signed with; of use only where its key id is known. */
  key: 'ibcf-key',
} as const

export const relayLimits = {
  /** A longer way is a ring, or might as well be one. */
  maxHops: 8,
  /** A request that is forwarded is held whole, and so is its answer; the largest answer is a range of a blob. */
  maxForwardedBytes: gatewayLimits.maxPieceBytes,
  /** A bundle that is left for another master; a larger one is packed with a limit. */
  maxParcelBytes: 16 * 1024 * 1024,
  /** Asked about at once, by one request for what was left for nodes. */
  maxNodes: 100,
} as const

/** What a token begins with whose requests have to be signed by the node: it said so when it proved itself. */
export const signedTokenPrefix = 'p.'

/** The next hop is away: what is left here is held here, and is not with the master. */
export const upstreamAway = 'RELAY_UPSTREAM_AWAY'

/** `GET /v1/relay`: who this relay is and how it stands. */
export const relayGreeting = z.object({
  relayId: id,
  name: personName,
  keyid: z.string(),
  publicKey: z.string(),
  /** Whether the next hop answered last. */
  isUpstreamHere: z.boolean(),
  /** The relays between this one and the master, nearest first, as far as answers told. */
  via: z.array(id),
  now: instant,
})

/**
 * `GET /v1/relay/held?origin=`: how far this relay holds, or has handed on, the logs of an origin; send from there. What is held here is
 * not with the master.
 */
export const heldQuery = z.object({ origin: id })
export const heldAnswer = z.object({ relayId: id, held: z.array(headSchema.omit({ head: true })) })

/**
 * `PUT /v1/relay/segments?...` as `/v1/segments`, and `PUT /v1/relay/blobs/{sha256}` as `/v1/blobs`, for what is to be handed on. The
 * answer says who holds it: a relay holds it *here*, only a master ends the matter. 507 `RELAY_FULL`: nothing was taken.
 */
export const depositAnswer = z.object({
  offset: z.number().int(),
  isComplete: z.boolean(),
  heldBy: z.enum(['relay', 'master']),
  holderId: id,
})

/** `POST /v1/relay/left`: what a master left for nodes, each signed by that master. A node asks for itself, a relay for those behind it. */
export const leftRequest = z.object({ nodeIds: z.array(id).min(1).max(relayLimits.maxNodes) })
export const leftForNode = z.object({
  nodeId: id,
  desired: signedStatement.nullable(),
  commands: signedStatement.nullable(),
  /** The grants that led to the master of the node's domain, oldest first. */
  chain: z.array(grantEnvelopeSchema).max(256),
})
export type LeftForNode = z.infer<typeof leftForNode>
export const leftAnswer = z.object({ left: z.array(leftForNode) })

const envelope = z.object({
  payloadType: z.string().max(200),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string().max(100), sig: z.string().max(200) })).max(51),
})

/**
 * `PUT /v1/relay/parcels/{sha256}?to=&keyid=&bundle=&offset=&total=`: a piece of a bundle for another master, by the id of its key. It is
 * sealed for that master by whoever packed it. `GET /v1/relay/parcels?to=` lists what waits for a master, `GET` with the digest and
 * `?offset=` reads it, and `POST .../taken` with a receipt of that master ends it.
 */
export const parcelQuery = z.object({
  to: id,
  keyid: z.string().regex(/^ed25519:[0-9a-f]{32}$/),
  bundle: id,
  offset: z.coerce.number().int().min(0),
  total: z.coerce.number().int().min(1).max(relayLimits.maxParcelBytes),
})
export const parcelList = z.object({
  parcels: z.array(z.object({ digest: z.string(), bundleId: id, sizeBytes: z.number().int().nonnegative() })),
})
export const parcelTaken = z.object({ publicKey: z.string().max(100), receipt: envelope })

/** The hops that a header names; undefined when it is not such a list. */
export function readHops(header: string | undefined): readonly string[] | undefined {
  if (header === undefined || header === '') return []
  const hops = header.split(',').map((hop) => hop.trim())
  return hops.length <= relayLimits.maxHops && hops.every((hop) => /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(hop)) ? hops : undefined
}
