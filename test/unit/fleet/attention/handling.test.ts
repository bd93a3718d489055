/** What people did about an item, and how it is shown after that. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AttentionEvent,
  type Cares,
  compareHandled,
  decideAttention,
  evolveCares,
  showItem,
} from '../../../../core/fleet/attention/handling.ts'

const at = (instant: string): number => Date.parse(`2026-05-${instant}.000Z`)
const operator = '01HZZZZZZZZZZZZZZZZZZZZZZB'
const acknowledge: AttentionEvent = {
  type: 'ibcf.attention.acknowledged.v1',
  atMs: at('01T10:00:00'),
  actor: 'ada',
  data: { item: 'drift', score: 40, note: 'on my list' },
}
const snooze: AttentionEvent = {
  type: 'ibcf.attention.snoozed.v1',
  atMs: at('01T10:00:00'),
  actor: 'ada',
  data: { item: 'drift', score: 40, until: '2026-05-02T10:00:00.000Z', reason: 'part comes tomorrow' },
}
const assign: AttentionEvent = {
  type: 'ibcf.attention.assigned.v1',
  atMs: at('01T10:00:00'),
  actor: 'ada',
  data: { item: 'drift', operatorId: operator, note: '' },
}
const resolve: AttentionEvent = {
  type: 'ibcf.attention.resolved.v1',
  atMs: at('01T12:00:00'),
  actor: 'ada',
  data: { item: 'drift', score: 40, reason: 'part fitted' },
}
const fold = (...events: AttentionEvent[]): Cares => events.reduce<Cares>(evolveCares, new Map())
const shown = (cares: Cares, score = 40, asOf = '01T13:00:00', since = '01T09:00:00') =>
  showItem(cares.get('drift'), { score, sinceMs: at(since) }, at(asOf))

describe('handling attention', () => {
  it('[AT5] shows an item as what was done about it last, with the words of who did it', () => {
    expect(shown(fold())).toEqual({ shownAs: 'open', assignedTo: null, why: '' })
    expect(shown(fold(acknowledge))).toEqual({ shownAs: 'acknowledged', assignedTo: null, why: 'on my list' })
    expect(shown(fold(acknowledge, snooze)).shownAs).toBe('snoozed')
    expect(shown(fold(snooze, resolve))).toEqual({ shownAs: 'resolved', assignedTo: null, why: 'part fitted' })
    expect(shown(fold(resolve, acknowledge)).shownAs).toBe('acknowledged')
    expect(shown(fold(acknowledge, assign))).toEqual({ shownAs: 'acknowledged', assignedTo: operator, why: 'on my list' })
    expect(shown(fold(assign, resolve)).assignedTo).toBe(operator)
    expect(fold(resolve).get('health')).toBeUndefined()
    expect(fold(snooze).get('drift')?.snoozed).toMatchObject({ by: 'ada', atMs: at('01T10:00:00') })
  })

  it('[AT6] puts off until the instant that was named, and not for what has become worse meanwhile', () => {
    expect(shown(fold(snooze), 40, '02T09:59:59').shownAs).toBe('snoozed')
    expect(shown(fold(snooze), 40, '02T10:00:00')).toMatchObject({ shownAs: 'open', why: 'The time for which it was put off is over.' })
    expect(shown(fold(snooze), 49).shownAs).toBe('snoozed')
    expect(shown(fold(snooze), 50)).toMatchObject({ shownAs: 'open', why: 'It was put off, and has become worse.' })
    expect(shown(fold(acknowledge), 50).shownAs).toBe('open')
  })

  it('[AT7] opens what was resolved when it begins anew or becomes worse', () => {
    expect(shown(fold(resolve), 40, '03T00:00:00', '01T12:00:00').shownAs).toBe('resolved')
    expect(shown(fold(resolve), 40, '03T00:00:00', '01T12:00:01')).toMatchObject({
      shownAs: 'open',
      why: 'It was resolved, and began anew.',
    })
    expect(shown(fold(resolve), 50)).toMatchObject({ shownAs: 'open', why: 'It was resolved, and has become worse.' })
  })

  it('[AT8] asks for a person, for a reason, and for an instant to come within thirty days', () => {
    const code = (event: AttentionEvent, present: { score: number } | undefined = { score: 40 }, now = '01T10:00:00') => {
      const decided = decideAttention(event, present, at(now))
      return decided.ok ? 'accepted' : decided.refusal.code
    }
    expect([code(acknowledge), code(snooze), code(assign), code(resolve)]).toEqual(['accepted', 'accepted', 'accepted', 'accepted'])
    const none = decideAttention(resolve, undefined, 0)
    expect(none).toMatchObject({ ok: false, refusal: { code: 'ATTENTION_ITEM_UNKNOWN' } })
    expect(code({ ...acknowledge, actor: null })).toBe('ATTENTION_WITHOUT_ACTOR')
    expect(code({ ...resolve, data: { ...resolve.data, reason: ' ' } })).toBe('ATTENTION_WITHOUT_REASON')
    expect(code(snooze, { score: 40 }, '02T10:00:00')).toBe('SNOOZE_OVER')
    expect(code({ ...snooze, data: { ...snooze.data, until: '2026-07-01T00:00:00.000Z' } })).toBe('SNOOZE_TOO_LONG')
  })

  it('[AT5] keeps what is handled behind what is open, whatever its score', () => {
    const items = [
      { shownAs: 'resolved', score: 99 },
      { shownAs: 'open', score: 5 },
      { shownAs: 'snoozed', score: 80 },
      { shownAs: 'acknowledged', score: 7 },
      { shownAs: 'open', score: 60 },
    ] as const
    expect(items.toSorted(compareHandled).map(({ score }) => score)).toEqual([60, 5, 7, 80, 99])
  })

  it('[AT6] never hides an item that is ten points worse than when it was last looked at', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(acknowledge, snooze, assign, resolve)), fc.nat(100), (events, score) => {
        const { shownAs } = shown(fold(...events), score)
        if (score >= 50) expect(shownAs).toBe('open')
      }),
    )
  })
})
