import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ControlSource, controlState, countControl, layoutControl } from '../../../renderer/charts/authority-map-layout.ts'
import { bandOrder, splitAtGaps, stackOrder, toBands, toStack } from '../../../renderer/charts/bands.ts'
import { type DebtPoint, debtTrend } from '../../../renderer/charts/debt-model.ts'
import { driftColour, type DriftSource, layoutDriftMap } from '../../../renderer/charts/drift-map-layout.ts'
import { layoutTopology, pathState, summarise, type Vertex } from '../../../renderer/charts/topology-layout.ts'

const noModes = { LIVE: 0, DELAYED: 0, EDGE_CACHED: 0, AUTONOMOUS: 0, DISCONNECTED: 0, RETURNING: 0, REPLAYING: 0 }
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()

describe('the spectrum', () => {
  it('[UI6] has the seven bands in the order of the seed, also those without a node', () => {
    expect(bandOrder).toEqual(['LIVE', 'DELAYED', 'EDGE_CACHED', 'AUTONOMOUS', 'DISCONNECTED', 'RETURNING', 'REPLAYING'])
    expect(toBands({ ...noModes, LIVE: 3, AUTONOMOUS: 1 }).map(({ count, share }) => [count, share])).toEqual([
      [3, 0.75],
      [0, 0],
      [0, 0],
      [1, 0.25],
      [0, 0],
      [0, 0],
      [0, 0],
    ])
    expect(toBands(noModes).every(({ share }) => share === 0)).toBe(true)
  })

  it('[UI6] stacks without a gap or an overlap, and up to the number of nodes', () => {
    const modes = fc.record(
      Object.fromEntries(bandOrder.map((mode) => [mode, fc.nat(1_000)])) as Record<(typeof bandOrder)[number], fc.Arbitrary<number>>,
    )
    fc.assert(
      fc.property(modes, (given) => {
        const [point] = toStack([{ at: at(0), modes: given }], bandOrder)
        let edge = 0
        for (const mode of stackOrder) {
          expect(point?.edges[mode][0]).toBe(edge)
          edge += given[mode]
          expect(point?.edges[mode][1]).toBe(edge)
        }
        expect(point?.total).toBe(edge)
      }),
    )
  })

  it('[UI5] draws no line over a time of which nothing was heard', () => {
    const points = toStack(
      [0, 5, 10, 15, 60, 65].map((minute) => ({ at: at(minute), modes: noModes })),
      bandOrder,
    )
    expect(splitAtGaps(points).map((run) => run.length)).toEqual([4, 2])
  })
})

describe('the drift map', () => {
  const row = (id: string, parentId: string | null, own: DriftSource['own'], subtree: DriftSource['subtree'] = own): DriftSource => ({
    id,
    parentId,
    name: id,
    own,
    subtree,
  })
  const rows: readonly DriftSource[] = [
    row('root', null, { nodes: 10, driftScore: 0.1, driftKnown: 10 }, { nodes: 100, driftScore: 0.3, driftKnown: 40 }),
    row('a', 'root', { nodes: 60, driftScore: 0.4, driftKnown: 30 }),
    row('b', 'root', { nodes: 30, driftScore: null, driftKnown: 0 }),
    row('c', 'root', { nodes: 0, driftScore: null, driftKnown: 0 }),
  ]

  it('[UI9] gives a tile to every domain with nodes of its own, by their number', () => {
    const { tiles } = layoutDriftMap(rows, 900, 300)
    expect(tiles.map((tile) => tile.domainId).toSorted()).toEqual(['a', 'b', 'root'])
    const area = (id: string): number =>
      tiles.filter((tile) => tile.domainId === id).reduce((sum, tile) => sum + tile.width * tile.height, 0)
    expect(area('a') / area('b')).toBeGreaterThan(1.7)
    expect(area('a') / area('b')).toBeLessThan(2.3)
  })

  it('[UI9] knows what nobody knows: no score, and a share that is hatched', () => {
    const { tiles } = layoutDriftMap(rows, 900, 300)
    expect(tiles.find((tile) => tile.domainId === 'b')).toMatchObject({ score: null, unknownShare: 1 })
    expect(tiles.find((tile) => tile.domainId === 'a')).toMatchObject({ score: 0.4, unknownShare: 0.5 })
  })

  it('[UI9] lays the same domains in the same places, and none outside or over another', () => {
    const { tiles } = layoutDriftMap(rows, 900, 300)
    expect(layoutDriftMap(rows, 900, 300).tiles).toEqual(tiles)
    for (const tile of tiles) {
      expect(tile.x + tile.width).toBeLessThanOrEqual(900)
      expect(tile.y + tile.height).toBeLessThanOrEqual(300)
      for (const other of tiles) {
        if (other === tile) continue
        expect(
          tile.x + tile.width <= other.x ||
            other.x + other.width <= tile.x ||
            tile.y + tile.height <= other.y ||
            other.y + other.height <= tile.y,
        ).toBe(true)
      }
    }
  })

  it('[UI9] opens a large tree as deep as its tiles can be told apart, and goes into what is not opened', () => {
    const some = { nodes: 10, driftScore: 0.2, driftKnown: 5 }
    const none = { nodes: 0, driftScore: null, driftKnown: 0 }
    const sum = (nodes: number) => ({ nodes, driftScore: 0.2, driftKnown: nodes / 2 })
    const large: readonly DriftSource[] = [
      row('top', null, none, sum(200)),
      ...['x', 'y'].flatMap((name) => [
        row(name, 'top', none, sum(100)),
        ...Array.from({ length: 10 }, (_, at_) => row(`${name}${String(at_)}`, name, some)),
      ]),
    ]
    const whole = layoutDriftMap(large, 900, 400, null, { most: 8 })
    expect(whole.tiles.map(({ domainId, isWhole, nodes, unknownShare }) => [domainId, isWhole, nodes, unknownShare])).toEqual([
      ['x', true, 100, 0.5],
      ['y', true, 100, 0.5],
    ])
    const within = layoutDriftMap(large, 900, 400, 'y', { most: 20 })
    expect(within.tiles.map(({ domainId }) => domainId)).toEqual(Array.from({ length: 10 }, (_, at_) => `y${String(at_)}`))
    expect(within.path.map(({ id }) => id)).toEqual(['top', 'y'])
    const open = layoutDriftMap(large, 900, 400, null, { most: 60 })
    expect(open.frames.map(({ domainId }) => domainId)).toEqual(['x', 'y'])
    expect(open.tiles.length).toBe(20)
    expect(layoutDriftMap(large, 900, 400, 'gone').path.map(({ id }) => id)).toEqual(['top'])
  })

  it('[UI6] writes on every colour in black or white, whichever reaches 4.5 to 1', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (score) => {
        for (const [none, full] of [
          ['#eef1f3', '#7a1f5c'],
          ['#1e2429', '#f08ac8'],
          ['#ffffff', '#6b003f'],
        ] as const) {
          const { fill, ink } = driftColour(score, none, full)
          expect(contrast(fill, ink)).toBeGreaterThanOrEqual(4.5)
        }
      }),
    )
  })
})

describe('the map of the control plane', () => {
  const modes = (live: number, alone: number) => ({ ...noModes, LIVE: live, AUTONOMOUS: alone })
  const source = (
    id: string,
    parentId: string | null,
    standing: ControlSource['authority']['standing'],
    live: number,
    alone: number,
  ): ControlSource => ({
    id,
    parentId,
    name: id,
    authority: { standing, masterName: standing === 'nobody' ? null : 'M', epoch: 1 },
    subtree: { nodes: live + alone, modes: modes(live, alone) },
  })
  const rows = [
    source('top', null, 'held-here', 60, 40),
    source('a', 'top', 'held-here', 50, 0),
    source('b', 'top', 'held-here', 10, 40),
    source('c', 'top', 'contested', 0, 0),
    source('d', 'top', 'nobody', 0, 0),
    source('e', 'top', 'held-elsewhere', 0, 0),
  ]

  it('[UI37] tells a domain that is decided for and not heard apart from one that is contested', () => {
    expect(rows.map((row) => controlState(row).state)).toEqual([
      'authoritative',
      'authoritative',
      'degraded',
      'contested',
      'degraded',
      'elsewhere',
    ])
    expect(countControl(rows)).toEqual([
      { state: 'contested', domains: 1 },
      { state: 'degraded', domains: 2 },
      { state: 'elsewhere', domains: 1 },
      { state: 'authoritative', domains: 2 },
    ])
  })

  it('[UI37] gives each domain its height within its parent, and room to one without a node', () => {
    const cells = layoutControl(rows, 400, 600)
    expect(cells.map(({ source: { id } }) => id).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'top'])
    const heightOf = (id: string): number => cells.find((cell) => cell.source.id === id)?.height ?? 0
    expect(Math.abs(heightOf('a') - heightOf('b'))).toBeLessThan(1)
    expect(heightOf('c')).toBeGreaterThan(0)
    expect(heightOf('top')).toBeGreaterThan(590)
    expect(layoutControl([], 400, 600)).toEqual([])
  })
})

describe('paths', () => {
  const vertex = (id: string, viaId: string | null, more: Partial<Vertex> = {}): Vertex => ({
    id,
    name: id,
    kind: 'EDGE',
    mode: 'LIVE',
    health: 'OK',
    viaId,
    rttMs: 20,
    lossPct: 0,
    ...more,
  })
  const vertices = [
    vertex('relay-1', null, { kind: 'RELAY', mode: 'AUTONOMOUS' }),
    vertex('relay-2', null, { kind: 'RELAY' }),
    vertex('n1', 'relay-1'),
    vertex('n2', 'relay-2'),
    vertex('n3', null, { mode: 'DELAYED' }),
  ]

  it('[UI10] lie in the same places whatever the order in which they are told', () => {
    expect(layoutTopology(vertices.toReversed())).toEqual(layoutTopology(vertices))
  })

  it('[UI10] make a relay that is cut off stand out with all that hangs on it', () => {
    const { paths } = layoutTopology(vertices)
    expect(paths.find((path) => path.toId === 'relay-1')).toMatchObject({ state: 'down', isTrunk: true })
    expect(paths.find((path) => path.toId === 'n1')).toMatchObject({ isBehindFailure: true })
    expect(paths.find((path) => path.toId === 'n2')).toMatchObject({ isBehindFailure: false, state: 'good' })
    expect(summarise(layoutTopology(vertices))).toMatchObject({ relays: 2, edges: 3, down: 0, slow: 1 })
  })

  it('[UI10] are slow by loss as well as by lateness', () => {
    expect(pathState({ mode: 'LIVE', lossPct: 5 })).toBe('slow')
    expect(pathState({ mode: 'LIVE', lossPct: null })).toBe('good')
    expect(pathState({ mode: 'EDGE_CACHED', lossPct: null })).toBe('cached')
  })

  it('[UI10] draw every vertex once, also where the ways go in a circle or lead nowhere', () => {
    const ids = ['a', 'b', 'c', 'd']
    const tangled = fc.tuple(...ids.map(() => fc.option(fc.constantFrom(...ids, 'gone'), { nil: null })))
    fc.assert(
      fc.property(tangled, (ways) => {
        const drawn = layoutTopology(ids.map((id, at_) => vertex(id, ways[at_] ?? null)))
        expect(drawn.vertices.map((placed) => placed.id).toSorted()).toEqual(ids)
        for (const placed of drawn.vertices) expect(Number.isFinite(placed.x) && Number.isFinite(placed.y)).toBe(true)
      }),
    )
  })
})

describe('sync debt', () => {
  const points = (...backlogs: readonly number[]): readonly DebtPoint[] =>
    backlogs.map((backlogMessages, index) => ({ at: at(index * 5), backlogMessages, worstSecondsBehind: 0 }))

  it('[UI11] falling, it is cleared when its line reaches the ground', () => {
    const trend = debtTrend(points(400, 300, 200, 100))
    expect(trend).toMatchObject({ kind: 'falling', backlog: 100, perMinute: 20 })
    expect(trend.kind === 'falling' ? Math.round(trend.clearInSeconds) : 0).toBe(300)
  })

  it('[UI11] growing, steady, clear or not known, it promises nothing', () => {
    expect(debtTrend(points(100, 200, 300))).toMatchObject({ kind: 'growing', perMinute: 20 })
    expect(debtTrend(points(1_000, 1_000, 1_000))).toEqual({ kind: 'steady', backlog: 1_000 })
    expect(debtTrend(points(5, 0))).toEqual({ kind: 'clear' })
    expect(debtTrend(points(7))).toEqual({ kind: 'steady', backlog: 7 })
    expect(debtTrend([])).toEqual({ kind: 'none' })
  })

  it('[UI11] looks at the last hour only', () => {
    expect(debtTrend(points(0, 0, 0, 0, 0, 0, 0, 5_000, ...Array.from({ length: 12 }, (_, index) => 1_200 - index * 100)))).toMatchObject({
      kind: 'falling',
      perMinute: 20,
    })
  })
})

function contrast(one: string, two: string): number {
  const [light, dark] = [luminance(one), luminance(two)].toSorted((a, b) => b - a)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((from) => {
    const share = Number.parseInt(hex.slice(from, from + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
