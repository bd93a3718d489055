import { describe, expect, it } from 'vitest'
import { readLastGood } from '../../../../core/app/snapshots/last-good.ts'
import { lastGoodView } from '../../../../core/contract/last-good.ts'
import type { NodeId } from '../../../../core/kernel/ids.ts'
import { createTestIsland, type TestIsland } from '../../../helpers/island.ts'

function found(island: TestIsland, node: NodeId, level: string): void {
  island.advance(60_000)
  island.snapshot(node, { configuration: { log: { level } }, software: { version: '1.0.0', components: [] } })
}

describe('the last known good snapshot', () => {
  it('[SN1] is the newest that was in specification then, of a node that was well, with what is otherwise now', async () => {
    using island = await createTestIsland()
    const node = island.makeNode({ name: 'pump' })
    const policy = island.makePolicy('Base', { targetVersion: '1.0.0', configuration: { log: { level: 'info' } } })
    island.assign(policy)
    island.report(node, 'ibcf.health.changed.v1', { from: 'UNKNOWN', to: 'OK', detail: '' })
    expect(readLastGood(island.model, node)).toEqual({ good: null, lookedAt: 0, hasOlder: false })
    found(island, node, 'info')
    const goodAt = island.now()
    expect(lastGoodView.parse(readLastGood(island.model, node)).good).toMatchObject({
      at: goodAt,
      isNewest: true,
      changes: [],
      policyName: 'Base',
    })
    found(island, node, 'debug')
    expect(readLastGood(island.model, node)).toMatchObject({
      good: { at: goodAt, isNewest: false, changes: [{ path: '/configuration/log/level', before: 'info', after: 'debug' }] },
      lookedAt: 2,
    })
  })

  it('[SN1] is none of a node in quarantine, and what was desired later makes none bad', async () => {
    using island = await createTestIsland()
    const node = island.makeNode({ name: 'pump' })
    island.assign(island.makePolicy('Base', { targetVersion: '1.0.0', configuration: { log: { level: 'info' } } }))
    island.report(node, 'ibcf.health.changed.v1', { from: 'UNKNOWN', to: 'OK', detail: '' })
    found(island, node, 'info')
    const goodAt = island.now()
    island.advance(60_000)
    island.movePhase(node, 'QUARANTINED', 'operator-quarantine')
    found(island, node, 'info')
    island.advance(60_000)
    island.assign(island.makePolicy('Next', { targetVersion: '1.0.0', configuration: { log: { level: 'warn' } } }))
    expect(readLastGood(island.model, node)).toMatchObject({ good: { at: goodAt, isNewest: false }, lookedAt: 2 })
  })
})
