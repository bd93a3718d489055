/**
 * A quick yes for the events that come by the million. What it accepts, the schema and the limits accept too, in the very same
 * meaning; what it does not accept may still be an event, and is left to the slow way. So it can be cheap without deciding anything.
 */
import { eventLimits, type EventEnvelope } from '../kernel/event.ts'

export type Census = {
  /** Of all objects together. */
  members: number
  /** Keys and values. */
  texts: number
}

const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/
const source = /^urn:ibcf:(?:node|master):[0-7][0-9A-HJKMNP-TV-Z]{25}$/
const type = /^ibcf\.[a-z][a-z-]*(?:\.[a-z][a-z-]*)+\.v[1-9][0-9]*$/
const hlc = /^[0-9a-f]{12}-[0-9a-f]{4}$/
/** Days that are in the calendar of every year. */
const time =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/

/** Whether the value is an envelope by `eventEnvelopeSchema`. */
export function isPlainEnvelope(value: unknown): value is EventEnvelope {
  if (!isPlainObject(value)) return false
  return (
    value['specversion'] === '1.0' &&
    matches(ulid, value['id']) &&
    matches(type, value['type']) &&
    value['type'].length <= 120 &&
    matches(source, value['source']) &&
    matches(ulid, value['subject']) &&
    matches(time, value['time']) &&
    matches(hlc, value['hlc']) &&
    isOptional(ulid, value['domain']) &&
    isOptional(ulid, value['actor']) &&
    isShortText(value['actorproof']) &&
    isOptional(ulid, value['causation']) &&
    isOptional(ulid, value['correlation']) &&
    isShortText(value['idempotencykey']) &&
    isCount(value['epoch']) &&
    isCount(value['placement']) &&
    isOptional(time, value['expirytime']) &&
    (value['critical'] === undefined || typeof value['critical'] === 'boolean') &&
    isPlainObject(value['data']) &&
    value['data'].constructor === Object
  )
}

/**
 * Whether JSON says all there is to say of a value: it comes back from `JSON.stringify` and `JSON.parse` as it went in, and is within
 * the depth of an event. Counts into `census` what it went through.
 */
export function isPlainJson(value: unknown, census: Census, depth: number = 1): boolean {
  switch (typeof value) {
    case 'string':
      census.texts++
      return true
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
    case 'object': {
      if (value === null) return true
      if (depth > eventLimits.maxDepth) return false
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) if (!isPlainJson(value[index], census, depth + 1)) return false
        return true
      }
      if (!isPlainObject(value)) return false
      for (const key in value) {
        census.members++
        census.texts++
        if (!isPlainJson(value[key], census, depth + 1)) return false
      }
      return true
    }
    default:
      return false
  }
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function matches(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value)
}

function isOptional(pattern: RegExp, value: unknown): boolean {
  return value === undefined || matches(pattern, value)
}

function isShortText(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.length <= 128)
}

function isCount(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)
}
