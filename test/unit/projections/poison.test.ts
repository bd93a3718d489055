/** An event that a fold throws on is parked for that projection, and the rest goes on. */
import { describe, expect, it } from 'vitest'
import { createProjectionEngine, type ProjectionEngine } from '../../../core/app/projecting/engine.ts'
import { readParked, readState } from '../../../core/app/projecting/read-states.ts'
import { AppError } from '../../../core/kernel/app-error.ts'
import type { NodeId } from '../../../core/kernel/ids.ts'
import { projections } from '../../../core/projections/all.ts'
import { defineProjection, foldsNothing, type Projection } from '../../../core/projections/projection.ts'
import type { StoredEvent } from '../../../core/store/stored-event.ts'
import { createTestIsland, type TestIsland } from '../../helpers/island.ts'

let isCured = false

/** Throws on what it cannot bear, until it is cured. */
const touchy: Projection = defineProjection<readonly string[], null>({
  name: 'touchy',
  version: 3,
  handles: ['ibcf.health.changed.v1'],
  facts: {
    initial: [],
    apply: (seen, { event }) => {
      const { to } = event.data as { readonly to: string }
      if (to === 'FAILED' && !isCured) throw new AppError('Bug', 'TOO_MUCH', 'A failure is too much.')
      return [...seen, to]
    },
  },
  decisions: foldsNothing,
  table: { name: 'touchy', columns: { seen: 'TEXT' }, indexes: [] },
  row: (_subject, seen) => ({ seen: seen.join(' ') }),
})

type Opened = {
  readonly island: TestIsland
  readonly engine: ProjectionEngine
  readonly node: NodeId
  readonly report: (to: 'OK' | 'DEGRADED' | 'FAILED') => StoredEvent
}

async function open(): Promise<Opened & Disposable> {
  isCured = false
  const island = await createTestIsland({ projections: [...projections, touchy] })
  const { engine } = island
  const node = island.makeNode()
  const report = (to: 'OK' | 'DEGRADED' | 'FAILED'): StoredEvent => {
    island.advance(1000)
    return island.report(node, 'ibcf.health.changed.v1', { from: 'OK', to, detail: '' })
  }
  return { island, engine, node, report, [Symbol.dispose]: () => island[Symbol.dispose]() }
}

describe('a poison event', () => {
  it('[PJ8] is parked with what it is and why, and stops neither later events nor other projections', async () => {
    using opened = await open()
    const { island, node, report } = opened
    for (const to of ['OK', 'FAILED', 'DEGRADED'] as const) report(to)
    const { reader } = island.store
    expect(readState(reader, 'touchy', node)).toMatchObject({ facts: ['OK', 'DEGRADED'], hasParkedEvents: true })
    expect(readState(reader, 'actual', node)?.facts).toMatchObject({ health: 'DEGRADED' })
    expect(reader.get('SELECT has_parked_events FROM nodes WHERE subject = ?', node)).toEqual({ has_parked_events: 1 })
    expect(readParked(reader, { limit: 10 })).toMatchObject([
      {
        projection: 'touchy',
        version: 3,
        subject: node,
        code: 'TOO_MUCH',
        sentence: 'A failure is too much.',
        type: 'ibcf.health.changed.v1',
        tries: 1,
      },
    ])
  })

  it('[PJ8] is tried again when asked: it counts its tries, or takes its place in order', async () => {
    using opened = await open()
    const { island, engine, node, report } = opened
    for (const to of ['OK', 'FAILED', 'DEGRADED'] as const) report(to)
    const { reader } = island.store
    expect(island.store.transact((writer) => engine.retryParked(writer, island.ports.clock.now()))).toBe(1)
    expect(readParked(reader, { limit: 10, subject: node })[0]?.tries).toBe(2)
    isCured = true
    expect(island.store.transact((writer) => engine.retryParked(writer, island.ports.clock.now(), node))).toBe(0)
    expect(readState(reader, 'touchy', node)).toMatchObject({ facts: ['OK', 'FAILED', 'DEGRADED'], hasParkedEvents: false })
    expect(reader.get('SELECT seen FROM touchy WHERE subject = ?', node)).toEqual({ seen: 'OK FAILED DEGRADED' })
  })

  it('[PJ8] is parked by a rebuild too, and gives the same state as it did live', async () => {
    using opened = await open()
    const { island, engine, report } = opened
    for (const to of ['FAILED', 'OK', 'FAILED'] as const) report(to)
    expect(engine.check(island.store.reader).differing).toEqual([])
    const hash = engine.stateHash(island.store.reader)
    const again = island.store.transact((writer) =>
      createProjectionEngine(
        writer,
        [...projections, { ...touchy, version: 4 }, { ...touchy, name: 'second', table: { ...touchy.table, name: 'second' } }],
        island.ports.crypto,
      ),
    )
    expect(readParked(island.store.reader, { limit: 10 }).map(({ projection, version }) => [projection, version])).toEqual([
      ['second', 3],
      ['touchy', 4],
      ['second', 3],
      ['touchy', 4],
    ])
    expect(again.stateHash(island.store.reader)).not.toBe(hash)
    expect(readParked(island.store.reader, { limit: 3 })).toHaveLength(3)
    const page = readParked(island.store.reader, { limit: 3 })
    const last = page.at(-1)
    expect(readParked(island.store.reader, { limit: 3, ...(last === undefined ? {} : { after: last }) })).toHaveLength(1)
  })
})
