/** Domains: their tree, what they inherit, who holds them. */
import { describe, expect, it } from 'vitest'
import { authorityOf, controllersOf } from '../../../../core/app/queries/authority-view.ts'
import { readDomainTree } from '../../../../core/app/queries/domain-tree.ts'
import { thresholdsOf } from '../../../../core/app/queries/thresholds.ts'
import { defaultThresholds } from '../../../../core/fleet/connectivity/assess.ts'
import type { MasterId } from '../../../../core/kernel/ids.ts'
import { createTestIsland, type TestIsland } from '../../../helpers/island.ts'

function drawnTree(island: TestIsland): string[] {
  return readDomainTree(island.model).map(({ depth, name }) => `${'  '.repeat(depth)}${name}`)
}

function grant(island: TestIsland, domainId: string, masterId: MasterId, epoch: number, until: string | null = null): void {
  island.decide('ibcf.authority.granted.v1', domainId, { masterId, level: 'LOCAL', epoch, until, right: 'grant' }, { domain: domainId })
}

function makeMaster(island: TestIsland, name: string): MasterId {
  const masterId = island.newId() as unknown as MasterId
  island.decide('ibcf.master.created.v1', masterId, { name, level: 'LOCAL', keyId: '', publicKey: '' }, { by: masterId })
  return masterId
}

describe('the tree of domains', () => {
  it('[QY1] has parents before children and siblings by name', async () => {
    using island = await createTestIsland()
    const south = island.makeDomain('South')
    const north = island.makeDomain('North')
    island.makeDomain('Quay', south)
    island.makeDomain('Mast', north)
    island.makeDomain('Dock', south)
    expect(drawnTree(island)).toEqual(['Island', '  North', '    Mast', '  South', '    Dock', '    Quay'])
    expect(readDomainTree(island.model)[0]?.subtreeIds).toHaveLength(6)
  })

  it('[QY1] puts a domain whose parent is not held, and each ring of parents, at the top, once', async () => {
    using island = await createTestIsland()
    const [a, b] = [island.newId(), island.newId()]
    island.makeDomain('Orphan', island.newId())
    island.decide('ibcf.domain.created.v1', a, { name: 'Ring A', parentId: b, level: 'LOCAL', thresholds: {} })
    island.decide('ibcf.domain.created.v1', b, { name: 'Ring B', parentId: a, level: 'LOCAL', thresholds: {} })
    expect(drawnTree(island)).toEqual(['Island', 'Orphan', 'Ring A', '  Ring B'])
    expect(island.queries.domain(a).path.map(({ name }) => name)).toEqual(['Ring B', 'Ring A'])
  })

  it('[QY2] inherits thresholds one by one, over the defaults', async () => {
    using island = await createTestIsland()
    const region = island.makeDomain('Region', island.rootId, { thresholds: { slowRttMs: 900, slowLossPct: 5 } })
    const cluster = island.makeDomain('Cluster', region, { thresholds: { slowLossPct: 9 } })
    const cell = island.makeDomain('Cell', cluster)
    expect(thresholdsOf(island.model, cell)).toEqual({
      thresholds: { ...defaultThresholds, slowRttMs: 900, slowLossPct: 9 },
      fromDomainId: cluster,
    })
    expect(thresholdsOf(island.model, island.rootId)).toEqual({ thresholds: defaultThresholds, fromDomainId: island.rootId })
    island.decide('ibcf.domain.configured.v1', cell, { thresholds: { delayedAfterS: 40 } })
    expect(thresholdsOf(island.model, cell)).toEqual({
      thresholds: { ...defaultThresholds, slowRttMs: 900, slowLossPct: 9, delayedAfterS: 40 },
      fromDomainId: cell,
    })
  })
})

describe('authority over a domain', () => {
  it('[QY3] is inherited from the nearest grant upwards', async () => {
    using island = await createTestIsland()
    const region = island.makeDomain('Region')
    const cell = island.makeDomain('Cell', region)
    const since = island.now()
    expect(authorityOf(island.model, cell)).toEqual({
      masterId: island.masterId,
      masterName: 'Harbour',
      level: 'REGION',
      epoch: 1,
      since,
      grantedAtDomainId: island.rootId,
      standing: 'held-here',
    })
    const other = makeMaster(island, 'Lighthouse')
    grant(island, region, other, 2)
    expect(authorityOf(island.model, cell)).toMatchObject({
      masterName: 'Lighthouse',
      level: 'LOCAL',
      epoch: 2,
      grantedAtDomainId: region,
      standing: 'held-elsewhere',
    })
    expect(authorityOf(island.model, island.rootId).standing).toBe('held-here')
  })

  it('[QY3] is contested when two masters hold the highest epoch, and names them both', async () => {
    using island = await createTestIsland()
    const region = island.makeDomain('Region')
    const [one, two] = [makeMaster(island, 'One'), makeMaster(island, 'Two')]
    grant(island, region, one, 2)
    grant(island, region, two, 2)
    expect(authorityOf(island.model, region)).toMatchObject({ masterName: 'One', epoch: 2, standing: 'contested' })
    expect(controllersOf(island.model, region)).toEqual([one, two])
    expect(island.queries.overview().authority).toEqual({ heldHere: 1, heldElsewhere: 0, contested: 1, nobody: 0 })
  })

  it('[QY3] is nobody when the grant has run out, and does not go back to an earlier holder', async () => {
    using island = await createTestIsland()
    const region = island.makeDomain('Region')
    const other = makeMaster(island, 'Other')
    grant(island, region, island.masterId, 2)
    grant(island, region, other, 3, new Date(island.ports.clock.now() + 1000).toISOString())
    expect(authorityOf(island.model, region).standing).toBe('held-elsewhere')
    island.advance(1000)
    expect(authorityOf(island.model, region)).toEqual({
      masterId: null,
      masterName: null,
      level: null,
      epoch: 3,
      since: null,
      grantedAtDomainId: region,
      standing: 'nobody',
    })
    expect(controllersOf(island.model, region)).toEqual([])
  })

  it('[QY3] is nobody in a domain that nobody was granted', async () => {
    using island = await createTestIsland()
    const orphan = island.makeDomain('Orphan', island.newId())
    expect(authorityOf(island.model, orphan)).toMatchObject({ masterId: null, epoch: null, grantedAtDomainId: null, standing: 'nobody' })
  })
})
