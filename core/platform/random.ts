/** Randomness of the operating system. */
import { randomBytes } from 'node:crypto'
import type { Random } from '../kernel/ports.ts'

/** Asked for at once for many numbers: an identifier takes sixteen, and each question costs more than its bytes. */
const drawnBytes = 6 * 256

export function createRandom(): Random {
  let drawn = Buffer.alloc(0)
  let at = 0
  return {
    // Keys and salts are made of these: never of what was drawn for numbers.
    bytes: (length) => new Uint8Array(randomBytes(length)),
    // 48 bits: exact in a double, and enough for identifiers and jitter.
    next: () => {
      if (at === drawn.length) {
        drawn = randomBytes(drawnBytes)
        at = 0
      }
      const value = drawn.readUIntBE(at, 6) / 2 ** 48
      at += 6
      return value
    },
  }
}
