import { describe, expect, it } from 'vitest'
import { type Act, beginningOf, type ChangedNode, groupActs, groupNodes } from '../../../renderer/features/hand-over/model.ts'
import { foundedAt, pastAnswerOf, wholeHistory } from '../../../renderer/features/past/model.ts'

const now = Date.parse('2026-03-01T14:02:11.500Z')

describe('the time machine', () => {
  it('[UI52] reaches from the founding of the master to now', () => {
    expect(foundedAt('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe(1_469_922_850_259)
    expect(foundedAt('not-an-id')).toBeNull()
    expect(wholeHistory('01ARZ3NDEKTSV4RRFFQ69G5FAV', now)).toEqual({ from: 1_469_922_850_259, to: now })
    expect(wholeHistory('7ZZZZZZZZZZZZZZZZZZZZZZZZZ', now)).toEqual({ from: now - 86_400_000, to: now })
  })

  it('[UI52] shows nodes as they were, and of other rooms says why it cannot', () => {
    expect(pastAnswerOf('node')).toBe('as-it-was')
    expect(pastAnswerOf('attention')).toBe('presence')
    expect(pastAnswerOf('data')).toBe('this-machine')
    expect(pastAnswerOf('guide')).toBe('the-same')
  })
})

describe('since my last shift', () => {
  it('[UI53] begins where this operator read last, else a shift of eight hours ago', () => {
    expect(beginningOf('2026-03-01T13:00:00.000Z', now)).toBe('2026-03-01T13:00:00.000Z')
    expect(beginningOf(undefined, now)).toBe('2026-03-01T06:02:00.000Z')
    expect(beginningOf('2099-01-01T00:00:00.000Z', now)).toBe('2026-03-01T06:02:00.000Z')
    expect(beginningOf('nonsense', now)).toBe('2026-03-01T06:02:00.000Z')
  })

  it('[UI53] groups acts by who took them and nodes by phase, those in quarantine first', () => {
    const act = (eventId: string, actorId: string): Act => ({ eventId, actorId, actorName: actorId.toUpperCase() }) as Act
    const groups = groupActs([act('3', 'b'), act('2', 'a'), act('1', 'b')])
    expect(groups.map(({ actorName, acts }) => [actorName, acts.map(({ eventId }) => eventId)])).toEqual([
      ['B', ['3', '1']],
      ['A', ['2']],
    ])
    const node = (id: string, phase: ChangedNode['phase']): ChangedNode => ({ id, phase }) as ChangedNode
    expect(
      groupNodes([node('1', 'ACTIVE'), node('2', 'QUARANTINED'), node('3', 'ACTIVE')]).map(({ phase, nodes }) => [phase, nodes.length]),
    ).toEqual([
      ['QUARANTINED', 1],
      ['ACTIVE', 2],
    ])
  })
})
