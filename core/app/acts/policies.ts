/** Desired state: publishing immutable policy bundles, and saying where they apply. */
import type { z } from 'zod'
import type { publishPolicyRequest } from '../../contract/policies.ts'
import { AppError } from '../../kernel/app-error.ts'
import { createUlidSource, type DomainId, type EventId, type PolicyBundleId } from '../../kernel/ids.ts'
import { type Act, requireAuthority, requireOperator } from './act.ts'

const noConstraints = { maintenance_window: '', requires_online: false, min_battery_pct: 0 }

export function publishPolicy(
  act: Act,
  { name, version, targetVersion, configuration, constraints }: z.infer<typeof publishPolicyRequest>,
): PolicyBundleId {
  const actor = requireOperator(act, 'engineer')
  const { master } = act
  const policyBundleId = createUlidSource(master.config.ports.clock, master.config.ports.random)<PolicyBundleId>()
  master.port.commit(({ decide }) =>
    decide({
      type: 'ibcf.policy.published.v1',
      subject: policyBundleId,
      domain: master.identity.rootDomainId,
      data: { name, version, targetVersion, configuration, constraints: constraints ?? noConstraints },
      actor,
    }),
  )
  return policyBundleId
}

/** Throws NotFound `POLICY_UNKNOWN`. */
export function assignPolicy(
  act: Act,
  { policyBundleId, domainId }: { readonly policyBundleId: string; readonly domainId: string },
): EventId[] {
  const actor = requireOperator(act, 'engineer')
  requireAuthority(act, domainId as DomainId)
  if (act.master.model.policy(policyBundleId) === undefined)
    throw new AppError('NotFound', 'POLICY_UNKNOWN', 'No such policy bundle is known here.', { policyBundleId })
  return act.master.port.commit(({ decide }) => [
    decide({ type: 'ibcf.policy.assigned.v1', subject: domainId, domain: domainId as DomainId, data: { policyBundleId }, actor }),
  ])
}
