/**
 * Differences in the shape of RFC 6902: the operations that would bring what was found to what is desired, each at its place. Only
 * what is out of specification is in them; they are shown and exported, and applied by nobody here ([DR4]).
 */
import { escapeStep, isPopulatedObject, stepsOf, valueAt } from './pointer.ts'

export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

export type Wanted = { readonly path: string; readonly isWanted: boolean; readonly value: unknown }

/** `wanted` are leaves, none below another. Where a parent is missing as well, one operation adds it with all that is wanted below it. */
export function patchOf(actual: unknown, wanted: readonly Wanted[]): PatchOperation[] {
  const operations = new Map<string, PatchOperation>()
  for (const { path, isWanted, value } of wanted) {
    if (!isWanted) {
      operations.set(path, { op: 'remove', path })
      continue
    }
    const place = placeFor(actual, path)
    const known = operations.get(place)
    const built = insert(known === undefined || known.op === 'remove' ? undefined : known.value, path.slice(place.length), value)
    operations.set(place, { op: valueAt(actual, place).found ? 'replace' : 'add', path: place, value: built })
  }
  return [...operations.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** The highest place on the way to `path` that an operation can be about: its parent is an object that is there. */
function placeFor(actual: unknown, path: string): string {
  let place = ''
  for (const step of stepsOf(path) ?? []) {
    const { found, value } = valueAt(actual, place)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!found || !isObject) return place
    place = `${place}/${escapeStep(step)}`
  }
  return place
}

function insert(into: unknown, below: string, value: unknown): unknown {
  const [step, ...rest] = stepsOf(below) ?? []
  if (step === undefined) return value
  const members = isPopulatedObject(into) ? into : {}
  const inner = Object.getOwnPropertyDescriptor(members, step)?.value
  const built = insert(inner, rest.map((one) => `/${escapeStep(one)}`).join(''), value)
  // A member may be called __proto__, which assigning would swallow.
  return Object.fromEntries([...Object.entries(members).filter(([key]) => key !== step), [step, built]])
}
