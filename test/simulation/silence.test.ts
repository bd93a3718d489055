import { describe, expect, it } from 'vitest'
import { createPorts } from '../../core/platform/ports.ts'
import { runTrial } from '../../core/simulator/trial/run-trial.ts'
import type { World } from '../../core/simulator/trial/world.ts'
import { readEventsAfter } from '../../core/store/read-events.ts'

/** Assessments that a master wrote of nodes which another one hears. */
function ofOthers({ stations, nodes }: World): readonly string[] {
  const homes = new Map(nodes.map((node) => [node.nodeId() as string, node.name.split('-')[0]]))
  return stations.flatMap((station) => {
    const reader = station.running()?.master.store.reader
    const events = reader === undefined ? [] : readEventsAfter(reader, 0, 100_000)
    return events.flatMap(({ event }) => {
      const isOwn = event?.type === 'ibcf.connectivity.assessed.v1' && event.source === `urn:ibcf:master:${station.masterId()}`
      const home = homes.get(event?.subject as string)
      return isOwn && home !== station.name && home !== 'common' ? [`${station.name} of a node of ${home}`] : []
    })
  })
}

describe('two masters that heard of each other by a courier', () => {
  it('[CN12] say nothing of the silence of nodes that the other one hears', async () => {
    const plan = { v: 1, seed: 'silence', islands: 2, nodes: 1, hours: 0.3, happenings: [] } as const
    const result = await runTrial({ ...plan, happenings: [] }, { real: createPorts('silence', 'silent'), also: ofOthers })
    expect(result.problems).toEqual([])
    expect(result.checks.returnsEndedWithReason.looked).toBeGreaterThan(0)
  }, 60_000)
})
