/** The simulated island: names, inputs and outputs. */
import { demoFaultAnswer, demoFaultRequest, demoView } from '../demo.ts'
import { base, nothing } from './base.ts'

export const demoProcedures = {
  get: base.route({ method: 'GET', path: '/demo', summary: 'The simulated island' }).input(nothing).output(demoView),
  fault: base.route({ method: 'POST', path: '/demo/faults', summary: 'Turn a fault knob' }).input(demoFaultRequest).output(demoFaultAnswer),
}
