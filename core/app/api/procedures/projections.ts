/** What answers the procedures of contract/procedures/projections.ts. */
import { projections, readTables } from '../../../projections/all.ts'
import { listParked, listPowerless, listProjections } from '../../projecting/answers.ts'
import { act, os } from './implementing.ts'

export const projectionHandlers = {
  list: os.projection.list.handler(({ context: { served } }) => {
    const { model, ports, moment } = served.master
    return moment(() => listProjections(model.reader, { projections, readTables }, ports.crypto, ports.clock.now()))
  }),
  rebuild: os.projection.rebuild.handler(async ({ input, context }) => {
    await act(context, 'projection.rebuild', input)
    return {}
  }),
  cancelRebuild: os.projection.cancelRebuild.handler(async ({ context }) => {
    await act(context, 'projection.cancelRebuild', {})
    return {}
  }),
  parked: os.projection.parked.handler(({ input, context: { served } }) =>
    served.master.moment(() => listParked(served.master.model.reader, input)),
  ),
  retryParked: os.projection.retryParked.handler(async ({ input, context }) => ({
    parked: await act(context, 'projection.retryParked', input),
  })),
  powerless: os.projection.powerless.handler(({ input, context: { served } }) =>
    served.master.moment(() => listPowerless(served.master.model.reader, input)),
  ),
}
