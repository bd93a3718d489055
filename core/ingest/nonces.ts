/**
 * Challenges that cost nothing to hand out: a nonce is sealed with a key of this run and says itself for whom and until when it is
 * good, so nobody can fill our memory, or push out another's nonce, by asking. Only the ones that were used are remembered.
 */
import { fromBase64, toBase64 } from '../kernel/hex.ts'
import type { Clock, Crypto, Random } from '../kernel/ports.ts'
import type { NodeId } from '../kernel/ids.ts'

export const nonceLifeSeconds = 60

export type Nonces = {
  readonly issue: (node: NodeId) => string
  /** True once per nonce, and only for the node it was issued to. */
  readonly spend: (node: NodeId, nonce: string) => boolean
  /** Whether `spend` would be true now. */
  readonly isGood: (node: NodeId, nonce: string) => boolean
}

export function createNonces(ports: { readonly clock: Clock; readonly crypto: Crypto; readonly random: Random }): Nonces {
  const { clock, crypto, random } = ports
  const key = random.bytes(32)
  const encoder = new TextEncoder()
  /** Until when each used nonce has to be remembered, oldest first. */
  const used = new Map<string, number>()

  function expiryOf(node: NodeId, nonce: string): number | undefined {
    const plain = crypto.open(key, fromBase64(nonce), encoder.encode(node))
    // Base64 has several spellings of the same bytes; only ours counts, or one nonce could be used under each of them.
    if (plain === undefined || plain.length !== 8 || toBase64(fromBase64(nonce)) !== nonce) return undefined
    return new DataView(plain.buffer, plain.byteOffset, 8).getFloat64(0)
  }

  function isGood(node: NodeId, nonce: string): boolean {
    const expiry = expiryOf(node, nonce)
    return expiry !== undefined && expiry > clock.monotonic() && !used.has(nonce)
  }

  return {
    issue: (node) => {
      const plain = new Uint8Array(8)
      new DataView(plain.buffer).setFloat64(0, clock.monotonic() + nonceLifeSeconds * 1000)
      return toBase64(crypto.seal(key, plain, encoder.encode(node)))
    },
    isGood,
    spend: (node, nonce) => {
      if (!isGood(node, nonce)) return false
      const now = clock.monotonic()
      for (const [old, until] of used) {
        if (until > now) break
        used.delete(old)
      }
      used.set(nonce, now + nonceLifeSeconds * 1000)
      return true
    },
  }
}
