/** What was refused and kept: names, inputs and outputs. */
import { id } from '../common.ts'
import { evidenceView } from '../nodes.ts'
import { evidenceExport } from '../evidence.ts'
import { base } from './base.ts'
import { z } from 'zod'

export const evidenceProcedures = {
  list: base
    .route({ method: 'GET', path: '/evidence', summary: 'What was refused and kept' })
    .input(z.object({ nodeId: id.optional() }))
    .output(z.object({ items: z.array(evidenceView) })),
  export: base
    .route({ method: 'GET', path: '/evidence/{number}/export', summary: 'One piece of it as a file that can be checked anywhere' })
    .input(z.object({ number: z.coerce.number().int().positive() }))
    .output(evidenceExport),
  save: base
    .route({ method: 'POST', path: '/evidence/{number}/save', summary: 'The same, written into the exports of this master' })
    .input(z.object({ number: z.coerce.number().int().positive() }))
    .output(z.object({ path: z.string() })),
}
