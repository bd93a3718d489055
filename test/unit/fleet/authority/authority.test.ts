/** Who holds a domain, and what that lets them decide. */
import { describe, expect, it } from 'vitest'
import { decideAuthority } from '../../../../core/fleet/authority/decide.ts'
import { kindOfDecision } from '../../../../core/fleet/authority/decision-kinds.ts'
import { holderOf } from '../../../../core/fleet/authority/holder.ts'
import { createAuthorityJudge } from '../../../../core/fleet/authority/judge.ts'
import { mayDecide, type DecisionAsk } from '../../../../core/fleet/authority/may-decide.ts'
import { inheritanceChanges, placementOf } from '../../../../core/fleet/authority/placement.ts'
import {
  cell,
  colleague,
  createWorld,
  deciderOf,
  found,
  hq,
  namedKeys,
  north,
  pump,
  restored,
  root,
  site,
  south,
  stranger,
  type TestMaster,
  timeAt,
  type World,
} from './world.ts'

const grant = (world: World, by: TestMaster, to: TestMaster, domainId: string, terms: Record<string, unknown> = {}) =>
  world.act(by, { kind: 'grant', domainId, to: to.card, ...terms })

/** Headquarters names two masters that may claim the site, and is cut off: both do, neither knowing of the other. */
function splitBrain(world: World): void {
  found(world)
  const known = [...world.events]
  const first = world.act(hq, { kind: 'delegate', domainId: site, to: north.card, rank: 1, until: null })
  const second = world.act(hq, { kind: 'delegate', domainId: site, to: south.card, rank: 2, until: null })
  const reason = 'Headquarters is not to be reached.'
  world.act(north, { kind: 'claim', domainId: site, delegationId: first.event.id, reason }, { knows: [...known, first, second] })
  world.act(south, { kind: 'claim', domainId: site, delegationId: second.event.id, reason }, { knows: [...known, first, second] })
}

const ask = (master: TestMaster, epoch: number, more: Partial<DecisionAsk> = {}): DecisionAsk => ({
  masterId: master.card.masterId,
  incarnation: master.incarnation,
  epoch,
  domainId: site,
  kind: 'other',
  ...more,
})

describe('who holds a domain', () => {
  it('[AU2] is who founded it, by that right, with the level that the record shows', () => {
    const world = createWorld()
    found(world)
    expect(holderOf(world.book(), root)).toMatchObject({
      standing: 'held',
      masterOfRecord: 'GLOBAL',
      masterId: hq.card.masterId,
      epoch: 1,
      since: timeAt(0),
      right: 'root',
      grantedAtDomainId: root,
      disputes: [],
    })
  })

  it('[AU2] is nobody where nothing was ever given, and a stranger cannot found what is there', () => {
    const world = createWorld()
    expect(holderOf(world.book(), cell)).toMatchObject({ standing: 'nobody', epoch: null, why: 'Nobody was ever given this domain.' })
    world.write(stranger, root, {
      type: 'ibcf.authority.granted.v1',
      data: { masterId: stranger.card.masterId, level: 'LOCAL', epoch: 1, until: null, right: 'root' },
      epoch: 1,
    })
    const holder = holderOf(world.book(), root)
    expect(holder.standing).toBe('nobody')
    expect(holder.refused).toMatchObject([{ code: 'NOT_THE_FOUNDER' }])
  })

  it('[AU3] rises by one with each handover, and the highest epoch holds', () => {
    const world = createWorld()
    found(world)
    grant(world, hq, north, root)
    grant(world, north, south, root)
    expect(holderOf(world.book(), root)).toMatchObject({ masterId: south.card.masterId, epoch: 3, right: 'grant' })
    const back = decideAuthority(world.book(), deciderOf(hq, 9), { kind: 'grant', domainId: root, to: hq.card })
    expect(back).toMatchObject({ ok: false, refusal: { code: 'AUTHORITY_NOT_HELD' } })
  })

  it('[AU4] is inherited from above, until the domain is given apart at the inherited epoch and one', () => {
    const world = createWorld()
    found(world)
    expect(holderOf(world.book(), cell)).toMatchObject({ masterId: hq.card.masterId, grantedAtDomainId: root })
    grant(world, hq, north, site)
    expect(holderOf(world.book(), cell)).toMatchObject({ masterId: north.card.masterId, epoch: 2, grantedAtDomainId: site })
    expect(holderOf(world.book(), root)).toMatchObject({ masterId: hq.card.masterId, epoch: 1 })
    // Decisions of before it was given apart keep their effect; later ones of the old holder have none.
    expect(mayDecide(world.book(), ask(hq, 1, { written: { log: 'other', seq: 1, hlc: '0' } }))).toEqual({ effect: 'yes' })
    expect(mayDecide(world.book(), ask(hq, 1))).toMatchObject({ effect: 'no', code: 'EPOCH_OVERTAKEN' })
  })

  it('[AU4] inherits again once it was given back, and rises above both when it is given apart anew', () => {
    const world = createWorld()
    found(world)
    grant(world, hq, north, site)
    grant(world, hq, south, site)
    world.act(south, { kind: 'release', domainId: site, inherit: true, reason: 'The island is reached again.' })
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: hq.card.masterId, grantedAtDomainId: root, epoch: 1 })
    grant(world, hq, north, site)
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: north.card.masterId, epoch: 4 })
  })

  it('[AU4] does not mistake an epoch of the domain itself for the same number of the one above', () => {
    const world = createWorld()
    found(world)
    grant(world, hq, south, site)
    world.act(south, { kind: 'release', domainId: site, inherit: true, reason: 'Reached again.' })
    grant(world, hq, south, root)
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: south.card.masterId, epoch: 2, grantedAtDomainId: root })
    expect(mayDecide(world.book(), ask(south, 2))).toEqual({ effect: 'yes' })
  })

  it('[AU5] is nobody that leaps: a forged epoch, a grant by who never held it, and a grant to oneself do not count', () => {
    const world = createWorld()
    found(world)
    const say = (master: TestMaster, to: TestMaster, epoch: number, under: number): void => {
      const { masterId, level } = to.card
      world.write(master, root, {
        type: 'ibcf.authority.granted.v1',
        data: { masterId, level, epoch, until: null, right: 'grant' },
        epoch: under,
      })
    }
    say(hq, north, 2 ** 40, 1)
    say(stranger, stranger, 2, 1)
    say(hq, hq, 2, 1)
    const holder = holderOf(world.book(), root)
    expect(holder).toMatchObject({ masterId: hq.card.masterId, epoch: 1 })
    expect(holder.refused.map(({ code }) => code).sort()).toEqual(['EPOCH_NOT_NEXT', 'GRANT_TO_ONESELF', 'NOT_HELD'])
    expect(mayDecide(world.book(), ask(stranger, 2, { domainId: root }))).toMatchObject({ effect: 'no', code: 'AUTHORITY_NOT_HELD' })
  })

  it('[AU5] is given away once: what the old holder says afterwards gives nothing', () => {
    const world = createWorld()
    found(world)
    grant(world, hq, north, root)
    world.write(hq, root, {
      type: 'ibcf.authority.granted.v1',
      data: { masterId: south.card.masterId, level: 'REGION', epoch: 2, until: null, right: 'grant' },
      epoch: 1,
    })
    expect(holderOf(world.book(), root)).toMatchObject({ standing: 'held', masterId: north.card.masterId })
    expect(holderOf(world.book(), root).refused).toMatchObject([{ code: 'GRANTED_AWAY' }])
  })

  it('[AU6] ends when somebody who may say so recorded that its date has passed, not when a clock here does', () => {
    const world = createWorld()
    found(world)
    grant(world, hq, north, site, { until: timeAt(30) })
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: north.card.masterId, until: timeAt(30) })
    // A stranger, and a clock that is not past the date, end nothing.
    world.write(
      stranger,
      site,
      { type: 'ibcf.authority.lapsed.v1', data: { masterId: north.card.masterId, epoch: 2 }, epoch: 1 },
      { minute: 40 },
    )
    world.write(hq, site, { type: 'ibcf.authority.lapsed.v1', data: { masterId: north.card.masterId, epoch: 2 }, epoch: 1 }, { minute: 20 })
    // Nor does one that names itself.
    const { masterId, level, keyId, publicKey } = stranger.card
    world.write(stranger, site, {
      type: 'ibcf.authority.delegated.v1',
      data: { masterId, level, keyId, publicKey, rank: 1, until: null },
      epoch: 2,
    })
    expect(holderOf(world.book(), site).standing).toBe('held')
    const early = decideAuthority(world.book(), deciderOf(hq, 29), { kind: 'lapse', domainId: site, masterId: north.card.masterId })
    expect(early).toMatchObject({ ok: false, refusal: { code: 'NOT_RUN_OUT' } })
    world.act(hq, { kind: 'lapse', domainId: site, masterId: north.card.masterId }, { minute: 31 })
    expect(holderOf(world.book(), site)).toMatchObject({
      standing: 'nobody',
      epoch: 2,
      why: 'The last grant ran out; nobody was given a new one.',
    })
    // What it decided past the date by its own clock never counted; what it decided before does.
    const written = (minute: number) => ({ log: 'x', seq: 1, hlc: deciderOf(north, minute).hlc })
    expect(mayDecide(world.book(), ask(north, 2, { written: written(29) }))).toEqual({ effect: 'yes' })
    expect(mayDecide(world.book(), ask(north, 2, { written: written(32) }))).toMatchObject({ effect: 'no', code: 'GRANT_RUN_OUT' })
    grant(world, hq, north, site)
    expect(holderOf(world.book(), site)).toMatchObject({ standing: 'held', epoch: 3 })
  })
})

describe('claims', () => {
  it('[AU7] take the next epoch by a delegation in force, and nothing without one', () => {
    const world = createWorld()
    found(world)
    const delegation = world.act(hq, { kind: 'delegate', domainId: site, to: north.card, rank: 1, until: timeAt(60) })
    const claim = { kind: 'claim', domainId: site, delegationId: delegation.event.id, reason: 'Cut off.' } as const
    expect(decideAuthority(world.book(), deciderOf(south, 9), claim)).toMatchObject({ ok: false, refusal: { code: 'NOT_DELEGATED' } })
    expect(decideAuthority(world.book(), deciderOf(north, 61), claim)).toMatchObject({ ok: false, refusal: { code: 'DELEGATION_RUN_OUT' } })
    world.act(north, claim)
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: north.card.masterId, epoch: 2, right: 'claim', until: timeAt(60) })
    expect(holderOf(world.book(), root)).toMatchObject({ masterId: hq.card.masterId, epoch: 1 })
  })

  it('[AU8] two at one epoch are contested, both shown with their evidence, until a person above resolves it', () => {
    const world = createWorld()
    splitBrain(world)
    const contested = holderOf(world.book(), site)
    expect(contested).toMatchObject({ standing: 'contested', masterId: null, masterOfRecord: null, epoch: 2 })
    expect(contested.claimants.map(({ masterId, right }) => [masterId, right])).toEqual([
      [north.card.masterId, 'claim'],
      [south.card.masterId, 'claim'],
    ])
    expect(contested.disputes).toMatchObject([{ epoch: 2, settled: null }])
    for (const party of [north, south]) {
      const self = decideAuthority(world.book(), deciderOf(party, 20), {
        kind: 'resolve',
        domainId: site,
        inFavourOf: party.card.masterId,
        to: party.card,
      })
      expect(self).toMatchObject({ ok: false, refusal: { wouldAllow: expect.any(String) } })
    }
    world.act(hq, { kind: 'resolve', domainId: site, inFavourOf: south.card.masterId, to: south.card })
    expect(holderOf(world.book(), site)).toMatchObject({
      standing: 'held',
      masterId: south.card.masterId,
      epoch: 3,
      right: 'resolution',
      disputes: [{ epoch: 2, settled: { masterId: south.card.masterId, by: 'resolution' } }],
    })
  })

  it('[AU8] are settled by the rule that was set above: by rank, by level, or when one of the parties gives up', () => {
    for (const [rule, winner] of [
      ['rank', north],
      ['level', north],
    ] as const) {
      const world = createWorld()
      found(world, { onContest: rule })
      const first = world.act(hq, { kind: 'delegate', domainId: site, to: north.card, rank: 1, until: null })
      const second = world.act(hq, { kind: 'delegate', domainId: site, to: stranger.card, rank: 2, until: null })
      const knows = [...world.events]
      world.act(stranger, { kind: 'claim', domainId: site, delegationId: second.event.id, reason: 'Cut off.' }, { knows })
      world.act(north, { kind: 'claim', domainId: site, delegationId: first.event.id, reason: 'Cut off.' }, { knows })
      expect(holderOf(world.book(), site)).toMatchObject({
        standing: 'held',
        masterId: winner.card.masterId,
        disputes: [{ settled: { by: rule } }],
      })
      expect(mayDecide(world.book(), ask(stranger, 2))).toMatchObject({ effect: 'no', code: 'CONTEST_LOST' })
    }
    const world = createWorld()
    splitBrain(world)
    world.act(north, { kind: 'release', domainId: site, inherit: false, reason: 'South is nearer.' })
    expect(holderOf(world.book(), site)).toMatchObject({
      standing: 'held',
      masterId: south.card.masterId,
      disputes: [{ settled: { by: 'release' } }],
    })
  })

  it('[AU9] while contested, what restricts holds and what widens waits; resolved, the widening of the one it went to counts', () => {
    const world = createWorld()
    splitBrain(world)
    const written = { log: 'x', seq: 9, hlc: deciderOf(north, 12).hlc }
    for (const party of [north, south]) {
      for (const kind of ['quarantine', 'revoke', 'cancel', 'pause'] as const) {
        expect(mayDecide(world.book(), ask(party, 2, { kind }))).toEqual({ effect: 'yes' })
      }
      expect(mayDecide(world.book(), ask(party, 2, { written }))).toMatchObject({ effect: 'held', code: 'CONTESTED' })
    }
    expect(mayDecide(world.book(), ask(stranger, 2, { kind: 'quarantine' }))).toMatchObject({ effect: 'no' })
    world.act(hq, { kind: 'resolve', domainId: site, inFavourOf: south.card.masterId, to: north.card })
    expect(mayDecide(world.book(), ask(south, 2, { written }))).toEqual({ effect: 'yes' })
    expect(mayDecide(world.book(), ask(north, 2, { written }))).toMatchObject({ effect: 'no', code: 'CONTEST_LOST' })
    expect(mayDecide(world.book(), ask(north, 2, { written, kind: 'quarantine' }))).toEqual({ effect: 'yes' })
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: north.card.masterId, epoch: 3 })
  })

  it('[AU9] knows what restricts by what the event does', () => {
    expect(kindOfDecision('ibcf.lifecycle.transitioned.v1', { to: 'QUARANTINED' })).toBe('quarantine')
    expect(kindOfDecision('ibcf.lifecycle.transitioned.v1', { to: 'ACTIVE' })).toBe('other')
    expect(kindOfDecision('ibcf.key.revoked.v1', {})).toBe('revoke')
    expect(kindOfDecision('ibcf.command.cancelled.v1', {})).toBe('cancel')
    expect(kindOfDecision('ibcf.rollout.paused.v1', {})).toBe('pause')
    expect(kindOfDecision('ibcf.command.issued.v1', {})).toBe('other')
  })

  it('[AU10] what was written after the handover, or past the cut that the next holder named, has no effect', () => {
    const world = createWorld()
    found(world)
    const handover = grant(world, hq, north, root)
    const at = (seq: number) => ({ log: handover.log.name, seq, hlc: deciderOf(hq, 0).hlc })
    expect(mayDecide(world.book(), ask(hq, 1, { domainId: root, written: at(1) }))).toEqual({ effect: 'yes' })
    expect(mayDecide(world.book(), ask(hq, 1, { domainId: root, written: at(3) }))).toMatchObject({ effect: 'no', code: 'OVERTAKEN' })
    const claimed = createWorld()
    found(claimed)
    const delegation = claimed.act(hq, { kind: 'delegate', domainId: root, to: south.card, rank: 1, until: null })
    claimed.act(south, {
      kind: 'claim',
      domainId: root,
      delegationId: delegation.event.id,
      reason: 'Cut off.',
      cut: [{ log: delegation.log.name, seq: 5, head: 'a' }],
    })
    expect(mayDecide(claimed.book(), ask(hq, 1, { domainId: root, written: at(5) }))).toEqual({ effect: 'yes' })
    expect(mayDecide(claimed.book(), ask(hq, 1, { domainId: root, written: at(6) }))).toMatchObject({ code: 'OVERTAKEN' })
    const released = createWorld()
    found(released)
    released.act(hq, { kind: 'release', domainId: root, inherit: false, reason: 'Closing.' })
    expect(mayDecide(released.book(), ask(hq, 1, { domainId: root, written: at(4) }))).toMatchObject({ code: 'RELEASED' })
    expect(mayDecide(released.book(), ask(hq, 1, { domainId: root }))).toMatchObject({ effect: 'no', code: 'RELEASED' })
    expect(holderOf(released.book(), root).standing).toBe('nobody')
  })
})

describe('breaking glass', () => {
  const glass = { kind: 'break-glass', domainId: root, nodeIds: null, reason: 'The data centre burnt down.' } as const

  it('[AU11] takes so many of the named keys, is loud, and leaves a debt that another person pays', () => {
    const world = createWorld()
    found(world, namedKeys(2, north, south, stranger))
    expect(() => world.act(north, glass)).toThrow('NO_PROOF')
    expect(() => world.act(north, glass, { signers: [north] })).toThrow('NO_PROOF')
    expect(() => world.act(north, { ...glass, reason: ' ' }, { signers: [north, south] })).toThrow('REASON_MISSING')
    const broken = world.act(north, glass, { signers: [north, south] })
    const holder = holderOf(world.book(), root)
    expect(holder).toMatchObject({ standing: 'held', masterId: north.card.masterId, epoch: 2, right: 'break-glass' })
    expect(holder.debts).toMatchObject([{ eventId: broken.event.id, masterId: north.card.masterId, epoch: 2 }])
    const review = { kind: 'review', domainId: root, eventId: broken.event.id, verdict: 'upheld', findings: 'It had.' } as const
    expect(() => world.act(north, review)).toThrow('REVIEW_BY_ONESELF')
    world.act(north, review, { actor: colleague })
    expect(holderOf(world.book(), root).debts).toEqual([])
    expect(() => world.act(north, review, { actor: colleague })).toThrow('NO_DEBT')
  })

  it('[AU11] counts a signature given to another grant, or by another key, for nothing', () => {
    const world = createWorld()
    found(world, namedKeys(2, north, south))
    const broken = world.act(north, glass, { signers: [north, south] })
    const { data } = broken.event
    const stolen = {
      ...data,
      masterId: stranger.card.masterId,
      level: 'LOCAL',
      keyId: stranger.card.keyId,
      publicKey: stranger.card.publicKey,
    }
    const other = createWorld()
    found(other, namedKeys(2, north, south))
    other.write(stranger, root, { type: 'ibcf.authority.granted.v1', data: stolen, epoch: 2 })
    expect(holderOf(other.book(), root)).toMatchObject({ masterId: hq.card.masterId, refused: [{ code: 'NO_PROOF' }] })
  })

  it('[AU11] at a node itself counts for the nodes that signed it, and for no others', () => {
    const world = createWorld()
    found(world)
    const nodeId = pump.card.masterId
    const local = { ...glass, domainId: site, nodeIds: [nodeId] }
    expect(() => world.act(stranger, local)).toThrow('NO_PROOF')
    world.act(stranger, local, { signers: [pump] })
    expect(holderOf(world.book(), site, nodeId)).toMatchObject({ masterId: stranger.card.masterId, epoch: 1, right: 'break-glass' })
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: hq.card.masterId, grantedAtDomainId: root })
    expect(holderOf(world.book(), site).debts).toMatchObject([{ masterId: stranger.card.masterId, epoch: 1 }])
    const judge = createAuthorityJudge(world.book())
    expect(judge.mayDecide(ask(stranger, 1, { nodeId }))).toEqual({ effect: 'yes' })
    expect(judge.mayDecide(ask(stranger, 1))).toMatchObject({ effect: 'no' })
    expect(judge.mayDecide(ask(hq, 1, { nodeId }))).toMatchObject({ effect: 'no', code: 'GLASS_BROKEN' })
    expect(judge.mayDecide(ask(hq, 1, { nodeId, kind: 'quarantine' }))).toEqual({ effect: 'yes' })
    expect(judge.mayDecide(ask(hq, 1))).toEqual({ effect: 'yes' })
  })

  it('[AU12] a restored master holds nothing until it is given something; where no keys were named its founder may break glass', () => {
    const reborn = restored(hq, 1)
    const world = createWorld({ [hq.card.masterId]: [reborn.incarnation] })
    found(world)
    expect(mayDecide(world.book(), ask(hq, 1, { domainId: root }))).toEqual({ effect: 'yes' })
    expect(mayDecide(world.book(), ask(reborn, 1, { domainId: root }))).toMatchObject({ effect: 'no', code: 'LIFE_WRONG' })
    expect(() => grant(world, reborn, north, root)).toThrow('LIFE_WRONG')
    expect(() => world.act(stranger, glass)).toThrow('NO_PROOF')
    expect(() => world.act(reborn, glass, { actor: null })).toThrow('NO_PROOF')
    world.act(reborn, glass)
    expect(holderOf(world.book(), root)).toMatchObject({ masterId: hq.card.masterId, incarnation: reborn.incarnation, epoch: 2 })
    expect(mayDecide(world.book(), ask(reborn, 2, { domainId: root }))).toEqual({ effect: 'yes' })
    // The machine that it was a copy of, should it turn up again, has nothing any more.
    expect(mayDecide(world.book(), ask(hq, 2, { domainId: root }))).toMatchObject({ effect: 'no', code: 'LIFE_WRONG' })
  })

  it('[AU18] a restored master goes on bearing witness, until it has given the domain away', () => {
    const reborn = restored(hq, 1)
    const world = createWorld({ [hq.card.masterId]: [reborn.incarnation] })
    found(world)
    const at = (log: string, seq: number) => ({ log, seq, hlc: deciderOf(hq, 9).hlc })
    const heard = { domainId: root, kind: kindOfDecision('ibcf.connectivity.assessed.v1', {}), written: at('x', 1) } as const
    expect(mayDecide(world.book(), ask(reborn, 1, heard))).toEqual({ effect: 'yes' })
    expect(mayDecide(world.book(), ask(reborn, 1, { ...heard, kind: 'quarantine' }))).toMatchObject({ code: 'LIFE_WRONG' })
    expect(mayDecide(world.book(), ask(stranger, 1, heard))).toMatchObject({ code: 'AUTHORITY_NOT_HELD' })
    const { log, seq } = grant(world, hq, north, root)
    expect(mayDecide(world.book(), ask(hq, 1, { ...heard, written: at(log.name, seq - 1) }))).toEqual({ effect: 'yes' })
    expect(mayDecide(world.book(), ask(hq, 1, { ...heard, written: at(log.name, seq + 1) }))).toMatchObject({ code: 'OVERTAKEN' })
  })

  it('[AU12] a delegated claim gives a restored master authority as well', () => {
    const reborn = restored(north, 1)
    const world = createWorld({ [north.card.masterId]: [reborn.incarnation] })
    found(world)
    const { event } = world.act(hq, { kind: 'delegate', domainId: site, to: north.card, rank: 1, until: null })
    world.act(reborn, { kind: 'claim', domainId: site, delegationId: event.id, reason: 'Restored on site.' })
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: north.card.masterId, incarnation: reborn.incarnation })
  })
})

describe('critical events that are not known', () => {
  const unknown = { type: 'ibcf.treaty.signed.v1', data: {}, epoch: 1 } as const

  it('[AU13] freeze what comes after them, in words, and leave what restricts', () => {
    const world = createWorld()
    found(world)
    world.write(hq, root, unknown, { minute: 10, critical: true })
    const at = (minute: number) => ({ log: 'x', seq: 1, hlc: deciderOf(hq, minute).hlc })
    expect(holderOf(world.book(), site).frozenBy).toMatchObject({ type: 'ibcf.treaty.signed.v1' })
    expect(mayDecide(world.book(), ask(hq, 1, { written: at(9) }))).toEqual({ effect: 'yes' })
    expect(mayDecide(world.book(), ask(hq, 1, { written: at(11) }))).toMatchObject({ effect: 'held', code: 'FROZEN' })
    expect(mayDecide(world.book(), ask(hq, 1))).toMatchObject({ effect: 'held', code: 'FROZEN' })
    expect(mayDecide(world.book(), ask(hq, 1, { kind: 'quarantine' }))).toEqual({ effect: 'yes' })
    expect(() => grant(world, hq, north, root)).toThrow('FROZEN')
  })

  it('[AU13] of a master that held nothing, and those not marked critical, freeze nothing', () => {
    const world = createWorld()
    found(world)
    world.write(stranger, root, unknown, { critical: true })
    world.write(hq, root, unknown)
    world.write(hq, root, { type: 'ibcf.domain.renamed.v1', data: { name: 'x' }, epoch: 1 }, { critical: true })
    expect(holderOf(world.book(), root).frozenBy).toBeNull()
  })
})

describe('the placement of a node', () => {
  it('[AU14] rises with each move and each change of inheritance, and never falls', () => {
    const world = createWorld()
    found(world)
    expect(inheritanceChanges(world.book(), site)).toBe(0)
    const before = placementOf(world.book(), site, 0)
    grant(world, hq, north, site)
    expect(placementOf(world.book(), site, 0)).toBe(before + 1)
    world.act(north, { kind: 'release', domainId: site, inherit: true, reason: 'Reached again.' })
    const given = placementOf(world.book(), site, 0)
    expect(given).toBe(before + 2)
    expect(mayDecide(world.book(), ask(hq, 1, { placement: { decided: 5, known: 4 } }))).toMatchObject({
      effect: 'held',
      code: 'PLACEMENT_AHEAD',
    })
    expect(mayDecide(world.book(), ask(hq, 1, { placement: { decided: 4, known: 4 } }))).toEqual({ effect: 'yes' })
  })
})

describe('asking for authority', () => {
  it('[AU17] refuses with a code, a sentence and what would allow it, and writes nothing', () => {
    const world = createWorld()
    found(world)
    const refusal = decideAuthority(world.book(), deciderOf(stranger, 1), { kind: 'grant', domainId: root, to: stranger.card })
    expect(refusal).toEqual({
      ok: false,
      refusal: {
        code: 'AUTHORITY_NOT_HELD',
        sentence: 'The master did not hold the domain at epoch 1.',
        facts: { domainId: root, epoch: 1 },
        wouldAllow: 'A grant, a delegated claim or broken glass would give it the domain at the next epoch.',
      },
    })
    const release = decideAuthority(world.book(), deciderOf(north, 1), { kind: 'release', domainId: root, inherit: false, reason: '' })
    expect(release).toMatchObject({ ok: false, refusal: { code: 'AUTHORITY_NOT_HELD' } })
    const resolve = decideAuthority(world.book(), deciderOf(hq, 1), {
      kind: 'resolve',
      domainId: root,
      inFavourOf: hq.card.masterId,
      to: hq.card,
    })
    expect(resolve).toMatchObject({ ok: false, refusal: { code: 'NO_PROOF' } })
    expect(world.events).toHaveLength(1)
  })

  it('[AU17] lets enough named keys resolve a contest at the very top', () => {
    const world = createWorld()
    found(world, namedKeys(2, south, stranger))
    const delegation = world.act(hq, { kind: 'delegate', domainId: root, to: north.card, rank: 1, until: null })
    const knows = [...world.events]
    grant(world, hq, south, root)
    world.act(north, { kind: 'claim', domainId: root, delegationId: delegation.event.id, reason: 'Cut off.' }, { knows })
    expect(holderOf(world.book(), root).standing).toBe('contested')
    expect(() => grant(world, south, stranger, root)).toThrow('CONTESTED')
    world.act(north, { kind: 'resolve', domainId: root, inFavourOf: north.card.masterId, to: north.card }, { signers: [south, stranger] })
    expect(holderOf(world.book(), root)).toMatchObject({ standing: 'held', masterId: north.card.masterId, epoch: 3 })
  })
})
