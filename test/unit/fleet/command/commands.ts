/** Commands and the events about them, as tests need them. */
import type { IssuedCommand } from '../../../../core/fleet/command/command-state.ts'
import type { CommandConstraints } from '../../../../core/fleet/command/events.ts'
import { decisions } from '../../../../core/fleet/decisions.ts'
import { nodeEvents } from '../../../../core/fleet/node/node-events.ts'
import type { EventEnvelope } from '../../../../core/kernel/event.ts'
import { formatHlc } from '../../../../core/kernel/hlc.ts'
import { startMs, ulidOf } from '../../../helpers/log/origin.ts'

export const masterId: string = ulidOf(50, 1)
export const nodeId: string = ulidOf(50, 2)
export const domainId: string = ulidOf(50, 3)
/** The node's incarnation. */
export const life: string = ulidOf(50, 4)
export const commandId: string = ulidOf(50, 5)
export const [ada, ben]: readonly [string, string] = [ulidOf(51, 1), ulidOf(51, 2)]
export const bodyDigest = 'a'.repeat(64)

export const unconstrained: CommandConstraints = {
  maintenance_window: '',
  requires_online: false,
  min_battery_pct: 0,
  target_version: null,
}

export function at(minute: number): string {
  return new Date(startMs + minute * 60_000).toISOString()
}

export function atMs(minute: number): number {
  return startMs + minute * 60_000
}

let count = 0

export function eventOf(
  type: string,
  data: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): EventEnvelope {
  const isOfNode = Object.hasOwn(data, 'commandId')
  const schemas = (isOfNode ? nodeEvents : decisions) as Record<string, { readonly data: { readonly parse: (data: unknown) => unknown } }>
  schemas[type]?.data.parse(data)
  return {
    specversion: '1.0',
    id: ulidOf(60, ++count),
    type,
    source: isOfNode ? `urn:ibcf:node:${nodeId}` : `urn:ibcf:master:${masterId}`,
    subject: isOfNode ? nodeId : commandId,
    time: at(0),
    hlc: formatHlc(startMs, 0),
    domain: domainId,
    placement: 1,
    epoch: 2,
    actor: ada,
    data,
    ...more,
  } as EventEnvelope
}

export const issuedData = (more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  kind: 'restart',
  nodeId,
  semantics: 'AT_LEAST_ONCE',
  incarnation: null,
  constraints: unconstrained,
  body: { sealed: null, data: { scope: 'agent' } },
  bodyDigest,
  batchId: null,
  reason: '',
  ...more,
})

export function issuedCommand(more: Partial<IssuedCommand> = {}): IssuedCommand {
  return {
    commandId,
    eventId: ulidOf(61, 1),
    masterId,
    domainId,
    nodeId,
    kind: 'restart',
    semantics: 'AT_LEAST_ONCE',
    incarnation: null,
    constraints: unconstrained,
    body: { sealed: null, data: { scope: 'agent' } },
    bodyDigest,
    batchId: null,
    idempotencyKey: 'key',
    placement: 1,
    epoch: 2,
    hlc: formatHlc(startMs, 0),
    actor: ada,
    issuedAt: at(0),
    expiresAt: null,
    ...more,
  }
}
