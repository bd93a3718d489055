/** What a node makes of the authority that it is shown. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Envelope } from '../../../../core/fleet/authority/events.ts'
import { type Fence, fence } from '../../../../core/fleet/authority/fence.ts'
import { type GrantRoots, maxChainLinks, verifyGrantChain } from '../../../../core/fleet/authority/grant-chain.ts'
import type { GrantStatement } from '../../../../core/fleet/authority/statement.ts'
import { toBase64 } from '../../../../core/kernel/hex.ts'
import { check, hq, north, root, signEnvelope, site, south, stranger, type TestMaster } from './world.ts'

const untilMs = Date.UTC(2026, 5, 1)

function grantOf(to: TestMaster, epoch: number, more: Partial<GrantStatement> = {}): GrantStatement {
  const { masterId, level, keyId, publicKey, incarnation } = to.card
  return {
    v: 1,
    kind: 'grant',
    domainId: root,
    parentId: null,
    epoch,
    right: 'grant',
    master: { masterId, level, keyId, publicKey, incarnation },
    until: null,
    quorum: null,
    ...more,
  }
}

const delegationOf = (to: TestMaster, epoch: number, until: string | null = null): unknown => {
  const { right: _, quorum: __, ...rest } = grantOf(to, epoch, { until })
  return { ...rest, kind: 'delegation' }
}

const roots: GrantRoots = { keys: [hq.card.publicKey], remembered: [] }
const founding = signEnvelope(grantOf(hq, 1, { right: 'root' }), hq)
const verify = (chain: readonly Envelope[], more: Partial<GrantRoots> = {}, nowMs = untilMs) =>
  verifyGrantChain(chain, { ...roots, ...more }, check, { domainIds: [site, root], nowMs })

describe('a chain of grants', () => {
  it('[AU15] leads from a trusted key, link by link, to the master that speaks', () => {
    expect(verify([founding])).toMatchObject({ ok: true, value: { epoch: 1, master: { masterId: hq.card.masterId } } })
    const handover = signEnvelope(grantOf(north, 2), hq)
    const apart = signEnvelope(grantOf(south, 3, { domainId: site, parentId: root }), north)
    expect(verify([founding, handover, apart])).toMatchObject({ ok: true, value: { epoch: 3, domainId: site } })
    // Only the holder above, or of the domain itself, gives it on; and the order of the links is part of the proof.
    expect(verify([founding, handover, signEnvelope(grantOf(south, 3, { domainId: site, parentId: root }), hq)])).toMatchObject({
      refusal: { code: 'GRANT_UNSIGNED' },
    })
    expect(verify([handover, founding])).toMatchObject({ ok: false, refusal: { code: 'EPOCH_NOT_NEXT' } })
  })

  it('[AU15] refuses a forged epoch, however it is signed for, so that nobody is locked out', () => {
    const huge = grantOf(stranger, 2 ** 40)
    expect(verify([signEnvelope(huge, stranger)])).toMatchObject({ ok: false, refusal: { code: 'GRANT_UNSIGNED' } })
    expect(verify([founding, signEnvelope(grantOf(north, 2 ** 40), hq)])).toMatchObject({ ok: false, refusal: { code: 'EPOCH_NOT_NEXT' } })
    // What is remembered bounds even the trusted keys.
    const remembered = [grantOf(north, 4)]
    expect(verify([signEnvelope(grantOf(hq, 99, { right: 'root' }), hq)], { remembered })).toMatchObject({
      refusal: { code: 'EPOCH_NOT_NEXT', facts: { expected: 5 } },
    })
    expect(verify([signEnvelope(grantOf(south, 5), north)], { remembered, keys: [] })).toMatchObject({ ok: true, value: { epoch: 5 } })
  })

  it('[AU15] lets a delegate claim the next epoch within the date of its delegation', () => {
    const until = new Date(untilMs).toISOString()
    const delegation = signEnvelope(delegationOf(north, 1, until), hq)
    const claim = signEnvelope(grantOf(north, 2, { right: 'claim', until }), north)
    expect(verify([founding, delegation, claim])).toMatchObject({ ok: true, value: { right: 'claim', epoch: 2 } })
    expect(verify([founding, delegation, claim], {}, untilMs + 1)).toMatchObject({ ok: false, refusal: { code: 'GRANT_RUN_OUT' } })
    expect(verify([founding, delegation, signEnvelope(grantOf(north, 2, { right: 'claim' }), north)])).toMatchObject({ ok: false })
    expect(verify([founding, claim])).toMatchObject({ ok: false, refusal: { code: 'GRANT_UNSIGNED' } })
    expect(verify([founding, signEnvelope(delegationOf(north, 1, until), north), claim])).toMatchObject({ ok: false })
    const thief = signEnvelope(grantOf(south, 2, { right: 'claim', until }), south)
    expect(verify([founding, delegation, thief])).toMatchObject({ ok: false, refusal: { code: 'GRANT_UNSIGNED' } })
  })

  it('[AU15] takes m of n named keys for what the holder can no longer sign, each key once', () => {
    const quorum = {
      threshold: 2,
      keys: [north, south, stranger].map(({ card }) => ({ keyId: card.keyId, publicKey: card.publicKey, name: 'key' })),
    }
    const named = signEnvelope(grantOf(hq, 1, { right: 'root', quorum }), hq)
    const broken = grantOf(north, 2, { right: 'break-glass' })
    expect(verify([named, signEnvelope(broken, north, south)])).toMatchObject({ ok: true, value: { right: 'break-glass' } })
    expect(verify([named, signEnvelope(broken, north, north)])).toMatchObject({ ok: false, refusal: { code: 'GRANT_UNSIGNED' } })
    expect(verify([named, signEnvelope({ ...broken, epoch: 3 }, north, south)])).toMatchObject({ refusal: { code: 'EPOCH_NOT_NEXT' } })
  })

  it('[AU15] refuses what it cannot read, what is for another purpose or place, and what would cost too much to look at', () => {
    expect(verify([])).toMatchObject({ ok: false, refusal: { code: 'CHAIN_EMPTY' } })
    expect(verify([{ ...founding, payloadType: 'application/vnd.ibcf.act+json' }])).toMatchObject({ refusal: { code: 'GRANT_TYPE_WRONG' } })
    expect(verify([{ ...founding, payload: toBase64(new TextEncoder().encode('{"v":1}')) }])).toMatchObject({
      refusal: { code: 'GRANT_MALFORMED' },
    })
    expect(verify([{ ...founding, payload: '####' }])).toMatchObject({ ok: false })
    expect(verify(Array.from({ length: maxChainLinks + 1 }, () => founding))).toMatchObject({ refusal: { code: 'CHAIN_TOO_LONG' } })
    const elsewhere = signEnvelope(grantOf(north, 2, { domainId: stranger.card.masterId, parentId: root }), hq)
    expect(verify([founding, elsewhere])).toMatchObject({ ok: false, refusal: { code: 'CHAIN_ENDS_ELSEWHERE' } })
  })

  it('[AU15] stands or falls with every bit of what was signed', () => {
    const chain = [founding, signEnvelope(grantOf(north, 2), hq)]
    fc.assert(
      fc.property(fc.nat(1), fc.nat(2000), fc.integer({ min: 1, max: 255 }), (link, at, flip) => {
        const envelope = chain[link] ?? founding
        const bytes = new Uint8Array(Buffer.from(envelope.payload, 'base64'))
        const place = at % bytes.length
        bytes[place] = (bytes[place] ?? 0) ^ flip
        const altered = chain.with(link, { ...envelope, payload: toBase64(bytes) })
        return !verify(altered).ok
      }),
      { numRuns: 200 },
    )
  })
})

describe('the fence', () => {
  const [ours, other] = [hq.card.masterId, north.card.masterId]
  const at = (placement: number, epoch: number, masterId: string = ours): Fence => ({ placement, epoch, masterId })

  it('[AU16] refuses a lower placement or epoch, and another master at the same one', () => {
    expect(fence(undefined, at(1, 4))).toEqual({ ok: true, value: at(1, 4) })
    expect(fence(at(1, 4), at(2, 0, other))).toEqual({ ok: true, value: at(2, 0, other) })
    expect(fence(at(1, 4), at(1, 3))).toMatchObject({ refusal: { code: 'EPOCH_STALE' } })
    expect(fence(at(1, 4), at(0, 9))).toMatchObject({ refusal: { code: 'EPOCH_STALE' } })
    expect(fence(at(1, 4), at(1, 4, other))).toMatchObject({ refusal: { code: 'EPOCH_CONTESTED', facts: { heldMasterId: ours } } })
  })

  it('[AU16] never goes back and never changes its master at one epoch, whatever is offered in whatever order', () => {
    const offer = fc.record({ placement: fc.nat(3), epoch: fc.nat(3), masterId: fc.constantFrom(ours, other) })
    fc.assert(
      fc.property(fc.array(offer), (offers) => {
        let held: Fence | undefined
        for (const offered of offers) {
          const judged = fence(held, offered)
          if (!judged.ok) continue
          const step = held === undefined ? 1 : judged.value.placement - held.placement || judged.value.epoch - held.epoch
          if (step < 0 || (step === 0 && judged.value.masterId !== held?.masterId)) return false
          held = judged.value
        }
        return true
      }),
    )
  })
})
