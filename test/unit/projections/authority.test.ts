/** Decisions have effect only if their master held the domain at their epoch; what is learnt late of that is worked off by and by. */
import { describe, expect, it } from 'vitest'
import { countPowerless, countRejudged, readPowerless, readState } from '../../../core/app/projecting/read-states.ts'
import type { MasterId, NodeId } from '../../../core/kernel/ids.ts'
import type { StoredEvent } from '../../../core/store/stored-event.ts'
import { createTestIsland, type TestIsland } from '../../helpers/island.ts'

/** By the holder of the root, at the next epoch. */
function grant(island: TestIsland, domain: string, masterId: string, epoch: number): StoredEvent {
  return island.decide('ibcf.authority.granted.v1', domain, { masterId, level: 'LOCAL', epoch, until: null, right: 'grant' }, { domain })
}

function quarantine(island: TestIsland, node: NodeId, by: MasterId, domain: string, epoch: number): StoredEvent {
  const data = { from: 'ACTIVE', to: 'QUARANTINED', event: 'operator-quarantine', reason: 'Because.', code: null } as const
  return island.decide('ibcf.lifecycle.transitioned.v1', node, data, { by, domain, changes: { epoch } })
}

function phaseOf(island: TestIsland, node: NodeId): unknown {
  return (readState(island.store.reader, 'lifecycle', node)?.decisions as { readonly phase?: string } | undefined)?.phase
}

describe('authority folds first', () => {
  it('[PJ9] keeps what a master without authority decides, without effect, and lists it', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    const stranger = island.newId() as unknown as MasterId
    quarantine(island, node, stranger, island.rootId, 1)
    // The right master under an epoch that was never given.
    quarantine(island, node, island.masterId, island.rootId, 7)
    expect(phaseOf(island, node)).toBe('ACTIVE')
    expect(readPowerless(island.store.reader, { limit: 10 })).toMatchObject([
      { subject: node, origin: island.masterId, epoch: 7 },
      { subject: node, origin: stranger, epoch: 1 },
    ])
  })

  it('[PJ9] gives it effect when the grant is learnt late, also one for the domain above', async () => {
    using island = await createTestIsland()
    const region = island.makeDomain('Region')
    const site = island.makeDomain('Site', region)
    const node = island.makeNode({ domainId: site })
    const other = island.newId() as unknown as MasterId
    quarantine(island, node, other, site, 2)
    expect([phaseOf(island, node), countPowerless(island.store.reader)]).toEqual(['ACTIVE', 1])
    grant(island, region, other, 2)
    expect([phaseOf(island, node), countPowerless(island.store.reader)]).toEqual(['QUARANTINED', 0])
    expect(island.engine.check(island.store.reader).differing).toEqual([])
  })

  it('[PJ9] keeps the effect of what was decided under the domain above, before one was granted apart', async () => {
    using island = await createTestIsland()
    const site = island.makeDomain('Site')
    const node = island.makeNode({ domainId: site })
    grant(island, site, island.newId(), 2)
    expect(phaseOf(island, node)).toBe('ACTIVE')
    quarantine(island, node, island.masterId, site, 3)
    expect(phaseOf(island, node)).toBe('ACTIVE')
    expect(countPowerless(island.store.reader)).toBe(1)
  })

  it('[PJ9] [PJ10] queues whom a change concerns, serves them marked, and hashes as it will be', async () => {
    using island = await createTestIsland({ engine: { rejudgesAtOnce: 0 } })
    const { engine } = island
    const other = island.newId() as unknown as MasterId
    const nodes = [1, 2, 3].map(() => island.makeNode())
    const bystander = island.makeNode()
    for (const node of nodes) quarantine(island, node, other, island.rootId, 2)
    grant(island, island.rootId, other, 2)
    const { reader } = island.store
    expect([countRejudged(reader), engine.isAnyoneWaiting()]).toEqual([3, true])
    expect(nodes.map((node) => readState(reader, 'lifecycle', node)?.isBeingRejudged)).toEqual([true, true, true])
    expect(readState(reader, 'lifecycle', bystander)?.isBeingRejudged).toBe(false)
    expect(reader.get('SELECT is_being_rejudged FROM nodes WHERE subject = ?', nodes[0] as string)).toEqual({ is_being_rejudged: 1 })
    const hash = engine.stateHash(reader)
    expect(island.store.transact((writer) => engine.settle(writer, 2))).toBe(1)
    expect(engine.stateHash(reader)).toBe(hash)
    expect(island.store.transact((writer) => engine.settle(writer, 2))).toBe(0)
    expect([engine.stateHash(reader), engine.isAnyoneWaiting()]).toEqual([hash, false])
    expect(nodes.map((node) => phaseOf(island, node))).toEqual(['QUARANTINED', 'QUARANTINED', 'QUARANTINED'])
    expect(engine.check(reader)).toMatchObject({ differing: [], stateHash: hash })
  })
})
