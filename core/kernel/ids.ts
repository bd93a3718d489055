/** Identifiers: ULIDs (https://github.com/ulid/spec) with a brand per thing they name, as text and as the 16 bytes the store keeps. */
import { monotonicFactory } from 'ulid'
import { AppError } from './app-error.ts'
import type { Clock, Random } from './ports.ts'

declare const brand: unique symbol
export type Brand<Text extends string> = string & { readonly [brand]: Text }

export type NodeId = Brand<'NodeId'>
export type RelayId = Brand<'RelayId'>
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
const valueOf = new Map([...alphabet].map((letter, value) => [letter, value]))
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

/** The 16 bytes of a ULID, big-endian, so that byte order is time order. */
export function ulidToBytes(id: string): Uint8Array {
  let value = 0n
  for (const letter of id) {
    const digit = valueOf.get(letter)
    if (digit === undefined) throw new AppError('Invalid', 'ID_MALFORMED', `"${id.slice(0, 40)}" is not an identifier (26 characters of a ULID).`)
    value = (value << 5n) | BigInt(digit)
  }
  const bytes = new Uint8Array(16)
  for (let at = 15; at >= 0; at--) {
    bytes[at] = Number(value & 0xffn)
    value >>= 8n
  }
  return bytes
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
