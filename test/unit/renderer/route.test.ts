import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { domainTabs, formatRoute, home, nodeTabs, parseRoute, type Route } from '../../../renderer/app/route.ts'

const workspace = fc.constantFrom('main' as const, 'demo' as const)
const id = fc.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const words = fc.array(fc.stringMatching(/^[A-Za-z0-9 %&=?#/+-]{1,12}$/), { minLength: 1, maxLength: 3 })
const instant = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map((date) => date.toISOString())
const filter = fc.record({ modes: words, tags: words, text: fc.string({ minLength: 1, maxLength: 20 }) }, { requiredKeys: [] })
const route: fc.Arbitrary<Route> = fc.record({
  workspace,
  place: fc.oneof(
    fc.constantFrom('overview', 'attention', 'enrolments', 'returns', 'policies', 'data').map((room) => ({ room })),
    fc.record({ room: fc.constant('domain' as const), domainId: id, tab: fc.constantFrom(...domainTabs), filter }),
    fc.record(
      { room: fc.constant('node' as const), nodeId: id, tab: fc.constantFrom(...nodeTabs), asOf: instant },
      { requiredKeys: ['room', 'nodeId', 'tab'] },
    ),
  ) as fc.Arbitrary<Route['place']>,
})

describe('addresses', () => {
  it('[UI4] every place comes back from its address as it was', () => {
    fc.assert(
      fc.property(route, (given) => {
        expect(parseRoute(formatRoute(given))).toEqual(given)
      }),
    )
  })

  it('[UI4] an address that means nothing leads home', () => {
    for (const text of ['', '#', '#/', '#/nonsense', '#/w/other/', '#/w/main/domain/', '#/w/%E0%A4%A/'])
      expect(parseRoute(text)).toEqual(home)
  })

  it('[UI4] no text at all breaks the reading of an address', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(['main', 'demo']).toContain(parseRoute(`#/w/main/${text}`).workspace)
      }),
    )
  })

  it('[UI4] [UI34] an instant that means nothing means now', () => {
    for (const at of ['', 'yesterday', '2026-13-01T00:00:00Z', '2026-01-01'])
      expect(parseRoute(`#/w/main/node/ID?at=${encodeURIComponent(at)}`).place).toEqual({ room: 'node', nodeId: 'ID', tab: 'overview' })
  })

  it('[UI4] a tab that does not exist is the first one', () => {
    expect(parseRoute('#/w/main/node/01ARZ3NDEKTSV4RRFFQ69G5FAV/nowhere').place).toEqual({
      room: 'node',
      nodeId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
      tab: 'overview',
    })
  })
})
