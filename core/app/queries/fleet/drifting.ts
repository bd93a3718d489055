/** What nodes score for not being as they should be, by what they are compared by: the same for all of a class in a domain. */
import { defaultAttentionWeights } from '../../../fleet/attention/weights.ts'
import { evidenceKey } from '../../../projections/standings.ts'
import type { ReadModel } from '../../read-model.ts'
import { boundOf, mostSilence } from './bounds.ts'
import { driftOfEvidence, snapshotVersion } from './drift-classes.ts'
import { domainsWithNodes, type Drifting, type DriftingClass, type DriftPoints, type FleetMemory, stateOfDomain } from './fleet.ts'
import { governedClasses } from './governed-classes.ts'

/** Those who are on their own may be silent for too long beside their drift. */
export function silenceIn(key: string): number {
  return key.startsWith('alone/') ? mostSilence : 0
}

/**
 * Of everything at once: one class for the same evidence in all domains, at the most that it is worth in any of them. One look at an
 * index for each evidence there is, where each domain by itself would be a look at every node.
 */
export function driftingAnywhere(model: ReadModel, fleet: FleetMemory): readonly DriftingClass[] {
  const worth = new Map<string, number>()
  for (const domainId of domainsWithNodes(fleet))
    for (const [key, points] of worthIn(model, fleet, domainId)) worth.set(key, Math.max(points, worth.get(key) ?? 0))
  const classes: DriftingClass[] = []
  for (const [key, points] of worth) {
    const head = model.reader.get<{ urgency: number }>(
      'SELECT urgency FROM node_standings WHERE evidence = ? ORDER BY evidence, urgency, since LIMIT 1',
      key,
    )
    if (head !== undefined) classes.push({ key, points, bound: boundOf(-head.urgency, points + silenceIn(key)) })
  }
  return classes.sort((a, b) => b.bound - a.bound)
}

/** Classes of a domain that are not as they should be, with the most that one of their nodes can score. Kept until the domain changes. */
export function driftingIn(model: ReadModel, fleet: FleetMemory, domainId: string): Drifting {
  const kept = fleet.domains.get(domainId)
  if (kept === undefined) return noDrifting
  const worth = worthIn(model, fleet, domainId)
  if (kept.drifting !== undefined) return kept.drifting
  const classes: DriftingClass[] = []
  if (worth.size > 0) {
    const heads = model.reader.all<{ evidence: string; urgency: number }>(
      'SELECT evidence, min(urgency) AS urgency FROM node_standings WHERE domain = ? AND evidence IS NOT NULL GROUP BY evidence',
      domainId,
    )
    for (const { evidence: key, urgency } of heads) {
      const points = worth.get(key)
      if (points !== undefined) classes.push({ key, points, bound: boundOf(-urgency, points + silenceIn(key)) })
    }
  }
  classes.sort((a, b) => b.bound - a.bound)
  kept.drifting = { bound: classes[0]?.bound ?? -1, classes }
  return kept.drifting
}

/** The most points by the evidence of what is not as it should be in a domain. */
function worthIn(model: ReadModel, fleet: FleetMemory, domainId: string): ReadonlyMap<string, number> {
  const points = driftPointsIn(model, fleet, domainId)
  return new Map([...points].map(([key, all]) => [key, Math.max(...all)]))
}

/** All points that nodes of one evidence have in a domain: they may be under several rules. Kept until its figures change. */
export function driftPointsIn(model: ReadModel, fleet: FleetMemory, domainId: string): DriftPoints {
  const kept = fleet.domains.get(domainId)
  if (kept === undefined) return nothingWorth
  // What a class is worth changes with what its parts say, as the figures do.
  stateOfDomain(model, fleet, domainId)
  if (kept.worth !== undefined) return kept.worth
  const worth = new Map<string, Set<number>>()
  const nowMs = model.ports.clock.now()
  for (const { isComparable, configurationDigest, softwareDigest, desired, excuses } of governedClasses(
    model,
    domainId,
    fleet.desiredIn(domainId),
    kept.figures.classes,
  )) {
    if (!isComparable || desired === undefined) continue
    const evidence = { configurationDigest, version: snapshotVersion(model, softwareDigest) }
    const { score } = driftOfEvidence(model, evidence, desired, excuses, nowMs)
    const points = score === null ? 0 : Math.round(score * defaultAttentionWeights.drift)
    if (score === null || score === 0 || (points === 0 && fleet.weightShare === 1)) continue
    for (const isAlone of [false, true]) {
      const key = evidenceKey(isAlone, configurationDigest, softwareDigest)
      worth.set(key, (worth.get(key) ?? new Set<number>()).add(points))
    }
  }
  kept.worth = worth
  return worth
}

const nothingWorth: DriftPoints = new Map()
const noDrifting: Drifting = { bound: -1, classes: [] }
