/** `POST /v1/return` and what follows it: the node's way back (seed 3B). */
import { completeRequest, countersignRequest } from '../../contract/gateway/return.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { jsonResponse, type GatewayResponse } from '../exchange.ts'
import { isOwnLog, proveIdentity } from '../prove-identity.ts'
import { readJson } from '../read-input.ts'
import { completeReturn } from '../returns/complete-return.ts'
import { countersign, openReturn } from '../returns/open-return.ts'
import type { ReturnSession } from '../returns/return-table.ts'
import { leaseFromNow, type Call, type Caller, type GatewayContext, type Route } from '../route.ts'

const maxBodyBytes = 64 * 1024

export const returnRoute: Route = {
  method: 'POST',
  path: '/v1/return',
  maxBodyBytes,
  access: 'open',
  act: ({ master, nonces, attachments, newId, leaseSeconds, admission }, { body }) => {
    const proven = proveIdentity(master, nonces, body, 'return')
    if (!proven.ok) return proven
    const { standing, document, clockOffsetMs } = proven.value
    const answer = openReturn(master, { leaseSeconds, newId, admission }, standing, { document, clockOffsetMs })
    if (!answer.ok) return answer
    attachments.drop(standing.nodeId)
    master.heard(standing.nodeId, { at: master.ports.clock.now(), clockOffsetMs })
    return accepted(jsonResponse(answer.value))
  },
}

export const countersignRoute: Route = {
  method: 'POST',
  path: '/v1/return/{sessionId}/countersign',
  maxBodyBytes: 4096,
  access: 'bearer',
  act: (context, call, caller) => {
    const session = ownSession(call, caller)
    if (!session.ok) return session
    const asked = readJson(countersignRequest, call.body)
    if (!asked.ok) return asked
    const signed = countersign(context.master, caller.standing, session.value.sessionId, asked.value, leaseFromNow(context))
    if (!signed.ok) return signed
    context.master.heard(caller.standing.nodeId, { at: context.master.ports.clock.now() })
    context.master.changed(caller.standing.nodeId)
    return accepted(jsonResponse({}))
  },
}

export const completeRoute: Route = {
  method: 'POST',
  path: '/v1/return/{sessionId}/complete',
  maxBodyBytes,
  access: 'bearer',
  act: (context, call, caller) => {
    const session = ownSession(call, caller)
    if (!session.ok) return session
    const asked = readJson(completeRequest, call.body)
    if (!asked.ok) return asked
    const { nodeId } = caller.standing
    const foreign = asked.value.frontier.find(({ log }) => !isOwnLog(log, nodeId))
    if (foreign !== undefined) return refused('SEGMENT_FOREIGN', 'The node names a log that is not its own.', { nodeId, log: foreign.log })
    const closed = completeReturn(context.master, caller.standing, session.value.sessionId, asked.value.frontier, leaseFromNow(context))
    if (!closed.ok) return closed
    // Heard after it is LIVE again, so that a long reconciliation is not taken for silence.
    context.master.heard(nodeId, { at: context.master.ports.clock.now() })
    return verdictResponse(context, caller, closed.value)
  },
}

/** The session that the path names has to be the one that the token was given for. */
function ownSession({ parameters }: Call, caller: Caller): Result<ReturnSession> {
  if (caller.kind === 'session' && caller.session.sessionId === parameters['sessionId']) return accepted(caller.session)
  return refused('SESSION_UNKNOWN', "This return is not known here, or not this token's.")
}

function verdictResponse({ master }: GatewayContext, { standing }: Caller, session: ReturnSession): Result<GatewayResponse> {
  if (session.verdict !== 'CLEAN' && session.verdict !== 'QUARANTINED') {
    return refused('SESSION_UNKNOWN', 'This return was ended because its link dropped; begin another.')
  }
  const { mode, phase } = master.standing(standing.nodeId) ?? standing
  return accepted(jsonResponse({ verdict: session.verdict, reasons: session.reasons, mode: mode ?? 'LIVE', phase }))
}
