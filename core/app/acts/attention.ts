/** What people do about what needs them: acknowledge, put off, take on, resolve; and how much each thing is to count. */
import type { z } from 'zod'
import type { acknowledgeRequest, assignItemRequest, resolveRequest, snoozeRequest, weighRequest } from '../../contract/attention.ts'
import { type AttentionEvent, decideAttention } from '../../fleet/attention/handling.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { DomainId, EventId, OperatorId } from '../../kernel/ids.ts'
import { findItem } from '../queries/attention.ts'
import { type Act, must, requireAuthority, requireOperator } from './act.ts'

type Named = { readonly subject: string; readonly item: string }

export function acknowledgeItem(act: Act, { subject, item, note }: z.infer<typeof acknowledgeRequest>): EventId[] {
  return handle(act, { subject, item }, (score) => ({ type: 'ibcf.attention.acknowledged.v1', data: { item, score, note } }))
}

export function snoozeItem(act: Act, { subject, item, until, reason }: z.infer<typeof snoozeRequest>): EventId[] {
  return handle(act, { subject, item }, (score) => ({ type: 'ibcf.attention.snoozed.v1', data: { item, score, until, reason } }))
}

export function resolveItem(act: Act, { subject, item, reason }: z.infer<typeof resolveRequest>): EventId[] {
  return handle(act, { subject, item }, (score) => ({ type: 'ibcf.attention.resolved.v1', data: { item, score, reason } }))
}

/** Throws NotFound `OPERATOR_UNKNOWN`, and as the others. */
export function assignItem(act: Act, { subject, item, operatorId, note }: z.infer<typeof assignItemRequest>): EventId[] {
  if (operatorId !== null && act.master.model.operator(operatorId) === undefined)
    throw new AppError('NotFound', 'OPERATOR_UNKNOWN', 'No such operator is known here.', { operatorId })
  return handle(act, { subject, item }, () => ({ type: 'ibcf.attention.assigned.v1', data: { item, operatorId, note } }))
}

export function weighAttention(act: Act, { domainId, weights }: z.infer<typeof weighRequest>): EventId[] {
  const actor = requireOperator(act, 'engineer')
  const domain = domainId as DomainId
  requireAuthority(act, domain)
  return act.master.port.commit(({ decide }) => [
    decide({ type: 'ibcf.attention.weighted.v1', subject: domainId, domain, actor, data: { weights } }),
  ])
}

type Handling = AttentionEvent extends infer Event ? (Event extends AttentionEvent ? Pick<Event, 'type' | 'data'> : never) : never

/** Throws Rejected with the codes of `decideAttention`. */
function handle(act: Act, { subject, item }: Named, handlingOf: (score: number) => Handling): EventId[] {
  const actor: OperatorId = requireOperator(act, 'operator')
  const { model, config, port } = act.master
  const present = findItem(model, subject)
  const isThere = present?.kind === item
  const atMs = config.ports.clock.now()
  const handling = handlingOf(isThere ? present.score : 0)
  must(decideAttention({ ...handling, atMs, actor } as AttentionEvent, isThere ? present : undefined, atMs))
  // A bundle is of nobody's domain but that of the master that packed it.
  const domain = (model.lifecycle(subject)?.domainId ?? (model.bundle(subject) === undefined ? subject : model.rootDomainId)) as DomainId
  requireAuthority(act, domain)
  return port.commit(({ decide }) => [decide({ ...handling, subject, domain, actor })])
}
