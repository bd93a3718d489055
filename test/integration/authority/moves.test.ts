/** Moving a node between domains of one master and of two, in whatever order the masters hear of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { takeMoves } from '../../../core/agent/authority.ts'
import type { DomainId, NodeId } from '../../../core/kernel/ids.ts'
import { toBase64 } from '../../../core/kernel/hex.ts'
import { createTestNode } from '../../helpers/agent/test-node.ts'
import { act, bring, carry, codeOf, introduce, makeNode, meet, openSeat, type Seat } from '../../helpers/authority/masters.ts'

let hq: Seat
let north: Seat
let site: DomainId
let yard: DomainId
let node: NodeId

const idOf = ({ master }: Seat): string => master.identity.masterId
const placeOf = ({ master }: Seat) => [master.model.lifecycle(node)?.domainId, master.model.placement(node)]
const hashOf = ({ master }: Seat): string => master.engine.stateHash(master.store.reader)
const move = (seat: Seat, toDomainId: string) => act(seat, 'node.move', { nodeId: node, toDomainId, reason: 'Rebuilt elsewhere.' })
const phaseOf = ({ master }: Seat) => master.model.lifecycle(node)?.phase

beforeEach(async () => {
  hq = await openSeat('Headquarters', 'GLOBAL')
  north = await openSeat('North', 'REGION')
  const parentId = hq.master.identity.rootDomainId
  site = act(hq, 'domain.create', { name: 'Site', parentId, level: 'LOCAL' })
  yard = act(hq, 'domain.create', { name: 'Yard', parentId, level: 'LOCAL' })
  node = makeNode(hq, site, 'Pump')
})

afterEach(() => {
  for (const { master } of [hq, north]) master.close()
})

describe('moving a node', () => {
  it('[AU21] lets it go and takes it over at once where both domains are held here, and its placement rises', () => {
    expect(placeOf(hq)).toEqual([site, 0])
    expect(move(hq, yard)).toHaveLength(2)
    const [there, placement] = placeOf(hq)
    expect(there).toBe(yard)
    expect(placement).toBeGreaterThan(0)
    expect(codeOf(() => move(hq, yard))).toBe('MOVE_NOWHERE')
    move(hq, site)
    expect(placeOf(hq)[1]).toBeGreaterThan(Number(placement))
    act(hq, 'node.decommission', { nodeId: node, reason: 'Worn out.' })
    expect(codeOf(() => move(hq, yard))).toBe('NODE_NOT_IN_SERVICE')
    expect(hq.master.engine.check(hq.master.store.reader).isEqual).toBe(true)
  })

  it('[AU21] hands it upward where only the one is held, to be taken over by who holds the other and by nobody else', () => {
    meet(hq, north)
    act(hq, 'authority.grant', { domainId: yard, to: { masterId: idOf(north) }, until: null })
    meet(hq, north)
    expect(codeOf(() => move(north, yard))).toBe('NOT_RELEASED')
    move(hq, yard)
    expect(placeOf(hq)[0]).toBe(hq.master.identity.rootDomainId)
    expect(codeOf(() => move(north, yard))).toBe('NOT_RELEASED')
    carry(hq, north)
    move(north, yard)
    act(north, 'node.quarantine', { nodeId: node, reason: 'Looked at.' })
    meet(hq, north)
    expect([placeOf(hq), phaseOf(hq)]).toEqual([placeOf(north), 'QUARANTINED'])
    expect(placeOf(hq)[0]).toBe(yard)
    expect(hashOf(hq)).toBe(hashOf(north))
    expect(codeOf(() => move(hq, site))).toBe('NOT_RELEASED')
  })

  it('[AU14] what was decided after a move that is not known here waits for it, whatever came first', async () => {
    meet(hq, north)
    act(hq, 'authority.grant', { domainId: yard, to: { masterId: idOf(north) }, until: null })
    meet(hq, north)
    const late = await openSeat('Late', 'LOCAL')
    try {
      carry(hq, late)
      move(hq, yard)
      carry(hq, north)
      move(north, yard)
      act(north, 'node.quarantine', { nodeId: node, reason: 'Looked at.' })
      // North's own log, without that of headquarters which let the node go.
      introduce(north, late)
      bring(north, late, (log) => log.startsWith(idOf(north)))
      expect([placeOf(late)[0], phaseOf(late)]).toEqual([site, 'ACTIVE'])
      carry(hq, late)
      expect([placeOf(late)[0], phaseOf(late)]).toEqual([yard, 'QUARANTINED'])
      meet(hq, north, late)
      expect(new Set([hq, north, late].map(hashOf)).size).toBe(1)
    } finally {
      late.master.close()
    }
  })

  it('[AU14] [AU21] a domain that is given back raises the placement of what is in it, and is held from above again', () => {
    meet(hq, north)
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(north) }, until: null })
    meet(hq, north)
    expect(placeOf(north)).toEqual([site, 1])
    expect(codeOf(() => act(hq, 'node.quarantine', { nodeId: node, reason: 'Mine?' }))).toBe('AUTHORITY_NOT_HELD')
    act(north, 'authority.release', { domainId: site, inherit: true, reason: 'Reached again.' })
    meet(hq, north)
    expect(placeOf(hq)).toEqual([site, 2])
    act(hq, 'node.quarantine', { nodeId: node, reason: 'Mine again.' })
    meet(hq, north)
    expect(phaseOf(north)).toBe('QUARANTINED')
    expect(hashOf(hq)).toBe(hashOf(north))
    expect(codeOf(() => act(hq, 'authority.release', { domainId: hq.master.identity.rootDomainId, inherit: true, reason: 'Up.' }))).toBe(
      'NOTHING_ABOVE',
    )
  })

  it('[AG7] [AU21] a node obeys who holds the domain above once its master has signed that it gave the domain back', async () => {
    meet(hq, north)
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(north) }, until: null })
    meet(hq, north)
    const agent = await createTestNode()
    const parts = { crypto: agent.ports.crypto, store: agent.store, memory: agent.memory, nowMs: agent.ports.clock.now }
    const { publicKey } = north.master.port
    const approval = {
      v: 1 as const,
      nodeId: node,
      domainId: site,
      domainLine: [site, hq.master.identity.rootDomainId],
      masterId: idOf(north),
      masterName: 'North',
      masterPublicKey: toBase64(publicKey),
      placement: 1,
      epoch: 2,
      at: '2026-01-01T00:00:00.000Z',
    }
    agent.store.transact((writer) => {
      agent.memory.put(writer, 'approval', approval)
      agent.memory.put(writer, 'fence', { placement: 1, epoch: 2, masterId: idOf(north) })
    })
    act(north, 'authority.release', { domainId: site, inherit: true, reason: 'Reached again.' })
    carry(north, hq)
    // The master that it obeyed may be gone by then: the other one shows what it signed.
    const moves = hq.master.port.moves?.(site, node) ?? []
    expect(takeMoves(parts, moves)).toBe(true)
    expect(agent.memory.get('fence')).toEqual({ placement: 2, epoch: 1, masterId: idOf(hq) })
    expect(agent.memory.get('approval')).toMatchObject({ domainId: site, masterId: idOf(hq) })
    expect(hq.master.model.placement(node)).toBe(2)
    expect(takeMoves(parts, moves)).toBe(false)
  })

  it('[AG7] [AU21] a node follows a move that the master it obeys has signed, once, and no other', async () => {
    meet(hq, north)
    act(hq, 'authority.grant', { domainId: yard, to: { masterId: idOf(north) }, until: null })
    meet(hq, north)
    move(hq, yard)
    const moves = hq.master.port.moves?.(site, node) ?? []
    expect(moves).toHaveLength(1)
    const agent = await createTestNode()
    const parts = { crypto: agent.ports.crypto, store: agent.store, memory: agent.memory, nowMs: agent.ports.clock.now }
    const { publicKey } = hq.master.port
    const approval = {
      v: 1 as const,
      nodeId: node,
      domainId: site,
      masterId: idOf(hq),
      masterName: 'Headquarters',
      masterPublicKey: toBase64(publicKey),
      placement: 0,
      epoch: 1,
      at: '2026-01-01T00:00:00.000Z',
    } as const
    agent.store.transact((writer) => {
      agent.memory.put(writer, 'approval', approval)
      agent.memory.put(writer, 'fence', { placement: 0, epoch: 1, masterId: idOf(hq) })
    })
    expect(takeMoves(parts, north.master.port.moves?.(site, node) ?? [])).toBe(false)
    expect(takeMoves(parts, moves)).toBe(true)
    expect(agent.memory.get('approval')).toMatchObject({ domainId: yard, masterId: idOf(north) })
    const placement = agent.memory.get('fence')?.placement ?? 0
    expect(agent.memory.get('fence')).toMatchObject({ epoch: 2, masterId: idOf(north) })
    expect(placement).toBeGreaterThan(0)
    // Shown again, and signed by a master that it does not obey any more.
    expect(takeMoves(parts, moves)).toBe(false)
    carry(hq, north)
    move(north, yard)
    expect(north.master.model.placement(node)).toBe(placement)
  })
})
