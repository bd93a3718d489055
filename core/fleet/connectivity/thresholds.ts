/** Thresholds inherited down the domain tree, one by one: what a domain sets holds over what its ancestors set ([CN10]). */
import type { Thresholds } from '../decisions.ts'
import { defaultThresholds } from './assess.ts'

export type ThresholdSource = { readonly domainId: string; readonly thresholds: Partial<Thresholds> }
export type InheritedThresholds = {
  readonly thresholds: Thresholds
  /** For each threshold the domain that sets it; null for the default. */
  readonly setBy: Readonly<Record<keyof Thresholds, string | null>>
  /** Why the values contradict each other, in sentences; empty when they do not. Contradictions are shown, not repaired. */
  readonly contradictions: readonly string[]
}

const names = ['slowRttMs', 'slowLossPct', 'delayedAfterS', 'edgeCachedAfterS', 'autonomousAfterS', 'recoverAfterContacts'] as const

/** `lineage`: the domain itself first, then its ancestors, nearest first. */
export function inheritThresholds(lineage: readonly ThresholdSource[]): InheritedThresholds {
  const thresholds = { ...defaultThresholds }
  const setBy = Object.fromEntries(names.map((name): [keyof Thresholds, string | null] => [name, null])) as Record<
    keyof Thresholds,
    string | null
  >
  for (const name of names) {
    const source = lineage.find((domain) => domain.thresholds[name] !== undefined)
    const value = source?.thresholds[name]
    if (source === undefined || value === undefined) continue
    thresholds[name] = value
    setBy[name] = source.domainId
  }
  return { thresholds, setBy, contradictions: contradictionsIn(thresholds) }
}

function contradictionsIn({ delayedAfterS, edgeCachedAfterS, autonomousAfterS }: Thresholds): string[] {
  const found: string[] = []
  if (delayedAfterS > autonomousAfterS)
    found.push(`A node counts as lost after ${autonomousAfterS} s, before it counts as late after ${delayedAfterS} s.`)
  if (edgeCachedAfterS > autonomousAfterS)
    found.push(`A node counts as lost after ${autonomousAfterS} s, before its relay answers for it after ${edgeCachedAfterS} s.`)
  return found
}
