/** Letting a node in, or turning it away. */
import { AppError } from '../../kernel/app-error.ts'
import type { ContactSchedule } from '../../fleet/connectivity/connectivity-events.ts'
import { readContactSchedule } from '../../fleet/connectivity/contact-schedule.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import type { DomainId, EventId, NodeId, RequestId } from '../../kernel/ids.ts'
import { putKey } from '../../store/keys.ts'
import { type Act, must, requireAuthority, requireNode, requireOperator } from './act.ts'

export type Approval = {
  readonly requestId: RequestId
  readonly domainId?: DomainId | undefined
  readonly activate: boolean
  /** When it is expected to be heard, where that is not the interval that it named. */
  readonly contactSchedule?: ContactSchedule | undefined
}

/** Throws NotFound `REQUEST_UNKNOWN`, Conflict `REQUEST_DECIDED`, Rejected `AUTHORITY_NOT_HELD`, `CONTACT_SCHEDULE_INVALID`. */
export function approveEnrolment(act: Act, { requestId, domainId, activate, contactSchedule }: Approval): NodeId {
  const actor = requireOperator(act, 'operator')
  const { master } = act
  const nodeId = pendingNode(act, requestId)
  const state = requireNode(act, nodeId)
  const domain = domainId ?? master.identity.rootDomainId
  requireAuthority(act, domain)
  if (contactSchedule !== undefined) must(readContactSchedule(contactSchedule))
  master.port.commit((commit) => {
    putKey(commit.writer, { keyId: state.keyId, origin: nodeId, publicKey: fromBase64(state.publicKey) }, master.config.ports.clock.now())
    commit.decide({
      type: 'ibcf.enrolment.approved.v1',
      subject: nodeId,
      domain,
      data: { requestId, domainId: domain, keyId: state.keyId, publicKey: state.publicKey },
      actor,
    })
    if (contactSchedule !== undefined)
      commit.decide({
        type: 'ibcf.node.scheduled.v1',
        subject: nodeId,
        domain,
        data: { schedule: contactSchedule, reason: 'Said when it was let in.' },
        actor,
      })
    must(commit.movePhase(nodeId, 'enrolment-complete', 'Its request to join was approved.', undefined, actor))
    if (activate) must(commit.movePhase(nodeId, 'activation', 'Activated with its approval.', undefined, actor))
  })
  return nodeId
}

export function refuseEnrolment(act: Act, { requestId, reason }: { readonly requestId: RequestId; readonly reason: string }): EventId[] {
  const actor = requireOperator(act, 'operator')
  const nodeId = pendingNode(act, requestId)
  const domain = requireNode(act, nodeId).domainId as DomainId
  requireAuthority(act, domain)
  return act.master.port.commit((commit) => [
    commit.decide({ type: 'ibcf.enrolment.refused.v1', subject: nodeId, domain, data: { requestId, reason }, actor }),
    must(commit.movePhase(nodeId, 'enrolment-refused', reason, undefined, actor)),
  ])
}

function pendingNode({ master }: Act, requestId: RequestId): NodeId {
  const row = master.model.reader.get('SELECT subject, enrolment FROM lifecycle_nodes WHERE request_id = ?', requestId)
  if (row === undefined) throw new AppError('NotFound', 'REQUEST_UNKNOWN', 'No such request to join is known here.', { requestId })
  if (row['enrolment'] !== 'PENDING')
    throw new AppError('Conflict', 'REQUEST_DECIDED', `The request was ${String(row['enrolment']).toLowerCase()} already.`, {
      requestId,
      status: String(row['enrolment']),
    })
  return String(row['subject']) as NodeId
}
