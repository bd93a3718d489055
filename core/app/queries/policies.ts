/** Policy bundles, where they apply, and how far the nodes under them are. */
import type { z } from 'zod'
import type { FleetOverview } from '../../contract/domains.ts'
import type { policyView } from '../../contract/policies.ts'
import type { ReadModel } from '../read-model.ts'
import { domainsWithNodes, type FleetMemory, stateOfDomain } from './fleet/fleet.ts'
import { actorName } from './names.ts'

export type PolicyView = z.infer<typeof policyView>

/** Newest first. */
export function listPolicies(model: ReadModel): { items: PolicyView[] } {
  const rows = model.reader.all<{ subject: string }>('SELECT subject FROM policies ORDER BY published_at DESC, subject DESC')
  return { items: rows.flatMap(({ subject }) => readPolicy(model, subject) ?? []) }
}

export function readPolicy(model: ReadModel, policyBundleId: string): PolicyView | undefined {
  const state = model.policy(policyBundleId)
  if (state === undefined) return undefined
  const { name, version, targetVersion, configuration, constraints, publishedAt, publishedBy } = state
  const assigned = model.reader.all<{ subject: string }>(
    'SELECT subject FROM domains WHERE policy = ? ORDER BY name, subject',
    policyBundleId,
  )
  return {
    id: policyBundleId,
    name,
    version,
    targetVersion,
    configuration,
    constraints,
    publishedAt,
    publishedBy: actorName(model, publishedBy),
    assignedDomainIds: assigned.map(({ subject }) => subject),
  }
}

/** For each bundle that is assigned anywhere: its nodes, those that report its target version, and those that report none. */
export function policyProgress(model: ReadModel, fleet: FleetMemory): FleetOverview['policies'] {
  const assigned = model.reader.all<{ subject: string }>(
    `SELECT subject FROM policies WHERE subject IN (SELECT policy FROM domains) ORDER BY published_at DESC, subject DESC`,
  )
  const progress = new Map<string, FleetOverview['policies'][number]>()
  for (const { subject: id } of assigned) {
    const policy = model.policy(id)
    if (policy === undefined) continue
    const { name, version, targetVersion } = policy
    progress.set(id, { id, name, version, targetVersion, nodes: 0, onTarget: 0, unknown: 0 })
  }
  for (const domainId of domainsWithNodes(fleet)) {
    const line = progress.get(fleet.desiredIn(domainId)?.policyBundleId ?? '')
    if (line === undefined) continue
    const { nodes, onTarget, unknownVersion } = stateOfDomain(model, fleet, domainId)
    line.nodes += nodes
    line.onTarget += onTarget
    line.unknown += unknownVersion
  }
  return [...progress.values()]
}
