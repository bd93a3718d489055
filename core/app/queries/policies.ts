/** Policy bundles, where they apply, and how far the nodes under them are. */
import type { z } from 'zod'
import type { FleetOverview } from '../../contract/domains.ts'
import type { policyView } from '../../contract/policies.ts'
import { policyTermsOf } from '../../fleet/policy/policy-bundle.ts'
import type { ReadModel } from '../read-model.ts'
import { domainsWithNodes, type FleetMemory, stateOfDomain } from './fleet/fleet.ts'
import { signersOf } from './policy-signers.ts'
import type { PolicyFigures } from './fleet/drift-classes.ts'
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
    `SELECT policy_assignments.subject FROM policy_assignments LEFT JOIN domains USING (subject)
      WHERE EXISTS (SELECT 1 FROM json_each(policies) WHERE value = ?) ORDER BY name, subject`,
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
    ...policyTermsOf(state),
    signedBy: signersOf(model, policyBundleId, state),
  }
}

/** For each bundle that is assigned anywhere: its nodes, those that report its target version, and those that report none. */
export function policyProgress(model: ReadModel, fleet: FleetMemory): FleetOverview['policies'] {
  const assigned = model.reader.all<{ subject: string }>(
    `SELECT subject FROM policies WHERE subject IN (SELECT value FROM policy_assignments, json_each(policies))
      ORDER BY published_at DESC, subject DESC`,
  )
  const progress = new Map<string, FleetOverview['policies'][number]>()
  for (const { subject: id } of assigned) {
    const policy = model.policy(id)
    if (policy === undefined) continue
    const { name, version, targetVersion } = policy
    progress.set(id, { id, name, version, targetVersion, nodes: 0, onTarget: 0, unknown: 0 })
  }
  for (const domainId of domainsWithNodes(fleet)) {
    // Finds the figures, where they are not found yet.
    stateOfDomain(model, fleet, domainId)
    for (const [policyBundleId, figures] of fleet.domains.get(domainId)?.classes?.byPolicy ?? [])
      addTo(progress.get(policyBundleId), figures)
    // What heartbeats say otherwise than the snapshots.
    for (const { policyBundleId, onTarget, unknownVersion } of fleet.heard.of(domainId)?.others.values() ?? [])
      addTo(progress.get(policyBundleId ?? ''), { nodes: 0, onTarget, unknownVersion })
  }
  return [...progress.values()]
}

function addTo(line: FleetOverview['policies'][number] | undefined, { nodes, onTarget, unknownVersion }: PolicyFigures): void {
  if (line === undefined) return
  line.nodes += nodes
  line.onTarget += onTarget
  line.unknown += unknownVersion
}
