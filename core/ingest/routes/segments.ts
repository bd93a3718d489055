/** `PUT /v1/segments`: a piece of the node's log, in a return or as it goes. */
import { gatewayLimits, segmentQuery } from '../../contract/gateway.ts'
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import { accepted } from '../../kernel/result.ts'
import { jsonResponse } from '../exchange.ts'
import { readShape } from '../read-input.ts'
import { notCountersigned } from '../returns/complete-return.ts'
import { leaseFromNow, type Route } from '../route.ts'
import { takeSegmentPiece } from '../segment-intake.ts'
import { returnRequired } from './attach.ts'

export const segmentsRoute: Route = {
  method: 'PUT',
  path: '/v1/segments',
  maxBodyBytes: gatewayLimits.maxPieceBytes,
  access: 'bearer',
  act: (context, { query, body }, caller) => {
    const asked = readShape(segmentQuery, query)
    if (!asked.ok) return asked
    const { standing } = caller
    const session = caller.kind === 'session' ? caller.session : undefined
    if (session?.step === 'PROVING') return notCountersigned()
    if (session === undefined && needsReturn(standing.mode)) return returnRequired()
    const answer = takeSegmentPiece(context.master, standing, session, { ...asked.value, bytes: body }, leaseFromNow(context))
    context.master.heard(standing.nodeId, { at: context.master.ports.clock.now() })
    return answer.ok ? accepted(jsonResponse(answer.value)) : answer
  },
}
