/** Issuing one command to one node: judged, written down, and those that it takes the place of with it ([CM10], [CM13]). */
import type { z } from 'zod'
import type { issueCommandRequest, issuedCommand } from '../../contract/commands.ts'
import { needsTwo } from '../../fleet/command/approval.ts'
import { digestOf } from '../../fleet/command/body-digest.ts'
import { commandPayloadType, commandStatement, type SignedCommand } from '../../fleet/command/command-statement.ts'
import type { CommandSignature } from '../../fleet/command/events.ts'
import { decideIssue, type IssueRequest } from '../../fleet/command/decide.ts'
import { defaultTwoOperatorKinds } from '../../fleet/command/kinds.ts'
import { supersededAmong } from '../../fleet/command/supersession.ts'
import type { Commit } from '../../ingest/master-port.ts'
import type { DomainId, OperatorId } from '../../kernel/ids.ts'
import type { Crypto } from '../../kernel/ports.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { ReadModel } from '../read-model.ts'
import { issueFacts } from './facts.ts'
import { commandsOfNode } from './known-command.ts'
import { findingView, withDefaults } from './preview.ts'

type Order = Omit<z.infer<typeof issueCommandRequest>, 'nodeId' | 'idempotencyKey'>
type Names = Pick<IssueRequest, 'commandId' | 'idempotencyKey' | 'batchId'>

export function issueRequestOf(crypto: Crypto, order: Order, names: Names): IssueRequest {
  const { kind, data, semantics, constraints, expiresAt, reason } = order
  return { ...names, kind, data, semantics, constraints: withDefaults(constraints), expiresAt, bodyDigest: digestOf(crypto, data), reason }
}

/** Nothing is written when it is refused. Codes: NODE_UNKNOWN and those of `decideIssue`. */
export function issueTo(
  model: ReadModel,
  { decide, signStatement }: Pick<Commit, 'decide' | 'signStatement'>,
  nodeId: string,
  request: IssueRequest,
  actor: OperatorId,
): Result<z.infer<typeof issuedCommand>> {
  const facts = issueFacts(model, nodeId, request.idempotencyKey)
  const domainId = model.lifecycle(nodeId)?.domainId
  if (facts === undefined || domainId === undefined) return refused('NODE_UNKNOWN', 'No such node is known here.', { nodeId })
  const judged = decideIssue(request, facts)
  if (!judged.ok) return judged
  const issued = judged.value
  if (issued.kind === 'known') return accepted({ commandId: issued.commandId, isKnown: true, eventIds: [], waitsFor: [] })
  const { subject, placement, epoch, idempotencykey, expirytime } = issued.envelope
  const domain = domainId as DomainId
  const { data } = issued
  const isComplete = !needsTwo(data, defaultTwoOperatorKinds)
  const signature = signatureFor(model, signStatement, {
    ...data,
    commandId: subject,
    masterId: model.masterId,
    domainId,
    idempotencyKey: idempotencykey,
    placement,
    epoch,
    actor,
    expiresAt: expirytime,
  })
  const eventId = decide({
    type: 'ibcf.command.issued.v1',
    subject,
    domain,
    data: isComplete ? { ...data, signature } : data,
    actor,
    placement,
    epoch,
    idempotencykey,
    ...(expirytime === null ? {} : { expirytime }),
  })
  const standing = commandsOfNode(model, nodeId, { withTakenBack: false })
  const superseded = supersededAmong(standing).map(({ commandId, byCommandId }) =>
    decide({ type: 'ibcf.command.superseded.v1', subject: commandId, domain, data: { byCommandId }, causation: eventId, placement }),
  )
  return accepted({ commandId: subject, isKnown: false, eventIds: [eventId, ...superseded], waitsFor: issued.waitsFor.map(findingView) })
}

/** By which other masters can hand it over; of what two people agree to, it goes with the agreement ([CM27]). */
export function signatureFor(
  { ports }: Pick<ReadModel, 'ports'>,
  signStatement: Commit['signStatement'],
  command: SignedCommand,
): CommandSignature {
  const { keyid, signature } = signStatement(commandPayloadType, commandStatement(ports.crypto, command))
  return { keyid, signature }
}
