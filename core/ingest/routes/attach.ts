/** `POST /v1/attach`: a channel for a node that was not away. */
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import { accepted, refused } from '../../kernel/result.ts'
import { instantOf, jsonResponse } from '../exchange.ts'
import { proveIdentity } from '../prove-identity.ts'
import { heldHeads, maxToldHeads } from '../returns/missing.ts'
import type { Route } from '../route.ts'

export const attachRoute: Route = {
  method: 'POST',
  path: '/v1/attach',
  maxBodyBytes: 64 * 1024,
  access: 'open',
  act: ({ master, nonces, attachments }, { body }) => {
    const proven = proveIdentity(master, nonces, body, 'attach')
    if (!proven.ok) return proven
    const { standing, clockOffsetMs, document } = proven.value
    if (needsReturn(standing.mode)) return returnRequired()
    const { nodeId, keyId } = standing
    const token = attachments.issue({ nodeId, keyId, signsRequests: document.signsRequests === true })
    const now = master.ports.clock.now()
    master.heard(nodeId, { at: now, clockOffsetMs })
    const { mode, phase, contactEverySeconds } = master.standing(nodeId) ?? standing
    return accepted(
      jsonResponse({
        token,
        mode: mode ?? 'LIVE',
        phase,
        contactEverySeconds,
        held: heldHeads(master.reader, nodeId).slice(-maxToldHeads),
        now: instantOf(now),
      }),
    )
  },
}

export function returnRequired(): ReturnType<typeof refused> {
  return refused('RETURN_REQUIRED', 'The node was on its own: it has to return and replay first.')
}
