/** What a signature covers: DSSE v1 (https://github.com/secure-systems-lab/dsse), so that ordinary tools can check ours. */
import { toHex } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'

export const segmentPayloadType = 'application/vnd.ibcf.segment+json'

/** The pre-authentication encoding: `DSSEv1 <length> <type> <length> <body>`, lengths in bytes, in decimal. */
export function preAuthenticationEncoding(payloadType: string, body: Uint8Array): Uint8Array {
  const encoder = new TextEncoder()
  const typeBytes = encoder.encode(payloadType)
  const prefix = encoder.encode(`DSSEv1 ${typeBytes.length} ${payloadType} ${body.length} `)
  const encoded = new Uint8Array(prefix.length + body.length)
  encoded.set(prefix, 0)
  encoded.set(body, prefix.length)
  return encoded
}

/** `ed25519:` and the first 32 hex digits of the key's SHA-256. Short enough to read out, long enough that nobody makes a second one. */
export function keyIdOf(crypto: Crypto, publicKey: Uint8Array): string {
  return `ed25519:${toHex(crypto.sha256(publicKey)).slice(0, 32)}`
}
