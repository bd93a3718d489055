import { describe, expect, it } from 'vitest'
import { listActs } from '../../../../core/app/audit/list-acts.ts'
import { actBytes } from '../../../../core/app/recorder.ts'
import { auditEntry } from '../../../../core/contract/audit.ts'
import { toBase64 } from '../../../../core/kernel/hex.ts'
import { createTestIsland } from '../../../helpers/island.ts'

describe('the audit', () => {
  it('[AD1] lists acts of persons alone, newest first, page by page', async () => {
    using island = await createTestIsland()
    const ada = island.newId()
    island.decide('ibcf.operator.created.v1', ada, { name: 'Ada', role: 'authority', keyId: '', publicKey: '' })
    const bob = island.newId()
    island.decide('ibcf.operator.created.v1', bob, { name: 'Bob', role: 'operator', keyId: '', publicKey: '' }, { actor: ada })
    const node = island.makeNode({ name: 'pump' })
    const quarantine = { from: 'ACTIVE', to: 'QUARANTINED', event: 'operator-quarantine', reason: 'Smoke', code: null } as const
    const acts = [1, 2, 3, 4, 5].map(() => {
      island.advance(60_000)
      island.decide('ibcf.lifecycle.transitioned.v1', node, { ...quarantine, event: 'drift-beyond-bounds' })
      return island.decide('ibcf.lifecycle.transitioned.v1', node, quarantine, { actor: bob }).event?.id
    })
    const first = listActs(island.model, { limit: 3 })
    expect(
      auditEntry
        .array()
        .parse(first.items)
        .map(({ eventId }) => eventId),
    ).toEqual(acts.toReversed().slice(0, 3))
    expect(first.items[0]).toMatchObject({
      actorName: 'Bob',
      subjectName: 'pump',
      subjectKind: 'node',
      masterName: 'Harbour',
      proof: 'none',
    })
    const second = listActs(island.model, { limit: 100, cursor: first.next ?? '' })
    expect(second.items.map(({ actorName, subjectKind }) => [actorName, subjectKind])).toEqual([
      ['Bob', 'node'],
      ['Bob', 'node'],
      ['Ada', 'operator'],
    ])
    expect(second.next).toBeNull()
  })

  it('[AD1] is narrowed by who, about what, in which domain, and when', async () => {
    using island = await createTestIsland()
    const [ada, bob, below] = [island.newId(), island.newId(), island.newId()]
    const domain = (name: string) => ({ name, parentId: island.rootId, level: 'LOCAL', thresholds: {} }) as const
    island.decide('ibcf.domain.created.v1', below, domain('North'), { domain: below, actor: ada })
    island.advance(3_600_000)
    const since = island.now()
    island.decide('ibcf.domain.renamed.v1', below, { name: 'Far north' }, { domain: below, actor: bob })
    island.decide('ibcf.domain.renamed.v1', island.rootId, { name: 'All' }, { actor: bob })
    const ids = (input: Partial<Parameters<typeof listActs>[1]>) =>
      listActs(island.model, { limit: 10, ...input }).items.map(
        ({ type, actorId }) => `${type.split('.')[2] ?? ''} ${actorId === ada ? 'ada' : 'bob'}`,
      )
    expect(ids({})).toEqual(['renamed bob', 'renamed bob', 'created ada'])
    expect(ids({ actorId: ada })).toEqual(['created ada'])
    expect(ids({ domainId: below })).toEqual(['renamed bob', 'created ada'])
    expect(ids({ subjectId: island.rootId })).toEqual(['renamed bob'])
    expect(ids({ from: since })).toEqual(['renamed bob', 'renamed bob'])
    expect(ids({ to: since })).toEqual(['created ada'])
  })

  it('[AD2] says of each whether the signature of its operator verifies', async () => {
    using island = await createTestIsland()
    const { crypto } = island.ports
    const pair = crypto.generateKeyPair()
    const ada = island.newId()
    island.decide('ibcf.operator.created.v1', ada, { name: 'Ada', role: 'authority', keyId: 'k', publicKey: toBase64(pair.publicKey) })
    const data = { name: 'Renamed' }
    const sign = (name: string): string =>
      toBase64(
        crypto.sign(
          pair.privateKey,
          actBytes({ type: 'ibcf.domain.renamed.v1', subject: island.rootId, time: island.now(), actor: ada, data: { name } }),
        ),
      )
    island.decide('ibcf.domain.renamed.v1', island.rootId, data, { actor: ada, changes: { actorproof: sign('Renamed') } })
    island.decide('ibcf.domain.renamed.v1', island.rootId, data, { actor: ada, changes: { actorproof: sign('Another') } })
    island.decide('ibcf.domain.renamed.v1', island.rootId, data, { actor: ada })
    island.decide('ibcf.domain.renamed.v1', island.rootId, data, { actor: island.newId(), changes: { actorproof: sign('Renamed') } })
    expect(listActs(island.model, { limit: 10 }).items.map(({ proof }) => proof)).toEqual(['no-key', 'none', 'wrong', 'verified'])
  })
})
