/** Drift of a node: its last snapshot held against the policy bundle that is desired of it; computed, never stored ([DR1]). */
import { type Actual, compareDrift, type Drift } from '../../fleet/drift/compare.ts'
import type { ReadModel } from '../read-model.ts'
import { type DesiredPolicy, desiredPolicyOf } from './desired-policy.ts'
import { driftOfEvidence, type DriftScore, unknownDrift } from './fleet/drift-classes.ts'
import { type NodeView, readNodeView } from './node-view.ts'
import { partContentOf } from './snapshot-parts.ts'

/** Undefined for a node that is not known or of which nothing is desired. */
export function driftOfNode(model: ReadModel, node: string): DriftScore | undefined {
  const view = readNodeView(model, node)
  const desired = view === undefined ? undefined : desiredPolicyOf(model, view.domainId)
  return view === undefined || desired === undefined ? undefined : driftOf(model, view, desired)
}

/**
 * Unknown, never zero, while there is no evidence or it is too old: a node that is beyond its autonomy budget, or never came, may be
 * anything by now ([QY8]).
 */
export function driftOf(model: ReadModel, view: NodeView, desired: DesiredPolicy | undefined): DriftScore {
  if (desired === undefined || view.mode === null || view.mode === 'DISCONNECTED') return unknownDrift
  return driftOfEvidence(model, { configurationDigest: view.configurationDigest, version: reportedVersion(model, view) }, desired)
}

/** The comparison line by line, whatever the age of the evidence. */
export function compareNode(model: ReadModel, view: NodeView, desired: DesiredPolicy): Drift {
  const actual: Actual = {
    version: reportedVersion(model, view),
    configuration: partContentOf(model, 'configuration', view.configurationDigest),
  }
  return compareDrift(desired.policy, actual)
}

/** By its last heartbeat, else by its last snapshot. */
export function reportedVersion(model: ReadModel, view: NodeView): string | undefined {
  return view.heartbeatVersion ?? partContentOf(model, 'software', view.softwareDigest)?.version
}
