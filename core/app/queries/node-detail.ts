/** Layer 2: one node, exactly. */
import type { NodeDetail } from '../../contract/nodes.ts'
import { drawModeMachine, drawPhaseMachine } from '../../fleet/lifecycle/diagram.ts'
import { parseLogId } from '../../log/log-id.ts'
import { AppError } from '../../kernel/app-error.ts'
import { toHex } from '../../kernel/hex.ts'
import { expectationOf } from '../../fleet/connectivity/expected-contact.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { LifecycleState } from '../../projections/lifecycle.ts'
import { readFrontier } from '../../store/frontier.ts'
import { countingOf } from '../projecting/counting.ts'
import type { ReadModel } from '../read-model.ts'
import { modelAsOf } from './as-of.ts'
import { authorityOf } from './authority-view.ts'
import { doubtsOf } from './doubts.ts'
import { fleetOf } from './fleet/fleet.ts'
import { relayNet } from './fleet/relay-net.ts'
import { listEvidenceOf } from './evidence.ts'
import { instantOf, instantOrNull } from './instants.ts'
import { pathOf } from './lineage.ts'
import { actionsOf } from './node-actions.ts'
import { recordOf } from './node-record-view.ts'
import { type NodeView, readNodeView } from './node-view.ts'
import { requireNode } from './require-node.ts'
import { openReturnOf } from './sessions.ts'

/** Throws NotFound `NODE_UNKNOWN`. */
export function readNode(model: ReadModel, nodeId: string): NodeDetail {
  requireNode(model, nodeId)
  const evidence = listEvidenceOf(model, { nodeId }).items
  return detailOf(model, nodeId, { asOf: null, session: openReturnOf(model, nodeId), evidence, logs: logsOf(model, nodeId) })
}

/**
 * As it was at that instant. Presence is in no event, so what is said of its contact rests on the assessments; nothing can be done to
 * it. Throws NotFound `NODE_UNKNOWN`, `NODE_UNKNOWN_THEN`, Invalid `AS_OF_IN_FUTURE`.
 */
export function readNodeAsOf(model: ReadModel, nodeId: string, asOf: string): NodeDetail {
  requireNode(model, nodeId)
  const past = modelAsOf(model, asOf)
  if (past.lifecycle(nodeId) === undefined)
    throw new AppError('NotFound', 'NODE_UNKNOWN_THEN', 'This node was not known here at that time.', { nodeId, asOf })
  const evidence = listEvidenceOf(model, { nodeId }).items.filter(({ at }) => Date.parse(at) <= Date.parse(asOf))
  const detail = detailOf(past, nodeId, { asOf, session: null, evidence, logs: [] })
  return {
    ...detail,
    actions: detail.actions.map((action) => ({ ...action, isAllowed: false, reason: 'What is past cannot be changed.' })),
  }
}

function detailOf(
  model: ReadModel,
  nodeId: string,
  { asOf, session, evidence, logs }: Pick<NodeDetail, 'asOf' | 'session' | 'evidence' | 'logs'>,
): NodeDetail {
  const lifecycle = requireNode(model, nodeId)
  const view = readNodeView(model, nodeId) as NodeView
  const authority = authorityOf(model, lifecycle.domainId, nodeId)
  return {
    asOf,
    doubts: [...(doubtsOf(model, [nodeId]).get(nodeId) ?? [])],
    record: recordOf(model, view, session?.step ?? null),
    domainPath: pathOf(model, lifecycle.domainId),
    authority,
    ages: agesOf(model, view),
    modeSince: view.modeSince,
    modeReason: view.modeReason,
    autonomyBudgetSeconds: lifecycle.autonomyBudgetSeconds,
    contact: contactOf(lifecycle, view),
    ...(asOf === null ? { way: wayOf(model, view.viaId) } : {}),
    session,
    evidence,
    logs,
    keyId: lifecycle.keyId,
    actions: actionsOf(lifecycle, authority),
    phaseDiagram: drawPhaseMachine(lifecycle.phase),
    connectivityDiagram: drawModeMachine(view.mode),
  }
}

/** A ring, which two masters can make, ends where it closes. */
function wayOf(model: ReadModel, viaId: string | null): NonNullable<NodeDetail['way']> {
  const { relays } = relayNet(model.reader, fleetOf(model).net)
  const way = new Map<string, string>()
  for (let next = viaId; next !== null && !way.has(next); ) {
    const relay = relays.get(next)
    way.set(next, relay?.name ?? next)
    next = relay?.upstreamIds[0] ?? null
  }
  return [...way].map(([id, name]) => ({ id, name }))
}

function contactOf(lifecycle: LifecycleState, { lastSeenMs }: NodeView): NonNullable<NodeDetail['contact']> {
  const { contactSchedule: schedule, contactEverySeconds: everySeconds } = lifecycle
  const after = lastSeenMs === null ? Number.POSITIVE_INFINITY : expectationOf(lifecycle, lastSeenMs).contactEveryMs
  return { schedule, everySeconds, nextExpectedAt: lastSeenMs === null || !Number.isFinite(after) ? null : instantOf(lastSeenMs + after) }
}

function agesOf(model: ReadModel, view: NodeView): NodeDetail['ages'] {
  const heard = model.presence.of(view.id)
  const actual = model.actual(view.id)
  const part = (name: string): string | null => (actual?.parts[name] === undefined ? null : actual.snapshotAt)
  return {
    connectivity: instantOrNull(view.lastSeenMs),
    health: view.healthAt,
    version: view.heartbeatVersion === null ? part('software') : instantOrNull(heard?.heartbeatAt ?? null),
    inventory: part('inventory'),
    drift: actual?.snapshotAt ?? null,
    linkQuality: instantOrNull(heard?.linkAt ?? null) ?? (view.link === null ? null : view.modeSince),
  }
}

/** How far each log counts: of one that was told in several ways, the telling that counts; what does not is evidence. */
function logsOf(model: ReadModel, nodeId: string): NodeDetail['logs'] {
  const counting = countingOf(model)
  return readFrontier(model.reader, { origin: nodeId as NodeId })
    .filter(({ branch }) => branch === 0)
    .map(({ log, seq, head }) => {
      const id = parseLogId(log)
      const held = counting.headOf(id)
      return {
        log,
        lane: id.lane,
        seq: held?.seq ?? seq,
        signedTo: held?.signedTo ?? 0,
        head: held === undefined ? head : toHex(held.head),
      }
    })
}
