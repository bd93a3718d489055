/**
 * Drift in full: the last snapshot held against the desired bundle by the comparators of its policy, with waivers and authorised local
 * decisions told apart, and with the age of what it rests on. Computed whenever it is asked, never stored ([DR1]..[DR7]).
 */
import type { Comparator, ComparatorRule } from './comparator-schema.ts'
import { type Found, judgeValue } from './comparators.ts'
import { type PatchOperation, patchOf, type Wanted } from './patch.ts'
import { escapeStep, isAtOrBelow, isPopulatedObject, valueAt } from './pointer.ts'
import { type Waiver, waiverOver } from './waiver.ts'

export type DesiredDocument = {
  readonly policyBundleId: string
  readonly targetVersion: string
  readonly configuration: Readonly<Record<string, unknown>>
  /** Paths are `/software/version` and `/configuration/...`. */
  readonly comparators: readonly ComparatorRule[]
  /** Where the node may decide for itself while it is alone. */
  readonly delegatedPaths: readonly string[]
}

/** A part that is undefined has not been heard of. */
export type ActualDocument = {
  readonly version: string | undefined
  readonly configuration: Readonly<Record<string, unknown>> | undefined
  /** When the snapshot was taken, by the order time of its event; null without one. */
  readonly takenAtMs: number | null
}

/** What the node decided alone, and under which policy. */
export type LocalDecision = { readonly path: string; readonly eventId: string; readonly policyBundleId: string | null }

export type DriftInput = {
  readonly desired: DesiredDocument
  readonly actual: ActualDocument
  readonly asOfMs: number
  /** Evidence older than this says nothing of the present any more. */
  readonly freshForMs: number
  readonly waivers: readonly Waiver[]
  readonly localDecisions: readonly LocalDecision[]
}

export type Standing = 'in-spec' | 'out-of-spec' | 'waived' | 'local-decision' | 'ignored' | 'unknown' | 'unmanaged'

export type DriftEntry = {
  readonly path: string
  readonly standing: Standing
  readonly comparator: Comparator['kind']
  readonly weight: number
  /** Undefined where nothing is desired, or nothing there. */
  readonly desired: unknown
  readonly actual: unknown
  readonly sentence: string
  /** The waiver or the decision of the node that accounts for it. */
  readonly because: string | null
}

export type DriftReport = {
  readonly evidence: 'fresh' | 'stale' | 'none'
  readonly ageMs: number | null
  /** 0..1, the weighted share out of specification; null while the evidence is missing or old, never zero instead. */
  readonly score: number | null
  readonly outOfSpec: number | null
  /** The score term by term, heaviest first; their shares add up to it. */
  readonly terms: readonly { readonly path: string; readonly share: number; readonly sentence: string }[]
  /** By path. As last known when the evidence is stale. */
  readonly entries: readonly DriftEntry[]
  readonly patch: readonly PatchOperation[]
}

export function evaluateDrift(input: DriftInput): DriftReport {
  const { desired, actual } = input
  const wanted = { software: { version: desired.targetVersion }, configuration: desired.configuration }
  const found = {
    ...(actual.version === undefined ? {} : { software: { version: actual.version } }),
    ...(actual.configuration === undefined ? {} : { configuration: actual.configuration }),
  }
  const leaves = leavesOf(wanted, found, desired.comparators)
  const managed = new Set(leaves.map(({ path }) => path))
  const entries = [...leaves.map((leaf) => entryOf(leaf, input)), ...unmanaged(found, '', managed)].toSorted(byPath)
  const evidence = evidenceOf(input)
  const ageMs = actual.takenAtMs === null ? null : Math.max(0, input.asOfMs - actual.takenAtMs)
  const out = entries.filter(({ standing }) => standing === 'out-of-spec')
  const patch = patchOf(found, out.flatMap(wantedOf))
  const total = weightOf(entries.filter(({ standing }) => isCounted(standing)))
  if (evidence !== 'fresh' || total === 0) return { evidence, ageMs, score: null, outOfSpec: null, terms: [], entries, patch }
  const terms = out
    .filter(({ weight }) => weight > 0)
    .map(({ path, weight, sentence }) => ({ path, share: weight / total, sentence }))
    .toSorted((a, b) => b.share - a.share || byPath(a, b))
  return { evidence, ageMs, score: Math.min(1, weightOf(out) / total), outOfSpec: out.length, terms, entries, patch }
}

type Leaf = {
  readonly path: string
  readonly comparator: Comparator
  readonly weight: number
  readonly desired: Found
  readonly actual: Found
}

const exact: Comparator = { kind: 'exact' }
const nothing: Found = { found: false, value: undefined }

/**
 * Where the documents are compared: at the rules, and member by member elsewhere, both documents walked side by side. A rule below
 * another one, or below a value that is compared whole, has nothing left to say. A rule where nothing is desired still holds: it may
 * forbid, or name a range.
 */
function leavesOf(wanted: unknown, found: unknown, rules: readonly ComparatorRule[]): Leaf[] {
  const byRule = new Map(rules.toReversed().map((rule) => [rule.path, rule]))
  const leaves: Leaf[] = []
  const walk = (value: unknown, actual: Found, path: string): void => {
    const rule = byRule.get(path)
    const desired = { found: true, value }
    if (rule !== undefined) leaves.push({ ...rule, desired, actual })
    else if (isPopulatedObject(value))
      for (const [key, inner] of Object.entries(value)) walk(inner, memberOf(actual.value, key), `${path}/${escapeStep(key)}`)
    // An empty part desires nothing at all.
    else if (path !== '/configuration') leaves.push({ path, comparator: exact, weight: 1, desired, actual })
  }
  walk(wanted, { found: true, value: found }, '')
  const apart = [...byRule.values()].filter((rule) => !valueAt(wanted, rule.path).found)
  for (const rule of apart.toSorted(byPath))
    if (!leaves.some(({ path }) => isAtOrBelow(rule.path, path)))
      leaves.push({ ...rule, desired: nothing, actual: valueAt(found, rule.path) })
  return leaves
}

function memberOf(value: unknown, key: string): Found {
  if (!isPopulatedObject(value) || !Object.hasOwn(value, key)) return nothing
  return { found: true, value: value[key] }
}

function entryOf({ path, comparator, weight, desired, actual }: Leaf, input: DriftInput): DriftEntry {
  const entry = { path, comparator: comparator.kind, weight, desired: desired.value, actual: actual.value, because: null }
  if (comparator.kind === 'ignore') return { ...entry, standing: 'ignored', sentence: 'Not compared, by policy.' }
  const isHeardOf = isAtOrBelow(path, '/software') ? input.actual.version !== undefined : input.actual.configuration !== undefined
  if (!isHeardOf) return { ...entry, standing: 'unknown', sentence: 'Nothing has been heard of it.' }
  const { isInSpec, sentence } = judgeValue(comparator, desired, actual)
  if (isInSpec) return { ...entry, standing: 'in-spec', sentence }
  const decision = input.localDecisions.find((one) => isAtOrBelow(path, one.path) && isAuthorised(one, input.desired))
  if (decision !== undefined) return { ...entry, standing: 'local-decision', sentence, because: decision.eventId }
  const waiver = waiverOver(input.waivers, path, input.asOfMs)
  if (waiver !== undefined) return { ...entry, standing: 'waived', sentence, because: waiver.waiverId }
  return { ...entry, standing: 'out-of-spec', sentence }
}

/** What would settle it. Where only a range or a presence is asked for and no value is named, nobody knows which value to put there. */
function wantedOf({ path, comparator, desired, actual }: DriftEntry): Wanted[] {
  // Out of specification by its presence, and there: it should not be.
  if (comparator === 'presence' && actual !== undefined) return [{ path, isWanted: false, value: undefined }]
  return desired === undefined ? [] : [{ path, isWanted: true, value: desired }]
}

/** The policy that is desired left that path to the node, and it decided under that very policy. */
function isAuthorised(decision: LocalDecision, desired: DesiredDocument): boolean {
  return decision.policyBundleId === desired.policyBundleId && desired.delegatedPaths.some((path) => isAtOrBelow(decision.path, path))
}

/** What is there and nobody asked for: shown, and counted neither way. */
function unmanaged(value: unknown, path: string, managed: ReadonlySet<string>): DriftEntry[] {
  if (managed.has(path)) return []
  if (isPopulatedObject(value))
    return Object.entries(value).flatMap(([key, inner]) => unmanaged(inner, `${path}/${escapeStep(key)}`, managed))
  if (path === '' || path === '/configuration') return []
  const sentence = 'The policy does not speak of it.'
  return [{ path, standing: 'unmanaged', comparator: 'ignore', weight: 0, desired: undefined, actual: value, sentence, because: null }]
}

/** Waived and decided paths stay in the whole, so that a waiver never makes the rest look worse. */
function isCounted(standing: Standing): boolean {
  return standing === 'in-spec' || standing === 'out-of-spec' || standing === 'waived' || standing === 'local-decision'
}

function evidenceOf({ actual, asOfMs, freshForMs }: DriftInput): DriftReport['evidence'] {
  if (actual.takenAtMs === null || (actual.version === undefined && actual.configuration === undefined)) return 'none'
  return asOfMs - actual.takenAtMs > freshForMs ? 'stale' : 'fresh'
}

function weightOf(entries: readonly DriftEntry[]): number {
  return entries.reduce((sum, { weight }) => sum + weight, 0)
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  if (a.path === b.path) return 0
  return a.path < b.path ? -1 : 1
}
