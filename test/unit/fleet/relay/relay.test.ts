/** Paths: how well they carry, and what hangs on them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultThresholds } from '../../../../core/fleet/connectivity/assess.ts'
import { hiddenBy, pathsOf, rankByHiding, reachable } from '../../../../core/fleet/relay/hidden-nodes.ts'
import type { Hop } from '../../../../core/fleet/relay/hop.ts'
import { type LinkObservation, pathHealth, type Reach } from '../../../../core/fleet/relay/path-health.ts'

const now = 1_000_000
const measured = (nodeId: string, rtt_ms: number, agoMs = 0, loss_pct = 0): LinkObservation => ({
  nodeId,
  atMs: now - agoMs,
  link: { rtt_ms, loss_pct, bandwidth_kbps: 100 },
})
const heard = (...ids: string[]): Reach[] => ids.map((nodeId) => ({ nodeId, isHeard: true }))
const silent = (...ids: string[]): Reach[] => ids.map((nodeId) => ({ nodeId, isHeard: false }))
const health = (observations: LinkObservation[], behind: Reach[]) => pathHealth(observations, behind, defaultThresholds, now, 60_000)

describe('the health of a path', () => {
  it('[RL1] is OK by recent measurements within the bounds of the domain, each node once', () => {
    expect(health([measured('a', 20), measured('a', 9000, 10), measured('b', 40)], heard('a', 'b'))).toEqual({
      health: 'OK',
      link: { rtt_ms: 40, loss_pct: 0, bandwidth_kbps: 100 },
      nodesMeasured: 2,
      ageMs: 0,
      reasons: ['2 recent measurements are within the bounds of the domain.'],
    })
  })

  it('[RL1] is DEGRADED by slow or lossy measurements and by silent nodes, and says which', () => {
    const slow = health([measured('a', 9000), measured('b', 20, 0, 50), measured('c', 10)], [...heard('a', 'b', 'c'), ...silent('d')])
    expect([slow.health, slow.reasons]).toEqual([
      'DEGRADED',
      ['2 of 3 measurements are slower or lose more than the domain allows.', '1 of 4 nodes behind it are not heard.'],
    ])
    expect(health([measured('a', 9000), measured('b', 20), measured('c', 20)], heard('a', 'b', 'c')).health).toBe('OK')
  })

  it('[RL2] is FAILED when nobody behind it is heard, and UNKNOWN, not OK, when nothing was measured lately', () => {
    expect(health([measured('a', 20)], silent('a', 'b'))).toMatchObject({
      health: 'FAILED',
      reasons: ['None of the 2 nodes behind it is heard.'],
    })
    expect(health([], [])).toMatchObject({ health: 'UNKNOWN', link: null, ageMs: null })
    expect(health([measured('a', 20, 60_001)], heard('a'))).toMatchObject({ health: 'UNKNOWN', link: null, ageMs: 60_001 })
  })

  it('[RL1] does not depend on the order in which measurements come', () => {
    const one = fc.record({
      nodeId: fc.constantFrom('a', 'b', 'c'),
      rtt: fc.nat(3),
      ago: fc.nat(3),
      loss: fc.nat(40),
      bandwidth_kbps: fc.nat(9),
    })
    fc.assert(
      fc.property(fc.array(one), (list) => {
        const observations = list.map(({ nodeId, rtt, ago, loss, bandwidth_kbps }) => {
          const one = measured(nodeId, rtt, ago, loss)
          return { ...one, link: { ...one.link, bandwidth_kbps } }
        })
        expect(health(observations.toReversed(), heard('a'))).toEqual(health(observations, heard('a')))
      }),
    )
  })
})

describe('what a relay hides', () => {
  const hops: Hop[] = [
    { from: 'mast', to: null },
    { from: 'pier', to: 'mast' },
    { from: 'buoy', to: 'pier' },
    { from: 'shed', to: 'pier' },
    { from: 'shed', to: 'satellite' },
    { from: 'satellite', to: null },
    { from: 'lost', to: 'nowhere' },
  ]

  it('[RL3] is what has no other way to the master left', () => {
    expect(hiddenBy(hops, ['mast'])).toEqual(['buoy', 'pier'])
    expect(hiddenBy(hops, ['pier'])).toEqual(['buoy'])
    expect(hiddenBy(hops, ['satellite'])).toEqual([])
    expect(hiddenBy(hops, ['pier', 'satellite'])).toEqual(['buoy', 'shed'])
    expect([...reachable(hops, new Set())].toSorted()).toEqual(['buoy', 'mast', 'pier', 'satellite', 'shed'])
    expect(rankByHiding(hops)).toEqual([
      { relayId: 'mast', hides: ['buoy', 'pier'] },
      { relayId: 'pier', hides: ['buoy'] },
    ])
  })

  it('[RL4] names the ways of a node, the shortest first, through rings as well', () => {
    expect(pathsOf(hops, 'shed')).toEqual([['satellite'], ['pier', 'mast']])
    expect(pathsOf(hops, 'mast')).toEqual([[]])
    expect(pathsOf(hops, 'lost')).toEqual([])
    const ring: Hop[] = [...hops, { from: 'mast', to: 'pier' }, { from: 'pier', to: 'buoy' }]
    expect(pathsOf(ring, 'buoy')).toEqual([['pier', 'mast']])
  })

  it('[RL3] ranks the relays of any net by what each of them alone would hide', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const hop = fc.record({ from: id, to: fc.option(id) })
    fc.assert(
      fc.property(fc.array(hop, { maxLength: 15 }), (net) => {
        const ranked = rankByHiding(net)
        for (const relay of ['a', 'b', 'c', 'd', 'e', 'f'])
          expect([relay, ranked.find(({ relayId }) => relayId === relay)?.hides ?? []]).toEqual([relay, hiddenBy(net, [relay])])
        const sizes = ranked.map(({ hides }) => hides.length)
        expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
      }),
      { numRuns: 500 },
    )
  })

  it('[RL3] ranks a hundred thousand nodes behind a thousand relays, and a chain of ten thousand, without losing its way', () => {
    const net: Hop[] = Array.from({ length: 1000 }, (_none, n) => ({ from: `relay ${n}`, to: n < 10 ? null : `relay ${n % 10}` }))
    for (let n = 0; n < 100_000; n++) net.push({ from: `node ${n}`, to: `relay ${10 + (n % 990)}` })
    const [first] = rankByHiding(net)
    // 99 relays behind it, with 101 nodes each, and one of the ten nodes that are left over.
    expect(first?.hides.length).toBe(99 + 99 * 101 + 1)
    expect(first?.hides).toEqual(hiddenBy(net, [first?.relayId ?? '']))
    const chain: Hop[] = Array.from({ length: 10_000 }, (_none, n) => ({ from: `${n}`, to: n === 0 ? null : `${n - 1}` }))
    expect(hiddenBy(chain, ['0']).length).toBe(9999)
  })

  it('[RL3] agrees with the ways there are, in any net', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const hop = fc.record({ from: id, to: fc.option(id) })
    fc.assert(
      fc.property(fc.array(hop, { maxLength: 12 }), id, (net, failed) => {
        const hidden = hiddenBy(net, [failed])
        for (const node of ['a', 'b', 'c', 'd', 'e'].filter((one) => one !== failed)) {
          const ways = pathsOf(net, node, 1000)
          const isHidden = ways.length > 0 && ways.every((way) => way.includes(failed))
          expect([node, hidden.includes(node)]).toEqual([node, isHidden])
        }
      }),
    )
  })
})
