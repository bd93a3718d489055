/** Relays: names, inputs and outputs. */
import { id, pageOf } from '../common.ts'
import { registerRelayRequest, relayListRequest, relayView, rerouteRelayRequest, retireRelayRequest } from '../relays.ts'
import { base, done } from './base.ts'

export const relayProcedures = {
  list: base
    .route({ method: 'POST', path: '/relays/query', summary: 'Relays with the health of their paths, those that hide most first' })
    .input(relayListRequest)
    .output(pageOf(relayView)),
  register: base
    .route({ method: 'POST', path: '/relays', summary: 'Register what forwards for others' })
    .input(registerRelayRequest)
    .output(done.extend({ relayId: id })),
  reroute: base
    .route({ method: 'POST', path: '/relays/{relayId}/reroute', summary: 'Lead it another way' })
    .input(rerouteRelayRequest)
    .output(done),
  retire: base
    .route({ method: 'POST', path: '/relays/{relayId}/retire', summary: 'Take it out of the net' })
    .input(retireRelayRequest)
    .output(done),
}
