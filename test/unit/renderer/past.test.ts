import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { justAfter, momentProblem, readMoment, writeMoment } from '../../../renderer/features/past/model.ts'
import { happenedBy, type TimelineEntry } from '../../../renderer/layers/node/model.ts'

const now = Date.parse('2026-03-01T12:00:00.000Z')

describe('an instant of the past', () => {
  it('[UI34] is read as it was written, in the time of the machine and in UTC', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), fc.boolean(), (seconds, isUtc) => {
        const at = new Date(seconds * 1_000).toISOString()
        const read = readMoment(writeMoment(at, isUtc), isUtc)
        // Where clocks are set back, an hour is there twice in the time of the machine.
        expect(isUtc ? read : writeMoment(read ?? '', false)).toBe(isUtc ? at : writeMoment(at, false))
      }),
    )
  })

  it('[UI34] is none while it is not whole, and not one that is to come', () => {
    for (const text of ['', '2026', '2026-03-01', '2026-13-01T10:00', 'T10:00']) expect(readMoment(text, true)).toBeNull()
    expect(readMoment('2026-03-01T10:00', true)).toBe('2026-03-01T10:00:00.000Z')
    expect(momentProblem(null, now)).toBe('not-an-instant')
    expect(momentProblem('2026-03-01T12:00:01.000Z', now)).toBe('in-the-future')
    expect(momentProblem('2026-03-01T12:00:00.000Z', now)).toBeNull()
  })

  it('[UI34] just after something is never later than now', () => {
    expect(justAfter('2026-03-01T11:00:00.000Z', now)).toBe('2026-03-01T11:00:01.000Z')
    expect(Date.parse(justAfter('2026-03-01T12:00:00.000Z', now))).toBeLessThan(now)
  })

  it('[UI34] a timeline of then has what had happened by then', () => {
    const entries = ['2026-03-01T11:00:00.000Z', '2026-03-01T10:00:00.000Z'].map((time) => ({ time }) as TimelineEntry)
    expect(happenedBy(entries, null)).toHaveLength(2)
    expect(happenedBy(entries, '2026-03-01T10:30:00Z').map(({ time }) => time)).toEqual(['2026-03-01T10:00:00.000Z'])
  })
})
