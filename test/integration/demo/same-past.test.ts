import { describe, expect, it } from 'vitest'
import { shippedIsland } from '../../../core/simulator/demo-island.ts'
import type { IslandPlan } from '../../../core/simulator/island-plan.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { lastPosition, readEventsAfter } from '../../../core/store/read-events.ts'
import { watchIsland } from '../../helpers/simulated-island.ts'

/** Two relays and what is behind them, for two hours. */
function smallIsland(): IslandPlan {
  const plan = shippedIsland()
  const groups = plan.groups.filter(({ via }) => via === 'port-mast' || via === 'haul-road')
  const names = [
    'Haul road repeater',
    'Port mast',
    'Quay crane',
    'Conveyor drive',
    'Gate camera',
    'Dewatering pump',
    'Haul truck 3',
    'Slope monitor',
  ]
  const isHere = (node: string): boolean =>
    names.some((name) => node.startsWith(name)) &&
    ['Haul truck 31', 'Haul truck 3', 'Dewatering pump 5', 'Dewatering pump 3'].every((other) => node !== other)
  return {
    ...plan,
    hoursLived: 2,
    relays: plan.relays.filter(({ key }) => key === 'port-mast' || key === 'haul-road'),
    groups,
    waiting: plan.waiting.filter(({ via }) => via === 'port-mast'),
    changedByHand: plan.changedByHand.filter(({ node }) => isHere(node)),
    story: plan.story.filter(({ node, minutesAgo }) => isHere(node) && minutesAgo < 110),
  }
}

type Past = { readonly frontier: readonly string[]; readonly stateHash: string; readonly counts: unknown; readonly events: number }

function countsOf(types: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const type of types) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

async function liveThrough(seed: string): Promise<Past> {
  const island = await watchIsland({ seed, plan: smallIsland() })
  try {
    const { reader } = island.master.store
    expect(island.troubles).toEqual([])
    return {
      frontier: readFrontier(reader).map(({ log, seq, head }) => `${log} ${seq} ${head}`),
      stateHash: island.master.engine.stateHash(reader),
      counts: countsOf(readEventsAfter(reader, 0, 1_000_000).map(({ event }) => event?.type ?? 'unreadable')),
      events: lastPosition(reader),
    }
  } finally {
    await island.close()
  }
}

describe('the past of an island', () => {
  it('[SM6] is the same for the same seed at the same instant, to the last signed byte, and another for another seed', async () => {
    const one = await liveThrough('seven')
    const again = await liveThrough('seven')
    const other = await liveThrough('eight')
    expect(one.events).toBeGreaterThan(500)
    expect(again).toEqual(one)
    expect(other.stateHash).not.toBe(one.stateHash)
  })
})
