/** Puts the people, domains and policies of an island in place, and lets its nodes in: all by acts of its operators, on the record. */
import { configureDomain, createDomain } from '../app/acts/domains.ts'
import { approveEnrolment } from '../app/acts/enrolments.ts'
import { createOperator } from '../app/acts/operators.ts'
import { assignPolicy, publishPolicy } from '../app/acts/policies.ts'
import type { Master } from '../app/master.ts'
import { AppError } from '../kernel/app-error.ts'
import type { DomainId, NodeId, OperatorId, RequestId } from '../kernel/ids.ts'
import type { IslandPlan } from './island-plan.ts'
import type { SimulatedNode } from './simulated-node.ts'

/** How the plan names the domain at the top. */
const topKey = 'island'

export type Settled = {
  readonly operators: readonly OperatorId[]
  /** Lets in everyone who asks and is meant to be let in; the answer is how many are still to come. */
  readonly letIn: () => number
}

export function settleIsland(master: Master, plan: IslandPlan, nodes: readonly SimulatedNode[]): Settled {
  const operators: OperatorId[] = []
  for (const operator of plan.operators) operators.push(createOperator({ master, actor: operators[0] }, operator))
  const act = { master, actor: operators[0] }

  const domains = new Map<string, DomainId>([[topKey, master.identity.rootDomainId]])
  const domainOf = (key: string): DomainId => {
    const id = domains.get(key)
    if (id === undefined) throw new AppError('Invalid', 'DEMO_DATA_DAMAGED', `The demo island has no domain "${key}".`, { domain: key })
    return id
  }
  for (const { key, name, below, thresholds } of plan.domains) {
    const domainId = createDomain(act, { name, parentId: domainOf(below), level: 'LOCAL' })
    domains.set(key, domainId)
    if (thresholds !== undefined) configureDomain(act, { domainId, thresholds })
  }
  for (const { domains: keys, ...policy } of plan.policies) {
    const policyBundleId = publishPolicy(act, policy)
    for (const key of keys) assignPolicy(act, { policyBundleId, domainId: domainOf(key) })
  }

  const expected = new Map<NodeId, DomainId>()
  for (const { nodeId, plan: its } of nodes) if (its.asksMinutesAgo === undefined) expected.set(nodeId, domainOf(its.domain))
  return {
    operators,
    letIn: () => {
      for (const row of master.model.reader.all("SELECT subject, request_id FROM lifecycle_nodes WHERE enrolment = 'PENDING'")) {
        const domainId = expected.get(String(row['subject']) as NodeId)
        if (domainId === undefined) continue
        expected.delete(approveEnrolment(act, { requestId: String(row['request_id']) as RequestId, domainId, activate: true }))
      }
      return expected.size
    },
  }
}
