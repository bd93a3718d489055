/** Layer 0: names, inputs and outputs. */
import { fleetOverview } from '../domains.ts'
import { base, nothing } from './base.ts'

export const fleetProcedures = {
  overview: base.route({ method: 'GET', path: '/fleet', summary: 'Layer 0: the whole fleet' }).input(nothing).output(fleetOverview),
}
