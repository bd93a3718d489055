/** Drift of many nodes at once: nodes of equal evidence under one policy have equal drift, so it is compared once for all of them. */
import { type DriftReport, evaluateDrift } from '../../../fleet/drift/evaluate.ts'
import type { EvidenceClass } from '../../../projections/standings.ts'
import type { ReadModel } from '../../read-model.ts'
import type { DesiredPolicy } from '../domain-rule.ts'
import type { Excuses } from '../excuses.ts'
import { partContentOf, readPart } from '../snapshot-parts.ts'

export type DriftScore = { readonly score: number | null; readonly outOfSpec: number | null }

export const unknownDrift: DriftScore = { score: null, outOfSpec: null }

/** What a node is compared by. */
export type Evidence = { readonly configurationDigest: string | null; readonly version: string | undefined }

type Model = Pick<ReadModel, 'reader' | 'memory'>

const noExcuses: Excuses = { waivers: [], localDecisions: [] }

/** By the rules of the policy. What accounts for some of it is of single nodes or of a time, and is compared anew. */
export function driftOfEvidence(
  model: Model,
  { configurationDigest, version }: Evidence,
  desired: DesiredPolicy,
  excuses?: Excuses,
  nowMs = 0,
): DriftScore {
  const configuration = partContentOf(model, 'configuration', configurationDigest)
  if (excuses !== undefined) return scoreOf(reportDrift({ configuration, version }, desired, excuses, nowMs))
  // A part that is announced and not held yet may come: what is found without it is not remembered under its digest.
  const evidence = configuration === undefined ? '' : configurationDigest
  const key = `${desired.policyBundleId}/${evidence}/${version === undefined ? '' : `v${version}`}`
  const known = model.memory.drifts.get(key)
  if (known !== undefined) return known
  const drift = scoreOf(reportDrift({ configuration, version }, desired, noExcuses, nowMs))
  model.memory.drifts.set(key, drift)
  return drift
}

type Parts = { readonly configuration: Readonly<Record<string, unknown>> | undefined; readonly version: string | undefined }

/** Whether the evidence is too old is for the caller, who knows the node. */
export function reportDrift(actual: Parts, { policyBundleId, policy }: DesiredPolicy, excuses: Excuses, nowMs: number): DriftReport {
  const { targetVersion, configuration, comparators = [], delegatedPaths = [] } = policy
  return evaluateDrift({
    desired: { policyBundleId, targetVersion, configuration, comparators, delegatedPaths },
    actual: { ...actual, takenAtMs: nowMs },
    asOfMs: nowMs,
    freshForMs: 0,
    ...excuses,
  })
}

function scoreOf({ score, outOfSpec }: DriftReport): DriftScore {
  return { score, outOfSpec }
}

/** The version that a snapshot told of; undefined while the part is not held, or says none. */
export function snapshotVersion(model: Model, softwareDigest: string | null): string | undefined {
  return partContentOf(model, 'software', softwareDigest)?.version
}

/** How far the nodes under one policy are. */
export type PolicyFigures = { readonly nodes: number; readonly onTarget: number; readonly unknownVersion: number }

export type ClassFigures = {
  readonly driftTotal: number
  readonly driftKnown: number
  readonly unknownVersion: number
  readonly onTarget: number
  /** By policy bundle. */
  readonly byPolicy: ReadonlyMap<string, PolicyFigures>
  /** Parts that were announced and are not held yet, by digest: with them the figures change without an event. */
  readonly awaited: readonly string[]
}

/** Nodes of one evidence under one policy; `excuses` where something accounts for their drift. */
export type GovernedClass = EvidenceClass & {
  readonly count: number
  readonly desired: DesiredPolicy | undefined
  readonly excuses?: Excuses | undefined
}

/** Of the nodes of a domain together. */
export function figuresOfClasses(model: Model, classes: readonly GovernedClass[], nowMs: number): ClassFigures {
  const sums = { driftTotal: 0, driftKnown: 0, unknownVersion: 0, onTarget: 0 }
  const byPolicy = new Map<string, PolicyFigures>()
  const awaited = new Set<string>()
  for (const { isComparable, configurationDigest, softwareDigest, count, desired, excuses } of classes) {
    const version = snapshotVersion(model, softwareDigest)
    const unknownVersion = version === undefined ? count : 0
    const onTarget = version !== undefined && version === desired?.policy.targetVersion ? count : 0
    sums.unknownVersion += unknownVersion
    sums.onTarget += onTarget
    if (desired !== undefined) {
      const before = byPolicy.get(desired.policyBundleId) ?? { nodes: 0, onTarget: 0, unknownVersion: 0 }
      byPolicy.set(desired.policyBundleId, {
        nodes: before.nodes + count,
        onTarget: before.onTarget + onTarget,
        unknownVersion: before.unknownVersion + unknownVersion,
      })
    }
    if (softwareDigest !== null && version === undefined && isMissing(model, 'software', softwareDigest)) awaited.add(softwareDigest)
    if (configurationDigest !== null && isMissing(model, 'configuration', configurationDigest)) awaited.add(configurationDigest)
    if (!isComparable || desired === undefined) continue
    const { score } = driftOfEvidence(model, { configurationDigest, version }, desired, excuses, nowMs)
    if (score === null) continue
    sums.driftTotal += count * score
    sums.driftKnown += count
  }
  return { ...sums, byPolicy, awaited: [...awaited] }
}

function isMissing(model: Model, part: 'software' | 'configuration', digest: string): boolean {
  return readPart(model, part, digest).kind === 'missing'
}
