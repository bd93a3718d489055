/** Identifiers: ULIDs (https://github.com/ulid/spec) with a brand per thing they name, as text and as the 16 bytes the store keeps. */
import { monotonicFactory } from 'ulid'
import { AppError } from './app-error.ts'
import type { Clock, Random } from './ports.ts'

declare const brand: unique symbol
export type Brand<Text extends string> = string & { readonly [brand]: Text }

export type NodeId = Brand<'NodeId'>
export type MasterId = Brand<'MasterId'>
export type DomainId = Brand<'DomainId'>
export type OperatorId = Brand<'OperatorId'>
export type PolicyBundleId = Brand<'PolicyBundleId'>
export type EventId = Brand<'EventId'>
export type SessionId = Brand<'SessionId'>
export type RequestId = Brand<'RequestId'>
export type IncarnationId = Brand<'IncarnationId'>
export type OriginId = NodeId | MasterId

/** Makes the next ULID: never smaller than the one before it, even when the wall clock steps back. */
export type UlidSource = <Id extends Brand<string> = Brand<string>>() => Id

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** By character code. */
const values = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, alphabet.indexOf(String.fromCharCode(code))))
const pattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

export function createUlidSource(clock: Clock, random: Random): UlidSource {
  const next = monotonicFactory(() => random.next())
  return <Id extends Brand<string>>() => next(clock.now()) as Id
}

export function isUlid(text: string): boolean {
  return pattern.test(text)
}

/** Reads an identifier that came from outside. Throws Invalid `ID_MALFORMED`. */
export function parseId<Id extends Brand<string>>(text: string): Id {
  if (!isUlid(text)) throw new AppError('Invalid', 'ID_MALFORMED', `"${text.slice(0, 40)}" is not an identifier (26 characters of a ULID).`)
  return text as Id
}

/** The 16 bytes of a ULID, big-endian, so that byte order is time order. Throws Invalid `ID_MALFORMED`. */
export function ulidToBytes(id: string): Uint8Array {
  if (!isUlid(id)) throw new AppError('Invalid', 'ID_MALFORMED', `"${id.slice(0, 40)}" is not an identifier (26 characters of a ULID).`)
  const bytes = new Uint8Array(16)
  writeUlid(id, bytes, 0)
  return bytes
}

/** Those bytes at a place in others, of what is known to be a ULID. Once per stored event: five bits at a time, no bigint. */
export function writeUlid(id: string, into: Uint8Array, start: number): void {
  // 26 letters are 130 bits; the first letter is at most 7, so its two leading bits are zero and fall off the front.
  let pending = 0
  let bits = -2
  let at = start
  for (let place = 0; place < 26; place++) {
    pending = (pending << 5) | (values[id.charCodeAt(place)] ?? 0)
    bits += 5
    if (bits < 8) continue
    bits -= 8
    into[at++] = pending >> bits
    pending &= (1 << bits) - 1
  }
}

export function bytesToUlid<Id extends Brand<string>>(bytes: Uint8Array): Id {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  let text = ''
  for (let place = 0; place < 26; place++) {
    text = alphabet[Number(value & 31n)] + text
    value >>= 5n
  }
  return text as Id
}
