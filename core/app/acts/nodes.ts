/** Acts on one node: each moves it along the phase machine, on the record, by a named operator. */
import type { DecisionKind } from '../../fleet/authority/decision-kinds.ts'
import type { ContactSchedule } from '../../fleet/connectivity/connectivity-events.ts'
import { readContactSchedule } from '../../fleet/connectivity/contact-schedule.ts'
import type { PhaseEvent } from '../../fleet/lifecycle/phase-machine.ts'
import type { DomainId, EventId, NodeId } from '../../kernel/ids.ts'
import { AppError } from '../../kernel/app-error.ts'
import { endOpenReturn } from '../../ingest/returns/close-return.ts'
import { readFrontier } from '../../store/frontier.ts'
import { revokeKey as cutKey } from '../../store/keys.ts'
import { type Act, must, requireAuthority, requireNode, requireOperator, type OperatorRole } from './act.ts'

export type NodeAct = { readonly nodeId: NodeId; readonly reason: string }

export function activateNode(act: Act, { nodeId, reason }: NodeAct): EventId[] {
  return move(act, nodeId, 'activation', reason === '' ? 'Activated by an operator.' : reason, 'operator')
}

export function quarantineNode(act: Act, { nodeId, reason }: NodeAct): EventId[] {
  return move(act, nodeId, 'operator-quarantine', reason, 'operator', 'quarantine')
}

/** Throws Rejected `KEY_REVOKED`: nobody talks to a node without a key, so it would be ACTIVE and never heard of ([RT17]). */
export function remediateNode(act: Act, { nodeId, reason }: NodeAct): EventId[] {
  if (requireNode(act, nodeId).isKeyRevoked)
    throw new AppError(
      'Rejected',
      'KEY_REVOKED',
      'Its key was revoked: it needs a new one, or other hardware, before it can be let back in.',
      {
        nodeId,
      },
    )
  return move(act, nodeId, 'remediation-complete', reason, 'engineer')
}

export function decommissionNode(act: Act, { nodeId, reason }: NodeAct): EventId[] {
  const isQuarantined = requireNode(act, nodeId).phase === 'QUARANTINED'
  return move(act, nodeId, isQuarantined ? 'unrecoverable' : 'planned-decommission', reason, 'engineer')
}

export function retireNode(act: Act, { nodeId, reason }: NodeAct): EventId[] {
  return move(act, nodeId, 'decommission-complete', reason, 'authority')
}

/** Null: by the interval that it named when it asked to join. Throws Rejected `CONTACT_SCHEDULE_INVALID`. */
export function scheduleNode(
  act: Act,
  { nodeId, schedule, reason }: { readonly nodeId: NodeId; readonly schedule: ContactSchedule | null; readonly reason: string },
): EventId[] {
  const actor = requireOperator(act, 'engineer')
  const domain = requireNode(act, nodeId).domainId as DomainId
  requireAuthority(act, domain)
  if (schedule !== null) must(readContactSchedule(schedule))
  return act.master.port.commit(({ decide }) => [
    decide({ type: 'ibcf.node.scheduled.v1', subject: nodeId, domain, data: { schedule, reason }, actor }),
  ])
}

/** What is held of its logs now keeps its effect; what the key signs beyond this point has none (design 3: a cut, never a moment). */
export function revokeNodeKey(act: Act, { nodeId, reason }: NodeAct): EventId[] {
  const actor = requireOperator(act, 'authority')
  const state = requireNode(act, nodeId)
  requireAuthority(act, state.domainId as DomainId, 'revoke')
  return act.master.port.commit((commit) => {
    const cut = readFrontier(commit.writer, { origin: nodeId })
      .filter(({ branch }) => branch === 0)
      .map(({ log, seq, head }) => ({ log, seq, head }))
    cutKey(commit.writer, state.keyId, cut)
    const revoked = commit.decide({
      type: 'ibcf.key.revoked.v1',
      subject: nodeId,
      domain: state.domainId as DomainId,
      data: { keyId: state.keyId, cut, reason },
      actor,
    })
    const quarantined = commit.movePhase(nodeId, 'trust-violation', `Its key was revoked: ${reason}`, 'KEY_REVOKED', actor)
    endOpenReturn(act.master.port, commit, nodeId)
    return quarantined.ok ? [revoked, quarantined.value] : [revoked]
  })
}

function move(act: Act, nodeId: NodeId, event: PhaseEvent, reason: string, role: OperatorRole, kind: DecisionKind = 'other'): EventId[] {
  const actor = requireOperator(act, role)
  requireAuthority(act, requireNode(act, nodeId).domainId as DomainId, kind, nodeId)
  return act.master.port.commit((commit) => [must(commit.movePhase(nodeId, event, reason, undefined, actor))])
}
