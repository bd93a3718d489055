/** The last known good snapshot: names, inputs and outputs. */
import { lastGoodRequest, lastGoodView } from '../last-good.ts'
import { base } from './base.ts'

export const lastGoodProcedures = {
  get: base
    .route({ method: 'GET', path: '/nodes/{nodeId}/last-good', summary: 'Its last known good snapshot, and what changed since' })
    .input(lastGoodRequest)
    .output(lastGoodView),
}
