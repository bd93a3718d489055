/** The simulated island: names, inputs and outputs. */
import { z } from 'zod'
import { demoFaultAnswer, demoFaultRequest, demoView, drill, drillRequest, drillRun } from '../demo.ts'
import { base, nothing } from './base.ts'

export const demoProcedures = {
  get: base.route({ method: 'GET', path: '/demo', summary: 'The simulated island' }).input(nothing).output(demoView),
  drills: base
    .route({ method: 'GET', path: '/demo/drills', summary: 'What can go wrong, and what must hold' })
    .input(nothing)
    .output(z.object({ items: z.array(drill) })),
  runDrill: base
    .route({ method: 'POST', path: '/demo/drills/run', summary: 'Live through one, in a world of its own' })
    .input(drillRequest)
    .output(drillRun),
  fault: base.route({ method: 'POST', path: '/demo/faults', summary: 'Turn a fault knob' }).input(demoFaultRequest).output(demoFaultAnswer),
}
