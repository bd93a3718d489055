/** How the projections stand: names, inputs and outputs. */
import { id, pageOf, pageRequest } from '../common.ts'
import { parkedEvent, powerlessEvent, projectionList } from '../projections.ts'
import { base, nothing } from './base.ts'
import { z } from 'zod'

export const projectionProcedures = {
  list: base
    .route({ method: 'GET', path: '/projections', summary: 'How the projections stand, and the state hash' })
    .input(nothing)
    .output(projectionList),
  rebuild: base
    .route({ method: 'POST', path: '/projections/rebuild', summary: 'Make them all anew beside what serves' })
    .input(z.object({ reason: z.string().trim().min(1).max(1000) }))
    .output(nothing),
  cancelRebuild: base
    .route({ method: 'POST', path: '/projections/rebuild/cancel', summary: 'End the rebuild; what serves goes on serving' })
    .input(nothing)
    .output(nothing),
  parked: base
    .route({ method: 'GET', path: '/projections/parked', summary: 'Events that could not be folded, newest first' })
    .input(z.object(pageRequest))
    .output(pageOf(parkedEvent)),
  retryParked: base
    .route({ method: 'POST', path: '/projections/parked/retry', summary: 'Fold them again, of one subject or all' })
    .input(z.object({ subjectId: id.optional() }))
    .output(z.object({ parked: z.number().int().nonnegative() })),
  powerless: base
    .route({ method: 'GET', path: '/projections/powerless', summary: 'Decisions without effect: their master did not hold the domain' })
    .input(z.object(pageRequest))
    .output(pageOf(powerlessEvent)),
}
