import { describe, expect, it } from 'vitest'
import { rankDebt } from '../../../../core/app/debt/rank-debt.ts'
import { debtRanking } from '../../../../core/contract/debt.ts'
import type { ConnectivityMode } from '../../../../core/fleet/node/node-record.ts'
import { createTestIsland, type TestIsland } from '../../../helpers/island.ts'

function away(island: TestIsland, node: ReturnType<TestIsland['makeNode']>, mode: ConnectivityMode): void {
  island.assess(node, mode)
}

const byName = (a: readonly unknown[], b: readonly unknown[]): number => String(a[0]).localeCompare(String(b[0]))

describe('who is behind', () => {
  it('[DE1] is ranked by domain below, tag and relay, a node with two tags under both', async () => {
    using island = await createTestIsland()
    const north = island.makeDomain('North')
    const south = island.makeDomain('South')
    const relay = island.makeNode({ name: 'mast', kind: 'RELAY' })
    const pump = island.makeNode({ name: 'pump', domainId: north, tags: ['pump', 'wet'], viaId: relay })
    const ship = island.makeNode({ name: 'ship', domainId: south, tags: ['ship'] })
    const here = island.makeNode({ name: 'here', tags: [] })
    for (const node of [relay, pump, ship, here]) away(island, node, 'LIVE')
    island.advance(3_600_000)
    away(island, pump, 'AUTONOMOUS')
    away(island, ship, 'DISCONNECTED')
    const by = (dimension: 'domain' | 'tag' | 'policy' | 'relay') =>
      debtRanking
        .parse(rankDebt(island.model, { domainId: island.rootId, by: dimension }))
        .rows.map(({ name, nodesBehind }) => [name, nodesBehind])
    expect(by('domain').toSorted(byName)).toEqual([
      ['North', 1],
      ['South', 1],
    ])
    expect(by('tag').toSorted(byName)).toEqual([
      ['pump', 1],
      ['ship', 1],
      ['wet', 1],
    ])
    expect(by('relay')).toEqual(expect.arrayContaining([['mast', 1]]))
    expect(by('policy')).toEqual([[null, 2]])
  })

  it('[DE2] looks at the worst so many, and says that there are more', async () => {
    using island = await createTestIsland()
    for (let at = 0; at < 5; at++) away(island, island.makeNode({ name: `n${String(at)}` }), 'DISCONNECTED')
    const bounded = rankDebt(island.model, { domainId: island.rootId, by: 'domain' }, 3)
    expect({ complete: bounded.isComplete, looked: bounded.lookedAt, behind: bounded.nodesBehind }).toEqual({
      complete: false,
      looked: 3,
      behind: 3,
    })
    expect(rankDebt(island.model, { domainId: island.rootId, by: 'domain' })).toMatchObject({ isComplete: true, nodesBehind: 5 })
    expect(() => rankDebt(island.model, { domainId: island.newId(), by: 'tag' })).toThrow('No such domain')
  })
})
