/** What was refused and kept: names, inputs and outputs. */
import { id } from '../common.ts'
import { evidenceView } from '../nodes.ts'
import { base } from './base.ts'
import { z } from 'zod'

export const evidenceProcedures = {
  list: base
    .route({ method: 'GET', path: '/evidence', summary: 'What was refused and kept' })
    .input(z.object({ nodeId: id.optional() }))
    .output(z.object({ items: z.array(evidenceView) })),
}
