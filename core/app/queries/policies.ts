/** Policy bundles, where they apply, and how far the nodes under them are. */
import type { z } from 'zod'
import type { FleetOverview } from '../../contract/domains.ts'
import type { policyView } from '../../contract/policies.ts'
import type { ReadModel } from '../read-model.ts'
import { desiredPolicies } from './desired-policy.ts'
import { reportedVersion } from './drift-of-node.ts'
import { actorName } from './names.ts'
import type { NodeView } from './node-view.ts'

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
export function policyProgress(model: ReadModel, views: readonly NodeView[]): FleetOverview['policies'] {
  const progress = new Map<string, FleetOverview['policies'][number]>()
  for (const { id, name, version, targetVersion } of listPolicies(model).items.filter(
    ({ assignedDomainIds }) => assignedDomainIds.length > 0,
  )) {
    progress.set(id, { id, name, version, targetVersion, nodes: 0, onTarget: 0, unknown: 0 })
  }
  const desiredIn = desiredPolicies(model)
  for (const view of views) {
    const line = progress.get(desiredIn(view.domainId)?.policyBundleId ?? '')
    if (line === undefined) continue
    const version = reportedVersion(model, view)
    line.nodes += 1
    if (version === undefined) line.unknown += 1
    else if (version === line.targetVersion) line.onTarget += 1
  }
  return [...progress.values()]
}
