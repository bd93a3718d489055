/** Acts on commands: issuing one or many, agreeing, taking back, settling. Each goes through the rules of fleet/command/decide.ts ([CM13]). */
import type { z } from 'zod'
import type {
  approveCommandRequest,
  cancelCommandRequest,
  issueBatchRequest,
  issueCommandRequest,
  issuedBatch,
  issuedCommand,
  settleCommandRequest,
} from '../../contract/commands.ts'
import { judgeApproval } from '../../fleet/command/approval.ts'
import { decideCancel, decideSettle, type IssueRequest } from '../../fleet/command/decide.ts'
import { commandKinds, defaultTwoOperatorKinds, isCommandKind } from '../../fleet/command/kinds.ts'
import type { Commit } from '../../ingest/master-port.ts'
import { AppError } from '../../kernel/app-error.ts'
import { createUlidSource, type DomainId, type EventId, type OperatorId } from '../../kernel/ids.ts'
import { issueRequestOf, issueTo, signatureFor } from '../commands/issue.ts'
import { knownCommand, type KnownCommand } from '../commands/known-command.ts'
import { previewOf } from '../commands/preview.ts'
import { type Act, must, requireAuthority, requireOperator } from './act.ts'

/** Throws NotFound `NODE_UNKNOWN`, Rejected with the codes of `decideIssue`. */
export function issueCommand(
  act: Act,
  { nodeId, idempotencyKey, ...order }: z.infer<typeof issueCommandRequest>,
): z.infer<typeof issuedCommand> {
  const actor = requireIssuer(act, order.kind)
  const commandId = newId(act)
  const request = issueRequestOf(act.master.config.ports.crypto, order, {
    commandId,
    idempotencyKey: idempotencyKey ?? commandId,
    batchId: null,
  })
  return act.master.port.commit((commit) => issueOne(act, commit, nodeId, request, actor))
}

/**
 * To every node that the preview hit, all at once or none. Throws Rejected `PREVIEW_STALE` when other nodes would be hit now than the
 * ones shown, `BATCH_EMPTY`, and as `previewOf`.
 */
export function issueBatch(
  act: Act,
  { selector, previewDigest, idempotencyKey, ...order }: z.infer<typeof issueBatchRequest>,
): z.infer<typeof issuedBatch> {
  const actor = requireIssuer(act, order.kind)
  const preview = previewOf(act.master.model, { selector, ...order })
  if (preview.hit.length === 0)
    throw new AppError('Rejected', 'BATCH_EMPTY', 'No node would be hit; the preview says why.', { leftOut: preview.leftOut.length })
  if (preview.previewDigest !== previewDigest)
    throw new AppError(
      'Rejected',
      'PREVIEW_STALE',
      'Other nodes would be hit now than the ones that were shown; look at the preview again.',
      {
        hit: preview.hit.length,
      },
    )
  const batchId = newId(act)
  const issued = act.master.port.commit((commit) =>
    preview.hit.map(({ nodeId }) => {
      const commandId = newId(act)
      const key = `${idempotencyKey ?? batchId}/${nodeId}`
      return issueOne(
        act,
        commit,
        nodeId,
        issueRequestOf(act.master.config.ports.crypto, order, { commandId, idempotencyKey: key, batchId }),
        actor,
      )
    }),
  )
  return { batchId, commandIds: issued.map(({ commandId }) => commandId), eventIds: issued.flatMap(({ eventIds }) => eventIds) }
}

/** The second person. Throws NotFound `COMMAND_UNKNOWN`, Rejected with the codes of `judgeApproval`. */
export function approveCommand(act: Act, { commandId, bodyDigest, reason }: z.infer<typeof approveCommandRequest>): EventId[] {
  const actor = requireOperator(act, 'engineer')
  const { decisions, issued } = requireCommand(act, commandId)
  requireAuthority(act, issued.domainId as DomainId, 'other', issued.nodeId)
  must(judgeApproval(decisions, defaultTwoOperatorKinds, { operatorId: actor, bodyDigest }))
  return act.master.port.commit(({ decide, signStatement }) => {
    // Only its own: what another master issued is that one's to sign.
    const isOwn = issued.masterId === (act.master.identity.masterId as string)
    const signed = isOwn ? { signature: signatureFor(act.master.model, signStatement, issued) } : {}
    return [decide({ ...about(issued), type: 'ibcf.command.approved.v1', data: { bodyDigest, ...signed, reason }, actor })]
  })
}

/** Restricting, so a claimant may do it while the domain is contested. Throws Rejected with the codes of `decideCancel`. */
export function cancelCommand(act: Act, { commandId, reason }: z.infer<typeof cancelCommandRequest>): EventId[] {
  const actor = requireOperator(act, 'operator')
  const { stage, issued } = requireCommand(act, commandId)
  requireAuthority(act, issued.domainId as DomainId, 'cancel', issued.nodeId)
  const data = must(decideCancel(stage, reason))
  return act.master.port.commit(({ decide }) => [decide({ ...about(issued), type: 'ibcf.command.cancelled.v1', data, actor })])
}

/** A person says what came of one whose outcome is unknown. Throws Rejected with the codes of `decideSettle`. */
export function settleCommand(act: Act, { commandId, outcome, findings }: z.infer<typeof settleCommandRequest>): EventId[] {
  const actor = requireOperator(act, 'engineer')
  const { stage, issued } = requireCommand(act, commandId)
  requireAuthority(act, issued.domainId as DomainId, 'other', issued.nodeId)
  const data = must(decideSettle(stage, outcome, findings))
  return act.master.port.commit(({ decide }) => [decide({ ...about(issued), type: 'ibcf.command.settled.v1', data, actor })])
}

/** Throws NotFound `NODE_UNKNOWN`, Rejected with the codes of `decideIssue`. */
function issueOne(act: Act, commit: Commit, nodeId: string, request: IssueRequest, actor: OperatorId): z.infer<typeof issuedCommand> {
  const { model } = act.master
  if (model.lifecycle(nodeId) === undefined) throw new AppError('NotFound', 'NODE_UNKNOWN', 'No such node is known here.', { nodeId })
  return must(issueTo(model, commit, nodeId, request, actor))
}

function requireIssuer(act: Act, kind: string): OperatorId {
  return requireOperator(act, isCommandKind(kind) && commandKinds[kind].isDestructive ? 'engineer' : 'operator')
}

function requireCommand({ master }: Act, commandId: string): KnownCommand {
  const known = knownCommand(master.model, commandId)
  if (known === undefined) throw new AppError('NotFound', 'COMMAND_UNKNOWN', 'No such command is known here.', { commandId })
  return known
}

function about({ commandId, domainId, placement }: KnownCommand['issued']) {
  return { subject: commandId, domain: domainId as DomainId, placement }
}

function newId({ master }: Act): EventId {
  const { clock, random } = master.config.ports
  return createUlidSource(clock, random)<EventId>()
}
