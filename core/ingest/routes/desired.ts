/** `GET /v1/desired`: what the node is to be, signed. */
import type { DesiredDocument } from '../../contract/gateway/desired.ts'
import { statementTypes } from '../../contract/gateway/statement.ts'
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import { accepted } from '../../kernel/result.ts'
import { emptyResponse, instantOf, jsonResponse } from '../exchange.ts'
import { quarantinedLimited } from '../quarantine-limits.ts'
import type { Route } from '../route.ts'
import { returnRequired } from './attach.ts'

export const desiredRoute: Route = {
  method: 'GET',
  path: '/v1/desired',
  maxBodyBytes: 0,
  access: 'bearer',
  act: ({ master }, _call, caller) => {
    const { nodeId, mode, phase } = caller.standing
    if (caller.kind === 'session' || needsReturn(mode)) return returnRequired()
    if (phase === 'QUARANTINED') return quarantinedLimited()
    const desired = phase === 'DECOMMISSIONING' ? undefined : master.desiredFor(nodeId)
    if (desired === undefined) return accepted(emptyResponse(204))
    const document: DesiredDocument = { v: 1, ...desired, at: instantOf(master.ports.clock.now()), hlc: master.tick?.() }
    return accepted(jsonResponse(master.signStatement(statementTypes.desired, document)))
  },
}
