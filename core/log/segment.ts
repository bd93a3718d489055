/**
 * A segment: a contiguous run of one log, as it travels. Its header is signed, and the header's head stands for the exact bytes of
 * its events, so one signature covers the whole run.
 *
 * Bytes, all integers big-endian: `IBCS`, u8 version (1), u32 header length, header (JSON), 64 bytes of signature, u32 count, then
 * per event u32 length and its bytes. Nothing follows.
 */
import { z } from 'zod'
import { equalBytes, fromHex, toHex } from '../kernel/hex.ts'
import type { Hlc } from '../kernel/hlc.ts'
import type { Crypto } from '../kernel/ports.ts'
import { accepted, refused, type Rejection, type Result } from '../kernel/result.ts'
import { parseUntrustedJson } from '../kernel/untrusted-json.ts'
import { extendHeadBy, genesisHead, headBytes } from './chain.ts'
import { preAuthenticationEncoding, segmentPayloadType } from './dsse.ts'
import { eventsOf, frameBytes, frameEvents, readFrames, type FramedEvents } from './framing.ts'
import { isLogId, parseLogId, type Lane, type LogId } from './log-id.ts'

export type LaneHead = { readonly seq: number; readonly head: string }

export type SegmentHeader = {
  readonly v: 1
  /** As `formatLogId` writes it. */
  readonly log: string
  readonly from: number
  readonly to: number
  /** Hex of the chain's head before `from`. */
  readonly prev: string
  /** Hex of the chain's head after `to`. */
  readonly head: string
  readonly keyid: string
  /** In control segments: the heads of the origin's other lanes, so that a lane that is withheld shows. */
  readonly lanes?: Readonly<Partial<Record<Lane, LaneHead>>>
  readonly signedAt: Hlc
}

export type SegmentLimits = { readonly maxBytes: number; readonly maxEvents: number }

/** More than any origin needs: it cuts at `segmentTarget`. */
export const segmentLimits: SegmentLimits = { maxBytes: 4 * 1024 * 1024, maxEvents: 4096 }

/** Where an origin cuts its own log; small, because a thin link that drops every minute must still get one through (design 3). */
export const segmentTarget: SegmentLimits = { maxBytes: 64 * 1024, maxEvents: 4096 }

export type SignedHeader = {
  /** The exact bytes that were signed; never serialised again. */
  readonly headerBytes: Uint8Array
  /** 64 bytes, Ed25519 over the DSSE encoding of `headerBytes`. */
  readonly signature: Uint8Array
}

/** Well-formed, nothing more: signature and chain are yet to be checked. */
export type DecodedSegment = SignedHeader &
  FramedEvents & {
    readonly header: SegmentHeader
    readonly log: LogId
    /** Views into `body`. */
    readonly events: readonly Uint8Array[]
  }

/** Signed by the key in question, and its events are the ones that were signed. */
export type VerifiedSegment = DecodedSegment & {
  /** SHA-256 of each event, 32 bytes each, one behind the other. */
  readonly leaves: Uint8Array
}

const magic = new TextEncoder().encode('IBCS')
const version = 1
const signatureBytes = 64
const prefixBytes = 4 + 1 + 4
const countBytes = 4
const headerLimits = { maxBytes: 4096, maxDepth: 3, maxFields: 32 }

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const laneHead = z.strictObject({ seq: z.int().nonnegative(), head: hash })
const headerSchema = z.strictObject({
  v: z.literal(1),
  log: z.string().refine(isLogId),
  from: z.int().min(1),
  to: z.int().min(1),
  prev: hash,
  head: hash,
  keyid: z.string().regex(/^ed25519:[0-9a-f]{32}$/),
  lanes: z.strictObject({ control: laneHead.optional(), fact: laneHead.optional(), bulk: laneHead.optional() }).optional(),
  signedAt: z.string().regex(/^[0-9a-f]{12}-[0-9a-f]{4}$/),
})

/** The number of bytes that `encodeSegment` makes of these parts. */
export function segmentSize(headerLength: number, events: readonly Uint8Array[]): number {
  let size = prefixBytes + headerLength + signatureBytes + countBytes
  for (const event of events) size += frameBytes + event.length
  return size
}

export function encodeSegment(parts: SignedHeader & { readonly events: readonly Uint8Array[] }): Uint8Array {
  return encodeFramedSegment({ ...parts, ...frameEvents(parts.events) })
}

/** The same bytes, of events that lie framed already. */
export function encodeFramedSegment({ headerBytes, signature, body, ends }: SignedHeader & FramedEvents): Uint8Array {
  const bodyStart = prefixBytes + headerBytes.length + signatureBytes + countBytes
  const bytes = new Uint8Array(bodyStart + body.length)
  const view = new DataView(bytes.buffer)
  bytes.set(magic, 0)
  bytes[4] = version
  view.setUint32(5, headerBytes.length)
  bytes.set(headerBytes, prefixBytes)
  bytes.set(signature, prefixBytes + headerBytes.length)
  view.setUint32(bodyStart - countBytes, ends.length)
  bytes.set(body, bodyStart)
  return bytes
}

/** Codes: SEGMENT_TOO_LARGE, SEGMENT_VERSION_UNKNOWN, SEGMENT_MALFORMED. The events are views into `bytes`, not copies. */
export function decodeSegment(bytes: Uint8Array, limits: SegmentLimits = segmentLimits): Result<DecodedSegment> {
  if (bytes.length > limits.maxBytes) return tooLarge({ sizeBytes: bytes.length, maxBytes: limits.maxBytes })
  if (bytes.length < prefixBytes || !equalBytes(bytes.subarray(0, 4), magic)) return malformed('it does not begin like one')
  if (bytes[4] !== version) return versionUnknown(bytes[4] ?? 0)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = view.getUint32(5)
  const headerEnd = prefixBytes + headerLength
  if (headerEnd + signatureBytes + countBytes > bytes.length) return malformed('it ends early')
  const headerBytes = bytes.subarray(prefixBytes, headerEnd)
  const header = readHeader(headerBytes)
  if (!header.ok) return header
  const signature = bytes.subarray(headerEnd, headerEnd + signatureBytes)
  const count = view.getUint32(headerEnd + signatureBytes)
  if (count > limits.maxEvents) return tooLarge({ events: count, maxEvents: limits.maxEvents })
  if (count !== header.value.to - header.value.from + 1) return malformed('it does not hold the events that its header names')
  const framed = readFrames(bytes.subarray(headerEnd + signatureBytes + countBytes), count)
  if (framed === 'short') return malformed('it ends early')
  if (framed === 'long') return malformed('something follows its last event')
  const events = eventsOf(framed)
  return accepted({ header: header.value, log: parseLogId(header.value.log), headerBytes, signature, ...framed, events })
}

/** The header as bytes, and its signature. The order of the keys is the order of the type, so that equal headers are equal bytes. */
export function signSegment(crypto: Crypto, header: SegmentHeader, privateKey: Uint8Array): SignedHeader {
  const { v, log, from, to, prev, head, keyid, lanes, signedAt } = header
  const ordered = { v, log, from, to, prev, head, keyid, ...(lanes === undefined ? {} : { lanes }), signedAt }
  const headerBytes = new TextEncoder().encode(JSON.stringify(ordered))
  return { headerBytes, signature: crypto.sign(privateKey, preAuthenticationEncoding(segmentPayloadType, headerBytes)) }
}

/**
 * Checks the signature under `publicKey`, then that the events give the signed head. Whose key it is, and that it may speak for the
 * log's origin, is the caller's to know. Codes: SEGMENT_SIGNATURE_WRONG, SEGMENT_CHAIN_BROKEN.
 */
export function verifySegment(crypto: Crypto, publicKey: Uint8Array, decoded: DecodedSegment): Result<VerifiedSegment, Rejection> {
  const { header, headerBytes, signature, log } = decoded
  const facts = { log: header.log, from: header.from, to: header.to }
  if (!crypto.verify(publicKey, preAuthenticationEncoding(segmentPayloadType, headerBytes), signature)) {
    return refused('SEGMENT_SIGNATURE_WRONG', 'The signature on this part of the log is not by the key of its origin.', {
      ...facts,
      keyid: header.keyid,
    })
  }
  const before = fromHex(header.prev)
  if (header.from === 1 && !equalBytes(before, genesisHead(crypto, log))) {
    return refused('SEGMENT_CHAIN_BROKEN', 'The log does not begin with its own name; it was taken from another log.', facts)
  }
  const leaves = new Uint8Array(decoded.ends.length * headBytes)
  if (toHex(extendHeadBy(crypto, before, decoded, leaves)) !== header.head) {
    return refused('SEGMENT_CHAIN_BROKEN', 'The events in this part of the log are not the ones that were signed.', facts)
  }
  return accepted({ ...decoded, leaves })
}

/** Reads the exact bytes of a header. Codes: SEGMENT_MALFORMED, SEGMENT_VERSION_UNKNOWN. */
export function readHeader(headerBytes: Uint8Array): Result<SegmentHeader> {
  const parsed = parseUntrustedJson(headerBytes, headerLimits)
  if (!parsed.ok) return malformed('its header is not proper JSON')
  const { value } = parsed
  if (typeof value === 'object' && value !== null && 'v' in value && typeof value.v === 'number' && value.v !== 1)
    return versionUnknown(value.v)
  const checked = headerSchema.safeParse(value)
  if (!checked.success || checked.data.from > checked.data.to) return malformed('its header is incomplete or wrong')
  return accepted(value as SegmentHeader)
}

function malformed(why: string): Result<never> {
  return refused('SEGMENT_MALFORMED', `This is not a whole piece of a log: ${why}.`)
}

function tooLarge(facts: Readonly<Record<string, number>>): Result<never> {
  return refused('SEGMENT_TOO_LARGE', 'This piece of a log is larger than anyone sends.', facts)
}

function versionUnknown(found: number): Result<never> {
  return refused('SEGMENT_VERSION_UNKNOWN', `This piece of a log was made by a newer version (${found}); this one knows version 1.`, {
    found,
  })
}
