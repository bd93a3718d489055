/** Desired state: publishing immutable policy bundles, saying where they apply, and taking that back. */
import type { z } from 'zod'
import type {
  assignedPolicy,
  assignPolicyRequest,
  publishPolicyRequest,
  rollBackPolicyRequest,
  withdrawPolicyRequest,
} from '../../contract/policies.ts'
import { isEqualJson } from '../../fleet/drift/comparators.ts'
import { decideAssign, decidePublish, decideWithdraw } from '../../fleet/policy/policies.ts'
import { type PolicyContent, policyPayload, policyPayloadType } from '../../fleet/policy/policy-bundle.ts'
import type { PolicyEnvelope } from '../../fleet/policy/policy-events.ts'
import type { PolicySelector } from '../../fleet/policy/selector.ts'
import { AppError } from '../../kernel/app-error.ts'
import { toBase64 } from '../../kernel/hex.ts'
import { createUlidSource, type DomainId, type EventId, type PolicyBundleId } from '../../kernel/ids.ts'
import { preAuthenticationEncoding } from '../../log/dsse.ts'
import type { Master } from '../master.ts'
import { policiesHeld } from '../queries/assignments.ts'
import { type Act, must, requireAuthority, requireOperator } from './act.ts'

const noConstraints = { maintenance_window: '', requires_online: false, min_battery_pct: 0 }

/** Signed by this master, for every node to check ([PO4]). Throws Rejected with the codes of `decidePublish`. */
export function publishPolicy(act: Act, { constraints, ...request }: z.infer<typeof publishPolicyRequest>): PolicyBundleId {
  const actor = requireOperator(act, 'engineer')
  const { master } = act
  const { rootDomainId } = master.identity
  const policyBundleId = newId<PolicyBundleId>(master)
  const asked: PolicyContent = { ...request, constraints: constraints ?? noConstraints }
  const content = must(decidePublish(policiesHeld(master.model, rootDomainId), policyBundleId, asked))
  const envelope = signPolicy(master, policyBundleId, content)
  master.port.commit(({ decide }) =>
    decide({
      type: 'ibcf.policy.published.v1',
      subject: policyBundleId,
      domain: rootDomainId,
      data: { ...content, envelope },
      actor,
    }),
  )
  return policyBundleId
}

/**
 * To every node of the domain, or to a selection of them. Throws NotFound `POLICY_UNKNOWN`, Rejected with the other codes of
 * `decideAssign`.
 */
export function assignPolicy(act: Act, request: z.infer<typeof assignPolicyRequest>): z.infer<typeof assignedPolicy> {
  const actor = requireOperator(act, 'engineer')
  const { policyBundleId, domainId, selector = {}, reason = '' } = request
  requireAuthority(act, domainId as DomainId)
  const { master } = act
  const policies = policiesHeld(master.model, domainId)
  if (!policies.bundles.has(policyBundleId))
    throw new AppError('NotFound', 'POLICY_UNKNOWN', 'No such policy bundle is known here.', { policyBundleId })
  const assignmentId = newId(master)
  const { direction } = must(decideAssign(policies, { assignmentId, policyBundleId, domainId, selector }))
  const about = { subject: domainId, domain: domainId as DomainId, actor }
  const eventId = master.port.commit(({ decide }) =>
    isEveryNode(selector)
      ? decide({ ...about, type: 'ibcf.policy.assigned.v1', data: { policyBundleId } })
      : decide({ ...about, type: 'ibcf.policy.targeted.v1', data: { assignmentId, policyBundleId, selector, reason } }),
  )
  return { eventIds: [eventId], assignmentId: isEveryNode(selector) ? eventId : assignmentId, policyBundleId, direction }
}

/**
 * Assigns what the selection had before, on the record like any assignment ([PO6]). Throws Rejected `POLICY_NOTHING_EARLIER`, and as
 * `assignPolicy`.
 */
export function rollBackPolicy(
  act: Act,
  { domainId, selector = {}, reason }: z.infer<typeof rollBackPolicyRequest>,
): z.infer<typeof assignedPolicy> {
  requireOperator(act, 'engineer')
  const made = (act.master.model.assignments(domainId)?.assignments ?? [])
    .filter((assignment) => isEqualJson(assignment.selector, selector))
    .toSorted((a, b) => b.order - a.order)
  const earlier = made.find(({ policyBundleId }) => policyBundleId !== made[0]?.policyBundleId)
  if (earlier === undefined)
    throw new AppError(
      'Rejected',
      'POLICY_NOTHING_EARLIER',
      'Nothing else was assigned to these nodes here before; assign a bundle instead.',
      {
        domainId,
      },
    )
  return assignPolicy(act, { policyBundleId: earlier.policyBundleId, domainId, selector, reason })
}

/** The assignment before it, or that of the domain above, holds again. Throws Rejected `ASSIGNMENT_UNKNOWN`. */
export function withdrawPolicy(act: Act, { domainId, assignmentId, reason }: z.infer<typeof withdrawPolicyRequest>): EventId[] {
  const actor = requireOperator(act, 'engineer')
  requireAuthority(act, domainId as DomainId)
  must(decideWithdraw(policiesHeld(act.master.model, domainId), assignmentId))
  return act.master.port.commit(({ decide }) => [
    decide({
      type: 'ibcf.policy.withdrawn.v1',
      subject: domainId,
      domain: domainId as DomainId,
      data: { assignmentId, reason },
      actor,
    }),
  ])
}

function signPolicy({ keys, identity, config }: Master, policyBundleId: string, content: PolicyContent): PolicyEnvelope {
  const key = keys.of(identity.masterId)
  if (key === undefined) throw new AppError('Bug', 'MASTER_KEY_MISSING', 'A master that runs has its key.', {})
  const payload = policyPayload(policyBundleId, content)
  const signature = config.ports.crypto.sign(key.privateKey, preAuthenticationEncoding(policyPayloadType, payload))
  return { payloadType: policyPayloadType, payload: toBase64(payload), signatures: [{ keyid: key.keyId, sig: toBase64(signature) }] }
}

function isEveryNode(selector: PolicySelector): boolean {
  return Object.values(selector).every((wanted) => wanted === undefined)
}

function newId<Id extends EventId | PolicyBundleId = EventId>({ config: { ports } }: Master): Id {
  return createUlidSource(ports.clock, ports.random)<Id>()
}
