/** What counts of a log that was told in several ways, over real masters: the same wherever the same is held. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createQueries } from '../../../core/app/queries/queries.ts'
import { readAsOf } from '../../../core/app/projecting/read-as-of.ts'
import { giveOut, planGiveOut } from '../../../core/app/sync/give-out.ts'
import { knownKey } from '../../../core/app/sync/known-key.ts'
import { takeIn } from '../../../core/app/sync/take-in.ts'
import { forksOf } from '../../../core/ingest/returns/forks.ts'
import { toHex } from '../../../core/kernel/hex.ts'
import type { DomainId, IncarnationId, NodeId } from '../../../core/kernel/ids.ts'
import { keyIdOf } from '../../../core/log/dsse.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import { decodeSegment } from '../../../core/log/segment.ts'
import { actualProjection } from '../../../core/projections/actual.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { putKey } from '../../../core/store/keys.ts'
import { act, carry, codeOf as codeOfAct, introduce, makeNode, openSeat, type Seat } from '../../helpers/authority/masters.ts'
import {
  crypto,
  encoded,
  hlcOf,
  segmentBetween,
  testEvent,
  type TestOrigin,
  testOrigin,
  ulidOf,
  verified,
} from '../../helpers/log/origin.ts'

/** B leaves A behind event 4, C behind event 6. */
const tellings = ['A', 'B', 'C'] as const
type Telling = (typeof tellings)[number]
const cuts = [4, 6, 8] as const

type World = Disposable & {
  readonly seats: readonly [Seat, Seat, Seat]
  readonly site: DomainId
  readonly node: NodeId
  readonly of: TestOrigin
}

async function openWorld(): Promise<World> {
  const seats = [await openSeat('Headquarters', 'GLOBAL'), await openSeat('North', 'REGION'), await openSeat('South', 'REGION')] as const
  const [hq] = seats
  const site = act(hq, 'domain.create', { name: 'Site', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' })
  const keyPair = crypto.generateKeyPair()
  const node = makeNode(hq, site, 'pump', keyPair.publicKey)
  const log = { origin: node, incarnation: ulidOf<IncarnationId>(2, 1), lane: 'fact', domain: '-' } as const
  return {
    seats,
    site,
    node,
    of: { origin: node, keyPair, keyId: keyIdOf(crypto, keyPair.publicKey), log },
    [Symbol.dispose]: () => seats.forEach(({ master }) => master.close()),
  }
}

/** B says FAILED, A DEGRADED, and C OK with the clock values of A: nothing but their bytes tells the order of these two. */
function segmentsOf(of: TestOrigin, telling: Telling): readonly Uint8Array[] {
  const events = [1, 2, 3, 4, 5, 6, 7, 8].map((seq) => {
    const who = seq < 5 || (telling === 'C' && seq < 7) ? 'A' : telling
    const to = seq < 5 || who === 'C' ? 'OK' : who === 'B' ? 'FAILED' : 'DEGRADED'
    const data = { from: 'OK', to, detail: `${who}${seq}` }
    return encoded({ ...testEvent(of, seq, {}), type: 'ibcf.health.changed.v1', hlc: hlcOf(who === 'B' ? seq + 100 : seq), data })
  })
  return cuts.map((to, at) => segmentBetween(of, events, (cuts[at - 1] ?? 0) + 1, to))
}

function accept({ of, node, site }: World, { master }: Seat, telling: Telling, upTo: number): void {
  const { keyPair, keyId } = of
  master.port.commit((commit) => {
    knownKey(master.model, commit.writer, node, keyId)
    for (const bytes of segmentsOf(of, telling).slice(0, cuts.findIndex((cut) => cut === upTo) + 1))
      commit.acceptSegment(node, site, verified(bytes, keyPair.publicKey))
  })
}

function resolve({ of, node }: World, seat: Seat, telling: Telling, upTo: number): void {
  const { header } = verified(segmentsOf(of, telling)[cuts.findIndex((cut) => cut === upTo)] as Uint8Array, of.keyPair.publicKey)
  const fork = forksOf(seat.master.store.reader, of.log).find(({ branches }) =>
    branches.some(({ head, seq }) => seq === header.to && toHex(head) === header.head),
  )
  if (fork === undefined) return
  const log = formatLogId(of.log)
  act(seat, 'node.resolveFork', { nodeId: node, log, at: fork.at, keep: { seq: header.to, head: header.head }, reason: 'Looked at' })
}

function piecesOf({ master }: Seat): Uint8Array[] {
  master.recorder.sign()
  return [...giveOut(master.store.reader, planGiveOut(master.store.reader, { theirs: [] }).runs)].map(({ bytes }) => bytes)
}

/** In this order, so many at a time; what cannot be placed yet comes again. */
function deliver({ master }: Seat, pieces: readonly Uint8Array[], size: number): void {
  for (let waiting = pieces; waiting.length > 0; ) {
    const left = Array.from({ length: Math.ceil(waiting.length / size) }, (_, at) => waiting.slice(at * size, (at + 1) * size)).flatMap(
      (batch) => {
        const taken = takeIn(master, batch)
        return batch.filter((_, at) => taken[at]?.kind === 'gap' || (taken[at]?.kind === 'refused' && codeOf(taken[at]) === 'KEY_UNKNOWN'))
      },
    )
    if (left.length === waiting.length) throw new Error(`${left.length} pieces cannot be placed`)
    waiting = left
  }
}

function isOf(bytes: Uint8Array, origin: string): boolean {
  const decoded = decodeSegment(bytes)
  return decoded.ok && decoded.value.log.origin === (origin as typeof decoded.value.log.origin)
}

const codeOf = (taken: ReturnType<typeof takeIn>[number]): string => (taken.kind === 'refused' ? taken.refusal.code : '')
const hashOf = ({ master }: Seat): string => master.engine.stateHash(master.store.reader)
const heldBy = ({ master }: Seat) => readFrontier(master.store.reader).map(({ log, seq, head }) => ({ log, seq, head }))
const healthAt = ({ master }: Seat, node: NodeId) => master.model.actual(node)?.health

function settle({ master }: Seat): void {
  while (master.store.transact((writer) => master.engine.settle(writer, 1000)) > 0);
}

/** Everybody gets everything, and all tellings, each in an order of its own. */
function reunite(world: World, weights: readonly number[], sizes: readonly number[]): void {
  const { seats, of } = world
  for (const from of seats) for (const to of seats) if (from !== to) introduce(from, to)
  const pieces = [...seats.flatMap(piecesOf), ...tellings.flatMap((telling) => segmentsOf(of, telling))]
  for (const [number, seat] of seats.entries()) {
    const order = pieces
      .map((piece, at) => ({ piece, weight: weights[(at * (number + 1) + number) % weights.length] ?? 0 }))
      .sort((a, b) => a.weight - b.weight)
    deliver(
      seat,
      order.map(({ piece }) => piece),
      sizes[number] ?? 1,
    )
  }
}

function expectSame({ seats }: World): void {
  const [hq, ...others] = seats
  for (const other of others) {
    expect(heldBy(other)).toEqual(heldBy(hq))
    expect(hashOf(other)).toBe(hashOf(hq))
  }
  for (const seat of seats) {
    settle(seat)
    expect(hashOf(seat)).toBe(hashOf(hq))
    expect(seat.master.engine.check(seat.master.store.reader)).toEqual({ isEqual: true, differing: [], stateHash: hashOf(hq) })
  }
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('accept' as const), telling: fc.constantFrom(...tellings), to: fc.constantFrom(...cuts) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('resolve' as const), telling: fc.constantFrom(...tellings), to: fc.constantFrom(...cuts) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hand-over' as const) }) },
)

describe('a forked log', () => {
  it('[FK3] [FK4] gives the same state at every master, in whatever order tellings, acceptances, decisions and authority come', async () => {
    const how = fc.record({
      weights: fc.array(fc.nat(1000), { minLength: 31, maxLength: 31 }),
      sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 3, maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), how, async (steps, { weights, sizes }) => {
        using world = await openWorld()
        const [hq, north] = world.seats
        carry(north, hq)
        let inCharge = hq
        for (const one of steps) {
          if (one.kind === 'accept') accept(world, inCharge, one.telling, one.to)
          else if (one.kind === 'resolve') resolve(world, inCharge, one.telling, one.to)
          else if (inCharge === hq) {
            act(hq, 'authority.grant', { domainId: world.site, to: { masterId: north.master.identity.masterId }, until: null })
            carry(hq, north)
            inCharge = north
          }
        }
        reunite(world, weights, sizes)
        expectSame(world)
      }),
      { numRuns: Number(process.env['FORK_RUNS'] ?? 20) },
    )
  }, 120_000)

  it('[FK4] has the effect that was decided for at every master, also where another telling came first, and of the past', async () => {
    using world = await openWorld()
    const { seats, node } = world
    const [hq, north, south] = seats
    accept(world, hq, 'A', 8)
    accept(world, hq, 'B', 8)
    for (const seat of [north, south]) introduce(hq, seat)
    const ofMasters = piecesOf(hq).filter((bytes) => !isOf(bytes, node))
    deliver(north, [...ofMasters, ...segmentsOf(world.of, 'B')], 1)
    deliver(north, piecesOf(hq), 1)
    deliver(south, piecesOf(hq), 1)
    const first = (seat: Seat) => forksOf(seat.master.store.reader, world.of.log)[0]?.branches.find(({ isFirst }) => isFirst)?.head
    expect(first(north)).not.toEqual(first(hq))
    for (const seat of seats) expect(healthAt(seat, node)).toBe('DEGRADED')
    resolve(world, hq, 'B', 8)
    reunite(world, [5, 1, 4, 2, 3], [3, 1, 100])
    for (const seat of seats) {
      expect(healthAt(seat, node)).toBe('FAILED')
      const { reader } = seat.master.store
      expect(readAsOf(reader, crypto, actualProjection, node, Date.now() + 1000)?.facts).toMatchObject({ health: 'FAILED' })
    }
    expectSame(world)
  })

  it('[FK3] gives every query the same telling, whichever came first', async () => {
    using world = await openWorld()
    const { seats, node, of } = world
    const [hq, north, south] = seats
    const control: TestOrigin = { ...of, log: { ...of.log, lane: 'control' } }
    /** Both lose the link; only B finds it again, and raises an alarm. */
    const controlOf = (telling: 'A' | 'B'): readonly Uint8Array[] => {
      const [lost, regained, alarm] = ['ibcf.connection.lost.v1', 'ibcf.connection.regained.v1', 'ibcf.alarm.raised.v1']
      const told = [
        { type: lost, data: { since: '2026-01-01T00:00:00Z', attempts: 3 } },
        telling === 'B'
          ? { type: regained, data: { offlineSeconds: 5 } }
          : { type: alarm, data: { name: 'A', severity: 'notice', detail: '' } },
        { type: alarm, data: { name: telling, severity: 'warning', detail: 'Looked at.' } },
      ]
      const events = told.map((one, at) => encoded({ ...testEvent(control, at + 1, {}), ...one, type: one.type as string, hlc: hlcOf(at) }))
      return [segmentBetween(control, events, 1, 1), segmentBetween(control, events, 2, 3)]
    }
    const acceptControl = ({ master }: Seat, telling: 'A' | 'B'): void =>
      master.port.commit((commit) => {
        for (const bytes of controlOf(telling)) commit.acceptSegment(node, world.site, verified(bytes, of.keyPair.publicKey))
      })
    accept(world, hq, 'A', 8)
    acceptControl(hq, 'A')
    accept(world, hq, 'B', 8)
    acceptControl(hq, 'B')
    for (const seat of [north, south]) introduce(hq, seat)
    const ofMasters = piecesOf(hq).filter((bytes) => !isOf(bytes, node))
    deliver(north, [...ofMasters, ...segmentsOf(of, 'B'), ...controlOf('B')], 1)
    deliver(north, piecesOf(hq), 1)
    deliver(south, piecesOf(hq), 1)
    const answersOf = ({ master }: Seat) => {
      const queries = createQueries(master.model)
      const { items, total } = queries.observations({ nodeId: node, limit: 100 })
      const timeline = queries.timeline({ nodeId: node, limit: 100 })
      const line = (items: readonly { eventId: string; type: string; sentence: string }[]) =>
        items.map(({ eventId, type, sentence }) => `${eventId} ${type} ${sentence}`).toSorted()
      return {
        observations: line(items),
        alone: items.map(({ eventId, isFromAutonomy }) => `${eventId} ${isFromAutonomy}`).toSorted(),
        total,
        timeline: line(timeline.items),
        logs: queries.node(node).logs,
        lastGood: queries.lastGood(node),
        acts: queries
          .audit({ subjectId: node, limit: 100 })
          .items.map(({ eventId, sentence }) => `${eventId} ${sentence}`)
          .toSorted(),
        spectrum: queries.domain(world.site).spectrum.length,
      }
    }
    const before = seats.map(answersOf)
    expect(before[0]?.observations.some((line) => line.includes('DEGRADED') || line.includes('degraded'))).toBe(true)
    expect(before[1]).toEqual(before[0])
    expect(before[2]).toEqual(before[0])
    resolve(world, hq, 'B', 8)
    deliver(north, piecesOf(hq), 3)
    deliver(south, piecesOf(hq), 1)
    const after = seats.map(answersOf)
    expect(after[0]).not.toEqual(before[0])
    expect(after[1]).toEqual(after[0])
    expect(after[2]).toEqual(after[0])
  })

  it('[FK5] shows the tellings of a log of a master, says what a decision would change, and lets its parent decide', async () => {
    using world = await openWorld()
    const { seats, site } = world
    const [hq, north] = seats
    const plain = testOrigin(7, 'control')
    const of = { ...plain, log: { ...plain.log, domain: site } }
    const dock = ulidOf<DomainId>(9, 9)
    const founded = { parentId: site, level: 'LOCAL', thresholds: {} }
    const tell = ({ master }: Seat, name: string): Uint8Array => {
      const event = { ...testEvent(of, 1, {}), type: 'ibcf.domain.created.v1', subject: dock as string as NodeId, domain: site, epoch: 2 }
      const bytes = segmentBetween(of, [encoded({ ...event, data: { name, ...founded } })], 1, 1)
      master.store.transact((writer) => putKey(writer, { keyId: of.keyId, origin: of.origin, publicKey: of.keyPair.publicKey }, 0))
      master.port.commit((commit) => commit.takeSegment(verified(bytes, of.keyPair.publicKey)))
      return bytes
    }
    const terms = { masterId: of.origin as string, level: 'LOCAL', epoch: 2, until: null, right: 'grant' } as const
    hq.master.port.commit(({ decide }) => decide({ type: 'ibcf.authority.granted.v1', subject: site, domain: site, data: terms }))
    const nameOfDock = (): string | undefined => hq.master.model.domain(dock)?.name
    const names = ['one', 'other'].map((name) => {
      tell(hq, name)
      return nameOfDock()
    })
    expect(names).toEqual(['one', undefined])
    const queries = createQueries(hq.master.model)
    const [fork] = queries.forks().items
    expect(fork).toMatchObject({
      at: 1,
      origin: { kind: 'master' },
      domainName: 'Site',
      deciders: ['Headquarters'],
      isDecidedHere: true,
      decided: null,
    })
    expect(fork?.tellings.map(({ events, counting, total }) => [events[0]?.sentence, counting, total])).toEqual([
      [expect.stringContaining('one'), 0, 1],
      [expect.stringContaining('other'), 0, 1],
    ])
    const [first, second] = fork?.tellings ?? []
    if (fork === undefined || first === undefined || second === undefined) throw new Error('no fork')
    const { log, at } = fork
    const choose = ({ seq, head }: typeof first) => ({ log, at, keep: { seq, head } })
    expect(queries.forkPreview(choose(second))).toMatchObject({
      gainsTotal: 1,
      losesTotal: 0,
      gains: [{ sentence: expect.stringContaining('other') }],
    })
    expect(nameOfDock()).toBeUndefined()
    // What this master did not give is not its to decide about.
    for (const name of ['one', 'other']) tell(north, name)
    expect(codeOfAct(() => act(north, 'fork.resolve', { ...choose(second), reason: 'Mine' }))).toBe('FORK_NOT_OURS')
    const unheld = { log, at, keep: { seq: 2, head: second.head } }
    expect(codeOfAct(() => act(hq, 'fork.resolve', { ...unheld, reason: 'Looked at' }))).toBe('FORK_UNKNOWN')
    act(hq, 'fork.resolve', { ...choose(second), reason: 'Looked at' })
    expect(nameOfDock()).toBe('other')
    expect(queries.forks().items[0]?.decided).toMatchObject({ seq: 1, head: second.head })
    expect(queries.forkPreview(choose(first))).toMatchObject({ gainsTotal: 1, losesTotal: 1 })
    act(hq, 'fork.resolve', { ...choose(first), reason: 'It was the other way round' })
    expect(nameOfDock()).toBe('one')
    settle(hq)
    expect(hq.master.engine.check(hq.master.store.reader).isEqual).toBe(true)
  })

  it('[FK3] counts nothing behind the fork that nobody accepted, nor what was accepted or decided by who did not hold the domain', async () => {
    using world = await openWorld()
    const { seats, node } = world
    const [hq, north] = seats
    accept(world, hq, 'A', 4)
    carry(hq, north)
    // It never held the site.
    accept(world, north, 'B', 8)
    north.master.port.commit(({ decide }) => {
      const { header } = verified(segmentsOf(world.of, 'B')[2] as Uint8Array, world.of.keyPair.publicKey)
      const keep = { log: header.log, seq: header.to, head: header.head }
      decide({ type: 'ibcf.fork.resolved.v1', subject: node, domain: world.site, data: { log: header.log, at: 5, keep, reason: 'Mine' } })
    })
    reunite(world, [7, 3, 9, 1], [1, 2, 50])
    for (const seat of seats) expect(healthAt(seat, node)).toBe('OK')
    expectSame(world)
  })
})
