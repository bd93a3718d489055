/** What a node is told to be: the policy bundle desired where it is, under the authority in force there. */
import type { MasterPort } from '../ingest/master-port.ts'
import type { NodeId } from '../kernel/ids.ts'
import { authorityOf, lapsedGrantOf } from './queries/authority-view.ts'
import { desiredPolicyOf } from './queries/desired-policy.ts'
import type { ReadModel } from './read-model.ts'

export function desiredFor(model: ReadModel, node: NodeId): ReturnType<MasterPort['desiredFor']> {
  const lifecycle = model.lifecycle(node)
  if (lifecycle === undefined) return undefined
  // Restored, and given no authority since: it hears nodes, and directs none.
  if (lapsedGrantOf(model, lifecycle.domainId) !== undefined) return undefined
  const desired = desiredPolicyOf(model, lifecycle.domainId)
  if (desired === undefined) return undefined
  const { policyBundleId, policy } = desired
  return {
    nodeId: node,
    masterId: model.masterId,
    domainId: lifecycle.domainId,
    placement: lifecycle.placement,
    epoch: authorityOf(model, lifecycle.domainId).epoch ?? 0,
    policyBundleId,
    policyName: policy.name,
    policyVersion: policy.version,
    targetVersion: policy.targetVersion,
    configuration: policy.configuration,
    constraints: policy.constraints,
  }
}
