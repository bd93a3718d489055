/** Relays on the record: what forwards for others, and which way it leads. */
import type { z } from 'zod'
import type { registerRelayRequest, rerouteRelayRequest, retireRelayRequest } from '../../contract/relays.ts'
import { AppError } from '../../kernel/app-error.ts'
import { createUlidSource, type DomainId, type EventId } from '../../kernel/ids.ts'
import type { RelayState } from '../../projections/relays.ts'
import { type Act, requireAuthority, requireOperator } from './act.ts'

/** Throws NotFound `NODE_UNKNOWN`, Rejected `RELAY_KNOWN`, `RELAY_LOOP`. */
export function registerRelay(act: Act, request: z.infer<typeof registerRelayRequest>): { eventIds: EventId[]; relayId: string } {
  const actor = requireOperator(act, 'engineer')
  const { nodeId, ...data } = request
  const domain = data.domainId as DomainId
  requireAuthority(act, domain)
  const { model, config, port } = act.master
  if (nodeId !== undefined && model.lifecycle(nodeId) === undefined)
    throw new AppError('NotFound', 'NODE_UNKNOWN', 'No such node is known here.', { nodeId })
  const relayId = nodeId ?? createUlidSource(config.ports.clock, config.ports.random)<EventId>()
  if (model.relay(relayId) !== undefined)
    throw new AppError('Rejected', 'RELAY_KNOWN', 'It is registered; lead it another way instead.', { relayId })
  requireNoLoop(act, relayId, data.upstreamId)
  const eventId = port.commit(({ decide }) => decide({ type: 'ibcf.relay.registered.v1', subject: relayId, domain, data, actor }))
  return { eventIds: [eventId], relayId }
}

/** Throws NotFound `RELAY_UNKNOWN`, Rejected `RELAY_LOOP`. */
export function rerouteRelay(act: Act, { relayId, upstreamId, reason }: z.infer<typeof rerouteRelayRequest>): EventId[] {
  const actor = requireOperator(act, 'engineer')
  const domain = requireRelay(act, relayId).domainId as DomainId
  requireAuthority(act, domain)
  requireNoLoop(act, relayId, upstreamId)
  return act.master.port.commit(({ decide }) => [
    decide({ type: 'ibcf.relay.rerouted.v1', subject: relayId, domain, data: { upstreamId, reason }, actor }),
  ])
}

/** Throws NotFound `RELAY_UNKNOWN`. */
export function retireRelay(act: Act, { relayId, reason }: z.infer<typeof retireRelayRequest>): EventId[] {
  const actor = requireOperator(act, 'engineer')
  const domain = requireRelay(act, relayId).domainId as DomainId
  requireAuthority(act, domain)
  return act.master.port.commit(({ decide }) => [
    decide({ type: 'ibcf.relay.retired.v1', subject: relayId, domain, data: { reason }, actor }),
  ])
}

function requireRelay({ master }: Act, relayId: string): RelayState {
  const relay = master.model.relay(relayId)
  if (relay === undefined || relay.isRetired) throw new AppError('NotFound', 'RELAY_UNKNOWN', 'No such relay is known here.', { relayId })
  return relay
}

/** Two masters can make a ring all the same; whoever reads the net lives with it. */
function requireNoLoop({ master }: Act, relayId: string, upstreamId: string | null): void {
  const seen = new Set([relayId])
  for (let id = upstreamId; id !== null; id = master.model.relay(id)?.upstreamId ?? null) {
    if (seen.has(id)) throw new AppError('Rejected', 'RELAY_LOOP', 'That way leads back to the relay itself.', { relayId, upstreamId })
    seen.add(id)
  }
}
