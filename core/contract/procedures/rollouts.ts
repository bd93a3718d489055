/** Rollouts: names, inputs and outputs. */
import { id, pageOf } from '../common.ts'
import { openGateRequest, planRolloutRequest, rolloutAct, rolloutDetail, rolloutListRequest, rolloutView } from '../rollouts.ts'
import { base, done } from './base.ts'
import { z } from 'zod'

export const rolloutProcedures = {
  list: base
    .route({ method: 'GET', path: '/rollouts', summary: 'Rollouts with their verdicts, newest first' })
    .input(rolloutListRequest)
    .output(pageOf(rolloutView)),
  get: base
    .route({ method: 'GET', path: '/rollouts/{rolloutId}', summary: 'One rollout, with its nodes and its gantt' })
    .input(z.object({ rolloutId: id }))
    .output(rolloutDetail),
  plan: base
    .route({ method: 'POST', path: '/rollouts', summary: 'Plan a rollout in waves' })
    .input(planRolloutRequest)
    .output(rolloutDetail),
  start: base.route({ method: 'POST', path: '/rollouts/{rolloutId}/start', summary: 'PLANNED -> RUNNING' }).input(rolloutAct).output(done),
  approve: base
    .route({ method: 'POST', path: '/rollouts/{rolloutId}/approve', summary: 'Agree, as another person, to what it installs' })
    .input(rolloutAct)
    .output(done),
  pause: base.route({ method: 'POST', path: '/rollouts/{rolloutId}/pause', summary: 'Start no more nodes' }).input(rolloutAct).output(done),
  resume: base.route({ method: 'POST', path: '/rollouts/{rolloutId}/resume', summary: 'PAUSED -> RUNNING' }).input(rolloutAct).output(done),
  advance: base
    .route({ method: 'POST', path: '/rollouts/{rolloutId}/advance', summary: 'Open the next wave, or end it, where that is safe' })
    .input(rolloutAct)
    .output(done),
  abort: base
    .route({
      method: 'POST',
      path: '/rollouts/{rolloutId}/abort',
      summary: 'End it; nodes that were told go back, where the plan says to what',
    })
    .input(rolloutAct)
    .output(done),
  rollBack: base
    .route({ method: 'POST', path: '/rollouts/{rolloutId}/roll-back', summary: 'Give its nodes what the plan names to go back to' })
    .input(rolloutAct)
    .output(done),
  openGate: base
    .route({ method: 'POST', path: '/rollouts/{rolloutId}/gates/open', summary: 'Let the wave begin once it is safe' })
    .input(openGateRequest)
    .output(done),
}
