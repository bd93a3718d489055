/** Layer 2: one node, exactly. */
import type { NodeDetail } from '../../contract/nodes.ts'
import { drawModeMachine, drawPhaseMachine } from '../../fleet/lifecycle/diagram.ts'
import { parseLogId } from '../../log/log-id.ts'
import { toHex } from '../../kernel/hex.ts'
import type { NodeId } from '../../kernel/ids.ts'
import { readFrontier, readHead } from '../../store/frontier.ts'
import type { ReadModel } from '../read-model.ts'
import { authorityOf } from './authority-view.ts'
import { listEvidenceOf } from './evidence.ts'
import { instantOrNull } from './instants.ts'
import { pathOf } from './lineage.ts'
import { actionsOf } from './node-actions.ts'
import { recordOf } from './node-record-view.ts'
import { type NodeView, readNodeView } from './node-view.ts'
import { requireNode } from './require-node.ts'
import { openReturnOf } from './sessions.ts'

/** Throws NotFound `NODE_UNKNOWN`. */
export function readNode(model: ReadModel, nodeId: string): NodeDetail {
  const lifecycle = requireNode(model, nodeId)
  const view = readNodeView(model, nodeId) as NodeView
  const authority = authorityOf(model, lifecycle.domainId)
  const session = openReturnOf(model, nodeId)
  return {
    record: recordOf(model, view, session?.step ?? null),
    domainPath: pathOf(model, lifecycle.domainId),
    authority,
    ages: agesOf(model, view),
    modeSince: view.modeSince,
    modeReason: view.modeReason,
    autonomyBudgetSeconds: lifecycle.autonomyBudgetSeconds,
    session,
    evidence: listEvidenceOf(model, { nodeId }).items,
    logs: logsOf(model, nodeId),
    keyId: lifecycle.keyId,
    actions: actionsOf(lifecycle, authority),
    phaseDiagram: drawPhaseMachine(lifecycle.phase),
    connectivityDiagram: drawModeMachine(view.mode),
  }
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

/** The branch that has effect of each log; other branches of a fork are evidence. */
function logsOf(model: ReadModel, nodeId: string): NodeDetail['logs'] {
  return readFrontier(model.reader, { origin: nodeId as NodeId })
    .filter(({ branch }) => branch === 0)
    .map(({ log, seq, head }) => {
      const id = parseLogId(log)
      const held = readHead(model.reader, id)
      return { log, lane: id.lane, seq, signedTo: held?.signedTo ?? 0, head: held === undefined ? head : toHex(held.head) }
    })
}
