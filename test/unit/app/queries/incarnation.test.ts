import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { incarnationView } from '../../../../core/contract/incarnation.ts'
import { createTestIsland, type TestIsland } from '../../../helpers/island.ts'

let island: TestIsland

beforeEach(async () => {
  island = await createTestIsland()
})

afterEach(() => island[Symbol.dispose]())

const head = 'ab'.repeat(32)
const newLife = '01ARZ3NDEKTSV4RRFFQ69G5FAV'

function open(reason: 'restored' | 'high-water', points: number, incarnation = newLife): void {
  const { masterId, rootId } = island
  const continues = Array.from({ length: points }, (_, at) => ({ log: `log-${String(at)}`, seq: at + 1, head }))
  island.decide('ibcf.incarnation.opened.v1', masterId, { incarnation, reason, continues, lost: continues.slice(0, 1) }, { domain: rootId })
}

describe('the present life of a master', () => {
  it('[MA27] the first one was founded, lacks nothing and owes nothing', () => {
    const view = incarnationView.parse(island.queries.incarnation())
    expect(view).toMatchObject({ reason: 'founded', continues: [], continuesTotal: 0, lost: [], lapsed: [], debts: [] })
    expect(view.id).toMatch(/^[0-9A-Z]{26}$/)
  })

  it('[MA27] after a restore it says from where it goes on, what is missing, and which authority lapsed', () => {
    open('restored', 130)
    const view = incarnationView.parse(island.queries.incarnation())
    expect(view).toMatchObject({ id: newLife, reason: 'restored', continuesTotal: 130 })
    expect(view.continues).toHaveLength(100)
    expect(view.lost).toHaveLength(1)
    expect(view.lapsed).toEqual([{ domainId: island.rootId, domainName: 'Island', epoch: 1 }])
  })

  it('[MA27] what was taken by break-glass is owed until somebody else has looked into it', () => {
    open('high-water', 1)
    const { masterId, rootId } = island
    const [actor, reviewer] = [island.newId(), island.newId()] as const
    const log = { origin: masterId as never, incarnation: newLife as never, lane: 'control' as const, domain: rootId }
    const say = (type: string, by: string, epoch: number, data: Readonly<Record<string, unknown>>) =>
      island.append(log, { type, subject: rootId as never, domain: rootId, actor: by as never, epoch, data })
    const broken = say('ibcf.authority.granted.v1', actor, 2, {
      masterId,
      level: 'REGION',
      until: null,
      incarnation: newLife,
      epoch: 2,
      right: 'break-glass',
      reason: 'The disk died.',
    })
    const [debt, ...more] = island.queries.incarnation().debts
    expect(debt).toMatchObject({ domainId: rootId, epoch: 2, reason: 'The disk died.', operatorName: actor })
    expect(more).toEqual([])
    expect(island.queries.incarnation().lapsed).toEqual([])
    const review = { reviewedEventId: broken.event?.id, verdict: 'upheld', findings: 'The disk did die.' }
    say('ibcf.authority.reviewed.v1', actor, 2, review)
    expect(island.queries.incarnation().debts).toHaveLength(1)
    say('ibcf.authority.reviewed.v1', reviewer, 2, review)
    expect(island.queries.incarnation().debts).toEqual([])
  })
})
