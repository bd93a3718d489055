import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs, notBefore, spread } from '../../../core/agent/pace.ts'
import type { Random } from '../../../core/kernel/ports.ts'

const always = (value: number): Random => ({ next: () => value, bytes: (length) => new Uint8Array(length) })

describe('pace of asking again', () => {
  it('[AG12] doubles from half a second to its longest', () => {
    expect([1, 2, 3, 4, 99].map((attempt) => backoffMs(always(1), attempt, 3000))).toEqual([500, 1000, 2000, 3000, 3000])
  })

  it('[AG12] is spread, so that many nodes do not come back in one instant, and never too soon after a Retry-After', () => {
    const share = fc.double({ min: 0, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(share, fc.integer({ min: 1, max: 100_000 }), (value, ms) => {
        const [spreadMs, laterMs] = [spread(always(value), ms), notBefore(always(value), ms)]
        return spreadMs >= Math.floor(ms / 2) && spreadMs <= ms && laterMs >= ms && laterMs <= Math.ceil(ms * 1.5)
      }),
    )
    expect(spread(always(0), 1000)).not.toBe(spread(always(0.9), 1000))
  })
})
