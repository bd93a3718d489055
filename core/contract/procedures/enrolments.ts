/** Requests to join: names, inputs and outputs. */
import { contactScheduleSchema } from '../../fleet/connectivity/connectivity-events.ts'
import { id, pageOf } from '../common.ts'
import { enrolmentListRequest, enrolmentView } from '../people.ts'
import { base, done } from './base.ts'
import { z } from 'zod'

export const enrolmentProcedures = {
  list: base
    .route({ method: 'GET', path: '/enrolments', summary: 'Requests to join' })
    .input(enrolmentListRequest)
    .output(pageOf(enrolmentView)),
  approve: base
    .route({ method: 'POST', path: '/enrolments/{requestId}/approve', summary: 'Let it in, into this domain' })
    .input(
      z.object({
        requestId: id,
        domainId: id.optional(),
        activate: z.boolean().default(true),
        contactSchedule: contactScheduleSchema.optional(),
      }),
    )
    .output(z.object({ nodeId: id })),
  refuse: base
    .route({ method: 'POST', path: '/enrolments/{requestId}/refuse', summary: 'Turn it away' })
    .input(z.object({ requestId: id, reason: z.string().trim().min(1).max(1000) }))
    .output(done),
}
