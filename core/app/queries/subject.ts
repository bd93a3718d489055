/** What an event is about, as a person calls it. */
import type { z } from 'zod'
import type { auditEntry } from '../../contract/audit.ts'
import type { ReadModel } from '../read-model.ts'

export type SubjectName = Pick<z.infer<typeof auditEntry>, 'subjectName' | 'subjectKind' | 'subjectNodeId'>

/** `other` of what is not known here, or has no name. */
export function subjectOf(model: ReadModel, subject: string): SubjectName {
  const command = model.command(subject)?.issued
  if (command != null)
    return { subjectName: model.lifecycle(command.nodeId)?.name ?? null, subjectKind: 'command', subjectNodeId: command.nodeId }
  const node = model.lifecycle(subject)
  if (node !== undefined) return { subjectName: node.name, subjectKind: 'node', subjectNodeId: subject }
  const domain = model.domain(subject)
  if (domain !== undefined) return { subjectName: domain.name, subjectKind: 'domain', subjectNodeId: null }
  const policy = model.policy(subject)
  if (policy !== undefined) return { subjectName: `${policy.name} ${policy.version}`, subjectKind: 'policy', subjectNodeId: null }
  const rollout = model.rollout(subject)
  if (rollout !== undefined) return { subjectName: rollout.name, subjectKind: 'rollout', subjectNodeId: null }
  const operator = model.operator(subject)
  if (operator !== undefined) return { subjectName: operator.name, subjectKind: 'operator', subjectNodeId: null }
  const master = model.master(subject)
  if (master !== undefined) return { subjectName: master.name, subjectKind: 'master', subjectNodeId: null }
  const relay = model.relay(subject)
  if (relay !== undefined) return { subjectName: relay.name, subjectKind: 'relay', subjectNodeId: null }
  return { subjectName: null, subjectKind: 'other', subjectNodeId: null }
}
