/**
 * Drift: the last snapshot held against the desired policy bundle, path by path. Computed, never stored as truth ([DR1]).
 * Paths are RFC 6901 pointers.
 */

export type DifferenceVerdict = 'equal' | 'different' | 'missing' | 'unknown' | 'extra'
export type Difference = {
  readonly path: string
  readonly desired: unknown
  readonly actual: unknown
  readonly verdict: DifferenceVerdict
  readonly comparator: 'exact'
}

export type Drift = {
  /** Share of the desired paths that are out of specification, 0..1; null when there is nothing to hold against it. */
  readonly score: number | null
  readonly outOfSpec: number | null
  readonly entries: readonly Difference[]
}

export type Desired = { readonly targetVersion: string; readonly configuration: Readonly<Record<string, unknown>> }
/** Undefined parts have not been heard of: unknown, which is neither in nor out of specification. */
export type Actual = { readonly version: string | undefined; readonly configuration: Readonly<Record<string, unknown>> | undefined }

export function compareDrift(desired: Desired, actual: Actual): Drift {
  const wanted = new Map<string, unknown>([
    ['/software/version', desired.targetVersion],
    ...leavesOf(desired.configuration, '/configuration'),
  ])
  const found = new Map<string, unknown>([
    ...(actual.version === undefined ? [] : [['/software/version', actual.version] as const]),
    ...leavesOf(actual.configuration ?? {}, '/configuration'),
  ])
  const entries: Difference[] = []
  for (const [path, value] of wanted) {
    const isHeardOf = path.startsWith('/software') ? actual.version !== undefined : actual.configuration !== undefined
    entries.push({
      path,
      desired: value,
      actual: found.get(path),
      verdict: verdictOf(isHeardOf, found.has(path), isEqual(value, found.get(path))),
      comparator: 'exact',
    })
  }
  for (const [path, value] of found) {
    if (!wanted.has(path)) entries.push({ path, desired: undefined, actual: value, verdict: 'extra', comparator: 'exact' })
  }
  const known = entries.filter((entry) => entry.verdict !== 'unknown' && entry.verdict !== 'extra')
  const outOfSpec = known.filter((entry) => entry.verdict !== 'equal').length
  return known.length === 0 ? { score: null, outOfSpec: null, entries } : { score: outOfSpec / known.length, outOfSpec, entries }
}

function verdictOf(isHeardOf: boolean, isPresent: boolean, isSame: boolean): DifferenceVerdict {
  if (!isHeardOf) return 'unknown'
  if (!isPresent) return 'missing'
  return isSame ? 'equal' : 'different'
}

function leavesOf(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0)
    return path === '/configuration' ? [] : [[path, value]]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`))
}

/** JSON equality: arrays by order, objects by key. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const left = Object.entries(a)
  return (
    left.length === Object.keys(b).length && left.every(([key, value]) => key in b && isEqual(value, (b as Record<string, unknown>)[key]))
  )
}
