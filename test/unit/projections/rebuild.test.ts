/** A new generation is built beside the one that serves, and takes its place at once. */
import { describe, expect, it } from 'vitest'
import { createProjectionEngine, type ProjectionEngine } from '../../../core/app/projecting/engine.ts'
import { createProjectionKeeper, type ProjectionKeeper } from '../../../core/app/projecting/keep-projections.ts'
import { readProjectionStatus } from '../../../core/app/projecting/read-status.ts'
import { readCounters, readState } from '../../../core/app/projecting/read-states.ts'
import { readGenerations } from '../../../core/app/projecting/tables.ts'
import type { NodeId } from '../../../core/kernel/ids.ts'
import { actualProjection } from '../../../core/projections/actual.ts'
import { projections } from '../../../core/projections/all.ts'
import type { Projection } from '../../../core/projections/projection.ts'
import { countProbe } from '../../helpers/projections/probe.ts'
import { createTestIsland, type TestIsland } from '../../helpers/island.ts'

const health = { from: 'OK', to: 'FAILED', detail: 'Smoke.' } as const

type Opened = { readonly engine: ProjectionEngine; readonly keeper: ProjectionKeeper }

/** As a program of another version opens the same store; never quick enough to do all of it at once. */
function open({ store, ports }: TestIsland, wanted: readonly Projection[] = projections): Opened {
  const engine = store.transact((writer) => createProjectionEngine(writer, wanted, ports.crypto, { rebuildsAtOnce: 0 }))
  return { engine, keeper: createProjectionKeeper({ store, engine, ports, told: () => undefined }) }
}

async function filledIsland(): Promise<TestIsland & { readonly nodes: readonly NodeId[] }> {
  const island = await createTestIsland()
  const nodes = Array.from({ length: 5 }, (_, number) => island.makeNode({ name: `pump ${number}`, tags: ['pump'] }))
  for (const node of nodes) {
    island.assess(node, 'LIVE')
    for (let number = 0; number < 100; number++)
      island.report(node, 'ibcf.observation.recorded.v1', { kind: 'env', values: { number }, isAutonomous: false })
  }
  return { ...island, nodes }
}

function contents({ store }: TestIsland): unknown {
  const tables = ['nodes', 'node_tags', 'projection_counters', 'projection_sums', 'lifecycle_nodes', 'actual_nodes', 'connectivity_nodes']
  return tables.map((name) => store.reader.all(`SELECT * FROM ${name}`))
}

/** Works until the rebuild stands at a place where something was written and something is left. */
function workHalf(keeper: ProjectionKeeper, slices: number): void {
  let done = 0
  keeper.finish(() => (++done === slices ? 'stop' : 'go on'))
}

describe('a rebuild', () => {
  it('[PJ6] serves the old tables, and feeds them, until the new ones are complete, and then drops them', async () => {
    using island = await filledIsland()
    const { keeper, engine } = open(island)
    const before = contents(island)
    const [node] = island.nodes
    keeper.rebuild('The test wants it.')
    expect(() => keeper.rebuild('Again.')).toThrow(expect.objectContaining({ code: 'REBUILD_UNDER_WAY' }))
    workHalf(keeper, 1)
    expect(contents(island)).toEqual(before)
    expect(readProjectionStatus(island.store.reader, engine.kept, island.ports.clock.now())[0]).toMatchObject({
      state: 'rebuilding',
      behind: 0,
    })
    island.report(node as NodeId, 'ibcf.health.changed.v1', health)
    expect(island.store.reader.get('SELECT health FROM nodes WHERE subject = ?', node as string)).toEqual({ health: 'FAILED' })
    const fed = contents(island)
    keeper.finish()
    expect(contents(island)).toEqual(fed)
    expect(readGenerations(island.store.reader).map(({ state }) => state)).toEqual(['serving'])
    expect(engine.check(island.store.reader).differing).toEqual([])
    expect(island.store.reader.all("SELECT name FROM sqlite_schema WHERE name LIKE '%\\_g1' ESCAPE '\\'")).toEqual([])
  })

  it('[PJ6] is replaced by what another version needs, which serves what there is until it is done', async () => {
    using island = await filledIsland()
    const bumped: Projection = {
      ...actualProjection,
      version: 99,
      table: { ...actualProjection.table, columns: { ...actualProjection.table.columns, extra: 'TEXT' } },
    }
    const wanted = [...projections.filter(({ name }) => name !== 'actual'), bumped, countProbe]
    const { engine, keeper } = open(island, wanted)
    const status = (): unknown[] =>
      readProjectionStatus(island.store.reader, engine.kept, island.ports.clock.now()).map(({ name, state, servedVersion }) => [
        name,
        state,
        servedVersion,
      ])
    expect(engine.isOutdated(island.store.reader)).toBe(true)
    expect(status()).toContainEqual(['actual', 'rebuilding', actualProjection.version])
    const [node] = island.nodes
    // What the old tables hold is served; what they have no table for is not known yet.
    expect(engine.read(island.store.reader, 'actual', node as string)?.facts).toMatchObject({ observations: 100 })
    expect(engine.read(island.store.reader, 'count-probe', node as string)).toBeUndefined()
    // Queries of today read it all the same: a table that is not there yet is empty, a column holds nothing.
    const shown = (): unknown => [
      island.store.reader.all('SELECT * FROM count_probes'),
      island.store.reader.get('SELECT health, extra FROM actual_nodes WHERE subject = ?', node as string),
    ]
    expect(shown()).toEqual([[], { health: 'UNKNOWN', extra: null }])
    island.report(node as NodeId, 'ibcf.health.changed.v1', health)
    expect(shown()).toEqual([[], { health: 'FAILED', extra: null }])
    keeper.finish()
    expect(island.store.reader.get('SELECT facts FROM count_probes WHERE subject = ?', node as string)).toEqual({ facts: 101 })
    expect(engine.isOutdated(island.store.reader)).toBe(false)
    expect(status()).toContainEqual(['actual', 'current', 99])
    expect(engine.read(island.store.reader, 'count-probe', node as string)?.facts).toBe(101)
  })

  it('[PJ6] is begun again from where its tables stand, whatever slice it was stopped in', async () => {
    for (const slices of [1, 2, 3, 5, 8]) {
      using island = await filledIsland()
      const before = contents(island)
      const first = open(island)
      first.keeper.rebuild('The test wants it.')
      workHalf(first.keeper, slices)
      const second = open(island)
      second.keeper.finish()
      expect(contents(island)).toEqual(before)
      expect(second.engine.check(island.store.reader).differing).toEqual([])
      expect(readGenerations(island.store.reader).map(({ state }) => state)).toEqual(['serving'])
    }
  })

  it('[PJ6] can be cancelled: what serves goes on serving, and nothing of it is left', async () => {
    using island = await filledIsland()
    const { keeper } = open(island)
    const before = contents(island)
    expect(() => keeper.cancelRebuild()).toThrow(expect.objectContaining({ code: 'REBUILD_NOT_RUNNING' }))
    keeper.rebuild('The test wants it.')
    workHalf(keeper, 2)
    keeper.cancelRebuild()
    keeper.finish()
    expect(contents(island)).toEqual(before)
    expect(readGenerations(island.store.reader).map(({ number, state }) => [number, state])).toEqual([[1, 'serving']])
  })

  it('[PJ7] [PJ11] counts what is in each domain, phase and mode as events come, without looking', async () => {
    using island = await filledIsland()
    const [node, other] = island.nodes
    island.assess(node as NodeId, 'DELAYED')
    island.movePhase(other as NodeId, 'QUARANTINED', 'operator-quarantine')
    const counters = readCounters(island.store.reader, 'nodes')
    expect(Object.fromEntries(counters)).toMatchObject({
      nodes: 5,
      'mode:LIVE': 4,
      'mode:DELAYED': 1,
      'phase:ACTIVE': 4,
      'phase:QUARANTINED': 1,
      'state:QUARANTINED_OPERATOR': 1,
    })
    expect(readCounters(island.store.reader, 'nodes', [island.rootId])).toEqual(counters)
    expect(island.engine.check(island.store.reader).differing).toEqual([])
    island.store.transact((writer) =>
      writer.run("UPDATE projection_counters_g1 SET amount = amount + 1 WHERE key = 'mode:LIVE' AND scope = ''"),
    )
    expect(island.engine.check(island.store.reader).differing).toEqual(['nodes/counter /mode:LIVE'])
  })

  it('[PJ11] finds a state, a row or a sum that is not what the events give', async () => {
    using island = await filledIsland()
    const [node] = island.nodes
    island.store.transact((writer) => {
      writer.run("UPDATE nodes_g1 SET name = 'other' WHERE subject = ?", node as string)
      writer.run("UPDATE projection_sums_g1 SET sum = '1' WHERE projection = 'domains'")
      writer.run("DELETE FROM projection_states_g1 WHERE projection = 'connectivity' AND subject = ?", node as string)
    })
    expect(island.engine.check(island.store.reader).differing.toSorted()).toEqual([
      `connectivity/${node}`,
      'connectivity/states',
      'connectivity/sum',
      'domains/sum',
      `nodes/${node}`,
    ])
  })

  it('[PJ11] says of a store without projections that none of them is what its events give', async () => {
    using island = await filledIsland()
    island.store.transact((writer) => writer.run('DELETE FROM projection_generations'))
    expect(island.engine.check(island.store.reader)).toMatchObject({ isEqual: false, differing: ['every projection'] })
  })

  it('[PJ10] keeps every row of what it reads marked as it stands: nothing waits, nothing is parked', async () => {
    using island = await filledIsland()
    const [node] = island.nodes
    expect(readState(island.store.reader, 'actual', node as string)).toMatchObject({ isBeingRejudged: false, hasParkedEvents: false })
    expect(island.store.reader.get('SELECT is_being_rejudged, has_parked_events FROM nodes LIMIT 1')).toEqual({
      is_being_rejudged: 0,
      has_parked_events: 0,
    })
  })
})
