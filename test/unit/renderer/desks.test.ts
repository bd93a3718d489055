import { describe, expect, it } from 'vitest'
import {
  type AuditEntry,
  groupByDay,
  joinPages,
  noFilter,
  placeOfSubject,
  toProofText,
  toRequest,
} from '../../../renderer/features/audit/model.ts'
import { type AttentionItem, countByHandling, nameOf, toHandlings } from '../../../renderer/features/attention/model.ts'
import { type DomainAuthority, readRef, toAuthorityActs } from '../../../renderer/features/authority/model.ts'
import { subtreeIds } from '../../../renderer/layers/domain/model.ts'
import { brushed, moveBy, spanOf, toLanes, within, zoomAbout } from '../../../renderer/layers/node/observation-lanes.ts'
import type { Observation } from '../../../renderer/layers/node/observation-pages.ts'

const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV'

describe('the audit', () => {
  const entry = (eventId: string, given: Partial<AuditEntry> = {}): AuditEntry =>
    ({ eventId, time: '2026-01-01T10:00:00Z', subjectKind: 'node', subjectId: 'n', subjectNodeId: 'n', ...given }) as AuditEntry

  it('[UI43] asks for a span that stays the same for a minute', () => {
    const at = Date.parse('2026-01-01T12:00:40Z')
    expect(toRequest(noFilter, at)).toEqual({ limit: 100 })
    expect(toRequest({ actorId: 'a', domainId: 'd', span: 'shift' }, at)).toEqual({
      actorId: 'a',
      domainId: 'd',
      from: '2026-01-01T04:00:00.000Z',
      limit: 100,
    })
  })

  it('[UI43] joins pages, each act once, and groups them by day', () => {
    const joined = joinPages([entry('c'), entry('b')], [entry('b'), entry('a')])
    expect(joined.map(({ eventId }) => eventId)).toEqual(['c', 'b', 'a'])
    expect(groupByDay([entry('b'), entry('a', { time: '2025-12-31T10:00:00Z' })], (at) => at.slice(0, 10)).map(({ day }) => day)).toEqual([
      '2026-01-01',
      '2025-12-31',
    ])
  })

  it('[UI43] leads to what an act was about, and writes down what proves it', () => {
    expect(placeOfSubject(entry('a'))).toEqual({ room: 'node', nodeId: 'n', tab: 'overview' })
    expect(placeOfSubject(entry('a', { subjectKind: 'command' }))).toEqual({ room: 'node', nodeId: 'n', tab: 'commands' })
    expect(placeOfSubject(entry('a', { subjectKind: 'operator' }))).toBeNull()
    const text = toProofText(
      entry('a', { type: 't', sentence: '', actorId: 'x', actorName: null, log: 'l', seq: 4, digest: 'ff', proof: 'verified' }),
    )
    expect(text).toBe('ACT t\nBY x (x)\nAT 2026-01-01T10:00:00Z\nEVENT a\nLOG l SEQ 4\nSHA-256 ff\nOPERATOR SIGNATURE verified')
  })
})

describe('the inbox', () => {
  const item = (shownAs: 'open' | 'acknowledged' | 'snoozed' | 'resolved' | null, nodeId: string | null = 'n'): AttentionItem =>
    ({
      kind: 'health',
      nodeId,
      domainId: 'd',
      ...(shownAs === null ? {} : { handling: { shownAs, assignedTo: null, why: '' } }),
    }) as AttentionItem

  it('[UI44] counts what nobody touched as open, and names an item by what it is about', () => {
    expect(countByHandling([item(null), item('open'), item('snoozed')])).toEqual({
      open: 2,
      acknowledged: 0,
      snoozed: 1,
      maintenance: 0,
      resolved: 0,
    })
    expect(nameOf(item(null))).toEqual({ subject: 'n', item: 'health' })
    expect(nameOf(item(null, null))).toEqual({ subject: 'd', item: 'health' })
  })

  it('[UI44] offers what can still be done', () => {
    expect(toHandlings(item(null))).toEqual(['acknowledge', 'assign', 'snooze', 'resolve'])
    expect(toHandlings(item('resolved'))).toEqual(['acknowledge'])
  })
})

describe('the page of authority', () => {
  const view = (given: { standing: DomainAuthority['authority']['standing']; delegated?: string; debts?: number }): DomainAuthority =>
    ({
      authority: { standing: given.standing },
      claimants: [{ masterId: 'other' }],
      delegations: given.delegated === undefined ? [] : [{ masterId: given.delegated }],
      debts: Array.from({ length: given.debts ?? 0 }, () => ({})),
    }) as unknown as DomainAuthority
  const open = (of: DomainAuthority) => toAuthorityActs(of, 'me').flatMap(({ act, barrier }) => (barrier === null ? [act] : []))

  it('[UI40] offers every act where the standing lets it be, and tells why not elsewhere', () => {
    expect(open(view({ standing: 'held-here' }))).toEqual(['grant', 'delegate', 'release'])
    expect(open(view({ standing: 'held-elsewhere' }))).toEqual(['break-glass'])
    expect(open(view({ standing: 'held-elsewhere', delegated: 'me', debts: 1 }))).toEqual(['review', 'claim', 'break-glass'])
    expect(open(view({ standing: 'contested' }))).toEqual(['resolve', 'break-glass'])
    expect(toAuthorityActs(view({ standing: 'nobody' }), 'me').find(({ act }) => act === 'grant')?.barrier).toBe('not-held')
  })

  it('[UI40] takes the id of another master as it is read out', () => {
    expect(readRef({ masterId: ` ${id.toLowerCase()} `, level: 'LOCAL', publicKey: '' })).toEqual({ masterId: id, level: 'LOCAL' })
    expect(readRef({ masterId: 'north', level: 'LOCAL', publicKey: '' })).toBeNull()
  })

  it('[UI38] a domain shows the rollouts of all that is below it', () => {
    const rows = [
      { id: 'c', parentId: 'b' },
      { id: 'a', parentId: null },
      { id: 'b', parentId: 'a' },
      { id: 'x', parentId: null },
    ]
    expect([...subtreeIds(rows, 'a')].toSorted()).toEqual(['a', 'b', 'c'])
  })
})

describe('observations along time', () => {
  const seen = (eventId: string, second: number, kind: Observation['kind'] = 'observation', isFromAutonomy = false): Observation =>
    ({ eventId, kind, time: new Date(second * 1000).toISOString(), isFromAutonomy }) as Observation

  it('[UI46] lie in a lane for each kind, joined where they are too close, those of being alone apart', () => {
    const items = [
      seen('e', 100),
      seen('d', 50, 'alarm'),
      seen('c', 11),
      seen('b', 10, 'observation', true),
      seen('a', 9, 'observation', true),
    ]
    const lanes = toLanes(items, (ms) => ms / 1000)
    expect(lanes.map(({ kind, count }) => [kind, count])).toEqual([
      ['alarm', 1],
      ['observation', 4],
    ])
    expect(lanes[1]?.marks.map(({ eventId, count, isFromAutonomy }) => [eventId, count, isFromAutonomy])).toEqual([
      ['e', 1, false],
      ['c', 1, false],
      ['b', 2, true],
    ])
  })

  it('[UI46] are shown in any stretch: dragged, moved, nearer and further', () => {
    const items = [seen('c', 30), seen('b', 20), seen('a', 10)]
    expect(spanOf(items)).toEqual({ from: 10_000, to: 30_000 })
    expect(spanOf([])).toBeNull()
    expect(within(items, { from: 15_000, to: 30_000 }).map(({ eventId }) => eventId)).toEqual(['c', 'b'])
    expect(zoomAbout({ from: 0, to: 100_000 }, 50_000, 0.5)).toEqual({ from: 25_000, to: 75_000 })
    expect(zoomAbout({ from: 0, to: 3_000 }, 1_500, 0.1)).toEqual({ from: 500, to: 2_500 })
    expect(moveBy({ from: 0, to: 1_000 }, -0.25)).toEqual({ from: -250, to: 750 })
    expect(brushed(900, 100, 50)).toEqual({ from: 100, to: 900 })
    expect(brushed(100, 110, 50)).toBeNull()
  })
})
