import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../core/kernel/hex.ts'
import { createCrypto } from '../../../core/platform/crypto.ts'
import { createSeededRandom } from '../../../core/simulator/seeded-random.ts'

const draws = (seed: string, count: number): number[] => {
  const random = createSeededRandom(seed)
  return Array.from({ length: count }, () => random.next())
}

describe('seeded randomness', () => {
  it('[SM4] is the same for the same seed, and another for another', () => {
    expect(draws('kestrel', 50)).toEqual(draws('kestrel', 50))
    expect(draws('kestrel', 50)).not.toEqual(draws('kestrel2', 50))
    expect(createSeededRandom('a').bytes(32)).toEqual(createSeededRandom('a').bytes(32))
  })

  it('[SM4] has streams of their own, which nothing drawn elsewhere shifts', () => {
    const one = createSeededRandom('s')
    const other = createSeededRandom('s')
    for (let at = 0; at < 10; at++) other.next()
    expect(one.fork('node').next()).toBe(other.fork('node').next())
    expect(one.fork('node').next()).not.toBe(one.fork('link').next())
  })

  it('[SM4] is spread evenly enough, and within what is asked for', () => {
    const random = createSeededRandom('even')
    const counts = Array.from({ length: 10 }, () => 0)
    for (let at = 0; at < 20_000; at++) {
      const place = Math.floor(random.next() * 10)
      counts[place] = (counts[place] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200)
    for (let at = 0; at < 1000; at++) {
      const value = random.between(5, 7)
      expect(value >= 5 && value < 7).toBe(true)
    }
    expect(random.pick([])).toBeUndefined()
    expect(new Set(Array.from({ length: 200 }, () => random.pick(['a', 'b', 'c'])))).toEqual(new Set(['a', 'b', 'c']))
  })

  it('[SM4] makes the key pair that the seed stands for (RFC 8032, 7.1, test 1)', () => {
    const crypto = createCrypto()
    const pair = crypto.keyPairFromSeed(fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'))
    expect(toHex(pair.publicKey)).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
    expect(crypto.verify(pair.publicKey, new Uint8Array(3), crypto.sign(pair.privateKey, new Uint8Array(3)))).toBe(true)
  })
})
