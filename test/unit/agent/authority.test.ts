/** What raises the fence of a node: grants that it verified, and nothing else. */
import { describe, expect, it } from 'vitest'
import { judgeOffer, takeChain } from '../../../core/agent/authority.ts'
import type { ApprovalDocument } from '../../../core/contract/gateway/enrolment.ts'
import type { Fence } from '../../../core/fleet/authority/fence.ts'
import type { GrantStatement } from '../../../core/fleet/authority/statement.ts'
import { createTestNode, restart } from '../../helpers/agent/test-node.ts'
import { hq, north, root, signEnvelope, site, south, stranger, type TestMaster } from '../fleet/authority/world.ts'

const at = '2026-01-01T00:00:00.000Z'
const nodeId = '01K0000000000000000000000N'
const who = ({ card }: TestMaster) => ({ masterId: card.masterId, publicKey: card.publicKey, name: 'Somebody' })
const grant = (master: TestMaster, domainId: string, epoch: number, right: GrantStatement['right'] = 'grant'): GrantStatement => {
  const { masterId, level, keyId, publicKey, incarnation } = master.card
  const parentId = domainId === root ? null : root
  const given = { masterId, level, keyId, publicKey, incarnation }
  return { v: 1, kind: 'grant', domainId, parentId, epoch, right, master: given, until: null, quorum: null }
}
const founding = signEnvelope(grant(hq, root, 1, 'root'), hq)
const toNorth = signEnvelope(grant(north, site, 2), hq)
const toSouth = signEnvelope(grant(south, site, 2), hq)

async function setUp() {
  const node = await createTestNode()
  const approval: ApprovalDocument = {
    v: 1,
    nodeId,
    domainId: site,
    domainLine: [site, root],
    masterId: hq.card.masterId,
    masterName: 'Headquarters',
    masterPublicKey: hq.card.publicKey,
    placement: 0,
    epoch: 1,
    at,
  }
  node.store.transact((writer) => {
    node.memory.put(writer, 'approval', approval)
    node.memory.put(writer, 'fence', { placement: 0, epoch: 1, masterId: hq.card.masterId })
  })
  const parts = (its = node) => ({ crypto: its.ports.crypto, store: its.store, memory: its.memory, nowMs: () => Date.parse(at) })
  return { node, parts }
}

const codeOf = (result: ReturnType<typeof takeChain>): string => (result.ok ? 'done' : result.refusal.code)

describe('whom a node obeys', () => {
  it('[AG7] follows a chain that begins with the master that let it in, and remembers it over restarts', async () => {
    const { node, parts } = await setUp()
    expect(codeOf(takeChain(parts(), [founding, toNorth], who(north)))).toBe('done')
    const again = restart(node)
    expect(again.memory.get('fence')).toEqual({ placement: 0, epoch: 2, masterId: north.card.masterId })
    expect(again.memory.get('approval')).toMatchObject({ masterId: north.card.masterId, masterPublicKey: north.card.publicKey, nodeId })
    // The one that was overtaken, and another at the same epoch, with chains that are as good.
    expect(codeOf(takeChain(parts(again), [founding], who(hq)))).toBe('EPOCH_STALE')
    expect(codeOf(takeChain(parts(again), [founding, toSouth], who(south)))).toBe('EPOCH_CONTESTED')
    // Who let it in goes on being whom chains begin with.
    const back = signEnvelope(grant(hq, site, 3), north)
    expect(codeOf(takeChain(parts(again), [founding, toNorth, back], who(hq)))).toBe('done')
    expect(again.memory.get('fence')).toMatchObject({ epoch: 3, masterId: hq.card.masterId })
  })

  it('[AG7] [AU15] changes nothing for a chain that is forged, for a huge epoch, or for one that leads elsewhere', async () => {
    const { node, parts } = await setUp()
    const before = [node.memory.get('fence'), node.memory.get('approval')]
    const self = signEnvelope(grant(stranger, site, 2), stranger)
    expect(codeOf(takeChain(parts(), [founding, self], who(stranger)))).toBe('GRANT_UNSIGNED')
    expect(codeOf(takeChain(parts(), [signEnvelope(grant(stranger, root, 1, 'root'), stranger)], who(stranger)))).toBe('GRANT_UNSIGNED')
    expect(codeOf(takeChain(parts(), [founding, signEnvelope(grant(north, site, 1_000_000), hq)], who(north)))).toBe('EPOCH_NOT_NEXT')
    expect(codeOf(takeChain(parts(), [founding, toNorth], who(stranger)))).toBe('GRANT_MISADDRESSED')
    expect(codeOf(takeChain(parts(), [], who(north)))).toBe('CHAIN_EMPTY')
    expect([node.memory.get('fence'), node.memory.get('approval')]).toEqual(before)
  })

  it('[AG20] obeys who holds its own domain, whatever the epoch of the one above, and never that one beside it', async () => {
    const { node, parts } = await setUp()
    const again = signEnvelope(grant(hq, root, 2, 'break-glass'), hq)
    const further = signEnvelope(grant(hq, root, 3, 'break-glass'), hq)
    const approval = node.memory.get('approval') as ApprovalDocument
    node.store.transact((writer) => node.memory.put(writer, 'approval', { ...approval, heldAtDomainId: root }))
    expect(codeOf(takeChain(parts(), [founding, again], who(hq)))).toBe('done')
    expect(node.memory.get('fence')).toEqual({ placement: 0, epoch: 2, masterId: hq.card.masterId })
    // Both rose to epoch 2 without knowing of each other: the nearer one counts, and the numbers are never compared.
    expect(codeOf(takeChain(parts(), [founding, toNorth], who(north)))).toBe('done')
    expect(node.memory.get('fence')).toEqual({ placement: 1, epoch: 2, masterId: north.card.masterId })
    expect(codeOf(takeChain(parts(), [founding, again], who(hq)))).toBe('EPOCH_STALE')
    expect(codeOf(takeChain(parts(), [founding, again, further], who(hq)))).toBe('EPOCH_STALE')
    expect(codeOf(takeChain(parts(), [founding, toSouth], who(south)))).toBe('EPOCH_CONTESTED')
  })

  it('[AG20] is not led back into a domain that it was led out of by a grant of before', async () => {
    const { node, parts } = await setUp()
    const approval = node.memory.get('approval') as ApprovalDocument
    const roots = { keys: [hq.card.publicKey], grants: [], passed: [{ domainId: site, epoch: 2 }] }
    node.store.transact((writer) => {
      node.memory.put(writer, 'approval', { ...approval, heldAtDomainId: root })
      node.memory.put(writer, 'roots', roots)
    })
    expect(codeOf(takeChain(parts(), [founding, toNorth], who(north)))).toBe('EPOCH_STALE')
    const anew = signEnvelope(grant(south, site, 3), hq)
    expect(codeOf(takeChain(parts(), [founding, signEnvelope(grant(hq, root, 2, 'break-glass'), hq), anew], who(south)))).toBe('done')
    expect(node.memory.get('fence')).toEqual({ placement: 1, epoch: 3, masterId: south.card.masterId })
  })

  it('[AG7] takes from a document only the authority that it remembers', () => {
    const held: Fence = { placement: 0, epoch: 2, masterId: north.card.masterId }
    const code = (offered: Fence): string => codeOf(judgeOffer(held, offered))
    expect(code(held)).toBe('done')
    expect(code({ ...held, epoch: 1 })).toBe('EPOCH_STALE')
    expect(code({ ...held, masterId: south.card.masterId })).toBe('EPOCH_CONTESTED')
    expect(code({ ...held, epoch: 3 })).toBe('GRANT_UNVERIFIED')
    // That its domain was given apart is the word of the master that it obeys.
    expect(code({ ...held, placement: 1 })).toBe('done')
    expect(code({ ...held, placement: 1, epoch: 3 })).toBe('GRANT_UNVERIFIED')
    expect(codeOf(judgeOffer(undefined, held))).toBe('done')
  })
})
