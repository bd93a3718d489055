/** The figures of a set of nodes, as they are summed up and as they are shown. */
import type { DomainRow } from '../../contract/domains.ts'
import { connectivityModes, healths, phases } from '../../fleet/node/node-record.ts'
import { instantOrNull } from './instants.ts'

export type HealthLine = DomainRow['own']

export type Sums = {
  nodes: number
  readonly modes: HealthLine['modes']
  readonly phases: HealthLine['phases']
  readonly healths: HealthLine['healths']
  backlogMessages: number
  worstSecondsBehind: number
  driftTotal: number
  driftKnown: number
  oldestMs: number | null
  newestMs: number | null
}

export function noSums(): Sums {
  return {
    nodes: 0,
    modes: { ...noModes },
    phases: { ...noPhases },
    healths: { ...noHealths },
    backlogMessages: 0,
    worstSecondsBehind: 0,
    driftTotal: 0,
    driftKnown: 0,
    oldestMs: null,
    newestMs: null,
  }
}

export function lineOf({ driftTotal, oldestMs, newestMs, ...sums }: Sums): HealthLine {
  return {
    ...sums,
    driftScore: sums.driftKnown === 0 ? null : driftTotal / sums.driftKnown,
    quarantined: sums.phases.QUARANTINED,
    oldestEvidenceAt: instantOrNull(oldestMs),
    newestEvidenceAt: instantOrNull(newestMs),
  }
}

// Copied, not made name by name: sums are begun thousands of times in one answer.
const noModes = zeroOf(connectivityModes)
const noPhases = zeroOf(phases)
const noHealths = zeroOf(healths)

function zeroOf<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
}
