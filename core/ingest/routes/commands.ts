/** `GET /v1/commands`: what the node is told to do, signed. Asked with `wait` it is answered when there is something (hold-commands.ts). */
import { type CommandsDocument, commandsQuery } from '../../contract/gateway/commands.ts'
import { statementTypes } from '../../contract/gateway/statement.ts'
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import { accepted } from '../../kernel/result.ts'
import { emptyResponse, instantOf, jsonResponse } from '../exchange.ts'
import { readShape } from '../read-input.ts'
import type { Route } from '../route.ts'
import { returnRequired } from './attach.ts'

/** Says for whom there was nothing, to whoever holds the request open. */
export const nodeHeader = 'ibcf-node'

export const commandsRoute: Route = {
  method: 'GET',
  path: '/v1/commands',
  maxBodyBytes: 0,
  access: 'bearer',
  act: ({ master }, { query }, caller) => {
    const asked = readShape(commandsQuery, query)
    if (!asked.ok) return asked
    const { nodeId, mode } = caller.standing
    // A return brings what was decided and done meanwhile; what the node is told to do comes once it is over.
    if (caller.kind === 'session' || needsReturn(mode)) return returnRequired()
    const found = master.commandsFor(nodeId)
    if (found === undefined) return accepted(emptyResponse(204, { [nodeHeader]: nodeId }))
    const document: CommandsDocument = { v: 1, ...found, at: instantOf(master.ports.clock.now()) }
    return accepted(jsonResponse(master.signStatement(statementTypes.commands, document)))
  },
}
