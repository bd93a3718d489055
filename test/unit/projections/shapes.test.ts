/** What is checked by hand answers as the schema of its type does. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byHand, fits, schemas } from '../../../core/app/projecting/shapes.ts'

const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('OK', 'FAILED', 'SPLENDID', 'x'.repeat(2000), 'x'.repeat(2001), -1, 0, 100, 101, Number.POSITIVE_INFINITY, null, true),
)
const link = fc.record({ rtt_ms: odd, loss_pct: odd, bandwidth_kbps: odd }, { requiredKeys: [] })
const data = fc.record(
  {
    kind: odd,
    values: fc.oneof(odd, fc.dictionary(fc.string(), fc.oneof(fc.double(), fc.string(), fc.boolean(), odd))),
    isAutonomous: fc.oneof(fc.boolean(), odd),
    from: fc.oneof(fc.constant('OK'), odd),
    to: fc.oneof(fc.constant('FAILED'), odd),
    detail: fc.oneof(fc.string(), odd),
    link: fc.oneof(
      link,
      fc.record({ rtt_ms: fc.double({ min: 0, noNaN: true }), loss_pct: fc.integer({ min: 0, max: 100 }), bandwidth_kbps: fc.nat() }),
    ),
    viaId: odd,
  },
  { requiredKeys: ['kind'] },
)

describe('shapes', () => {
  it.each([...byHand.keys()])('[PJ4] takes of %s what its schema takes', (type) => {
    let taken = 0
    fc.assert(
      fc.property(data, (candidate) => {
        const expected = schemas.get(type)?.data.safeParse(candidate).success
        taken += expected === true ? 1 : 0
        expect(fits(type, candidate)).toBe(expected)
      }),
      { numRuns: 3000 },
    )
    expect(taken).toBeGreaterThan(0)
  })

  it('[PJ4] takes nothing of a type that nobody knows', () => {
    expect(fits('ibcf.mood.changed.v1', {})).toBe(false)
  })
})
