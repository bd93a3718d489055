/** Drift of many nodes at once: nodes of equal evidence under one policy have equal drift, so it is compared once for all of them. */
import { compareDrift } from '../../../fleet/drift/compare.ts'
import type { EvidenceClass } from '../../../projections/standings.ts'
import type { ReadModel } from '../../read-model.ts'
import type { DesiredPolicy } from '../desired-policy.ts'
import { partContentOf, readPart } from '../snapshot-parts.ts'

export type DriftScore = { readonly score: number | null; readonly outOfSpec: number | null }

export const unknownDrift: DriftScore = { score: null, outOfSpec: null }

/** What a node is compared by. */
export type Evidence = { readonly configurationDigest: string | null; readonly version: string | undefined }

type Model = Pick<ReadModel, 'reader' | 'memory'>

export function driftOfEvidence(model: Model, { configurationDigest, version }: Evidence, desired: DesiredPolicy): DriftScore {
  const configuration = partContentOf(model, 'configuration', configurationDigest)
  // A part that is announced and not held yet may come: what is found without it is not remembered under its digest.
  const evidence = configuration === undefined ? '' : configurationDigest
  const key = `${desired.policyBundleId}/${evidence}/${version === undefined ? '' : `v${version}`}`
  const known = model.memory.drifts.get(key)
  if (known !== undefined) return known
  const { score, outOfSpec } = compareDrift(desired.policy, { version, configuration })
  const drift = { score, outOfSpec }
  model.memory.drifts.set(key, drift)
  return drift
}

/** The version that a snapshot told of; undefined while the part is not held, or says none. */
export function snapshotVersion(model: Model, softwareDigest: string | null): string | undefined {
  return partContentOf(model, 'software', softwareDigest)?.version
}

export type ClassFigures = {
  readonly driftTotal: number
  readonly driftKnown: number
  readonly unknownVersion: number
  readonly onTarget: number
  /** Parts that were announced and are not held yet, by digest: with them the figures change without an event. */
  readonly awaited: readonly string[]
}

/** Of the nodes of a domain together. */
export function figuresOfClasses(
  model: Model,
  classes: readonly (EvidenceClass & { readonly count: number })[],
  desired: DesiredPolicy | undefined,
): ClassFigures {
  const sums = { driftTotal: 0, driftKnown: 0, unknownVersion: 0, onTarget: 0 }
  const awaited = new Set<string>()
  for (const { isComparable, configurationDigest, softwareDigest, count } of classes) {
    const version = snapshotVersion(model, softwareDigest)
    if (version === undefined) sums.unknownVersion += count
    else if (version === desired?.policy.targetVersion) sums.onTarget += count
    if (softwareDigest !== null && version === undefined && isMissing(model, 'software', softwareDigest)) awaited.add(softwareDigest)
    if (configurationDigest !== null && isMissing(model, 'configuration', configurationDigest)) awaited.add(configurationDigest)
    if (!isComparable || desired === undefined) continue
    const { score } = driftOfEvidence(model, { configurationDigest, version }, desired)
    if (score === null) continue
    sums.driftTotal += count * score
    sums.driftKnown += count
  }
  return { ...sums, awaited: [...awaited] }
}

function isMissing(model: Model, part: 'software' | 'configuration', digest: string): boolean {
  return readPart(model, part, digest).kind === 'missing'
}
