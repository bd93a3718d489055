/** What a node is told to be: the policy bundle desired where it is, under the authority in force there. */
import type { MasterPort } from '../ingest/master-port.ts'
import type { NodeId } from '../kernel/ids.ts'
import { epochFor, lapsedGrantOf } from './queries/authority-view.ts'
import { desiredPolicyOf } from './queries/desired-policy.ts'
import { policyTermsOf } from '../fleet/policy/policy-bundle.ts'
import type { PolicyState } from '../projections/policies.ts'
import type { ReadModel } from './read-model.ts'

type Desired = NonNullable<ReturnType<MasterPort['desiredFor']>>

export function desiredFor(model: ReadModel, node: NodeId): ReturnType<MasterPort['desiredFor']> {
  const lifecycle = model.lifecycle(node)
  if (lifecycle === undefined) return undefined
  // Restored, and given no authority since: it hears nodes, and directs none.
  if (lapsedGrantOf(model, lifecycle.domainId) !== undefined) return undefined
  const { kind, tags, domainId } = lifecycle
  const desired = desiredPolicyOf(model, { id: node, kind, tags, domainId })
  if (desired === undefined) return undefined
  const { policyBundleId, policy } = desired
  return {
    nodeId: node,
    masterId: model.masterId,
    domainId: lifecycle.domainId,
    placement: model.placement(node),
    epoch: epochFor(model, lifecycle.domainId, node),
    policyBundleId,
    policyName: policy.name,
    policyVersion: policy.version,
    targetVersion: policy.targetVersion,
    configuration: policy.configuration,
    constraints: policy.constraints,
    terms: policyTermsOf(policy),
    ...bundleOf(model, policy),
  }
}

/** With the key of the master that published it, where that is known: a node trusts it because its own master vouches for it. */
function bundleOf(model: ReadModel, { envelope, publisherId }: PolicyState): Pick<Desired, 'bundle'> {
  const publisher = model.master(publisherId)
  if (envelope === undefined || publisher === undefined) return {}
  return { bundle: { signatures: envelope.signatures, keys: [{ keyid: publisher.keyId, publicKey: publisher.publicKey }] } }
}
