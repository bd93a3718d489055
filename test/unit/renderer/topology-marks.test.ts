import { describe, expect, it } from 'vitest'
import { layoutTopology, type Vertex } from '../../../renderer/charts/topology-layout.ts'
import { elementsAtMost, stepFrom, toMarks } from '../../../renderer/charts/topology-marks.ts'

const vertex = (id: string, viaId: string | null, more: Partial<Vertex> = {}): Vertex => ({
  id,
  name: id,
  kind: 'EDGE',
  mode: 'LIVE',
  health: 'OK',
  viaId,
  rttMs: null,
  lossPct: null,
  ...more,
})

/** Fifty relays that carry a hundred each; the third is cut off, and in the tenth one node is. */
function crowd(): Vertex[] {
  return Array.from({ length: 50 }, (_, at) => {
    const relay = `relay-${String(at).padStart(2, '0')}`
    return [
      vertex(relay, null, { kind: 'RELAY', ...(at === 3 ? { mode: 'DISCONNECTED' } : {}) }),
      ...Array.from({ length: 100 }, (__, child) =>
        vertex(`${relay}-${String(child).padStart(2, '0')}`, relay, at === 10 && child === 5 ? { mode: 'AUTONOMOUS' } : {}),
      ),
    ]
  }).flat()
}

describe('thousands of paths', () => {
  const topology = layoutTopology(crowd())
  const marks = toMarks(topology)

  it('[UI10] are on a canvas, every path in one stroke of its kind, what fails drawn last', () => {
    expect(topology.vertices.length).toBeGreaterThan(elementsAtMost)
    expect(marks.strokes.reduce((sum, { paths }) => sum + paths.length, 0)).toBe(5050)
    expect(marks.strokes.length).toBeLessThan(10)
    const last = marks.strokes.at(-1)
    expect({ state: last?.state, isTrunk: last?.isTrunk, of: last?.paths.map(({ toId }) => toId) }).toEqual({
      state: 'down',
      isTrunk: true,
      of: ['relay-03'],
    })
    expect(marks.strokes.find(({ isBehindFailure }) => isBehindFailure)?.paths).toHaveLength(100)
  })

  it('[UI10] have room beside each other, and lie in the same places whatever the order in which they are told', () => {
    const [size, places] = [9, new Set(topology.vertices.map(({ x, y }) => `${x.toFixed(0)} ${y.toFixed(0)}`))]
    expect(places.size).toBe(topology.vertices.length)
    for (const at of topology.vertices.filter(({ id }) => id.endsWith('-00'))) {
      const others = toMarks({ ...topology, vertices: topology.vertices.filter(({ id }) => id !== at.id) })
      expect(others.near(at.x, at.y, size)).toBeUndefined()
    }
    expect(layoutTopology(crowd().toReversed())).toEqual(topology)
  })

  it('[UI10] are found by the pointer within its reach, and not beyond', () => {
    const one = topology.vertices.find(({ id }) => id === 'relay-20-50')
    if (one === undefined) throw new Error('it is not drawn')
    expect(marks.near(one.x + 3, one.y, 6)?.id).toBe(one.id)
    expect(marks.near(0, 0, 6)).toBeUndefined()
  })

  it('[UI10] are gone through by keyboard from what fails on, around in both directions', () => {
    expect(marks.byConcern.slice(0, 2).map(({ id }) => id)).toEqual(['relay-03', 'relay-10-05'])
    expect(stepFrom(marks, null, 1)?.id).toBe('relay-03')
    expect(stepFrom(marks, 'relay-03', 1)?.id).toBe('relay-10-05')
    expect(stepFrom(marks, 'relay-03', -1)?.id).toBe(marks.byConcern.at(-1)?.id)
    expect(stepFrom(marks, marks.byConcern.at(-1)?.id ?? '', 1)?.id).toBe('relay-03')
    expect(stepFrom(toMarks(layoutTopology([])), null, 1)).toBeUndefined()
  })
})
