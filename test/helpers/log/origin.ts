/** An origin for tests: a key, a log, and events as a node would write them. Everything follows from the seed. */
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { fromHex, toHex } from '../../../core/kernel/hex.ts'
import { formatHlc, type Hlc } from '../../../core/kernel/hlc.ts'
import { bytesToUlid, type EventId, type IncarnationId, type NodeId } from '../../../core/kernel/ids.ts'
import type { KeyPair } from '../../../core/kernel/ports.ts'
import { extendHead, genesisHead } from '../../../core/log/chain.ts'
import { keyIdOf } from '../../../core/log/dsse.ts'
import { formatLogId, type Lane, type LogId } from '../../../core/log/log-id.ts'
import { decodeSegment, encodeSegment, signSegment, verifySegment, type VerifiedSegment } from '../../../core/log/segment.ts'
import { createCrypto } from '../../../core/platform/crypto.ts'

export const crypto = createCrypto()

/** The first test key of RFC 8032, section 7.1. */
export const rfcKeyPair: KeyPair = {
  privateKey: fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'),
  publicKey: fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
}

export type TestOrigin = {
  readonly origin: NodeId
  readonly keyPair: KeyPair
  readonly keyId: string
  readonly log: LogId
}

/** A ULID that says its number: `time` fills the first 6 bytes. */
export function ulidOf<Id extends ReturnType<typeof bytesToUlid>>(time: number, number: number = 0): Id {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  view.setUint32(2, time)
  view.setUint32(12, number)
  return bytesToUlid<Id>(bytes)
}

export function testOrigin(number: number, lane: Lane = 'fact', keyPair: KeyPair = rfcKeyPair): TestOrigin {
  const origin = ulidOf<NodeId>(1, number)
  const log: LogId = { origin, incarnation: ulidOf<IncarnationId>(2, number), lane, domain: '-' }
  return { origin, keyPair, keyId: keyIdOf(crypto, keyPair.publicKey), log }
}

/** 2026-01-01T00:00:00Z. */
export const startMs = Date.UTC(2026, 0, 1)

export function hlcOf(seq: number): Hlc {
  return formatHlc(startMs + seq, 0)
}

/** About 520 bytes with the default note, which is what an observation comes to. */
export function testEvent(of: TestOrigin, seq: number, data: Readonly<Record<string, unknown>> = {}): EventEnvelope {
  return {
    specversion: '1.0',
    id: ulidOf<EventId>(startMs / 1000 + seq, seq),
    type: 'ibcf.observation.recorded.v1',
    source: `urn:ibcf:node:${of.origin}`,
    subject: of.origin,
    time: new Date(startMs + seq).toISOString(),
    hlc: hlcOf(seq),
    data: { seq, ...data },
  }
}

export function encoded(event: EventEnvelope): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(event))
}

/** The bytes of a whole log, cut and signed as told: `cuts` are the last seqs of its segments. */
export function signedSegments(of: TestOrigin, events: readonly Uint8Array[], cuts: readonly number[]): readonly Uint8Array[] {
  const heads = [genesisHead(crypto, of.log)]
  for (const bytes of events) heads.push(extendHead(crypto, heads.at(-1) as Uint8Array, bytes))
  return cuts.map((to, index) => segmentOf(of, heads, events, (cuts[index - 1] ?? 0) + 1, to))
}

/** One segment of a log, from any seq to any other. */
export function segmentBetween(of: TestOrigin, events: readonly Uint8Array[], from: number, to: number): Uint8Array {
  const heads = [genesisHead(crypto, of.log)]
  for (const bytes of events) heads.push(extendHead(crypto, heads.at(-1) as Uint8Array, bytes))
  return segmentOf(of, heads, events, from, to)
}

function segmentOf(of: TestOrigin, heads: readonly Uint8Array[], events: readonly Uint8Array[], from: number, to: number): Uint8Array {
  const header = {
    v: 1,
    log: formatLogId(of.log),
    from,
    to,
    prev: toHex(heads[from - 1] as Uint8Array),
    head: toHex(heads[to] as Uint8Array),
    keyid: of.keyId,
    signedAt: hlcOf(to),
  } as const
  return encodeSegment({ ...signSegment(crypto, header, of.keyPair.privateKey), events: events.slice(from - 1, to) })
}

/** Decodes and verifies what must be right; throws the sentence when it is not. */
export function verified(bytes: Uint8Array, publicKey: Uint8Array = rfcKeyPair.publicKey): VerifiedSegment {
  const decoded = decodeSegment(bytes)
  if (!decoded.ok) throw new Error(decoded.refusal.sentence)
  const checked = verifySegment(crypto, publicKey, decoded.value)
  if (!checked.ok) throw new Error(checked.refusal.sentence)
  return checked.value
}
