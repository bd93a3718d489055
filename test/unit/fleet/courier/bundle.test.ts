import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bundle, evolveBundle, isOverdue, noBundle, pointsOverdue, stageOf } from '../../../../core/fleet/courier/bundle.ts'
import { journeyOf } from '../../../../core/fleet/courier/command-journey.ts'

const [home, island, other] = ['HOME', 'ISLAND', 'OTHER']
const lane = { logs: 1, events: 2 }
const contents = { control: lane, fact: lane, bulk: lane, blobs: { count: 0, bytes: 0 } }
const packed = {
  forMasterId: island,
  forName: 'Island',
  carriedBy: 'Kim',
  dueAt: '2026-03-10T00:00:00.000Z',
  files: ['a.ibcf.age'],
  sizeBytes: 9,
  isEncrypted: true,
  isFull: false,
  scopeDomainId: null,
  contents,
  leftBehind: { events: 0, blobs: 0 },
  reaches: [{ log: 'HOME/X/control/D', seq: 7 }],
}
const imported = {
  fromMasterId: home,
  fromName: 'Home',
  packedAt: '2026-03-01T00:00:00.000Z',
  outcome: 'whole' as const,
  storedEvents: 2,
  storedSegments: 1,
  knownSegments: 0,
  refusedPieces: 0,
  waitingPieces: 0,
  receipt: { incarnation: 'X', n: 1 },
}
const receipt = { fromMasterId: island, receipt: { incarnation: 'X', n: 1, at: 't' }, importedAt: '2026-03-06T00:00:00.000Z' }

type Told = readonly [type: string, origin: string, time: string, data: unknown]
const tell = (...told: readonly Told[]): Bundle =>
  told.reduce(
    (bundle, [type, origin, time, data]) => evolveBundle(bundle, { type: `ibcf.bundle.${type}.v1`, origin, time, actor: 'ADA', data }),
    noBundle,
  )
const isPacked: Told = ['packed', home, '2026-03-01T00:00:00.000Z', packed]
const isGone: Told = ['departed', home, '2026-03-02T00:00:00.000Z', { carriedBy: 'Kim', dueAt: null, note: '' }]
const isLost: Told = ['lost', home, '2026-03-20T00:00:00.000Z', { reason: 'Stolen' }]
const isThere: Told = ['imported', island, '2026-03-05T00:00:00.000Z', imported]
const isBack: Told = ['receipt-back', home, '2026-03-09T00:00:00.000Z', receipt]

describe('a bundle', () => {
  it('[CU4] goes from packed by in transit and imported there to receipt back', () => {
    expect(stageOf(tell())).toBeUndefined()
    expect(stageOf(tell(isPacked))).toBe('packed')
    expect(stageOf(tell(isPacked, isGone))).toBe('in-transit')
    expect(stageOf(tell(isPacked, isGone, isThere))).toBe('imported-there')
    expect(stageOf(tell(isPacked, isGone, isThere, isBack))).toBe('receipt-back')
    expect(stageOf(tell(isPacked, isBack))).toBe('receipt-back')
  })

  it('[CU4] is lost only as long as it has not turned up', () => {
    expect(stageOf(tell(isPacked, isGone, isLost))).toBe('lost')
    expect(stageOf(tell(isPacked, isGone, isLost, isThere))).toBe('imported-there')
    expect(stageOf(tell(isPacked, isLost, isGone))).toBe('in-transit')
  })

  it('[CU4] is not where somebody else says, and not arrived because it was taken in at the wrong station or at home', () => {
    const elsewhere: Told = ['imported', other, '2026-03-05T00:00:00.000Z', imported]
    const athome: Told = ['imported', home, '2026-03-05T00:00:00.000Z', imported]
    expect(stageOf(tell(isPacked, isGone, elsewhere, athome))).toBe('in-transit')
    expect(tell(isPacked, isGone, elsewhere).imports.map(({ by }) => by)).toEqual([other])
    for (const type of ['departed', 'lost', 'receipt-back', 'packed']) {
      expect(tell(isPacked, [type, other, 't', { ...packed, ...receipt }])).toEqual(tell(isPacked))
    }
  })

  it('[CU5] is late when it was due and no receipt or word came, and no longer when it is lost or there', () => {
    const before = Date.parse('2026-03-09T00:00:00.000Z')
    const after = Date.parse('2026-03-11T00:00:00.000Z')
    expect(isOverdue(tell(isPacked, isGone), before)).toBe(false)
    expect(isOverdue(tell(isPacked, ['departed', home, 't', { carriedBy: '', dueAt: packed.dueAt, note: '' }]), after)).toBe(true)
    expect(isOverdue(tell(isPacked), after)).toBe(true)
    for (const end of [isLost, isThere, isBack]) expect(isOverdue(tell(isPacked, end), after)).toBe(false)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), (days) => {
        const points = pointsOverdue(0, days * 86_400_000)
        expect(points).toBeGreaterThanOrEqual(40)
        expect(points).toBeLessThanOrEqual(75)
      }),
    )
    expect(pointsOverdue(10, 9)).toBe(0)
  })
})

describe('the journey of a command', () => {
  const command = { log: 'HOME/X/control/D', seq: 7 }
  const journey = (bundle: Bundle, appliedAt: string | null = null, seq = 7) =>
    journeyOf({ ...command, seq }, [['B1', bundle]], appliedAt).map(({ stage, at }) => `${stage} ${at ?? '-'}`)

  it('[CU6] shows each stage once it is known', () => {
    expect(journey(tell(isPacked))).toEqual(['exported 2026-03-01T00:00:00.000Z', 'imported-there -', 'applied -', 'receipt-back -'])
    expect(journey(tell(isPacked, isThere), '2026-03-07T00:00:00.000Z')).toEqual([
      'exported 2026-03-01T00:00:00.000Z',
      'imported-there 2026-03-05T00:00:00.000Z',
      'applied 2026-03-07T00:00:00.000Z',
      'receipt-back -',
    ])
    expect(journey(tell(isPacked, isBack))).toEqual([
      'exported 2026-03-01T00:00:00.000Z',
      'imported-there 2026-03-06T00:00:00.000Z',
      'applied -',
      'receipt-back 2026-03-09T00:00:00.000Z',
    ])
  })

  it('[CU6] is none for a command that no bundle reached', () => {
    expect(journey(tell(isPacked), null, 8)).toEqual([])
    expect(journeyOf({ log: 'HOME/X/control/E', seq: 1 }, [['B1', tell(isPacked)]], null)).toEqual([])
  })

  it('[CU6] takes the word of a later receipt for a stick of which nobody spoke', () => {
    const peers = [{ masterId: island, seq: 9, at: '2026-03-12T00:00:00.000Z', receivedAt: '2026-03-15T00:00:00.000Z' }]
    const steps = journeyOf(command, [['B1', tell(isPacked, isLost)]], null, peers)
    expect(steps.map(({ stage, at }) => `${stage} ${at ?? '-'}`)).toEqual([
      'exported 2026-03-01T00:00:00.000Z',
      'imported-there 2026-03-12T00:00:00.000Z',
      'applied -',
      'receipt-back 2026-03-15T00:00:00.000Z',
    ])
  })
})
