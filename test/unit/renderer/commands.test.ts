import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  configurationPathOf,
  emptyOrder,
  groupLeftOut,
  type OrderForm,
  reachedStep,
  readOrder,
  standingOf,
  writeChange,
} from '../../../renderer/features/commands/model.ts'
import { shareOfWorst } from '../../../renderer/features/debt/model.ts'

const now = Date.parse('2026-01-01T00:00:30Z')
const order = (given: Partial<OrderForm>) => readOrder({ ...emptyOrder, reason: 'because', ...given }, now)

describe('an order', () => {
  it('[UI39] is read line by line, with the line that is wrong', () => {
    expect(order({ kind: 'set-config', changes: '/log/level = "info"\n\n/log/old =\n' }).order).toEqual({
      kind: 'set-config',
      data: {
        changes: [
          { path: '/log/level', value: 'info' },
          { path: '/log/old', value: null },
        ],
      },
      expiresAt: '2026-01-02T00:01:00.000Z',
      reason: 'because',
    })
    expect(order({ kind: 'set-config', changes: '/a = 1\nlog = 2' }).problem).toEqual({ kind: 'not-a-change', line: 2 })
    expect(order({ kind: 'set-config', changes: '/a = 1\n\n/b = info' }).problem).toEqual({ kind: 'not-json', line: 3 })
    expect(order({ kind: 'set-config', changes: ' \n' }).problem).toEqual({ kind: 'empty' })
    expect(order({ kind: 'run-snapshot', parts: [] }).problem).toEqual({ kind: 'empty' })
    expect(order({ kind: 'install-artifact', artifact: '{"name":"x"}' }).problem).toEqual({ kind: 'not-an-artifact' })
  })

  it('[UI39] is none without a reason, and has no end where none is asked for', () => {
    expect(order({ reason: ' ' })).toEqual({ problem: null, order: null })
    expect(order({ expires: 'none', requiresOnline: true }).order).toMatchObject({
      expiresAt: null,
      constraints: { requires_online: true },
    })
  })

  it('[UI47] is filled in from a line that differs, and reads back as it', () => {
    expect(configurationPathOf('/configuration/log/level')).toBe('/log/level')
    expect(configurationPathOf('/software/version')).toBeNull()
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // JSON has one zero.
        const { order: read } = order({ kind: 'set-config', changes: writeChange('/a/b', value) })
        expect(JSON.stringify(read?.data)).toBe(JSON.stringify({ changes: [{ path: '/a/b', value }] }))
      }),
    )
  })
})

describe('a command', () => {
  it('[UI39] shows how far it came, and where it ended when it did not go well', () => {
    expect(reachedStep({ stage: 'applied', attempts: 1 })).toBe(5)
    expect(reachedStep({ stage: 'exported', attempts: 0 })).toBe(2)
    expect(reachedStep({ stage: 'rejected', attempts: 0 })).toBe(3)
    expect(reachedStep({ stage: 'cancelled', attempts: 2 })).toBe(4)
    expect(reachedStep({ stage: 'expired', attempts: 0 })).toBe(1)
    expect(standingOf('outcome-unknown')).toBe('unsure')
  })

  it('[UI39] a preview groups who is left out by why, most first', () => {
    const out = (nodeId: string, code: string) => ({ nodeId, name: nodeId, code, sentence: code })
    expect(groupLeftOut({ leftOut: [out('a', 'X'), out('b', 'Y'), out('c', 'Y')] }).map(({ code, nodes }) => [code, nodes.length])).toEqual(
      [
        ['Y', 2],
        ['X', 1],
      ],
    )
  })

  it('[UI41] a row is as long as its share of the worst, by messages where nobody is silent', () => {
    const rows = [
      { sumSecondsBehind: 100, backlogMessages: 0 },
      { sumSecondsBehind: 25, backlogMessages: 9 },
    ]
    expect([...shareOfWorst(rows).values()]).toEqual([1, 0.25])
    expect([...shareOfWorst(rows.map((row) => ({ ...row, sumSecondsBehind: 0 }))).values()]).toEqual([0, 1])
  })
})
