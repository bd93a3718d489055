/** Randomness of the operating system. */
import { randomBytes } from 'node:crypto'
import type { Random } from '../kernel/ports.ts'

export function createRandom(): Random {
  return {
    bytes: (length) => new Uint8Array(randomBytes(length)),
    // 48 bits: exact in a double, and enough for identifiers and jitter.
    next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  }
}
