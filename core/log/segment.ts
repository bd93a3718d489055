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
import { genesisHead, joinHead, leafOf } from './chain.ts'
import { preAuthenticationEncoding, segmentPayloadType } from './dsse.ts'
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
export type DecodedSegment = SignedHeader & {
  readonly header: SegmentHeader
  readonly log: LogId
  readonly events: readonly Uint8Array[]
}

export type ChainedEvent = {
  readonly seq: number
  readonly bytes: Uint8Array
  readonly leaf: Uint8Array
  /** The chain's head after this event. */
  readonly head: Uint8Array
}

/** Signed by the key in question, and its events are the ones that were signed. */
export type VerifiedSegment = SignedHeader & {
  readonly header: SegmentHeader
  readonly log: LogId
  readonly events: readonly ChainedEvent[]
}

const magic = new TextEncoder().encode('IBCS')
const version = 1
const signatureBytes = 64
const prefixBytes = 4 + 1 + 4
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
  let size = prefixBytes + headerLength + signatureBytes + 4
  for (const event of events) size += 4 + event.length
  return size
}

export function encodeSegment(parts: SignedHeader & { readonly events: readonly Uint8Array[] }): Uint8Array {
  const { headerBytes, signature, events } = parts
  const bytes = new Uint8Array(segmentSize(headerBytes.length, events))
  const view = new DataView(bytes.buffer)
  bytes.set(magic, 0)
  bytes[4] = version
  view.setUint32(5, headerBytes.length)
  bytes.set(headerBytes, prefixBytes)
  let at = prefixBytes + headerBytes.length
  bytes.set(signature, at)
  at += signatureBytes
  view.setUint32(at, events.length)
  at += 4
  for (const event of events) {
    view.setUint32(at, event.length)
    bytes.set(event, at + 4)
    at += 4 + event.length
  }
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
  if (headerEnd + signatureBytes + 4 > bytes.length) return malformed('it ends early')
  const headerBytes = bytes.subarray(prefixBytes, headerEnd)
  const header = readHeader(headerBytes)
  if (!header.ok) return header
  const signature = bytes.subarray(headerEnd, headerEnd + signatureBytes)
  const count = view.getUint32(headerEnd + signatureBytes)
  if (count > limits.maxEvents) return tooLarge({ events: count, maxEvents: limits.maxEvents })
  if (count !== header.value.to - header.value.from + 1) return malformed('it does not hold the events that its header names')
  const events = readEvents(bytes, view, headerEnd + signatureBytes + 4, count)
  if (!events.ok) return events
  return accepted({ header: header.value, log: parseLogId(header.value.log), headerBytes, signature, events: events.value })
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
  let head = fromHex(header.prev)
  if (header.from === 1 && !equalBytes(head, genesisHead(crypto, log))) {
    return refused('SEGMENT_CHAIN_BROKEN', 'The log does not begin with its own name; it was taken from another log.', facts)
  }
  const events: ChainedEvent[] = []
  let seq = header.from
  for (const bytes of decoded.events) {
    const leaf = leafOf(crypto, bytes)
    head = joinHead(crypto, head, leaf)
    events.push({ seq, bytes, leaf, head })
    seq++
  }
  if (toHex(head) !== header.head) {
    return refused('SEGMENT_CHAIN_BROKEN', 'The events in this part of the log are not the ones that were signed.', facts)
  }
  return accepted({ header, log, headerBytes, signature, events })
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

function readEvents(bytes: Uint8Array, view: DataView, start: number, count: number): Result<readonly Uint8Array[]> {
  const events: Uint8Array[] = []
  let at = start
  for (let index = 0; index < count; index++) {
    if (at + 4 > bytes.length) return malformed('it ends early')
    const end = at + 4 + view.getUint32(at)
    if (end > bytes.length) return malformed('it ends early')
    events.push(bytes.subarray(at + 4, end))
    at = end
  }
  return at === bytes.length ? accepted(events) : malformed('something follows its last event')
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
