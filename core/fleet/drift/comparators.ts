/** How a value that was found is held against the one that is desired: by which rule, and what it says in words ([DR2]). */
import { satisfies, valid, validRange } from 'semver'
import { assertNever } from '../../kernel/assert-never.ts'
import type { Comparator, ComparatorRule } from './comparator-schema.ts'

export type Found = { readonly found: boolean; readonly value: unknown }
export type Judgement = { readonly isInSpec: boolean; readonly sentence: string }

/** Whether what was found is in specification. An `ignore` always is. */
export function judgeValue(comparator: Comparator, desired: Found, actual: Found): Judgement {
  switch (comparator.kind) {
    case 'ignore':
      return { isInSpec: true, sentence: 'Not compared, by policy.' }
    case 'presence': {
      const isWanted = comparator.expected === 'present'
      if (actual.found === isWanted) return { isInSpec: true, sentence: isWanted ? 'Is there.' : 'Is not there.' }
      return { isInSpec: false, sentence: isWanted ? 'Should be there and is not.' : 'Is there and should not be.' }
    }
    case 'exact':
      return absent(actual) ?? told(isEqualJson(desired.value, actual.value), 'As desired.', 'Otherwise than desired.')
    case 'semver':
      return absent(actual) ?? judgeVersion(comparator.range, actual.value)
    case 'tolerance':
      return absent(actual) ?? judgeNumber(comparator, desired.value, actual.value)
    case 'set':
      return absent(actual) ?? told(isSameSet(desired.value, actual.value), 'The same members.', 'Not the same members.')
    default:
      return assertNever(comparator)
  }
}

/** Why a rule means nothing for this desired document, in a sentence; undefined when it does. Asked when a policy is published. */
export function faultOfRule({ path, comparator }: ComparatorRule, desired: Found): string | undefined {
  switch (comparator.kind) {
    case 'semver':
      return validRange(comparator.range) === null ? `The range at ${path} is none.` : undefined
    case 'tolerance':
      return typeof desired.value === 'number' ? undefined : `The tolerance at ${path} needs a desired number.`
    case 'set':
      return Array.isArray(desired.value) ? undefined : `The set at ${path} needs a desired array.`
    case 'exact':
      return desired.found ? undefined : `Nothing is desired at ${path} to compare with.`
    case 'presence':
      return comparator.expected === 'absent' && desired.found ? `${path} is desired and forbidden at once.` : undefined
    case 'ignore':
      return undefined
    default:
      return assertNever(comparator)
  }
}

/** JSON equality: arrays by order, objects by key, numbers by value. */
export function isEqualJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const left = Object.entries(a)
  return (
    left.length === Object.keys(b).length && left.every(([key, value]) => Object.hasOwn(b, key) && isEqualJson(value, memberOf(b, key)))
  )
}

function memberOf(value: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value
}

function absent(actual: Found): Judgement | undefined {
  return actual.found ? undefined : { isInSpec: false, sentence: 'Is not there.' }
}

function told(isInSpec: boolean, yes: string, no: string): Judgement {
  return { isInSpec, sentence: isInSpec ? yes : no }
}

function judgeVersion(range: string, value: unknown): Judgement {
  if (typeof value !== 'string' || valid(value) === null) return { isInSpec: false, sentence: 'Is not a version.' }
  return told(satisfies(value, range), `In the range ${range}.`, `Outside the range ${range}.`)
}

function judgeNumber(comparator: { readonly absolute: number; readonly relative: number }, desired: unknown, value: unknown): Judgement {
  if (typeof desired !== 'number' || typeof value !== 'number') return { isInSpec: false, sentence: 'Is not a number.' }
  const bound = Math.max(comparator.absolute, Math.abs(desired) * comparator.relative)
  const isNear = Math.abs(value - desired) <= bound
  return told(isNear, `Within ${bound} of what is desired.`, `Further than ${bound} from what is desired.`)
}

function isSameSet(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return false
  const contains = (all: readonly unknown[], one: unknown): boolean => all.some((member) => isEqualJson(member, one))
  return a.every((member) => contains(b, member)) && b.every((member) => contains(a, member))
}
