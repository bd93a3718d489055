/** The cache that queries remember in. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBoundedCache } from '../../../../core/app/queries/bounded-cache.ts'

describe('a bounded cache', () => {
  it('[QY16] forgets what was asked for longest ago', () => {
    const cache = createBoundedCache<number>(3)
    for (const [number, key] of ['a', 'b', 'c'].entries()) cache.set(key, number)
    expect(cache.get('a')).toBe(0)
    cache.set('d', 3)
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual([0, undefined, 2, 3])
  })

  it('[QY16] weighs what it holds, and does not take what is heavier than all of it', () => {
    const cache = createBoundedCache<string>(10)
    cache.set('heavy', 'x', 8)
    cache.set('light', 'y', 2)
    cache.set('heavy', 'z', 9)
    expect([cache.get('heavy'), cache.get('light')]).toEqual(['z', undefined])
    cache.set('heavy', 'too much', 11)
    expect(cache.get('heavy')).toBeUndefined()
  })

  it('[QY16] never answers anything but what was put last, and never holds more than its bound', () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), weight: fc.integer({ min: 1, max: 6 }), isRead: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = createBoundedCache<number>(8)
        const put = new Map<string, { readonly value: number; readonly weight: number }>()
        for (const [value, { key, weight, isRead }] of steps.entries()) {
          if (isRead) {
            const found = cache.get(key)
            expect(found === undefined || found === put.get(key)?.value).toBe(true)
          } else {
            cache.set(key, value, weight)
            put.set(key, { value, weight })
            expect(cache.get(key)).toBe(value)
          }
          const held = [...put].filter(([name]) => cache.get(name) !== undefined)
          expect(held.reduce((sum, [, { weight: each }]) => sum + each, 0)).toBeLessThanOrEqual(8)
        }
      }),
    )
  })
})
