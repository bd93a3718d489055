import { describe, expect, it } from 'vitest'
import { toHex } from '../../../core/kernel/hex.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import {
  decodeSegment,
  encodeFramedSegment,
  encodeSegment,
  readHeader,
  segmentSize,
  signSegment,
  verifySegment,
  type SegmentHeader,
} from '../../../core/log/segment.ts'
import { golden } from '../../helpers/log/golden-segment.ts'
import {
  crypto,
  encoded,
  hlcOf,
  rfcKeyPair,
  segmentBetween,
  signedSegments,
  testEvent,
  testOrigin,
  verified,
} from '../../helpers/log/origin.ts'

const origin = testOrigin(1)

const goldenHeader: SegmentHeader = {
  v: 1,
  log: golden.log,
  from: 1,
  to: 3,
  prev: golden.heads[0],
  head: golden.heads[3],
  keyid: golden.keyId,
  signedAt: '019b76da0400-0000' as SegmentHeader['signedAt'],
}

function goldenDecoded() {
  const decoded = decodeSegment(golden.segment)
  if (!decoded.ok) throw new Error(decoded.refusal.sentence)
  return decoded.value
}

/** The code under which the bytes are refused, or `accepted`. */
function verdict(bytes: Uint8Array, publicKey: Uint8Array = rfcKeyPair.publicKey): string {
  const decoded = decodeSegment(bytes)
  if (!decoded.ok) return decoded.refusal.code
  const checked = verifySegment(crypto, publicKey, decoded.value)
  return checked.ok ? 'accepted' : checked.refusal.code
}

function withHeader(header: object): Uint8Array {
  const headerBytes = new TextEncoder().encode(JSON.stringify(header))
  return encodeSegment({ headerBytes, signature: new Uint8Array(64), events: golden.events })
}

describe('a segment', () => {
  it('[LG3] is encoded to the bytes that other tools give', () => {
    const signed = signSegment(crypto, goldenHeader, rfcKeyPair.privateKey)
    const bytes = encodeSegment({ ...signed, events: golden.events })
    expect(toHex(bytes)).toBe(toHex(golden.segment))
    expect(segmentSize(signed.headerBytes.length, golden.events)).toBe(golden.segment.length)
    expect(toHex(encodeFramedSegment(goldenDecoded()))).toBe(toHex(golden.segment))
  })

  it('[LG3] is decoded to what was encoded', () => {
    const decoded = goldenDecoded()
    expect(decoded.header).toEqual(goldenHeader)
    expect(formatLogId(decoded.log)).toBe(golden.log)
    expect(decoded.events.map(toHex)).toEqual(golden.events.map(toHex))
  })

  it('[LG4] is verified under its key, with the leaf of each event', () => {
    const checked = verified(golden.segment)
    expect(checked.events.map(toHex)).toEqual(golden.events.map(toHex))
    expect(toHex(checked.leaves)).toBe(golden.events.map((bytes) => toHex(crypto.sha256(bytes))).join(''))
  })

  it('[LG4] is refused under another key', () => {
    expect(verdict(golden.segment, crypto.generateKeyPair().publicKey)).toBe('SEGMENT_SIGNATURE_WRONG')
    expect(verdict(golden.segment, new Uint8Array(3))).toBe('SEGMENT_SIGNATURE_WRONG')
  })

  it('[LG3] cut short at any byte is refused', () => {
    for (let length = 0; length < golden.segment.length; length++) {
      expect(verdict(golden.segment.subarray(0, length)), `first ${length} bytes`).toBe('SEGMENT_MALFORMED')
    }
  })

  it('[LG3] [LG4] with any bit turned is refused', () => {
    const codes = new Set<string>()
    for (let bit = 0; bit < golden.segment.length * 8; bit++) {
      const bytes = golden.segment.slice()
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const code = verdict(bytes)
      expect(code, `bit ${bit}`).not.toBe('accepted')
      codes.add(code)
    }
    expect([...codes].toSorted()).toEqual([
      'SEGMENT_CHAIN_BROKEN',
      'SEGMENT_MALFORMED',
      'SEGMENT_SIGNATURE_WRONG',
      'SEGMENT_TOO_LARGE',
      'SEGMENT_VERSION_UNKNOWN',
    ])
  })

  it('[LG3] with something behind its last event is refused', () => {
    const longer = new Uint8Array(golden.segment.length + 1)
    longer.set(golden.segment)
    expect(verdict(longer)).toBe('SEGMENT_MALFORMED')
  })

  it('[LG3] of a newer version is refused as such, not as damage', () => {
    const newer = golden.segment.slice()
    newer[4] = 2
    expect(verdict(newer)).toBe('SEGMENT_VERSION_UNKNOWN')
    expect(verdict(withHeader({ ...goldenHeader, v: 2, more: true }))).toBe('SEGMENT_VERSION_UNKNOWN')
  })

  it('[LG3] larger than the limits is refused before it is read', () => {
    const limits = { maxBytes: golden.segment.length, maxEvents: 3 }
    expect(decodeSegment(golden.segment, limits).ok).toBe(true)
    expect(decodeSegment(golden.segment, { ...limits, maxBytes: golden.segment.length - 1 })).toMatchObject({
      refusal: { code: 'SEGMENT_TOO_LARGE' },
    })
    expect(decodeSegment(golden.segment, { ...limits, maxEvents: 2 })).toMatchObject({ refusal: { code: 'SEGMENT_TOO_LARGE' } })
  })

  const wrongHeaders: readonly [string, object][] = [
    ['no log', { ...goldenHeader, log: undefined }],
    ['a log that names nothing', { ...goldenHeader, log: 'x' }],
    ['a run that ends before it begins', { ...goldenHeader, from: 4 }],
    ['seq 0', { ...goldenHeader, from: 0, to: 2 }],
    ['another count', { ...goldenHeader, to: 4 }],
    ['half a seq', { ...goldenHeader, from: 1.5 }],
    ['a head that is no hash', { ...goldenHeader, head: 'ff' }],
    ['a key id of another kind', { ...goldenHeader, keyid: 'rsa:1' }],
    ['a lane that does not exist', { ...goldenHeader, lanes: { other: { seq: 1, head: golden.heads[1] } } }],
    ['a field that nobody defined', { ...goldenHeader, extra: 1 }],
  ]
  it.each(wrongHeaders)('[LG3] whose header has %s is refused', (_, header) => {
    expect(verdict(withHeader(header))).toBe('SEGMENT_MALFORMED')
  })

  it('[LG3] whose header is not JSON is refused', () => {
    for (const text of ['', '[]', 'null', '{"v":1', '{"v":1,"v":1}']) {
      expect(readHeader(new TextEncoder().encode(text)), text).toMatchObject({ refusal: { code: 'SEGMENT_MALFORMED' } })
    }
  })

  it('[LG4] with an event exchanged for another is refused', () => {
    const events = [1, 2, 3].map((seq) => encoded(testEvent(origin, seq)))
    const [honest = new Uint8Array()] = signedSegments(origin, events, [3])
    const { headerBytes, signature } = verified(honest)
    const exchanged = [...events.slice(0, 2), encoded(testEvent(origin, 3, { value: 'other' }))]
    expect(verdict(encodeSegment({ headerBytes, signature, events: exchanged }))).toBe('SEGMENT_CHAIN_BROKEN')
  })

  it('[LG1] grafted from another log is refused, though its key is right', () => {
    const other = testOrigin(2)
    const header = { ...goldenHeader, log: formatLogId(other.log) }
    const bytes = encodeSegment({ ...signSegment(crypto, header, rfcKeyPair.privateKey), events: golden.events })
    expect(verdict(bytes)).toBe('SEGMENT_CHAIN_BROKEN')
  })

  it('[LG3] may begin anywhere in its log and name the heads of other lanes', () => {
    const events = [1, 2, 3, 4, 5].map((seq) => encoded(testEvent(origin, seq)))
    expect(verified(segmentBetween(origin, events, 3, 5)).events.map(toHex)).toEqual(events.slice(2).map(toHex))
    const header = {
      ...goldenHeader,
      lanes: { bulk: { seq: 0, head: golden.heads[0] }, fact: { seq: 9, head: golden.heads[1] } },
      signedAt: hlcOf(1),
    }
    const bytes = encodeSegment({ ...signSegment(crypto, header, rfcKeyPair.privateKey), events: golden.events })
    expect(verified(bytes).header).toEqual(header)
  })
})
