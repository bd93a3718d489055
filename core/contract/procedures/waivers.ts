/** Drift that people accepted: names, inputs and outputs. */
import { id } from '../common.ts'
import { grantWaiverRequest, listedWaiver, revokeWaiverRequest } from '../waivers.ts'
import { base, done } from './base.ts'
import { z } from 'zod'

export const waiverProcedures = {
  list: base
    .route({ method: 'GET', path: '/waivers', summary: 'Drift that people accepted, those that hold first' })
    .input(z.object({ subject: id.optional() }))
    .output(z.object({ items: z.array(listedWaiver) })),
  grant: base
    .route({ method: 'POST', path: '/waivers', summary: 'Accept drift at one place until a date' })
    .input(grantWaiverRequest)
    .output(done.extend({ waiverId: id })),
  revoke: base
    .route({ method: 'POST', path: '/waivers/{waiverId}/revoke', summary: 'Accept it no longer' })
    .input(revokeWaiverRequest)
    .output(done),
}
