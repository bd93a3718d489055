/** Reads as of a past instant: the fold of what was so by then, from the nearest saved state. */
import { describe, expect, it } from 'vitest'
import { readAsOf, readRowAsOf } from '../../../core/app/projecting/read-as-of.ts'
import { readState } from '../../../core/app/projecting/read-states.ts'
import { saveEvery } from '../../../core/app/projecting/saved-states.ts'
import type { ActualState } from '../../../core/projections/actual.ts'
import { actualProjection } from '../../../core/projections/actual.ts'
import { projections, readTables } from '../../../core/projections/all.ts'
import { formatHlc } from '../../../core/kernel/hlc.ts'
import type { NodeId } from '../../../core/kernel/ids.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import { createTestIsland, type TestIsland } from '../../helpers/island.ts'

const kept = { projections, readTables }
const minute = 60_000

function healthAt(island: TestIsland, node: NodeId, atMs: number): string | undefined {
  return (readAsOf(island.store.reader, island.ports.crypto, actualProjection, node, atMs)?.facts as ActualState | undefined)?.health
}

function report(island: TestIsland, node: NodeId, to: 'OK' | 'DEGRADED' | 'FAILED', ms: number = island.ports.clock.now()): void {
  island.report(node, 'ibcf.health.changed.v1', { from: 'OK', to, detail: '' }, { hlc: formatHlc(ms, 0), time: new Date(ms).toISOString() })
}

describe('the past', () => {
  it('[PJ12] is the state of each instant, and before the first event nothing', async () => {
    using island = await createTestIsland()
    const before = island.ports.clock.now() - 1
    const node = island.makeNode()
    const at: number[] = []
    for (const to of ['OK', 'DEGRADED', 'FAILED'] as const) {
      island.advance(minute)
      report(island, node, to)
      at.push(island.ports.clock.now())
    }
    expect(at.map((ms) => healthAt(island, node, ms))).toEqual(['OK', 'DEGRADED', 'FAILED'])
    expect(healthAt(island, node, (at[0] ?? 0) - 1)).toBeUndefined()
    expect(readRowAsOf(island.store.reader, island.ports.crypto, kept, 'nodes', node, before)).toBeUndefined()
    expect(readRowAsOf(island.store.reader, island.ports.crypto, kept, 'nodes', node, at[1] ?? 0)).toMatchObject({
      phase: 'ACTIVE',
      health: 'DEGRADED',
    })
    const row = island.store.reader.get(`SELECT * FROM nodes WHERE subject = ?`, node)
    expect(row).toMatchObject({ ...readRowAsOf(island.store.reader, island.ports.crypto, kept, 'nodes', node, at[2] ?? 0) })
  })

  it('[PJ12] begins at saved states, which a late event before them removes', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    const start = island.ports.clock.now()
    for (let number = 1; number <= saveEvery * 2 + 10; number++)
      report(island, node, number % 2 === 0 ? 'OK' : 'DEGRADED', start + number * minute)
    const saved = (): number =>
      island.store.reader.get<{ n: number }>("SELECT count(*) AS n FROM projection_saved_states WHERE projection = 'actual'")?.n ?? 0
    expect(saved()).toBe(2)
    const observed = (ms: number): unknown => readAsOf(island.store.reader, island.ports.crypto, actualProjection, node, ms)?.facts
    expect(healthAt(island, node, start + (saveEvery + 3) * minute)).toBe('DEGRADED')
    expect(observed(Number.MAX_SAFE_INTEGER)).toEqual(readState(island.store.reader, 'actual', node)?.facts)
    report(island, node, 'FAILED', start + (saveEvery + 3) * minute + 1)
    expect(saved()).toBe(1)
    expect(healthAt(island, node, start + (saveEvery + 3) * minute + 1)).toBe('FAILED')
    expect(healthAt(island, node, start + (saveEvery + 4) * minute)).toBe('OK')
    expect(observed(Number.MAX_SAFE_INTEGER)).toEqual(readState(island.store.reader, 'actual', node)?.facts)
  })

  it('[PJ12] does not lose what a clock far ahead reported: the first acceptance bounds it', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    report(island, node, 'OK')
    island.advance(minute)
    const far = Date.UTC(2099, 0, 1)
    report(island, node, 'FAILED', far)
    const log = formatLogId(island.logOf(node, 'fact'))
    expect(healthAt(island, node, island.ports.clock.now() + 10 * minute)).toBe('OK')
    island.decide('ibcf.segment.accepted.v1', node, { log, from: 2, to: 2, head: '' })
    expect(healthAt(island, node, island.ports.clock.now() + 4 * minute)).toBe('OK')
    expect(healthAt(island, node, island.ports.clock.now() + 10 * minute)).toBe('FAILED')
  })
})
