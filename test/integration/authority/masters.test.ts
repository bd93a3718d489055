/** Who may decide, over real masters: what people do about it, what has effect, and what a reunion makes of two that both decided. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { domainAuthority } from '../../../core/contract/authority.ts'
import { createQueries } from '../../../core/app/queries/queries.ts'
import type { DomainId } from '../../../core/kernel/ids.ts'
import { perform } from '../../../core/app/acts/acts.ts'
import { act, carry, codeOf, makeNode, meet, openSeat, type Seat } from '../../helpers/authority/masters.ts'

let hq: Seat
let north: Seat
let south: Seat
let site: DomainId

const idOf = ({ master }: Seat): string => master.identity.masterId
const hashOf = ({ master }: Seat): string => master.engine.stateHash(master.store.reader)
const phaseOf = ({ master }: Seat, node: string): unknown => master.model.lifecycle(node)?.phase
const authorityAt = ({ master }: Seat, domainId: string) => domainAuthority.parse(createQueries(master.model).domainAuthority(domainId))
const activeNodes = (seat: Seat, count: number) => Array.from({ length: count }, (_, at) => makeNode(seat, site, `pump-${at}`))

beforeEach(async () => {
  hq = await openSeat('Headquarters', 'GLOBAL')
  north = await openSeat('North', 'REGION')
  south = await openSeat('South', 'REGION')
  const { rootDomainId } = hq.master.identity
  site = act(hq, 'domain.create', { name: 'Site', parentId: rootDomainId, level: 'LOCAL' })
})

afterEach(() => {
  for (const { master } of [hq, north, south]) master.close()
})

describe('handing a domain over', () => {
  it('[AU3] [AU17] gives it at the next epoch: the one after decides, the one before is refused, and both places show it', () => {
    const [node] = activeNodes(hq, 1)
    meet(hq, north)
    expect(codeOf(() => act(north, 'node.quarantine', { nodeId: node ?? '', reason: 'Mine.' } as never))).toBe('AUTHORITY_NOT_HELD')
    expect(codeOf(() => act(north, 'authority.grant', { domainId: site, to: { masterId: idOf(north) }, until: null }))).toBe(
      'AUTHORITY_NOT_HELD',
    )
    expect(codeOf(() => act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(south) }, until: null }))).toBe('MASTER_UNKNOWN')
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(north) }, until: null })
    expect(codeOf(() => act(hq, 'node.quarantine', { nodeId: node, reason: 'Mine.' } as never))).toBe('AUTHORITY_NOT_HELD')
    carry(hq, north)
    expect(codeOf(() => act(north, 'node.quarantine', { nodeId: node, reason: 'Mine now.' } as never))).toBe('done')
    meet(hq, north)
    for (const seat of [hq, north]) {
      expect(phaseOf(seat, node ?? '')).toBe('QUARANTINED')
      expect(authorityAt(seat, site)).toMatchObject({
        authority: { masterId: idOf(north), masterName: 'North', epoch: 2, grantedAtDomainId: site },
        right: 'grant',
        claimants: [{ masterId: idOf(north), right: 'grant' }],
        powerless: [],
      })
    }
    expect(authorityAt(north, site).here.mayDecide).toBe(true)
    expect(authorityAt(hq, site).here).toMatchObject({ mayDecide: false, code: 'AUTHORITY_NOT_HELD' })
    expect(hashOf(north)).toBe(hashOf(hq))
  })

  it('[AU6] [AU17] given up, nobody holds it until the holder above gives it anew', () => {
    meet(hq, north)
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(north) }, until: null })
    carry(hq, north)
    act(north, 'authority.release', { domainId: site, reason: 'We leave.' })
    expect(authorityAt(north, site)).toMatchObject({ authority: { standing: 'nobody', epoch: 2 }, right: null })
    meet(hq, north)
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(hq) }, until: null })
    expect(authorityAt(hq, site).authority).toMatchObject({ standing: 'held-here', epoch: 3 })
  })
})

describe('two masters that both decided', () => {
  it('[AU7] [AU8] [AU9] [AU19] [AU20] [PJ9] claim alone, restrict alone, and agree after the reunion: contested, then resolved', () => {
    const nodes = activeNodes(hq, 3)
    const [first = '', second = '', third = ''] = nodes
    meet(hq, north, south)
    for (const [rank, seat] of [north, south].entries())
      act(hq, 'authority.delegate', { domainId: site, to: { masterId: idOf(seat) }, rank: rank + 1, until: null })
    expect(codeOf(() => act(north, 'authority.claim', { domainId: site, reason: 'Too early.' }))).toBe('NOT_DELEGATED')
    carry(hq, north)
    carry(hq, south)
    // The links are cut: each claims, and decides.
    act(north, 'authority.claim', { domainId: site, reason: 'Nobody answers.' })
    act(south, 'authority.claim', { domainId: site, reason: 'Nobody answers.' })
    for (const seat of [north, south]) expect(authorityAt(seat, site).authority).toMatchObject({ standing: 'held-here', epoch: 2 })
    act(north, 'node.quarantine', { nodeId: first, reason: 'It lies.' } as never)
    act(north, 'node.decommission', { nodeId: second, reason: 'Worn out.' } as never)
    act(south, 'node.decommission', { nodeId: third, reason: 'Worn out.' } as never)
    expect([phaseOf(north, second), phaseOf(south, third)]).toEqual(['DECOMMISSIONING', 'DECOMMISSIONING'])

    meet(hq, north, south)
    expect(new Set([hq, north, south].map(hashOf)).size).toBe(1)
    for (const seat of [hq, north, south]) {
      const view = authorityAt(seat, site)
      expect(view.authority).toMatchObject({ standing: 'contested', epoch: 2 })
      expect(new Set(view.claimants.map(({ masterName }) => masterName))).toEqual(new Set(['North', 'South']))
      expect(view.disputes).toMatchObject([{ epoch: 2, settled: null }])
      expect(view.powerless.map(({ code }) => code)).toEqual(['CONTESTED', 'CONTESTED'])
      expect([first, second, third].map((node) => phaseOf(seat, node))).toEqual(['QUARANTINED', 'ACTIVE', 'ACTIVE'])
      expect(createQueries(seat.master.model).overview().authority.contested).toBeGreaterThanOrEqual(1)
    }
    // Restricting goes on; what widens is refused with words, and a party cannot decide its own contest.
    expect(codeOf(() => act(south, 'node.decommission', { nodeId: second, reason: 'Worn out.' } as never))).toBe('CONTESTED')
    expect(codeOf(() => act(south, 'node.quarantine', { nodeId: second, reason: 'It lies too.' } as never))).toBe('done')
    expect(codeOf(() => act(south, 'authority.resolve', { domainId: site, inFavourOf: idOf(south) }))).toBe('AUTHORITY_NOT_HELD')

    meet(hq, north, south)
    act(hq, 'authority.resolve', { domainId: site, inFavourOf: idOf(north), reason: 'It was there first.' })
    meet(hq, north, south)
    expect(new Set([hq, north, south].map(hashOf)).size).toBe(1)
    for (const seat of [hq, north, south]) {
      const view = authorityAt(seat, site)
      expect(view).toMatchObject({ authority: { masterId: idOf(north), epoch: 3 }, right: 'resolution' })
      expect(view.disputes).toMatchObject([{ epoch: 2, settled: { masterId: idOf(north), by: 'resolution' } }])
      expect(view.powerless.map(({ code, masterId }) => [code, masterId])).toEqual([['CONTEST_LOST', idOf(south)]])
      expect(phaseOf(seat, third)).toBe('ACTIVE')
      expect(seat.master.engine.check(seat.master.store.reader).differing).toEqual([])
    }
    expect(codeOf(() => act(north, 'node.remediate', { nodeId: first, reason: 'Looked into.' } as never))).toBe('done')
  })
})

describe('breaking glass', () => {
  it('[AU11] [AU17] is for the founder where no keys were named, and a debt until another person has looked into it', () => {
    meet(hq, north)
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(north) }, until: null })
    carry(hq, north)
    expect(codeOf(() => act(north, 'authority.breakGlass', { domainId: hq.master.identity.rootDomainId, reason: 'More.' }))).toBe(
      'NO_PROOF',
    )
    // North is lost with its machine; the founder takes the site back.
    const [eventId = ''] = act(hq, 'authority.breakGlass', { domainId: site, reason: 'North burnt down.' }) as string[]
    expect(authorityAt(hq, site)).toMatchObject({
      authority: { standing: 'held-here', epoch: 3 },
      right: 'break-glass',
      debts: [{ eventId, masterId: idOf(hq), actorId: hq.ada }],
    })
    const review = { domainId: site, eventId, verdict: 'upheld', findings: 'It did.' } as const
    expect(codeOf(() => act(hq, 'authority.review', review))).toBe('REVIEW_BY_ONESELF')
    perform(hq.master, 'authority.review', review, hq.bob)
    expect(authorityAt(hq, site).debts).toEqual([])
    expect(codeOf(() => perform(hq.master, 'authority.review', review, hq.bob))).toBe('NO_DEBT')
  })
})
