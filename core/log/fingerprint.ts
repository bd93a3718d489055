/** A frontier as six words, so that two operators can compare over a radio what they hold ([LG8]). */
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { toHex } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'
import { sortFrontier, type Frontier } from './frontier.ts'

export type Fingerprint = {
  /** Of the BIP-39 English list: 11 bits each, no two alike in their first four letters. */
  readonly words: readonly [string, string, string, string, string, string]
  /** The whole SHA-256, for programs. */
  readonly hex: string
}

/** What the fingerprint of everything that a place holds is limited to. */
export const wholeScope = 'everything'

/**
 * SHA-256 of a line for the scope and one `log seq head` per entry, sorted. Branch numbers are left out: they are local, the heads are
 * not. `scope` is what the frontier was limited to, as shown to the operator, so that fingerprints of different scopes never match.
 */
export function fingerprintOf(crypto: Pick<Crypto, 'sha256Stream'>, scope: string, frontier: Frontier): Fingerprint {
  const printing = createFingerprinter(crypto, scope)
  printing.add(sortFrontier(frontier))
  return printing.finish()
}

export type Fingerprinter = {
  /** The next entries, in the order of `sortFrontier` over all calls together. */
  readonly add: (sorted: Frontier) => void
  readonly finish: () => Fingerprint
}

/** The same for a frontier that is too large to be held at once. */
export function createFingerprinter(crypto: Pick<Crypto, 'sha256Stream'>, scope: string): Fingerprinter {
  const hash = crypto.sha256Stream()
  const encoder = new TextEncoder()
  hash.update(encoder.encode(`ibcf.frontier.v1 ${JSON.stringify(scope)}\n`))
  return {
    add: (sorted) => hash.update(encoder.encode(sorted.map((entry) => `${entry.log} ${entry.seq} ${entry.head}\n`).join(''))),
    finish: () => {
      const digest = hash.digest()
      return { words: wordsOf(digest), hex: toHex(digest) }
    },
  }
}

/** A public key as six words, for two people to compare by voice: of the SHA-256 of a line of its own and the raw key. */
export function keyWordsOf(crypto: Crypto, publicKey: Uint8Array): Fingerprint['words'] {
  return wordsOf(crypto.sha256(new TextEncoder().encode('ibcf.key.v1\n'), publicKey))
}

function wordsOf(digest: Uint8Array): Fingerprint['words'] {
  return [word(digest, 0), word(digest, 1), word(digest, 2), word(digest, 3), word(digest, 4), word(digest, 5)]
}

/** The word for the 11 bits at `11 * index`; the list has 2,048 words, so each has one. */
function word(digest: Uint8Array, index: number): string {
  const bit = 11 * index
  const at = bit >> 3
  const three = ((digest[at] ?? 0) << 16) | ((digest[at + 1] ?? 0) << 8) | (digest[at + 2] ?? 0)
  return wordlist[(three >> (13 - (bit & 7))) & 0x7ff] as string
}
