/** `POST /v1/relay/left`: what this master leaves with a relay for the nodes behind it, each document signed for its node ([RY13]). */
import type { CommandsDocument } from '../../contract/gateway/commands.ts'
import type { DesiredDocument } from '../../contract/gateway/desired.ts'
import { statementTypes } from '../../contract/gateway/statement.ts'
import { type LeftForNode, leftRequest } from '../../contract/relay-link.ts'
import { needsReturn } from '../../fleet/connectivity/mode-machine.ts'
import type { NodeId } from '../../kernel/ids.ts'
import { accepted } from '../../kernel/result.ts'
import { instantOf, jsonResponse } from '../exchange.ts'
import type { MasterPort, NodeStanding } from '../master-port.ts'
import { readJson } from '../read-input.ts'
import type { Route } from '../route.ts'

export const relayLeftRoute: Route = {
  method: 'POST',
  path: '/v1/relay/left',
  maxBodyBytes: 16 * 1024,
  access: 'open',
  act: ({ master, signed }, { head, body }) => {
    const relay = signed.relayOf(head, body)
    if (!relay.ok) return relay
    const asked = readJson(leftRequest, body)
    if (!asked.ok) return asked
    const left = asked.value.nodeIds.flatMap((nodeId) => {
      const standing = master.standing(nodeId as NodeId)
      return standing !== undefined && isInReach(master, relay.value, standing) ? [leftFor(master, standing)] : []
    })
    return accepted(jsonResponse({ left }))
  },
}

/** A relay carries for nodes of its own domain and of those below it; of others it is told nothing. */
function isInReach({ domainLine }: MasterPort, relay: NodeStanding, node: NodeStanding): boolean {
  return node.domainId === relay.domainId || (domainLine?.(node.domainId) ?? []).includes(relay.domainId)
}

/** As much as the node would be given by the master itself now. */
function leftFor(master: MasterPort, { nodeId, domainId, phase, mode, isKeyRevoked }: NodeStanding): LeftForNode {
  const at = instantOf(master.ports.clock.now())
  const nothing: LeftForNode = { nodeId, desired: null, commands: null, chain: [] }
  if (isKeyRevoked || phase === 'PROVISIONING' || phase === 'RETIRED' || needsReturn(mode)) return nothing
  const desired = phase === 'QUARANTINED' || phase === 'DECOMMISSIONING' ? undefined : master.desiredFor(nodeId)
  const commands = master.commandsFor(nodeId)
  const chain = master.grantChain?.(domainId) ?? []
  return {
    nodeId,
    desired:
      desired === undefined
        ? null
        : master.signStatement(statementTypes.desired, { v: 1, ...desired, at, hlc: master.tick?.() } satisfies DesiredDocument),
    commands:
      commands === undefined ? null : master.signStatement(statementTypes.commands, { v: 1, ...commands, at } satisfies CommandsDocument),
    chain: [...chain].slice(-256),
  }
}
