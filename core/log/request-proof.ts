/**
 * A request that is its sender's own, whoever carries it: signed over its method, its path and its body, and numbered, so that a relay
 * can neither alter it, nor make one of its own with a token it saw, nor send an old one again ([RY9]).
 */
import { fromBase64, toBase64, toHex } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'
import { preAuthenticationEncoding } from './dsse.ts'

export const requestPayloadType = 'application/vnd.ibcf.request'

export type ProvenRequest = { readonly method: string; readonly path: string; readonly body: Uint8Array }

/** The text of the header: the number and the signature. Numbers of one sender only grow. */
export function proveRequest(crypto: Crypto, privateKey: Uint8Array, request: ProvenRequest, number: number): string {
  return `${number}.${toBase64(crypto.sign(privateKey, signedBytes(crypto, request, number)))}`
}

/** The number of a request whose proof is good; undefined when it is none of the key's. */
export function checkRequest(crypto: Crypto, publicKey: Uint8Array, request: ProvenRequest, proof: string | undefined): number | undefined {
  const [, digits = '', signature = ''] = /^([0-9]{1,16})\.([A-Za-z0-9+/]{86}==)$/.exec(proof ?? '') ?? []
  const number = Number(digits)
  if (digits === '' || !Number.isSafeInteger(number)) return undefined
  return crypto.verify(publicKey, signedBytes(crypto, request, number), fromBase64(signature)) ? number : undefined
}

function signedBytes(crypto: Crypto, { method, path, body }: ProvenRequest, number: number): Uint8Array {
  const text = `${number}\n${method}\n${path}\n${toHex(crypto.sha256(body))}`
  return preAuthenticationEncoding(requestPayloadType, new TextEncoder().encode(text))
}

/** Numbers that were seen lately: several requests are under way at once, and do not arrive in order. */
export type SeenNumbers = {
  /** True once per sender and number, and never for one that is older than all that are remembered. */
  readonly take: (sender: string, number: number) => boolean
}

/** Remembered of each sender. */
const windowSize = 64

export function createSeenNumbers(maxSenders: number): SeenNumbers {
  const bySender = new Map<string, number[]>()
  return {
    take: (sender, number) => {
      const seen = bySender.get(sender) ?? []
      const [oldest] = seen
      if (seen.includes(number) || (seen.length >= windowSize && oldest !== undefined && number < oldest)) return false
      seen.push(number)
      seen.sort((a, b) => a - b)
      if (seen.length > windowSize) seen.shift()
      // The sender that was heard longest ago goes first.
      bySender.delete(sender)
      bySender.set(sender, seen)
      if (bySender.size > maxSenders) for (const [first] of bySender) if (bySender.size > maxSenders) bySender.delete(first)
      return true
    },
  }
}
