/** Accepting drift at one place until a date, and taking that back ([DR8]). */
import type { z } from 'zod'
import type { grantWaiverRequest, revokeWaiverRequest } from '../../contract/waivers.ts'
import { decideWaiver } from '../../fleet/drift/waiver.ts'
import { AppError } from '../../kernel/app-error.ts'
import { createUlidSource, type DomainId, type EventId } from '../../kernel/ids.ts'
import { type Act, must, requireAuthority, requireOperator } from './act.ts'

/** Throws NotFound `SUBJECT_UNKNOWN`, Rejected with the codes of `decideWaiver`. */
export function grantWaiver(
  act: Act,
  { subject, path, until, reason }: z.infer<typeof grantWaiverRequest>,
): { eventIds: EventId[]; waiverId: string } {
  const actor = requireOperator(act, 'engineer')
  const domain = domainOf(act, subject)
  requireAuthority(act, domain)
  const { model, config, port } = act.master
  const waiverId = createUlidSource(config.ports.clock, config.ports.random)<EventId>()
  const waiver = { waiverId, path, until, reason }
  must(decideWaiver(model.waivers(subject) ?? [], { type: 'grant', waiver }, config.ports.clock.now()))
  const eventId = port.commit(({ decide }) => decide({ type: 'ibcf.waiver.granted.v1', subject, domain, data: waiver, actor }))
  return { eventIds: [eventId], waiverId }
}

/** Throws NotFound `SUBJECT_UNKNOWN`, Rejected with the codes of `decideWaiver`. */
export function revokeWaiver(act: Act, { subject, waiverId, reason }: z.infer<typeof revokeWaiverRequest>): EventId[] {
  const actor = requireOperator(act, 'engineer')
  const domain = domainOf(act, subject)
  requireAuthority(act, domain)
  const { model, config, port } = act.master
  must(decideWaiver(model.waivers(subject) ?? [], { type: 'revoke', waiverId, reason }, config.ports.clock.now()))
  return port.commit(({ decide }) => [decide({ type: 'ibcf.waiver.revoked.v1', subject, domain, data: { waiverId, reason }, actor })])
}

/** The domain in whose log it is written: of a node the one it is in, of a domain itself. */
function domainOf({ master: { model } }: Act, subject: string): DomainId {
  if (model.domain(subject) !== undefined) return subject as DomainId
  const node = model.lifecycle(subject)
  if (node === undefined) throw new AppError('NotFound', 'SUBJECT_UNKNOWN', 'No such node or domain is known here.', { subject })
  return node.domainId as DomainId
}
