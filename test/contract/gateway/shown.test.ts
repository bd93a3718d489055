/** A node shows the master what it obeys by ([AU24]), through the real handler: taken in once, and never what nobody could give. */
import { describe, expect, it } from 'vitest'
import { perform } from '../../../core/app/acts/acts.ts'
import { readDomainAuthority } from '../../../core/app/queries/domain-authority.ts'
import { toBase64 } from '../../../core/kernel/hex.ts'
import type { DomainId } from '../../../core/kernel/ids.ts'
import { json } from '../../helpers/gateway/field-node.ts'
import { createIsland, type Island } from '../../helpers/gateway/island.ts'
import { north, signEnvelope, south, stranger } from '../../unit/fleet/authority/world.ts'

function setUp({ master, operator }: Island): { readonly site: DomainId; readonly claim: Readonly<Record<string, unknown>> } {
  const parentId = master.identity.rootDomainId
  const site = perform(master, 'domain.create', { name: 'Site', parentId, level: 'LOCAL' }, operator)
  const { masterId, level, keyId, publicKey } = north.card
  perform(
    master,
    'authority.delegate',
    { domainId: site, to: { masterId, level, publicKey, incarnation: null }, rank: 1, until: null },
    operator,
  )
  const claimer = { masterId, level, keyId, publicKey, incarnation: null }
  const claim = { v: 1, kind: 'grant', domainId: site, parentId, epoch: 2, right: 'claim', master: claimer, until: null, quorum: null }
  return { site: site as DomainId, claim }
}

const show = (island: Island, chain: unknown) => island.ask({ method: 'POST', path: '/v1/authority', body: json({ chain }) })

describe('POST /v1/authority', () => {
  it('[AU24] brings a lost claim back, once, and shows the node the chain with it', async () => {
    using island = await createIsland()
    const { site, claim } = setUp(island)
    const chain = [signEnvelope(claim, north)]
    expect((await show(island, chain)).json).toEqual({ taken: 1 })
    expect((await show(island, chain)).json).toEqual({ taken: 0 })
    expect(island.master.model.holder(site)).toMatchObject({ standing: 'held', masterId: north.card.masterId, epoch: 2, right: 'claim' })
    expect(readDomainAuthority(island.master.model, site)).toMatchObject({ right: 'claim', here: { mayDecide: false } })
    const told = await island.ask({ method: 'GET', path: `/v1/authority?domainId=${site}` })
    const links = (told.json?.['chain'] ?? []) as readonly { readonly payload: string }[]
    expect(links.at(-1)?.payload).toBe(chain[0]?.payload)
    // Given anew, by who holds the domain above, at the epoch after it.
    const { masterId, level, publicKey } = south.card
    perform(island.master, 'authority.grant', { domainId: site, to: { masterId, level, publicKey }, until: null }, island.operator)
    expect(island.master.model.holder(site)).toMatchObject({ masterId, epoch: 3 })
  })

  it('[AU24] [GW3] refuses what counts for nothing, counts that, and writes nothing', async () => {
    using island = await createIsland()
    const { site, claim } = setUp(island)
    const before = island.master.model.book.record(site)?.acts.length
    const rows: readonly [unknown, number, string][] = [
      [[signEnvelope(claim, stranger)], 409, 'CHAIN_NOT_TAKEN'],
      [[signEnvelope({ ...claim, epoch: 3 }, north)], 409, 'CHAIN_NOT_TAKEN'],
      [[{ payloadType: 'text/plain', payload: toBase64(new Uint8Array(3)), signatures: [] }], 409, 'CHAIN_NOT_TAKEN'],
      [[], 400, 'SCHEMA_MISMATCH'],
      [Array.from({ length: 65 }, () => signEnvelope(claim, north)), 400, 'SCHEMA_MISMATCH'],
      [[signEnvelope({ ...claim, more: 'x'.repeat(300_000) }, north)], 413, 'BODY_TOO_LARGE'],
    ]
    for (const [chain, status, code] of rows) expect((await show(island, chain)).json).toMatchObject({ status, code })
    expect(island.refusals('CHAIN_NOT_TAKEN')).toBe(3)
    expect(island.master.model.book.record(site)?.acts.length).toBe(before)
    expect(island.master.model.holder(site)).toMatchObject({ masterId: island.master.identity.masterId, epoch: 1 })
  })
})
