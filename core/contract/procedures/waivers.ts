/** Drift that people accepted: names, inputs and outputs. */
import { id, pageOf } from '../common.ts'
import { grantWaiverRequest, listedWaiver, revokeWaiverRequest, waiverListRequest } from '../waivers.ts'
import { base, done } from './base.ts'

export const waiverProcedures = {
  list: base
    .route({ method: 'GET', path: '/waivers', summary: 'Drift that people accepted, those that hold first' })
    .input(waiverListRequest)
    .output(pageOf(listedWaiver)),
  grant: base
    .route({ method: 'POST', path: '/waivers', summary: 'Accept drift at one place until a date' })
    .input(grantWaiverRequest)
    .output(done.extend({ waiverId: id })),
  revoke: base
    .route({ method: 'POST', path: '/waivers/{waiverId}/revoke', summary: 'Accept it no longer' })
    .input(revokeWaiverRequest)
    .output(done),
}
