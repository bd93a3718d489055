import { describe, expect, it } from 'vitest'
import {
  type HeldPages,
  keepStill,
  type NodePage,
  type NodeRow,
  noPages,
  pageOfRow,
  placePage,
  rowsOf,
} from '../../../renderer/features/nodes/pages.ts'
import { appendOlder, type Observation, withNewest } from '../../../renderer/layers/node/observation-pages.ts'

const row = (id: string, backlogMessages = 0): NodeRow => ({
  id,
  name: id,
  kind: 'EDGE',
  tags: [],
  serial: null,
  domainId: 'd',
  domainName: 'D',
  mode: 'LIVE',
  modeSince: null,
  phase: 'ACTIVE',
  state: 'LIVE_OK',
  health: 'OK',
  lastSeenAt: null,
  backlogMessages,
  secondsBehind: 0,
  driftScore: null,
  reason: '',
  doubts: [],
})
const page = (ids: string, next: string | null): NodePage => ({ items: [...ids].map((id) => row(id)), next, total: 99 })
const ids = (rows: readonly NodeRow[]): string => rows.map(({ id }) => id).join('')

describe('a list of nodes', () => {
  const held: HeldPages = placePage(placePage(noPages, 0, undefined, page('abc', '1')), 1, '1', page('def', null))

  it('[UI23] puts page behind page, and each node once although it moved between two answers', () => {
    expect(ids(rowsOf(held))).toBe('abcdef')
    expect(ids(rowsOf(placePage(held, 0, undefined, page('abe', '1'))))).toBe('abedf')
  })

  it('[UI23] renews the page that is looked at and leaves the others', () => {
    expect([0, 2, 3, 5, 99].map((at) => pageOfRow(held, at))).toEqual([0, 0, 1, 1, 1])
    const renewed = placePage(held, 1, '1', page('dxf', null))
    expect(renewed.pages[0]).toBe(held.pages[0])
    expect(ids(rowsOf(renewed))).toBe('abcdxf')
  })

  it('[UI23] takes no page that would leave a hole before it', () => {
    expect(placePage(held, 5, '5', page('zzz', null))).toBe(held)
  })

  it('[UI8] keeps its order under the pointer, renews what its rows say, and counts what waits to move', () => {
    const shown = [row('a'), row('b'), row('c')]
    const { rows, waiting } = keepStill(shown, [row('c', 7), row('a'), row('b')])
    expect(ids(rows)).toBe('abc')
    expect(rows.at(-1)?.backlogMessages).toBe(7)
    expect(waiting).toBe(3)
    expect(keepStill(shown, shown).waiting).toBe(0)
  })

  it('[UI8] a row that is gone stays until the pointer leaves', () => {
    const { rows, waiting } = keepStill([row('a'), row('b')], [row('b')])
    expect(ids(rows)).toBe('ab')
    expect(waiting).toBe(2)
  })
})

describe('a list of observations', () => {
  const observation = (eventId: string): Observation => ({
    eventId,
    kind: 'observation',
    type: '',
    time: '',
    recordedAt: '',
    sentence: '',
    data: {},
    isFromAutonomy: false,
  })
  const list = (text: string): readonly Observation[] => [...text].map(observation)
  const text = (items: readonly Observation[]): string => items.map(({ eventId }) => eventId).join('')

  it('[UI8] grows at the top as new ones come, and at the bottom as one reads on', () => {
    const older = appendOlder(list('dcb'), list('ba'))
    expect(text(older)).toBe('dcba')
    expect(text(withNewest(list('fed'), older))).toBe('fedcba')
  })

  it('[UI8] shows no list with a hole: after more new ones than a page, the older are asked for again', () => {
    expect(text(withNewest(list('zyx'), list('dcba')))).toBe('zyx')
    expect(text(withNewest([], list('ba')))).toBe('ba')
  })
})
