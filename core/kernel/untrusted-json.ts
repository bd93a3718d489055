/**
 * Reads JSON that nobody vouches for: from the network, a stick, a node. What it lets through means the same to every reader, and
 * costs no more than its limits say.
 *
 * One pass over the bytes counts what must be known before JSON.parse may run (depth, members). Duplicate keys need no sets: an
 * object keeps one member per key, so a parsed value with fewer members than the text had lost one to a duplicate, however its
 * key was escaped.
 */
import { accepted, refused, type Result } from './result.ts'

export type JsonLimits = {
  readonly maxBytes: number
  /** Objects and arrays inside one another; a bare value has depth 0. */
  readonly maxDepth: number
  /** Members of all objects together. */
  readonly maxFields: number
}

type Shape = { readonly members: number; readonly hasSurrogateEscape: boolean }

/**
 * Codes: JSON_TOO_LARGE, JSON_NOT_UTF8 (also an escaped half of a surrogate pair), JSON_NUL, JSON_TOO_DEEP, JSON_TOO_MANY_FIELDS,
 * JSON_MALFORMED (also a number beyond the range of a double, which would turn into infinity), JSON_DUPLICATE_KEY.
 */
export function parseUntrustedJson(bytes: Uint8Array, limits: JsonLimits): Result<unknown> {
  if (bytes.length > limits.maxBytes) {
    return refused('JSON_TOO_LARGE', `The JSON is ${bytes.length} bytes long; at most ${limits.maxBytes} are taken.`, {
      sizeBytes: bytes.length,
      maxBytes: limits.maxBytes,
    })
  }
  const scanned = scan(bytes, limits)
  if (!scanned.ok) return scanned
  const text = decode(bytes)
  if (text === undefined) return refused('JSON_NOT_UTF8', 'The JSON is not valid UTF-8 text.')
  const parsed = parse(text)
  if (!parsed.ok) return parsed
  const census: Census = { members: 0, hasInfinity: false, hasBrokenText: false, checksText: scanned.value.hasSurrogateEscape }
  count(parsed.value, census)
  if (census.members !== scanned.value.members) return refused('JSON_DUPLICATE_KEY', 'An object in the JSON has the same key twice.')
  if (census.hasBrokenText) return refused('JSON_NOT_UTF8', 'A text in the JSON holds half a character (an unpaired surrogate).')
  if (census.hasInfinity) return refused('JSON_MALFORMED', 'A number in the JSON is too large.')
  return parsed
}

const quote = 0x22
const backslash = 0x5c
const letterU = 0x75

/** Counts members and depth outside of strings. Leaves it to JSON.parse to say whether the rest is JSON at all. */
function scan(bytes: Uint8Array, limits: JsonLimits): Result<Shape> {
  let depth = 0
  let members = 0
  let isInString = false
  let hasSurrogateEscape = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (isInString) {
      if (byte === quote) isInString = false
      else if (byte === backslash) {
        at++
        if (bytes[at] !== letterU) continue
        if (isNulEscape(bytes, at)) return nulRefused()
        if (bytes[at + 1] === 0x64 || bytes[at + 1] === 0x44) hasSurrogateEscape = true
      } else if (byte === 0) return nulRefused()
    } else if (byte === quote) isInString = true
    else if (byte === 0x3a) {
      if (++members > limits.maxFields) {
        return refused('JSON_TOO_MANY_FIELDS', `The JSON has more than ${limits.maxFields} fields.`, { maxFields: limits.maxFields })
      }
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > limits.maxDepth) {
        return refused('JSON_TOO_DEEP', `The JSON is nested deeper than ${limits.maxDepth} levels.`, { maxDepth: limits.maxDepth })
      }
    } else if (byte === 0x7d || byte === 0x5d) depth--
    else if (byte === 0) return nulRefused()
  }
  return accepted({ members, hasSurrogateEscape })
}

/** `at` is the `u` of `\u0000`. Escaped or not, a NUL ends a text early for some reader behind us. */
function isNulEscape(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 1] === 0x30 && bytes[at + 2] === 0x30 && bytes[at + 3] === 0x30 && bytes[at + 4] === 0x30
}

function nulRefused(): Result<never> {
  return refused('JSON_NUL', 'The JSON holds a NUL character.')
}

// The byte order mark is kept, so that JSON.parse refuses it: RFC 8259 forbids it, and hashes would differ with and without.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function parse(text: string): Result<unknown> {
  try {
    return accepted<unknown>(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return refused('JSON_MALFORMED', 'The text is not JSON.')
    throw error
  }
}

type Census = { members: number; hasInfinity: boolean; hasBrokenText: boolean; readonly checksText: boolean }

/** Recursion is bounded: the scan has refused what is too deep. */
function count(value: unknown, census: Census): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) census.hasInfinity = true
  } else if (typeof value === 'string') {
    if (census.checksText && !value.isWellFormed()) census.hasBrokenText = true
  } else if (Array.isArray(value)) {
    for (const item of value) count(item, census)
  } else if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value)
    census.members += keys.length
    for (const key of keys) {
      if (census.checksText && !key.isWellFormed()) census.hasBrokenText = true
      count((value as Readonly<Record<string, unknown>>)[key], census)
    }
  }
}
