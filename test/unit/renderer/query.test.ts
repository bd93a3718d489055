import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFilter } from '../../../renderer/features/nodes/filter.ts'
import { isQueryLine, namesFrom, readLine, toSelector, writeLine } from '../../../renderer/features/query/model.ts'

const [root, north, twinA, twinB, policy] = [
  '01ARZ3NDEKTSV4RRFFQ69G5FA0',
  '01ARZ3NDEKTSV4RRFFQ69G5FA1',
  '01ARZ3NDEKTSV4RRFFQ69G5FA2',
  '01ARZ3NDEKTSV4RRFFQ69G5FA3',
  '01ARZ3NDEKTSV4RRFFQ69G5FA4',
] as const
const names = namesFrom(
  [
    { id: root, name: 'Island' },
    { id: north, name: 'Pit North' },
    { id: twinA, name: 'Twin' },
    { id: twinB, name: 'Twin' },
  ],
  [{ id: policy, name: 'Base', version: '2.7.0' }],
)

describe('a query', () => {
  it('[UI45] is one line that reads back as the same query', () => {
    const filter = fc.record({
      modes: fc.subarray(['LIVE', 'AUTONOMOUS', 'REPLAYING']),
      healths: fc.subarray(['OK', 'FAILED']),
      kinds: fc.subarray(['EDGE', 'RELAY']),
      phases: fc.subarray(['ACTIVE', 'QUARANTINED']),
      tags: fc.uniqueArray(fc.stringMatching(/^[a-z ":,\\]{1,8}$/), { maxLength: 3 }),
      anyTags: fc.constantFrom([], ['a', 'b']),
      policy: fc.constantFrom('', policy),
      from: fc.constantFrom('', '2026-01-01T00:00:00.000Z'),
      text: fc.constantFrom('', 'ship 7', 'a:b "c"'),
    })
    fc.assert(
      fc.property(filter, fc.constantFrom(root, north, twinA), (given, domainId) => {
        const place = { domainId, filter: readFilter(given) }
        const read = readLine(writeLine(place, names), names, root)
        expect(read).toEqual({ place, problems: [] })
      }),
    )
  })

  it('[UI45] goes by names where they are one thing alone, and says what it could not read while the rest holds', () => {
    expect(writeLine({ domainId: north, filter: readFilter({ policy }) }, names)).toBe('domain:"Pit North" policy:"Base 2.7.0"')
    expect(readLine('domain:twin mode:AUTONOMOUS', names, root)).toMatchObject({
      place: { domainId: root, filter: { modes: ['AUTONOMOUS'] } },
      problems: [{ code: 'VALUE_UNKNOWN' }],
    })
    expect(readLine('mode:LIVE asof:2026-01-01', names, root).problems).toEqual([{ code: 'NOT_HERE', at: 10, word: 'asof' }])
    expect([isQueryLine('ship 7'), isQueryLine('mode:LIVE'), isQueryLine('a tag:x')]).toEqual([false, true, true])
  })

  it('[UI45] becomes a batch by what nodes are, and none by text or time', () => {
    expect(toSelector({ domainId: root, filter: readFilter({ tags: ['a'], anyTags: ['b', 'c'], policy, kinds: ['EDGE'] }) })).toEqual({
      kind: 'selector',
      selector: { domainId: root, kinds: ['EDGE'], tagsAll: ['a'], tagsAny: ['b', 'c'], policyBundleIds: [policy] },
    })
    expect(toSelector({ domainId: root, filter: readFilter({ text: 'x' }) })).toEqual({ kind: 'barred', by: 'text' })
    expect(toSelector({ domainId: root, filter: readFilter({ from: '2026-01-01T00:00:00Z' }) })).toEqual({ kind: 'barred', by: 'time' })
  })
})
