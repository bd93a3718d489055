/** `GET /v1/authority`: by what right the master of a domain directs it. */
import { z } from 'zod'
import { envelopeSchema as grantEnvelopeSchema } from '../../fleet/authority/events.ts'
import { id } from '../common.ts'

/**
 * `?domainId=&nodeId=`: the grants that led to the master of a domain, oldest first; none where it rests on none. And the
 * moves of the node and its domain, each signed by the master that it obeyed before.
 */
export const authorityQuery = z.object({ domainId: id, nodeId: id.optional() })

export const authorityAnswer = z.object({
  chain: z.array(grantEnvelopeSchema).max(256),
  moves: z.array(grantEnvelopeSchema).max(64).optional(),
})
