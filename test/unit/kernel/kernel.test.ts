import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDeadlineQueue } from '../../../core/kernel/deadline-queue.ts'
import { formatHlc, maxAheadMs, mergeHlc, readHlc, tickHlc } from '../../../core/kernel/hlc.ts'
import { bytesToUlid, createUlidSource, isUlid, parseId, ulidToBytes } from '../../../core/kernel/ids.ts'
import { createRandom } from '../../../core/platform/random.ts'

describe('ids', () => {
  it('[KN1] only grow, also when the wall clock steps back, and sort alike as text and as bytes', () => {
    let now = 1_800_000_000_000
    const next = createUlidSource({ now: () => now, monotonic: () => 0 }, createRandom())
    const made: string[] = []
    for (let at = 0; at < 200; at++) {
      now += at % 3 === 0 ? -5000 : 1
      made.push(next())
    }
    expect(made).toEqual([...made].sort())
    expect(new Set(made).size).toBe(200)
    const bytes = made.map((id) => Buffer.from(ulidToBytes(id)))
    for (let at = 1; at < bytes.length; at++) expect(Buffer.compare(bytes[at - 1] as Buffer, bytes[at] as Buffer)).toBe(-1)
    expect(made.map((id) => bytesToUlid(ulidToBytes(id)))).toEqual(made)
  })

  it('[KN1] refuses what is no ULID', () => {
    for (const text of ['', 'x', '8ZZZZZZZZZZZZZZZZZZZZZZZZZ', '01ARZ3NDEKTSV4RRFFQ69G5FAI']) {
      expect(isUlid(text)).toBe(false)
      expect(() => parseId(text)).toThrow(expect.objectContaining({ code: 'ID_MALFORMED' }))
    }
  })
})

describe('the hybrid logical clock', () => {
  it('[KN2] only grows, whatever the wall does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 41 }), { minLength: 2, maxLength: 50 }), (walls) => {
        let last = tickHlc(undefined, walls[0] ?? 0)
        for (const wall of walls) {
          const next = tickHlc(last, wall)
          expect(next > last).toBe(true)
          last = next
        }
      }),
    )
    expect(tickHlc(formatHlc(5, 0xffff), 1)).toBe(formatHlc(6, 0))
  })

  it('[KN2] follows what it sees elsewhere, but not into the far future', () => {
    const now = 1_800_000_000_000
    expect(readHlc(mergeHlc(formatHlc(now, 0), formatHlc(now + 1000, 7), now))).toEqual({ ms: now + 1000, counter: 8 })
    expect(readHlc(mergeHlc(formatHlc(now, 0), formatHlc(now + maxAheadMs + 1, 0), now)).ms).toBe(now)
    expect(() => readHlc('soon')).toThrow(expect.objectContaining({ code: 'HLC_MALFORMED' }))
  })
})

it('[KN3] finds the earliest deadline, and forgets the ones that were moved or removed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined })), {
        maxLength: 300,
      }),
      (settings) => {
        const queue = createDeadlineQueue<number>()
        const expected = new Map<number, number>()
        for (const [key, at] of settings) {
          queue.set(key, at)
          if (at === undefined) expected.delete(key)
          else expected.set(key, at)
        }
        expect(queue.size()).toBe(expected.size)
        expect(queue.next()).toBe(expected.size === 0 ? undefined : Math.min(...expected.values()))
        const taken: number[] = []
        for (let key = queue.takeDue(500); key !== undefined; key = queue.takeDue(500)) taken.push(key)
        expect(taken.sort((a, b) => a - b)).toEqual(
          [...expected]
            .filter(([, at]) => at <= 500)
            .map(([key]) => key)
            .sort((a, b) => a - b),
        )
      },
    ),
  )
})
