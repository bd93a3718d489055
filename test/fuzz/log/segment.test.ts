import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseUntrustedJson } from '../../../core/kernel/untrusted-json.ts'
import { readEvent } from '../../../core/log/event-bytes.ts'
import { isLogId } from '../../../core/log/log-id.ts'
import { decodeSegment, encodeSegment, verifySegment } from '../../../core/log/segment.ts'
import { golden } from '../../helpers/log/golden-segment.ts'
import { crypto, rfcKeyPair, signedSegments, testOrigin, verified } from '../../helpers/log/origin.ts'

const origin = testOrigin(1)
const limits = { maxBytes: 10_000, maxDepth: 32, maxFields: 100 }

/** A change to bytes that arrived: some bytes at a place are replaced by others. */
const change = fc.record({ at: fc.nat(), remove: fc.nat({ max: 8 }), insert: fc.uint8Array({ maxLength: 8 }) })

function changed(
  bytes: Uint8Array,
  { at, remove, insert }: { readonly at: number; readonly remove: number; readonly insert: Uint8Array },
): Uint8Array {
  const place = at % (bytes.length + 1)
  return new Uint8Array([...bytes.subarray(0, place), ...insert, ...bytes.subarray(place + remove)])
}

describe('bytes from anywhere', () => {
  it('[LG3] any events come back from a segment as they went in', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 20 }), (events) => {
        const [bytes = new Uint8Array()] = signedSegments(origin, events, [events.length])
        const read = verified(bytes)
        expect(read.events.map((event) => [...event])).toEqual(events.map((event) => [...event]))
        expect(encodeSegment(read)).toEqual(bytes)
      }),
    )
  })

  it('[LG3] never make the decoder throw', () => {
    const framed = fc.uint8Array({ maxLength: 300 }).map((rest) => new Uint8Array([...golden.segment.subarray(0, 5), ...rest]))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 500 }), framed), (bytes) => {
        const decoded = decodeSegment(bytes)
        expect(decoded.ok || decoded.refusal.code.startsWith('SEGMENT_')).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('[LG4] an altered segment is refused, or is the same segment', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = changes.reduce(changed, golden.segment as Uint8Array)
        const decoded = decodeSegment(bytes)
        const isAccepted = decoded.ok && verifySegment(crypto, rfcKeyPair.publicKey, decoded.value).ok
        expect(isAccepted).toBe(Buffer.compare(bytes, golden.segment) === 0)
      }),
      { numRuns: 2000 },
    )
  })

  it('[LG9] JSON is taken exactly as JSON.parse takes it, or refused', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const result = parseUntrustedJson(new TextEncoder().encode(text), limits)
        if (result.ok) expect(result.value).toEqual(JSON.parse(text))
        else
          expect(['JSON_NUL', 'JSON_TOO_MANY_FIELDS', 'JSON_TOO_LARGE', 'JSON_NOT_UTF8', 'JSON_DUPLICATE_KEY']).toContain(
            result.refusal.code,
          )
      }),
      { numRuns: 2000 },
    )
  })

  it('[LG9] objects with keys of their own are told from those with a key twice', () => {
    const keys = fc.array(
      fc.string({ maxLength: 3, unit: 'binary' }).filter((key) => key.isWellFormed() && !key.includes('\0')),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(keys, (names) => {
        const text = `{${names.map((name, index) => `${JSON.stringify(name)}:${index}`).join(',')}}`
        const result = parseUntrustedJson(new TextEncoder().encode(text), limits)
        expect(result.ok ? 'accepted' : result.refusal.code).toBe(new Set(names).size === names.length ? 'accepted' : 'JSON_DUPLICATE_KEY')
      }),
      { numRuns: 2000 },
    )
  })

  it('[LG7] [LG9] never make the readers throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.string().map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          expect(['event', 'unreadable']).toContain(readEvent(bytes).kind)
          expect(typeof isLogId(new TextDecoder().decode(bytes))).toBe('boolean')
        },
      ),
      { numRuns: 2000 },
    )
  })
})
