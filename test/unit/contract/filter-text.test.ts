import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FleetFilter, fleetFilter } from '../../../core/contract/filter.ts'
import { type FilterNames, parseFilter, printFilter } from '../../../core/contract/filter-text.ts'
import { connectivityModes, healths, nodeKinds, phases } from '../../../core/fleet/node/node-record.ts'

const north = '01J00000000000000000000N0R'
const other = '01J0000000000000000000000T'
const policy = '01J0000000000000000000000P'
const domains = new Map([
  ['North', north],
  ['Sea, "far"', other],
])
const names: FilterNames = {
  idOfDomain: (name) => domains.get(name),
  nameOfDomain: (id) => [...domains].find(([, known]) => known === id)?.[0],
  idOfPolicy: (name) => (name === 'pumps' ? policy : undefined),
  nameOfPolicy: (id) => (id === policy ? 'pumps' : undefined),
}

describe('filter as text', () => {
  it('[QY41] reads what a person types', () => {
    const { filter, problems } = parseFilter(
      'domain:North tag:pump,ship mode:autonomous health:DEGRADED ship 7 tag:old from:2026-11-23',
      names,
    )
    expect(problems).toEqual([])
    expect(filter).toEqual({
      domainId: north,
      anyTags: ['pump', 'ship'],
      tags: ['old'],
      modes: ['AUTONOMOUS'],
      healths: ['DEGRADED'],
      from: '2026-11-23T00:00:00.000Z',
      text: 'ship 7',
    })
  })

  it('[QY41] keeps names with spaces, commas and quotation marks in quotation marks', () => {
    const line = printFilter({ domainId: other, policyBundleId: policy, text: 'at 10:30 "the ship"' }, names)
    expect(line).toBe('domain:"Sea, \\"far\\"" policy:pumps "at 10:30 \\"the ship\\""')
    expect(parseFilter(line, names).filter).toEqual({ domainId: other, policyBundleId: policy, text: 'at 10:30 "the ship"' })
  })

  it.each([
    ['mode:LIFE', 'VALUE_UNKNOWN'],
    ['domain:South', 'VALUE_UNKNOWN'],
    ['tag:', 'VALUE_MISSING'],
    ['mode:LIVE mode:DELAYED', 'GIVEN_TWICE'],
    ['domain:North,North', 'GIVEN_TWICE'],
    ['from:2026-02-31', 'VALUE_UNKNOWN'],
    ['"open', 'QUOTE_OPEN'],
    [`tag:${'x'.repeat(101)}`, 'TOO_LONG'],
    ['x'.repeat(201), 'TOO_LONG'],
  ])('[QY41] says what it cannot read of %s and keeps the rest', (line, code) => {
    const { filter, problems } = parseFilter(`${line} health:OK`.replace('"open health:OK', 'health:OK "open'), names)
    expect(problems.map((problem) => problem.code)).toEqual([code])
    expect(filter.healths).toEqual(['OK'])
    expect(fleetFilter.safeParse(filter).success).toBe(true)
  })

  it('[QY41] reads back every filter that it prints', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'B', ':', '"', '\\', ' ', ',', '\t', 'é', '🚢'), maxLength: 20 })
    const tag = text.filter((value) => value.length > 0 && value.length <= 100)
    const some = <Value extends string>(values: readonly Value[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 })
    const at = fc.date({ min: new Date('1971-01-01'), max: new Date('2999-01-01'), noInvalidDate: true }).map((date) => date.toISOString())
    const part = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
    const filters = fc.record({
      domainId: part(fc.constantFrom(north, other, '01J0000000000000000000000X')),
      policyBundleId: part(fc.constantFrom(policy, other)),
      tags: part(fc.uniqueArray(tag, { minLength: 1, maxLength: 3 })),
      anyTags: part(fc.uniqueArray(tag, { minLength: 2, maxLength: 4 })),
      modes: part(some(connectivityModes)),
      phases: part(some(phases)),
      healths: part(some(healths)),
      kinds: part(some(nodeKinds)),
      from: part(at),
      to: part(at),
      asOf: part(at),
      text: part(text.map((value) => value.trim()).filter((value) => value !== '')),
    })
    fc.assert(
      fc.property(filters, (filter) => {
        const read = parseFilter(printFilter(filter as FleetFilter, names), names)
        expect(read.problems).toEqual([])
        expect(read.filter).toEqual(JSON.parse(JSON.stringify(filter)))
        expect(printFilter(read.filter, names)).toBe(printFilter(filter as FleetFilter, names))
      }),
      { numRuns: 500 },
    )
  })

  it('[QY41] never fails over a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (line) => {
        expect(fleetFilter.safeParse(parseFilter(line, names).filter).success).toBe(true)
      }),
    )
  })
})
