/** What a shift says: that something is being worked on, and what it wants to be known ([SF1], [SF6]). */
import type { z } from 'zod'
import type { beginMaintenanceRequest, endMaintenanceRequest, writeNoteRequest } from '../../contract/shift.ts'
import { decideMaintenance } from '../../fleet/shift/maintenance.ts'
import { AppError } from '../../kernel/app-error.ts'
import { createUlidSource, type DomainId, type EventId } from '../../kernel/ids.ts'
import { subjectOf } from '../queries/subject.ts'
import { type Act, must, requireAuthority, requireOperator } from './act.ts'

/** Throws NotFound `SUBJECT_UNKNOWN`, Rejected with the codes of `decideMaintenance`. */
export function beginMaintenance(
  act: Act,
  { subject, until, reason }: z.infer<typeof beginMaintenanceRequest>,
): { eventIds: EventId[]; maintenanceId: string } {
  const actor = requireOperator(act, 'operator')
  const domain = maintainable(act, subject)
  requireAuthority(act, domain)
  const { model, config, port } = act.master
  must(decideMaintenance(model.maintenance(subject) ?? [], { type: 'begin', until, reason }, config.ports.clock.now()))
  const maintenanceId = createUlidSource(config.ports.clock, config.ports.random)<EventId>()
  const data = { maintenanceId, until: new Date(until).toISOString(), reason }
  const eventIds = port.commit(({ decide }) => [decide({ type: 'ibcf.maintenance.begun.v1', subject, domain, actor, data })])
  return { eventIds, maintenanceId }
}

/** Throws NotFound `SUBJECT_UNKNOWN`, Rejected with the codes of `decideMaintenance`. */
export function endMaintenance(act: Act, { subject, maintenanceId, reason }: z.infer<typeof endMaintenanceRequest>): EventId[] {
  const actor = requireOperator(act, 'operator')
  const domain = maintainable(act, subject)
  requireAuthority(act, domain)
  const { model, config, port } = act.master
  must(decideMaintenance(model.maintenance(subject) ?? [], { type: 'end', maintenanceId, reason }, config.ports.clock.now()))
  const data = { maintenanceId, cause: 'person' as const, reason }
  return port.commit(({ decide }) => [decide({ type: 'ibcf.maintenance.ended.v1', subject, domain, actor, data })])
}

/** Whoever works here may write, with or without authority: nothing rests on it. Throws NotFound `SUBJECT_UNKNOWN`. */
export function writeNote(act: Act, { subject, text }: z.infer<typeof writeNoteRequest>): EventId[] {
  const actor = requireOperator(act, 'operator')
  const { model, port } = act.master
  const { subjectKind, subjectNodeId } = subjectOf(model, subject)
  if (subjectKind === 'other' && model.bundle(subject) === undefined) throw unknown(subject)
  const domain = (domainOf(act, subjectNodeId ?? subject) ?? model.rootDomainId) as DomainId
  return port.commit(({ decide }) => [decide({ type: 'ibcf.note.written.v1', subject, domain, actor, data: { text } })])
}

function maintainable(act: Act, subject: string): DomainId {
  const domain = domainOf(act, subject)
  if (domain === undefined) throw unknown(subject)
  return domain as DomainId
}

/** In whose log it is written: of a node or relay the one it is in, of a domain its own. */
function domainOf({ master: { model } }: Act, subject: string): string | undefined {
  if (model.domain(subject) !== undefined) return subject
  return model.lifecycle(subject)?.domainId ?? model.relay(subject)?.domainId ?? undefined
}

function unknown(subject: string): AppError {
  return new AppError('NotFound', 'SUBJECT_UNKNOWN', 'No such node, relay or domain is known here.', { subject })
}
