/** What a node tells a master that a person at the node let command it ([AU23]). */
import { z } from 'zod'
import { envelopeSchema } from '../../fleet/authority/events.ts'
import { id } from '../common.ts'

/** `POST /v1/glass`; the statement is signed by the node. */
export const glassRequest = z.object({ nodeId: id, statement: envelopeSchema })
export const glassAnswer = z.object({ taken: z.boolean() })
