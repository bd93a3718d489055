/** The common filter and its facets, against looking at every node. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { facetDimensions, facetsAnswer, type FleetFilter } from '../../../../core/contract/filter.ts'
import { nodePage } from '../../../../core/contract/nodes.ts'
import { connectivityModes, healths, nodeKinds, phases } from '../../../../core/fleet/node/node-record.ts'
import type { NodeId } from '../../../../core/kernel/ids.ts'
import { desiredPolicies } from '../../../../core/app/queries/desired-policy.ts'
import { readDomainTree } from '../../../../core/app/queries/domain-tree.ts'
import { isOfFleet, type NodeView, readNodeViews, shownMode } from '../../../../core/app/queries/node-view.ts'
import { createTestIsland, readPages, type TestIsland } from '../../../helpers/island.ts'

const tags = ['pump', 'ship', 'north', 'spare']
const hour = 3_600_000

type Made = {
  readonly island: TestIsland
  readonly domains: readonly string[]
  readonly policies: readonly string[]
  readonly marks: readonly string[]
}

/** Sixty nodes, no two alike, over three domains; some heard otherwise than their events say. */
async function makeIsland(): Promise<Made> {
  const island = await createTestIsland()
  const north = island.makeDomain('North')
  const domains = [island.rootId, north, island.makeDomain('Cell', north)]
  const policies = [island.makePolicy('Pumps', { targetVersion: '1.0.0' }), island.makePolicy('Ships', { targetVersion: '2.0.0' })]
  island.assign(policies[0] ?? '')
  island.assign(policies[1] ?? '', domains[2])
  const marks = [island.now()]
  for (let number = 0; number < 60; number++) {
    const node = island.makeNode({
      name: `node ${number % 7} ${number % 2 === 0 ? 'Ost' : 'Öst'}`,
      kind: nodeKinds[(number * 3) % nodeKinds.length] ?? 'EDGE',
      tags: tags.filter((_tag, at) => (number >> at) % 2 === 1),
      domainId: domains[number % 3] ?? island.rootId,
      serial: number % 4 === 0 ? `SN-${number}` : null,
      ...(number % 11 === 0 ? { until: 'ENROLLED' as const } : {}),
    })
    if (number % 5 > 0) island.assess(node, connectivityModes[(number * 5) % connectivityModes.length] ?? 'LIVE')
    if (number % 3 === 0) island.report(node, 'ibcf.health.changed.v1', { from: 'UNKNOWN', to: healths[number % 4] ?? 'OK', detail: '' })
    if (number % 4 === 1) island.heard(node, { health: healths[(number >> 2) % 4] ?? 'OK' })
    if (number % 13 === 0) island.movePhase(node, 'QUARANTINED', 'operator-quarantine')
    if (number % 6 === 5) {
      island.advance(hour)
      marks.push(island.now())
    }
  }
  return { island, domains, policies, marks }
}

function filtersOf({ domains, policies, marks }: Made): fc.Arbitrary<FleetFilter> {
  const part = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
  const some = <Value>(values: readonly Value[]) => fc.subarray([...values], { minLength: 1 })
  return fc
    .record({
      domainId: part(fc.constantFrom(...domains)),
      tags: part(some(tags)),
      anyTags: part(some([...tags, 'nobody'])),
      policyBundleId: part(fc.constantFrom(...policies)),
      modes: part(some(connectivityModes)),
      phases: part(some(phases)),
      healths: part(some(healths)),
      kinds: part(some(nodeKinds)),
      from: part(fc.constantFrom(...marks)),
      to: part(fc.constantFrom(...marks)),
      text: part(fc.constantFrom('node 3', 'öst', 'OST', 'sn-4', 'none such')),
    })
    .map((filter) => JSON.parse(JSON.stringify(filter)) as FleetFilter)
}

/** What the filter means, node by node. */
function naive({ island }: Made, filter: FleetFilter): NodeView[] {
  const { domainId, tags: all, anyTags, policyBundleId, modes, phases: wanted, healths: shown, kinds, from, to, text } = filter
  const desiredIn = desiredPolicies(island.model)
  const within = domainId === undefined ? undefined : readDomainTree(island.model).find(({ id }) => id === domainId)?.subtreeIds
  return readNodeViews(island.model, { kind: 'phases', phases: [...phases] }).filter((view) => {
    const movedAt = [view.phaseSince, view.modeSince ?? ''].sort().at(-1) ?? ''
    return (
      (isOfFleet(view) || wanted?.includes(view.phase) === true) &&
      (within === undefined || within.includes(view.domainId)) &&
      (all === undefined || all.every((tag) => view.tags.includes(tag))) &&
      (anyTags === undefined || anyTags.some((tag) => view.tags.includes(tag))) &&
      (policyBundleId === undefined || desiredIn(view.domainId).of(view)?.policyBundleId === policyBundleId) &&
      (modes === undefined || (isOfFleet(view) && modes.includes(shownMode(view)))) &&
      (wanted === undefined || wanted.includes(view.phase)) &&
      (shown === undefined || shown.includes(view.health)) &&
      (kinds === undefined || kinds.includes(view.kind)) &&
      (from === undefined || movedAt >= from) &&
      (to === undefined || movedAt < to) &&
      (text === undefined || [view.name, view.id, view.serial ?? ''].some((field) => field.toLowerCase().includes(text.toLowerCase())))
    )
  })
}

const ids = (views: readonly { readonly id: string }[]): string[] => views.map(({ id }) => id).sort()

describe('the common filter', () => {
  it('[QY40] [QY42] lets through of nodes what it says, in pages of any size, with a total that is right or said to be a bound', async () => {
    const made = await makeIsland()
    using island = made.island
    fc.assert(
      fc.property(filtersOf(made), fc.integer({ min: 1, max: 70 }), (filter, limit) => {
        const expected = ids(naive(made, filter))
        expect(ids(readPages((cursor) => island.queries.nodes({ ...filter, limit, ...cursor })))).toEqual(expected)
        const { total, isTotalExact } = nodePage.parse(island.queries.nodes({ ...filter, limit }))
        if (isTotalExact === true) expect(total).toBe(expected.length)
        else expect(total).toBeLessThanOrEqual(expected.length)
      }),
      { numRuns: 150 },
    )
  })

  it('[QY44] counts by facets what each further choice would leave', async () => {
    const made = await makeIsland()
    using island = made.island
    const ofFleet = filtersOf(made).map(({ phases: wanted, ...filter }): FleetFilter => {
      const left = wanted?.filter((phase) => phase !== 'PROVISIONING' && phase !== 'RETIRED') ?? []
      return left.length === 0 ? filter : { ...filter, phases: left }
    })
    const parts = { mode: 'modes', phase: 'phases', health: 'healths', kind: 'kinds', policy: 'policyBundleId' } as const
    fc.assert(
      fc.property(ofFleet, (filter) => {
        const answer = facetsAnswer.parse(island.queries.facets({ ...filter, of: facetDimensions }))
        expect(answer).toMatchObject({ total: naive(made, filter).length, isTotalExact: true })
        for (const { dimension, values, isExact } of answer.facets) {
          expect(isExact).toBe(true)
          for (const { value, nodes } of values) {
            const { tags: _tags, anyTags: _any, ...untagged } = filter
            const asked: FleetFilter =
              dimension === 'tag'
                ? { ...untagged, tags: [value] }
                : dimension === 'domain'
                  ? { ...filter, domainId: value }
                  : { ...filter, [parts[dimension]]: dimension === 'policy' ? value : [value] }
            expect({ dimension, value, nodes }).toEqual({ dimension, value, nodes: naive(made, asked).length })
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('[QY43] lists nodes as they were, by what was so then', async () => {
    const made = await makeIsland()
    using island = made.island
    const then = island.now()
    const before = new Map(island.queries.nodes({ limit: 500 }).items.map((row) => [row.id, row.mode]))
    island.advance(hour)
    const [first, second] = [...before.keys()] as NodeId[]
    if (first === undefined || second === undefined) throw new Error('the island is empty')
    island.assess(first, before.get(first) === 'LIVE' ? 'DELAYED' : 'LIVE')
    island.makeNode({ name: 'came later' })
    const past = nodePage.parse(island.queries.nodes({ limit: 500, asOf: then }))
    expect(new Map(past.items.map((row) => [row.id, row.mode]))).toEqual(before)
    const liveThen = past.items.filter(({ mode, domainId }) => mode === 'LIVE' && domainId === made.domains[2])
    const cell = { domainId: made.domains[2], modes: ['LIVE' as const], asOf: then }
    expect(ids(readPages((cursor) => island.queries.nodes({ ...cell, limit: 2, ...cursor })))).toEqual(ids(liveThen))
    expect(() => island.queries.nodes({ limit: 1, asOf: then, cursor: island.newId() })).toThrow(
      expect.objectContaining({ code: 'CURSOR_MALFORMED' }),
    )
  })

  it('[QY43] refuses the past of more nodes than one answer can fold', async () => {
    using island = await createTestIsland()
    const cell = island.makeDomain('Cell')
    const inCell = island.makeNode({ domainId: cell })
    for (let number = 0; number < 500; number++) island.makeNode({ until: 'ENROLLED' })
    const asOf = island.now()
    expect(() => island.queries.nodes({ limit: 10, asOf })).toThrow(
      expect.objectContaining({ code: 'AS_OF_TOO_WIDE', facts: expect.objectContaining({ most: 500 }) as unknown }),
    )
    // Who moved away since cannot be found by the domain alone.
    expect(island.queries.nodes({ limit: 10, asOf, domainId: cell })).toMatchObject({ items: [{ id: inCell }], isTotalExact: false })
  })

  it('[QY43] refuses the past of lists that have none, and says why', async () => {
    using island = await createTestIsland()
    const { queries } = island
    const asOf = island.now()
    for (const ask of [
      () => queries.attentionPage({ asOf }),
      () => queries.commands({ asOf, limit: 1 }),
      () => queries.domains({ asOf }),
      () => queries.enrolments({ asOf }),
      () => queries.facets({ asOf }),
      () => queries.relays({ asOf }),
      () => queries.rollouts({ asOf }),
      () => queries.sessions({ asOf }),
    ])
      expect(ask).toThrow(expect.objectContaining({ code: 'AS_OF_UNSUPPORTED' }))
  })

  it('[QY40] narrows the inbox to the nodes that it lets through, worst first', async () => {
    const made = await makeIsland()
    using island = made.island
    const all = island.queries.attentionPage({ limit: 200 }).items
    expect(all.length).toBeGreaterThan(30)
    fc.assert(
      fc.property(filtersOf(made), ({ from: _from, to: _to, ...filter }) => {
        const wanted = new Set<string>(naive(made, filter).map(({ id }) => id))
        const { items, isComplete } = island.queries.attentionPage({ ...filter, limit: 200 })
        expect(isComplete).toBe(true)
        const isNarrow = Object.keys(filter).length > 0
        expect(items.map(({ id }) => id)).toEqual(
          all.filter(({ nodeId }) => !isNarrow || (nodeId !== null && wanted.has(nodeId))).map(({ id }) => id),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('[QY40] pages requests to join, those that wait first, by what they ask', async () => {
    using island = await createTestIsland()
    const made = Array.from({ length: 12 }, (_, number) => {
      island.advance(hour)
      return island.makeNode({
        name: `asks ${number}`,
        tags: number % 2 === 0 ? ['pump'] : ['ship'],
        until: (['PENDING', 'REFUSED', 'ACTIVE'] as const)[number % 3] ?? 'PENDING',
      })
    })
    const whole = island.queries.enrolments()
    expect(whole.total).toBe(12)
    expect(whole.items.map(({ status }) => status === 'PENDING')).toEqual([...Array(4).fill(true), ...Array(8).fill(false)])
    for (const limit of [1, 3, 5]) {
      const paged = readPages((cursor) => ({ ...island.queries.enrolments({ limit, ...cursor }) }))
      expect(paged.map(({ nodeId }) => nodeId)).toEqual(whole.items.map(({ nodeId }) => nodeId))
    }
    expect(island.queries.enrolments({ tags: ['pump'], status: 'PENDING' }).items.map(({ nodeId }) => nodeId)).toEqual([made[6], made[0]])
    expect(island.queries.enrolments({ text: 'ASKS 11' }).items.map(({ nodeId }) => nodeId)).toEqual([made[11]])
    expect(() => island.queries.enrolments({ cursor: 'nobody' })).toThrow(expect.objectContaining({ code: 'CURSOR_MALFORMED' }))
  })

  it('[QY40] narrows the tree of domains by name, subtree and what is in it', async () => {
    const made = await makeIsland()
    using island = made.island
    const names = (input: Parameters<typeof island.queries.domains>[0]) => island.queries.domains(input).items.map(({ name }) => name)
    expect(names({ domainId: made.domains[1] ?? '' })).toEqual(['North', 'Cell'])
    expect(names({ text: 'cel' })).toEqual(['Cell'])
    expect(names({ phases: ['RETIRED'] })).toEqual([])
    const first = island.queries.domains({ limit: 1 })
    expect(first).toMatchObject({ items: [{ name: 'Island' }], total: 3 })
    expect(names({ limit: 5, cursor: first.next ?? '' })).toEqual(['North', 'Cell'])
  })
})
