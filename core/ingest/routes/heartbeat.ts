/** `POST /v1/heartbeat`: presence, which is not history. */
import { heartbeatRequest } from '../../contract/gateway/heartbeat.ts'
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import { accepted } from '../../kernel/result.ts'
import { instantOf, jsonResponse } from '../exchange.ts'
import { readJson } from '../read-input.ts'
import { noteWithheld } from '../withheld.ts'
import { updateSession } from '../returns/return-table.ts'
import { leaseFromNow, type Route } from '../route.ts'

export const heartbeatRoute: Route = {
  method: 'POST',
  path: '/v1/heartbeat',
  maxBodyBytes: 16 * 1024,
  access: 'bearer',
  act: (context, { body }, caller) => {
    const asked = readJson(heartbeatRequest, body)
    if (!asked.ok) return asked
    const { master } = context
    const { nodeId } = caller.standing
    const now = master.ports.clock.now()
    if (caller.kind === 'session') {
      const { session } = caller
      master.commit(({ writer }) => updateSession(writer, session, { leaseUntil: leaseFromNow(context) }))
    }
    // Whoever told the node so lied: it is asked to come anew, and is told how far its logs are held.
    if (noteWithheld(master, caller.standing, asked.value)) context.attachments.drop(nodeId)
    master.heard(nodeId, { at: now, heartbeat: asked.value })
    const { mode, phase, epoch, placement } = master.standing(nodeId) ?? caller.standing
    const instruction = caller.kind === 'attachment' && needsReturn(mode) ? 'return' : 'none'
    return accepted(jsonResponse({ mode: mode ?? 'LIVE', phase, now: instantOf(now), instruction, epoch, placement }))
  },
}
