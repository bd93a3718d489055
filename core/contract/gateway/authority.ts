/** `GET /v1/authority`: by what right the master of a domain directs it; `POST`: by what right a node obeys another, or a later epoch. */
import { z } from 'zod'
import { envelopeSchema as grantEnvelopeSchema } from '../../fleet/authority/events.ts'
import { id } from '../common.ts'

/**
 * `?domainId=&nodeId=`: the grants that led to the master of a domain, oldest first; none where it rests on none. And the
 * moves of the node and its domain, each signed by the master that it obeyed before.
 */
export const authorityQuery = z.object({ domainId: id, nodeId: id.optional() })

/** As many as a node shows: the last ones, since what lies further back is hardly news. */
export const mostShown = 64

/** `POST`: what the node obeys by, as it was signed, oldest first. Nothing in it is secret, and it counts by its signatures alone. */
export const authorityShown = z.object({ chain: z.array(grantEnvelopeSchema).min(1).max(mostShown) })
/** How many of them the master had lost and took in. */
export const authorityTaken = z.object({ taken: z.number().int() })

export const authorityAnswer = z.object({
  chain: z.array(grantEnvelopeSchema).max(256),
  moves: z.array(grantEnvelopeSchema).max(64).optional(),
})
