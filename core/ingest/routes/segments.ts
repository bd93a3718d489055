/** `PUT /v1/segments`: a piece of the node's log, in a return or as it goes. */
import { segmentQuery } from '../../contract/gateway/pieces.ts'
import { gatewayLimits } from '../../contract/gateway/wire.ts'
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import { accepted } from '../../kernel/result.ts'
import { jsonResponse } from '../exchange.ts'
import { readShape } from '../read-input.ts'
import { notCountersigned } from '../returns/complete-return.ts'
import type { ReturnSession } from '../returns/return-table.ts'
import { leaseFromNow, type GatewayContext, type Route } from '../route.ts'
import { takeSegmentPiece } from '../segment-intake.ts'
import { returnRequired } from './attach.ts'

export const segmentsRoute: Route = {
  method: 'PUT',
  path: '/v1/segments',
  maxBodyBytes: gatewayLimits.maxPieceBytes,
  access: 'bearer',
  act: (context, { query, body, checked }, caller) => {
    const asked = readShape(segmentQuery, query)
    if (!asked.ok) return asked
    const { standing } = caller
    const session = caller.kind === 'session' ? caller.session : undefined
    if (session?.step === 'PROVING') return notCountersigned()
    if (session === undefined && needsReturn(standing.mode)) return returnRequired()
    const upload =
      session === undefined ? undefined : { session, leaseUntil: leaseFromNow(context), isResumed: isResumed(context, session) }
    const answer = takeSegmentPiece(context.master, standing, upload, {
      ...asked.value,
      bytes: body,
      ...(checked === undefined ? {} : { checked }),
    })
    context.master.heard(standing.nodeId, { at: context.master.ports.clock.now() })
    return answer.ok ? accepted(jsonResponse(answer.value)) : answer
  },
}

/** The lease says when it moved last: before this run began, so the master was away in between. */
function isResumed({ leaseSeconds, startedAt }: GatewayContext, { lastProgressAt, leaseUntil }: ReturnSession): boolean {
  return lastProgressAt !== null && leaseUntil - leaseSeconds * 1000 < startedAt
}
