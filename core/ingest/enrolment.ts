/**
 * A node asks to join: it brings its own id and key, and proves that it holds the key. Approving is a person's act elsewhere; here the
 * request is recorded once, and how it stands is told as often as it is asked ([GW4], [GW5]).
 */
import type { z } from 'zod'
import { type ApprovalDocument, type enrolmentAnswer, type EnrolmentDocument, enrolmentDocument } from '../contract/gateway/enrolment.ts'
import { type SignedStatement, statementTypes } from '../contract/gateway/statement.ts'
import { fromBase64, toBase64 } from '../kernel/hex.ts'
import type { DomainId, NodeId, RequestId, UlidSource } from '../kernel/ids.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import { keyIdOf } from '../log/dsse.ts'
import { readFrontier } from '../store/frontier.ts'
import { readKey } from '../store/keys.ts'
import { offerHardware } from './hardware.ts'
import type { EnrolmentStanding, MasterPort } from './master-port.ts'
import { isSignedBy, mismatch, readStatement } from './read-input.ts'

export type EnrolmentAnswer = z.infer<typeof enrolmentAnswer>

/** Anyone may ask, and each request is an event for ever: more than this many do not wait at once. */
export const maxPendingEnrolments = 4096

/** Codes: those of `readStatement` and `offerHardware`, SCHEMA_MISMATCH, KEY_WRONG, NODE_ID_TAKEN, KEY_HELD_BY_ANOTHER, ENROLMENTS_FULL. */
export function requestEnrolment(master: MasterPort, newId: UlidSource, body: Uint8Array): Result<EnrolmentAnswer> {
  const read = readStatement(enrolmentDocument, body)
  if (!read.ok) return read
  const { document, documentBytes, statement } = read.value
  const { crypto } = master.ports
  const publicKey = fromBase64(document.publicKey)
  if (publicKey.length !== 32) return mismatch('/publicKey', 'not 32 bytes')
  const keyId = keyIdOf(crypto, publicKey)
  if (statement.keyid !== keyId || !isSignedBy(crypto, publicKey, statementTypes.enrolment, documentBytes, statement.signature)) {
    return refused('KEY_WRONG', 'The request is not signed by the key in it.', { keyid: statement.keyid })
  }
  const nodeId = document.nodeId as NodeId
  const known = master.enrolment(nodeId)
  if (known !== undefined) {
    if (known.keyId === keyId) return accepted(answerOf(master, nodeId, known))
    const standing = master.standing(nodeId)
    if (document.takesOver !== true || known.status !== 'APPROVED' || standing === undefined) return idTaken(nodeId)
    return standing.phase === 'RETIRED'
      ? accepted(answerOf(master, nodeId, known))
      : offerHardware(master, newId, standing, document, keyId, statement)
  }
  const holder = readKey(master.reader, keyId)
  if (holder !== undefined) return refused('KEY_HELD_BY_ANOTHER', 'This key already belongs to another node or master.', { keyId })
  // An id that speaks in logs already is a master's, here or elsewhere.
  if (readFrontier(master.reader, { origin: nodeId }).length > 0) return idTaken(nodeId)
  if (master.pendingEnrolments() >= maxPendingEnrolments) {
    return refused('ENROLMENTS_FULL', 'Too many nodes wait to be let in already.', { waiting: maxPendingEnrolments, retryAfterSeconds: 60 })
  }
  const requestId = newId<RequestId>()
  record(master, requestId, document, keyId, statement)
  return accepted({ requestId, status: 'PENDING', reason: null, approval: null })
}

function idTaken(nodeId: NodeId): Result<never> {
  return refused('NODE_ID_TAKEN', 'This identity already belongs to a node with another key.', { nodeId })
}

function record(master: MasterPort, requestId: RequestId, document: EnrolmentDocument, keyId: string, statement: SignedStatement): void {
  const { nodeId, name, kind, tags, publicKey, serial, manufacturer, model, contactEverySeconds, autonomyBudgetSeconds, viaId } = document
  master.commit((commit) =>
    commit.decide({
      type: 'ibcf.enrolment.requested.v1',
      subject: nodeId,
      domain: master.rootDomainId,
      data: {
        requestId,
        name,
        kind,
        tags,
        keyId,
        publicKey,
        serial: serial ?? null,
        manufacturer: manufacturer ?? null,
        model: model ?? null,
        contactEverySeconds,
        autonomyBudgetSeconds,
        viaId: viaId ?? null,
        statement,
      },
    }),
  )
}

function answerOf(master: MasterPort, nodeId: NodeId, known: EnrolmentStanding): EnrolmentAnswer {
  const { requestId, status, reason } = known
  const standing = master.standing(nodeId)
  if (standing?.phase === 'RETIRED') {
    return {
      requestId,
      status: 'REFUSED',
      reason: reason ?? 'This node was retired; a retired identity is never used again.',
      approval: null,
    }
  }
  if (status !== 'APPROVED' || standing === undefined) return { requestId, status, reason, approval: null }
  const approval: ApprovalDocument = {
    v: 1,
    nodeId,
    domainId: standing.domainId,
    masterId: master.masterId,
    masterName: master.name(),
    masterPublicKey: toBase64(master.publicKey),
    placement: standing.placement,
    epoch: standing.epoch,
    ...(master.domainLine === undefined ? {} : { domainLine: [...master.domainLine(standing.domainId)] }),
    ...heldIn(master, standing.domainId),
    ...holderIn(master, standing.domainId),
    at: known.decidedAt ?? '',
  }
  return { requestId, status, reason, approval: master.signStatement(statementTypes.approval, approval) }
}

function heldIn({ heldAt }: MasterPort, domain: DomainId): Pick<ApprovalDocument, 'heldAtDomainId'> {
  const heldAtDomainId = heldAt?.(domain)
  return heldAtDomainId === undefined ? {} : { heldAtDomainId }
}

/** A node that was let in by way of this master, and is another's: whom it is to believe beside this one. */
function holderIn({ holderOf }: MasterPort, domain: DomainId): Pick<ApprovalDocument, 'holder'> {
  const holder = holderOf?.(domain)
  return holder === undefined ? {} : { holder: { masterId: holder.masterId, publicKey: holder.publicKey } }
}
