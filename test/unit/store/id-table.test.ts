import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../core/kernel/hex.ts'
import { createIdTable } from '../../../core/store/id-table.ts'

/** Ids that differ in a single byte, wherever it is, among others. */
const id = fc.oneof(
  fc.tuple(fc.nat({ max: 15 }), fc.nat({ max: 3 })).map(([at, value]) => new Uint8Array(16).fill(value, at, at + 1)),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
)

describe('the numbers of ids', () => {
  it('[ST12] are the ones that were given, however many there are', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 1000 }), (ids) => {
        const table = createIdTable(100_000)
        const numbers = new Map<string, number>()
        for (const bytes of ids) {
          const name = toHex(bytes)
          expect(table.get(bytes, 0)).toBe(numbers.get(name) ?? 0)
          if (numbers.has(name)) continue
          numbers.set(name, numbers.size + 1)
          table.set(bytes, 0, numbers.size)
        }
        for (const bytes of ids) expect(table.get(new Uint8Array([9, ...bytes]), 1)).toBe(numbers.get(toHex(bytes)))
        table.clear()
        for (const bytes of ids) expect(table.get(bytes, 0)).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it('[ST12] are forgotten when there are too many, and met anew', () => {
    const table = createIdTable(1000)
    const idOf = (number: number): Uint8Array => {
      const bytes = new Uint8Array(16)
      new DataView(bytes.buffer).setUint32(12, number)
      return bytes
    }
    for (let number = 1; number <= 1001; number++) table.set(idOf(number), 0, number)
    expect([1, 1000, 1001].map((number) => table.get(idOf(number), 0))).toEqual([0, 0, 1001])
  })
})
