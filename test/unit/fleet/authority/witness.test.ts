/** What a node alone still knows of a domain, after the master that said it was restored to before it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { proposeStatement } from '../../../../core/fleet/authority/decide.ts'
import type { Envelope } from '../../../../core/fleet/authority/events.ts'
import { holderOf } from '../../../../core/fleet/authority/holder.ts'
import { mayDecide } from '../../../../core/fleet/authority/may-decide.ts'
import type { HeldEvent } from '../../../../core/fleet/authority/record.ts'
import type { AuthorityRequest } from '../../../../core/fleet/authority/request.ts'
import type { GrantStatement } from '../../../../core/fleet/authority/statement.ts'
import { takeWitness } from '../../../../core/fleet/authority/take-witness.ts'
import { fromBase64, toBase64 } from '../../../../core/kernel/hex.ts'
import type { EventId } from '../../../../core/kernel/ids.ts'
import { ulidOf } from '../../../helpers/log/origin.ts'
import {
  bookOf,
  check,
  createWorld,
  deciderOf,
  found,
  hq,
  namedKeys,
  north,
  operator,
  pump,
  restored,
  root,
  signEnvelope,
  site,
  south,
  stranger,
  type TestMaster,
  type World,
} from './world.ts'

const keyId = (publicKey: string): string => `of ${publicKey.slice(0, 8)}`
const northAgain = restored(north, 1)
const lives = { [north.card.masterId]: [northAgain.incarnation] }

/** Headquarters holds everything, and named north to claim the site. */
function setUp(terms: Readonly<Record<string, unknown>> = {}): { readonly world: World; readonly delegation: HeldEvent } {
  const world = createWorld(lives)
  found(world, { keyId: hq.card.keyId, publicKey: hq.card.publicKey, ...terms })
  const delegation = world.act(hq, { kind: 'delegate', domainId: site, to: north.card, rank: 1, until: null })
  return { world, delegation }
}

/** What it would say, signed, and written nowhere. */
function lost(world: World, master: TestMaster, request: AuthorityRequest, ...signers: readonly TestMaster[]): Envelope {
  const statement = proposeStatement(world.book(), deciderOf(master, world.events.length), request)
  return signEnvelope(statement, ...(signers.length === 0 ? [master] : signers))
}

const claim = (delegation: HeldEvent): AuthorityRequest => ({
  kind: 'claim',
  domainId: site,
  delegationId: delegation.event.id,
  reason: 'Nobody answers.',
})

/** Worlds that know nothing of each other give out the same ids. */
const renamed = (held: HeldEvent, id: EventId): HeldEvent => ({ ...held, event: { ...held.event, id } })

const take = (world: World, by: TestMaster, envelope: Envelope) =>
  takeWitness(world.book(), deciderOf(by, world.events.length, null), envelope, check, keyId)

/** Takes it in and writes what became of it; throws what was refused. */
function witness(world: World, by: TestMaster, envelope: Envelope): HeldEvent {
  const taken = take(world, by, envelope)
  if (!taken.ok) throw new Error(taken.refusal.code)
  if (taken.value.kind === 'known') throw new Error('It is known.')
  const { domainId, epoch, data } = taken.value
  return world.write(by, domainId, { type: 'ibcf.authority.witnessed.v1', data, epoch }, { actor: null })
}

const codeOf = (result: ReturnType<typeof take>): string => (result.ok ? result.value.kind : result.refusal.code)
const deciding = (master: TestMaster, epoch: number) => ({
  masterId: master.card.masterId,
  incarnation: master.incarnation,
  epoch,
  domainId: site,
  kind: 'other' as const,
})

describe('a claim that only a node still knows of', () => {
  it('[AU24] [AU25] counts at every master by its signature and the delegation, for the life that made it, and once', () => {
    const { world, delegation } = setUp()
    const shown = lost(world, north, claim(delegation))
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: hq.card.masterId, epoch: 1 })
    witness(world, hq, shown)
    const holder = holderOf(world.book(), site)
    expect(holder).toMatchObject({
      standing: 'held',
      masterId: north.card.masterId,
      epoch: 2,
      right: 'claim',
      incarnation: null,
      refused: [],
    })
    expect(codeOf(take(world, hq, shown))).toBe('known')
    expect(codeOf(take(world, south, shown))).toBe('known')
    // The one that claimed it began another life since, and has nothing of it.
    expect(mayDecide(world.book(), deciding(northAgain, 2))).toMatchObject({ effect: 'no', code: 'LIFE_WRONG' })
    expect(mayDecide(world.book(), deciding(north, 2))).toEqual({ effect: 'yes' })
    expect(mayDecide(world.book(), deciding(hq, 1))).toMatchObject({ effect: 'no', code: 'EPOCH_OVERTAKEN' })
  })

  it('[AU25] [AU3] lets who holds the domain above give it at the epoch after it', () => {
    const { world, delegation } = setUp()
    witness(world, hq, lost(world, north, claim(delegation)))
    world.act(hq, { kind: 'grant', domainId: site, to: northAgain.card })
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: north.card.masterId, epoch: 3, incarnation: northAgain.incarnation })
    expect(mayDecide(world.book(), deciding(northAgain, 3))).toEqual({ effect: 'yes' })
  })

  it('[AU24] [AU1] is the same hold when the event of it comes after all, or others bear witness too, in any order', () => {
    const { world, delegation } = setUp()
    const shown = lost(world, north, claim(delegation))
    const [apart, beside] = [createWorld(lives), createWorld(lives)]
    for (const other of [apart, beside]) {
      found(other, { keyId: hq.card.keyId, publicKey: hq.card.publicKey })
      other.act(hq, { kind: 'delegate', domainId: site, to: north.card, rank: 1, until: null })
    }
    const bySouth = renamed(witness(apart, south, shown), ulidOf(200, 1))
    const its = renamed(beside.act(north, claim(delegation)), ulidOf(200, 2))
    witness(world, hq, shown)
    const all = [...world.events, bySouth, its]
    const expected = JSON.stringify(holderOf(bookOf(all, lives), site))
    expect(JSON.parse(expected)).toMatchObject({ standing: 'held', masterId: north.card.masterId, epoch: 2, disputes: [], refused: [] })
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (order) => {
        expect(JSON.stringify(holderOf(bookOf([...order, ...order.slice(0, 2)], lives), site))).toBe(expected)
      }),
      { numRuns: 50, seed: 3 },
    )
  })

  it('[AU24] contests what was given at that epoch meanwhile, and the one above settles it', () => {
    const { world, delegation } = setUp()
    const shown = lost(world, north, claim(delegation))
    world.act(hq, { kind: 'grant', domainId: site, to: south.card })
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: south.card.masterId, epoch: 2 })
    witness(world, hq, shown)
    expect(holderOf(world.book(), site)).toMatchObject({ standing: 'contested', epoch: 2 })
    world.act(hq, { kind: 'resolve', domainId: site, inFavourOf: south.card.masterId, to: south.card })
    expect(holderOf(world.book(), site)).toMatchObject({ standing: 'held', masterId: south.card.masterId, epoch: 3 })
  })

  it('[AU24] is refused from anybody else, at another epoch, for longer, or without a delegation, and has no effect written all the same', () => {
    const { world, delegation } = setUp()
    const honest = proposeStatement(world.book(), deciderOf(north, 3), claim(delegation)) as GrantStatement
    const { masterId, level, publicKey, incarnation } = stranger.card
    const posing = { masterId, level, keyId: stranger.card.keyId, publicKey, incarnation }
    const forged: readonly [Envelope, string][] = [
      [signEnvelope(honest, stranger), 'NO_PROOF'],
      [signEnvelope(honest), 'NO_PROOF'],
      [signEnvelope({ ...honest, epoch: 3 }, north), 'NOT_DELEGATED'],
      [signEnvelope({ ...honest, epoch: 2 ** 40 }, north), 'NOT_DELEGATED'],
      [signEnvelope({ ...honest, master: posing }, stranger), 'NO_PROOF'],
      [signEnvelope({ ...honest, master: posing }, north), 'NOT_DELEGATED'],
      [signEnvelope({ ...honest, domainId: root, parentId: null }, north), 'NO_PROOF'],
      [signEnvelope({ ...honest, domainId: pump.card.masterId }, north), 'DOMAIN_UNKNOWN'],
      [signEnvelope({ ...honest, right: 'grant' }, north), 'NO_PROOF'],
      [signEnvelope({ ...honest, right: 'break-glass' }, north), 'NO_PROOF'],
      [signEnvelope({ ...honest, right: 'resolution' }, north), 'NO_PROOF'],
      [{ ...signEnvelope(honest, north), payloadType: 'application/json' }, 'GRANT_TYPE_WRONG'],
      [signEnvelope({ ...honest, kind: 'gift' }, north), 'GRANT_MALFORMED'],
    ]
    for (const [envelope, code] of forged) expect([codeOf(take(world, hq, envelope)), code]).toEqual([code, code])
    // A master that writes it although it may not.
    for (const [statement] of forged) {
      const approvals = [north, stranger].map(({ card }) => ({ keyId: card.keyId, publicKey: card.publicKey }))
      world.write(stranger, site, { type: 'ibcf.authority.witnessed.v1', data: { statement, approvals }, epoch: 1 }, { actor: null })
    }
    expect(holderOf(world.book(), site)).toMatchObject({ standing: 'held', masterId: hq.card.masterId, epoch: 1 })
    expect(holderOf(world.book(), root)).toMatchObject({ masterId: hq.card.masterId, epoch: 1 })
  })

  it('[AU24] lasts no longer than the delegation, and none with one altered bit is taken in', () => {
    const world = createWorld(lives)
    found(world, { keyId: hq.card.keyId, publicKey: hq.card.publicKey })
    const until = '2031-01-01T00:00:00.000Z'
    const delegation = world.act(hq, { kind: 'delegate', domainId: site, to: north.card, rank: 1, until })
    const honest = proposeStatement(world.book(), deciderOf(north, 3), claim(delegation)) as GrantStatement
    expect(honest.until).toBe(until)
    expect(codeOf(take(world, hq, signEnvelope({ ...honest, until: null }, north)))).toBe('NOT_DELEGATED')
    expect(codeOf(take(world, hq, signEnvelope({ ...honest, until: '2032-01-01T00:00:00.000Z' }, north)))).toBe('NOT_DELEGATED')
    const shown = signEnvelope(honest, north)
    const payload = fromBase64(shown.payload)
    fc.assert(
      fc.property(fc.nat(payload.length * 8 - 1), (bit) => {
        const altered = payload.with(bit >> 3, (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
        expect(take(world, hq, { ...shown, payload: toBase64(altered) }).ok).toBe(false)
      }),
      { numRuns: 150, seed: 5 },
    )
    expect(codeOf(take(world, hq, shown))).toBe('new')
    witness(world, hq, shown)
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: north.card.masterId, until })
  })
})

describe('a grant that only a node still knows of', () => {
  it('[AU24] counts by the key of who held the domain, or the one above, and of nobody else', () => {
    const { world } = setUp()
    const given = lost(world, hq, { kind: 'grant', domainId: site, to: south.card })
    const statement = proposeStatement(world.book(), deciderOf(hq, 3), { kind: 'grant', domainId: site, to: south.card })
    expect(codeOf(take(world, hq, signEnvelope(statement, south)))).toBe('NO_PROOF')
    expect(codeOf(take(world, hq, signEnvelope(statement, north)))).toBe('NO_PROOF')
    expect(codeOf(take(world, hq, signEnvelope({ ...(statement as GrantStatement), epoch: 7 }, hq)))).toBe('EPOCH_NOT_NEXT')
    witness(world, hq, given)
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: south.card.masterId, epoch: 2, right: 'grant' })
    // And on from there: what south gave on, which is lost as well.
    const on = lost(world, south, { kind: 'grant', domainId: site, to: north.card })
    expect(codeOf(take(world, north, signEnvelope(JSON.parse(new TextDecoder().decode(fromBase64(on.payload))), north)))).toBe('NO_PROOF')
    witness(world, north, on)
    expect(holderOf(world.book(), site)).toMatchObject({ masterId: north.card.masterId, epoch: 3 })
  })

  it('[AU24] [AU11] of broken glass counts by the founder, or by enough of the named keys, and leaves its debt', () => {
    const { world } = setUp()
    const broken: AuthorityRequest = { kind: 'break-glass', domainId: root, nodeIds: null, reason: 'Restored.' }
    expect(codeOf(take(world, hq, lost(world, stranger, broken)))).toBe('NO_PROOF')
    expect(codeOf(take(world, hq, lost(world, hq, broken, north)))).toBe('NO_PROOF')
    const event = witness(world, hq, lost(world, hq, broken))
    expect(holderOf(world.book(), root)).toMatchObject({
      masterId: hq.card.masterId,
      epoch: 2,
      debts: [{ eventId: event.event.id, masterId: hq.card.masterId }],
    })
    world.act(
      hq,
      { kind: 'review', domainId: root, eventId: event.event.id, verdict: 'upheld', findings: 'So it was.' },
      { actor: operator },
    )
    expect(holderOf(world.book(), root).debts).toEqual([])
    const named = setUp(namedKeys(2, north, south, stranger)).world
    expect(codeOf(take(named, hq, lost(named, hq, broken)))).toBe('NO_PROOF')
    expect(codeOf(take(named, hq, lost(named, hq, broken, north)))).toBe('NO_PROOF')
    witness(named, hq, lost(named, hq, broken, north, stranger))
    expect(holderOf(named.book(), root)).toMatchObject({ epoch: 2 })
  })
})
