/** The same acts held, the same authority, whatever was said by whom and in whatever order it came. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideAuthority } from '../../../../core/fleet/authority/decide.ts'
import { holderOf } from '../../../../core/fleet/authority/holder.ts'
import { createAuthorityJudge } from '../../../../core/fleet/authority/judge.ts'
import { mayDecide } from '../../../../core/fleet/authority/may-decide.ts'
import { inheritanceChanges } from '../../../../core/fleet/authority/placement.ts'
import type { HeldEvent } from '../../../../core/fleet/authority/record.ts'
import type { AuthorityRequest } from '../../../../core/fleet/authority/request.ts'
import type { AuthorityBook } from '../../../../core/fleet/authority/types.ts'
import { bookOf, cell, createWorld, deciderOf, found, hq, north, root, site, south, stranger, type World } from './world.ts'

const masters = [hq, north, south] as const
const domains = [root, site, cell] as const

/** Something a master asks for, knowing of only the first so many of what was ever said. */
const step = fc.record({
  what: fc.constantFrom(
    'grant',
    'grant',
    'grant',
    'delegate',
    'delegate',
    'claim',
    'claim',
    'release',
    'lapse',
    'resolve',
    'break-glass',
    'review' as const,
  ),
  master: fc.nat(2),
  other: fc.nat(2),
  domain: fc.nat(2),
  knows: fc.oneof(fc.constant(1000), fc.constant(1000), fc.nat(6)),
  rank: fc.integer({ min: 1, max: 3 }),
  inherit: fc.boolean(),
  until: fc.option(fc.constantFrom('2026-01-01T00:05:00.000Z', '2026-01-01T00:30:00.000Z')),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** Masters that decide honestly over what they know, which is not everything. What is refused is not written. */
function play(world: World, steps: readonly Step[]): void {
  for (const [at, { what, master, other, domain, knows, rank, inherit, until }] of steps.entries()) {
    const [by, to] = [masters[master] ?? hq, masters[other] ?? hq]
    const domainId = domains[domain] ?? root
    const known = world.events.slice(0, 1 + knows)
    const delegation = known.findLast(
      ({ event }) => event.type === 'ibcf.authority.delegated.v1' && event.data['masterId'] === by.card.masterId,
    )
    const debt = holderOf(bookOf(known), domainId).debts[0]
    const requests = {
      grant: { kind: 'grant', domainId, to: to.card, until },
      delegate: { kind: 'delegate', domainId, to: to.card, rank, until },
      claim: { kind: 'claim', domainId, delegationId: delegation?.event.id ?? '', reason: 'Cut off.' },
      release: { kind: 'release', domainId, inherit, reason: 'Enough.' },
      lapse: { kind: 'lapse', domainId, masterId: to.card.masterId },
      resolve: { kind: 'resolve', domainId, inFavourOf: to.card.masterId, to: to.card },
      'break-glass': { kind: 'break-glass', domainId, nodeIds: null, reason: 'No other way.' },
      review: { kind: 'review', domainId, eventId: debt?.eventId ?? '', verdict: 'upheld', findings: 'So it was.' },
    } as const satisfies Record<string, AuthorityRequest>
    const request = requests[what as keyof typeof requests]
    const terms = { minute: at, knows: known, actor: `operator-${master}` }
    const decided = decideAuthority(bookOf(known), deciderOf(by, at, terms.actor), request)
    if (decided.ok) world.act(by, request, terms)
  }
}

function standings(book: AuthorityBook): string {
  return JSON.stringify(domains.map((domainId) => [holderOf(book, domainId), inheritanceChanges(book, domainId)]))
}

function shuffled(events: readonly HeldEvent[], weights: readonly number[]): HeldEvent[] {
  return events
    .map((event, at) => ({ event, weight: weights[at % weights.length] ?? 0 }))
    .sort((a, b) => a.weight - b.weight)
    .map(({ event }) => event)
}

describe('the set of acts', () => {
  it('[AU1] gives the same holders, contests, debts and refusals in any order, any of them twice', () => {
    let contested = 0
    let moved = 0
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 12, maxLength: 30 }),
        fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
        (steps, weights) => {
          const world = createWorld()
          found(world)
          play(world, steps)
          const expected = standings(bookOf(world.events))
          if (expected.includes('"standing":"contested"')) contested++
          if (world.events.length > 3) moved++
          const again = shuffled([...world.events, ...world.events.slice(0, 5)], weights)
          expect(standings(bookOf(again))).toBe(expected)
          expect(standings(bookOf(world.events.toReversed()))).toBe(expected)
        },
      ),
      { numRuns: 300, seed: 7 },
    )
    // The histories are worth something: masters did act, and did come to contest each other.
    expect(moved).toBeGreaterThan(100)
    expect(contested).toBeGreaterThan(5)
  })

  it('[AU2][AU9] never lets two masters widen the same domain, whatever they said without knowing of each other', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 24 }), (steps) => {
        const world = createWorld()
        found(world)
        play(world, steps)
        const book = world.book()
        for (const domainId of domains) {
          const allowed = masters.filter(({ card, incarnation }) =>
            Array.from({ length: 30 }, (_, epoch) => epoch).some(
              (epoch) => mayDecide(book, { masterId: card.masterId, incarnation, epoch, domainId, kind: 'other' }).effect === 'yes',
            ),
          )
          const holder = holderOf(book, domainId)
          expect(allowed.map(({ card }) => card.masterId)).toEqual(holder.standing === 'held' ? [holder.masterId] : [])
        }
      }),
      { numRuns: 150, seed: 11 },
    )
  })

  it('[AU5] is not moved by anything that a master says which never held anything', () => {
    const forged = fc.record({
      domain: fc.nat(2),
      type: fc.constantFrom('granted', 'claimed', 'resolved', 'released', 'lapsed', 'delegated' as const),
      epoch: fc.constantFrom(0, 1, 2, 3, 4, 2 ** 40),
      under: fc.nat(4),
      right: fc.constantFrom('root', 'grant', 'break-glass' as const),
      other: fc.nat(2),
      critical: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.array(forged, { minLength: 1, maxLength: 8 }), (steps, lies) => {
        const world = createWorld()
        found(world)
        play(world, steps)
        const strip = (book: AuthorityBook): string =>
          JSON.stringify(domains.map((domainId) => ({ ...holderOf(book, domainId), refused: [] })))
        const expected = strip(world.book())
        for (const { domain, type, epoch, under, right, other, critical } of lies) {
          const { masterId, level } = stranger.card
          const victim = (masters[other] ?? hq).card.masterId
          const common = { masterId, level, epoch, until: null }
          const data = {
            granted: { ...common, right },
            claimed: { delegationId: world.events[0]?.event.id, level, epoch },
            resolved: { ...common, disputedEpoch: Math.max(0, epoch - 1), inFavourOf: victim },
            released: { epoch, inherit: true, reason: '' },
            lapsed: { masterId: victim, epoch },
            delegated: { masterId, level, keyId: '', publicKey: '', rank: 1, until: null },
          }[type]
          world.write(
            stranger,
            domains[domain] ?? root,
            { type: `ibcf.authority.${type}.v1`, data, epoch: under },
            { critical, actor: null },
          )
        }
        expect(strip(world.book())).toBe(expected)
      }),
      { numRuns: 200, seed: 13 },
    )
  })

  it('[AU17] has nothing in it that was decided by the rules over all that is held and then does not count', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 20 }), (steps) => {
        const world = createWorld()
        found(world)
        play(
          world,
          steps.map((of) => ({ ...of, knows: 1000 })),
        )
        for (const domainId of domains) expect(holderOf(world.book(), domainId).refused).toEqual([])
      }),
      { numRuns: 150, seed: 17 },
    )
  })

  it('[AU9] is judged the same by the judge that remembers', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 20 }), (steps) => {
        const world = createWorld()
        found(world)
        play(world, steps)
        const book = world.book()
        const judge = createAuthorityJudge(book)
        for (const domainId of domains) {
          for (const { card, incarnation } of masters) {
            for (const epoch of [0, 1, 2, 3, 4]) {
              for (const kind of ['other', 'quarantine'] as const) {
                const ask = { masterId: card.masterId, incarnation, epoch, domainId, kind }
                expect(judge.mayDecide(ask)).toEqual(mayDecide(book, ask))
              }
            }
          }
        }
      }),
      { numRuns: 30, seed: 19 },
    )
  })
})
