/** The first look at a fleet, a little at a time. */
import { describe, expect, it } from 'vitest'
import { createQueries } from '../../../../core/app/queries/queries.ts'
import { createQueryMemory } from '../../../../core/app/queries/query-memory.ts'
import { warmInSlices } from '../../../../core/app/queries/warm.ts'
import type { ReadModel } from '../../../../core/app/read-model.ts'
import { createTestIsland, type TestIsland } from '../../../helpers/island.ts'

/** A model that remembers nothing yet, whose clock says after each step that the slice is used up. */
function slowModel({ model }: TestIsland): ReadModel {
  let ticks = 0
  const memory = createQueryMemory()
  model.presence.follow((node) => memory.touched.add(node))
  return { ...model, memory, ports: { ...model.ports, clock: { ...model.ports.clock, monotonic: () => (ticks += 10) } } }
}

function slices(): { readonly after: (ms: number, act: () => void) => () => void; readonly next: () => boolean } {
  let waiting: (() => void) | undefined
  return {
    after: (_ms, act) => {
      waiting = act
      return () => (waiting = undefined)
    },
    next: () => {
      const act = waiting
      waiting = undefined
      act?.()
      return act !== undefined
    },
  }
}

async function makeIsland(): Promise<TestIsland> {
  const island = await createTestIsland()
  const policy = island.makePolicy('Pumps', { targetVersion: '2.0.0' })
  island.assign(policy)
  for (let number = 0; number < 12; number++) {
    const node = island.makeNode({ domainId: island.makeDomain(`Domain ${number}`) })
    island.assess(node, number % 2 === 0 ? 'LIVE' : 'DISCONNECTED')
  }
  return island
}

describe('warming', () => {
  it('[QY46] takes many slices, and what comes between them is in the answer', async () => {
    using island = await makeIsland()
    const model = slowModel(island)
    const scheduler = slices()
    let isDone = false
    warmInSlices(
      model,
      scheduler,
      (read) => read(),
      () => (isDone = true),
    )
    const nodes = model.reader.all<{ subject: string }>('SELECT subject FROM nodes').map(({ subject }) => subject)
    let count = 0
    while (scheduler.next()) {
      const node = nodes[count % nodes.length] as Parameters<TestIsland['assess']>[0]
      if (count % 3 === 0) island.assess(node, 'DELAYED')
      if (count % 3 === 1) island.heard(node, { health: 'FAILED' })
      if (count === 5) island.makeNode({ name: 'came meanwhile' })
      count++
    }
    expect(isDone).toBe(true)
    expect(count).toBeGreaterThan(12)
    const fresh = createQueries({ ...model, memory: createQueryMemory() })
    expect(createQueries(model).overview().nodes).toBe(13)
    expect(
      createQueries(model)
        .domains()
        .items.map(({ own }) => own.modes),
    ).toEqual(fresh.domains().items.map(({ own }) => own.modes))
  })

  it('[QY46] answers whoever asks in the middle of it with everything', async () => {
    using island = await makeIsland()
    const model = slowModel(island)
    const scheduler = slices()
    warmInSlices(model, scheduler, (read) => read())
    for (let slice = 0; slice < 4; slice++) scheduler.next()
    const expected = island.queries.overview()
    expect(createQueries(model).overview()).toMatchObject({ nodes: 12, line: expected.line, domains: expected.domains })
    while (scheduler.next());
    expect(createQueries(model).overview()).toMatchObject({ nodes: 12, line: expected.line, domains: expected.domains })
  })

  it('[QY46] can be called off', async () => {
    using island = await makeIsland()
    const scheduler = slices()
    const callOff = warmInSlices(slowModel(island), scheduler, (read) => read())
    expect(scheduler.next()).toBe(true)
    callOff()
    expect(scheduler.next()).toBe(false)
  })
})
