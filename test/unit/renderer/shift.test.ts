/** What the sheet, the clocks and the palette say, without a page. */
import { describe, expect, it } from 'vitest'
import { exactFirst, readScanned } from '../../../renderer/app/palette/model.ts'
import { offsetOf } from '../../../renderer/features/clock/model.ts'
import { openMatters, placeOf, type Sheet, untilAfter } from '../../../renderer/features/shift/model.ts'

const id = '01HZZZZZZZZZZZZZZZZZZZZZZA'

describe('the sheet', () => {
  it('[SF7] counts what is open and not what is put aside', () => {
    const item = { id: 'x', score: 1, kind: 'health', nodeId: id, domainId: id, title: '', terms: [], since: null } as const
    const sheet = {
      attention: [item, { ...item, handling: { shownAs: 'maintenance', assignedTo: null, why: '' } }],
      returnsTotal: 3,
      maintenance: [{ state: 'holds' }, { state: 'ended' }],
      authority: [{ authority: { standing: 'contested' } }, { authority: { standing: 'held-here' } }],
    } as unknown as Sheet
    expect(openMatters(sheet)).toEqual({ attention: 1, returns: 3, maintenance: 1, contested: 1 })
  })

  it('[SF7] leads to what a line is about', () => {
    expect(placeOf({ subjectId: id, subjectKind: 'command', subjectNodeId: id })).toMatchObject({ room: 'node', nodeId: id })
    expect(placeOf({ subjectId: id, subjectKind: 'domain', subjectNodeId: null })).toMatchObject({ room: 'domain', domainId: id })
    expect(placeOf({ subjectId: id, subjectKind: 'other', subjectNodeId: null })).toBeNull()
  })

  it('[SF1] counts hours from now', () => {
    expect(untilAfter('8', Date.parse('2026-03-01T06:00:00Z'))).toBe('2026-03-01T14:00:00.000Z')
  })
})

describe('the clocks', () => {
  it('[SF9] says ahead, behind or right, and what is doubted', () => {
    expect(offsetOf(999, 300_000)).toEqual({ kind: 'right', seconds: 0.999, isDoubtful: false })
    expect(offsetOf(-400_000, 300_000)).toEqual({ kind: 'behind', seconds: 400, isDoubtful: true })
    expect(offsetOf(5000, 300_000).kind).toBe('ahead')
  })
})

describe('the palette', () => {
  it('[SF10] reads what a scanner types', () => {
    expect(readScanned(`https://fleet.example/n/${id}?v=1\n`)).toBe(id)
    expect(readScanned(`urn:ibcf:node:${id.toLowerCase()}`)).toBe(id)
    expect(readScanned('*SN-0042*\n')).toBe('SN-0042')
    expect(readScanned(' pump 1 ')).toBe('pump 1')
    // Longer than an identifier is none.
    expect(readScanned(`${id}77`)).toBe(`${id}77`)
  })

  it('[SF10] puts what fits exactly first, once', () => {
    const rows = [
      { id: 'a', name: 'Pump 10' },
      { id: 'b', name: 'Pump 1' },
      { id: 'c', name: 'Old pump 1' },
      { id: 'b', name: 'Pump 1' },
    ]
    expect(exactFirst(rows, 'pump 1', new Set()).map((row) => row.id)).toEqual(['b', 'a', 'c'])
    expect(exactFirst(rows, 'SN-7', new Set(['c'])).map((row) => row.id)).toEqual(['c', 'a', 'b'])
  })
})
