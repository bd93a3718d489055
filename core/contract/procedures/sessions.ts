/** Returns: names, inputs and outputs. */
import { id } from '../common.ts'
import { dryRunView, returnBudget, returnQueueView, sessionListRequest, sessionPage, sessionView } from '../nodes.ts'
import { base } from './base.ts'
import { z } from 'zod'

export const sessionProcedures = {
  list: base.route({ method: 'GET', path: '/sessions', summary: 'Returns, open ones first' }).input(sessionListRequest).output(sessionPage),
  get: base
    .route({ method: 'GET', path: '/sessions/{sessionId}', summary: 'One return, with its progress' })
    .input(z.object({ sessionId: id }))
    .output(sessionView),
  queue: base
    .route({ method: 'GET', path: '/sessions/queue', summary: 'Who waits to return: order, rate, time left' })
    .input(z.object({ limit: z.coerce.number().int().min(0).max(500).default(50) }))
    .output(returnQueueView),
  setBudget: base
    .route({ method: 'POST', path: '/sessions/budget', summary: 'How many returns this master takes at once, from now on' })
    .input(returnBudget)
    .output(returnBudget),
  dryRun: base
    .route({
      method: 'GET',
      path: '/sessions/{sessionId}/dry-run',
      summary: 'The verdict of an open return as it would be now; writes nothing',
    })
    .input(z.object({ sessionId: id }))
    .output(dryRunView),
}
