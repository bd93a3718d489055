/** Drift of a node: its last snapshot held against the policy bundle that is desired of it; computed, never stored ([DR1]). */
import type { DriftReport } from '../../fleet/drift/evaluate.ts'
import type { ReadModel } from '../read-model.ts'
import { desiredPolicyOf } from './desired-policy.ts'
import type { DesiredPolicy } from './domain-rule.ts'
import { excusesOf } from './excuses.ts'
import { driftOfEvidence, type DriftScore, reportDrift, unknownDrift } from './fleet/drift-classes.ts'
import { type NodeView, readNodeView } from './node-view.ts'
import { partContentOf } from './snapshot-parts.ts'

export type { DriftScore } from './fleet/drift-classes.ts'

/** Undefined for a node that is not known or of which nothing is desired. */
export function driftOfNode(model: ReadModel, node: string): DriftScore | undefined {
  const view = readNodeView(model, node)
  const desired = view === undefined ? undefined : desiredPolicyOf(model, view)
  return view === undefined || desired === undefined ? undefined : driftOf(model, view, desired)
}

/**
 * Unknown, never zero, while there is no evidence or it is too old ([QY8]). `hasExcuses`: false where it is known already that nothing
 * accounts for anything, see `anyExcuses`.
 */
export function driftOf(model: ReadModel, view: NodeView, desired: DesiredPolicy | undefined, hasExcuses: boolean = true): DriftScore {
  if (desired === undefined || !isEvidenceFresh(view)) return unknownDrift
  const nowMs = model.ports.clock.now()
  const evidence = { configurationDigest: view.configurationDigest, version: reportedVersion(model, view) }
  const excuses = hasExcuses ? excusesOf(model, view.id, view.domainId, nowMs) : undefined
  return driftOfEvidence(model, evidence, desired, excuses, nowMs)
}

/**
 * A node in contact would have told of any change, and one on its own is what it was until its budget is used up: only then is a
 * snapshot too old to say anything. A node that never came may be anything.
 */
export function isEvidenceFresh({ mode }: Pick<NodeView, 'mode'>): boolean {
  return mode !== null && mode !== 'DISCONNECTED'
}

/** The comparison line by line, whatever the age of the evidence. */
export function compareNode(model: ReadModel, view: NodeView, desired: DesiredPolicy): DriftReport {
  const nowMs = model.ports.clock.now()
  const actual = {
    version: reportedVersion(model, view),
    configuration: partContentOf(model, 'configuration', view.configurationDigest),
  }
  const excuses = excusesOf(model, view.id, view.domainId, nowMs) ?? { waivers: [], localDecisions: [] }
  return reportDrift(actual, desired, excuses, nowMs)
}

/** By its last heartbeat, else by its last snapshot. */
export function reportedVersion(model: ReadModel, view: NodeView): string | undefined {
  return view.heartbeatVersion ?? partContentOf(model, 'software', view.softwareDigest)?.version
}
