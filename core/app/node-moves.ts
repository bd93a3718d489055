/** Moves a node along the phase and connectivity machines by events of the master, or says in words why it may not move. */
import { needsReturn, transitMode } from '../fleet/connectivity/mode-machine.ts'
import { isPhaseEvent, transitPhase } from '../fleet/lifecycle/phase-machine.ts'
import type { ConnectivityMode, SyncDebt } from '../fleet/node/node-record.ts'
import type { Commit } from '../ingest/master-port.ts'
import type { DomainId, EventId, NodeId, OperatorId } from '../kernel/ids.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import type { ReadModel } from './read-model.ts'

type Decide = Commit['decide']

export function moveMode(
  model: ReadModel,
  decide: Decide,
  node: NodeId,
  to: ConnectivityMode,
  event: string,
  reason: string,
  syncDebt?: SyncDebt,
): Result<EventId | undefined> {
  const lifecycle = model.lifecycle(node)
  if (lifecycle === undefined) return unknownNode(node)
  const from = model.connectivity(node)?.mode ?? null
  if (from === to) return accepted(undefined)
  const arrow = transitMode(from, event)
  if (!arrow.ok) return arrow
  if (arrow.value.to !== to)
    return refused('MODE_TRANSITION_REFUSED', `"${event.replaceAll('-', ' ')}" leads to ${arrow.value.to}, not to ${to}.`, {
      from,
      event,
      to,
    })
  const heard = model.presence.of(node)
  const lastSeen = heard === undefined ? (model.connectivity(node)?.lastSeen ?? null) : new Date(heard.heardAt).toISOString()
  return accepted(
    decide({
      type: 'ibcf.connectivity.assessed.v1',
      subject: node,
      domain: lifecycle.domainId as DomainId,
      data: { from, to, event, reason, lastSeen, link: heard?.link ?? null, syncDebt: syncDebt ?? debtOf(model, node, to, lastSeen) },
    }),
  )
}

export function movePhase(
  model: ReadModel,
  decide: Decide,
  node: NodeId,
  event: string,
  reason: string,
  code?: string,
  actor?: OperatorId,
  causation?: EventId,
): Result<EventId> {
  const lifecycle = model.lifecycle(node)
  if (lifecycle === undefined) return unknownNode(node)
  if (!isPhaseEvent(event)) return refused('PHASE_TRANSITION_REFUSED', `"${event}" is not an event of the phase machine.`, { event })
  const arrow = transitPhase(lifecycle.phase, event)
  if (!arrow.ok) return arrow
  return accepted(
    decide({
      type: 'ibcf.lifecycle.transitioned.v1',
      subject: node,
      domain: lifecycle.domainId as DomainId,
      data: { from: lifecycle.phase, to: arrow.value.to, event, reason, code: code ?? null },
      ...(actor === undefined ? {} : { actor }),
      ...(causation === undefined ? {} : { causation }),
    }),
  )
}

function debtOf(model: ReadModel, node: NodeId, mode: ConnectivityMode, lastSeen: string | null): SyncDebt {
  const silentMs = lastSeen === null ? 0 : Math.max(0, model.ports.clock.now() - Date.parse(lastSeen))
  return {
    seconds_behind: mode === 'LIVE' ? 0 : Math.round(silentMs / 1000),
    backlog_messages: model.presence.of(node)?.backlogMessages ?? model.connectivity(node)?.syncDebt.backlog_messages ?? 0,
    replay_required: needsReturn(mode),
  }
}

function unknownNode(node: NodeId): Result<never> {
  return refused('NODE_UNKNOWN', `No node ${node} is known here.`, { nodeId: node })
}
