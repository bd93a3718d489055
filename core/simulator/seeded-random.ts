/** Randomness that is the same for the same seed (sfc32, from PractRand). Never for keys of anything but a simulated world. */
import type { Random } from '../kernel/ports.ts'

export type SeededRandom = Random & {
  /** A stream of its own: what is drawn from it shifts nothing elsewhere. */
  readonly fork: (name: string) => SeededRandom
  /** From `least` to below `most`. */
  readonly between: (least: number, most: number) => number
  /** True this often, 0..1. */
  readonly chance: (share: number) => boolean
  /** One of them; undefined when there is none. */
  readonly pick: <Item>(items: readonly Item[]) => Item | undefined
}

export function createSeededRandom(seed: string): SeededRandom {
  let [a, b, c, counter] = hashOf(seed)
  const next32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  // The first draws still show the seed.
  for (let round = 0; round < 12; round++) next32()
  const next = (): number => next32() / 2 ** 32
  return {
    next,
    bytes: (length) => Uint8Array.from({ length }, () => next32() & 255),
    fork: (name) => createSeededRandom(`${seed}/${name}`),
    between: (least, most) => least + next() * (most - least),
    chance: (share) => next() < share,
    pick: (items) => items[Math.floor(next() * items.length)],
  }
}

/** Four words of state from any text (FNV-1a with four bases, and a finish that spreads). */
function hashOf(text: string): [number, number, number, number] {
  const word = (basis: number): number => {
    let hash = basis
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return (hash ^ (hash >>> 16)) | 0
  }
  return [word(0x811c9dc5), word(0x9747b28c), word(0x2545f491), word(0x6c078965) | 1]
}
