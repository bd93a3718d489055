import { describe, expect, it } from 'vitest'
import { createLinkMeter } from '../../../core/agent/link-meter.ts'
import { createObserver, type Observer } from '../../../core/agent/observer.ts'
import { createSolitude, type Solitude } from '../../../core/agent/solitude.ts'
import { hasBlob } from '../../../core/store/blobs.ts'
import {
  createTestNode,
  createTestWorkload,
  eventsOf,
  restart,
  type TestNode,
  type TestWorkload,
  typesOf,
} from '../../helpers/agent/test-node.ts'

const approval = {
  v: 1,
  nodeId: '01K0000000000000000000000A',
  domainId: '01K0000000000000000000000B',
  masterId: '01K0000000000000000000000C',
  masterName: 'master',
  masterPublicKey: '',
  placement: 1,
  epoch: 1,
  at: '2026-11-23T00:00:00.000Z',
} as const

type Setup = { readonly node: TestNode; readonly workload: TestWorkload; readonly solitude: Solitude; readonly observer: Observer }

async function setUp({ isApproved = true, budgetSeconds = 3600, diskBudgetBytes = 1e9 } = {}): Promise<Setup> {
  const node = await createTestNode()
  if (isApproved) node.store.transact((writer) => node.memory.put(writer, 'approval', approval))
  return wire(node, createTestWorkload(), budgetSeconds, diskBudgetBytes)
}

function wire(node: TestNode, workload: TestWorkload, budgetSeconds: number, diskBudgetBytes = 1e9): Setup {
  const { ports, memory, journal, store } = node
  const solitude = createSolitude({ clock: ports.clock, memory, journal, budgetSeconds })
  const observer = createObserver({
    journal,
    memory,
    solitude,
    workload,
    diskBudgetBytes,
    meter: createLinkMeter(),
    reader: store.reader,
    crypto: ports.crypto,
    via: () => [],
  })
  return { node, workload, solitude, observer }
}

const dataOf = ({ node }: Setup, type: string): readonly Readonly<Record<string, unknown>>[] =>
  eventsOf(node.store).flatMap(({ event }) => (event?.type === `ibcf.${type}.v1` ? [event.data] : []))

describe('solitude of a node', () => {
  it('[AG10] begins with the third failed request in a row, and says since when nobody was heard', async () => {
    const setup = await setUp()
    const { node, solitude } = setup
    solitude.heard()
    const heardAt = new Date(node.ports.clock.now()).toISOString()
    await node.ports.advance(20_000)
    solitude.failed()
    solitude.failed()
    expect(solitude.since()).toBeUndefined()
    solitude.failed()
    solitude.failed()
    expect(solitude.since()).toBe(heardAt)
    expect(dataOf(setup, 'connection.lost')).toEqual([{ since: heardAt, attempts: 3 }])
  })

  it('[AG10] an answer in between begins the count anew', async () => {
    const { solitude } = await setUp()
    for (let time = 0; time < 5; time++) {
      solitude.failed()
      solitude.failed()
      solitude.heard()
    }
    expect(solitude.since()).toBeUndefined()
  })

  it('[AG10] ends with an answer, and says how long it lasted', async () => {
    const setup = await setUp()
    for (let time = 0; time < 3; time++) setup.solitude.failed()
    await setup.node.ports.advance(90_000)
    setup.solitude.heard()
    setup.solitude.heard()
    expect(dataOf(setup, 'connection.regained')).toEqual([{ offlineSeconds: 90 }])
  })

  it('[AG10] a node that was never let in has no master to lose', async () => {
    const setup = await setUp({ isApproved: false })
    for (let time = 0; time < 9; time++) setup.solitude.failed()
    expect(setup.solitude.since()).toBeUndefined()
    expect(typesOf(setup.node.store)).toEqual(['log.opened'])
  })

  it('[AG10] beyond its budget the node raises an alarm, decides, and counts as degraded, once, and over a restart', async () => {
    const setup = await setUp({ budgetSeconds: 60 })
    for (let time = 0; time < 3; time++) setup.solitude.failed()
    await setup.node.ports.advance(59_000)
    setup.observer.observe()
    expect(dataOf(setup, 'alarm.raised')).toEqual([])
    expect(setup.observer.health()).toBe('OK')
    await setup.node.ports.advance(2_000)
    setup.observer.observe()
    const again = wire(restart(setup.node), setup.workload, 60)
    again.observer.observe()
    expect(dataOf(setup, 'alarm.raised')).toMatchObject([{ name: 'autonomy-budget-exceeded', severity: 'critical' }])
    expect(dataOf(setup, 'decision.taken')).toMatchObject([{ decision: 'report-degraded', policy: 'autonomy budget' }])
    expect(dataOf(setup, 'health.changed')).toMatchObject([
      { from: 'UNKNOWN', to: 'OK' },
      { from: 'OK', to: 'DEGRADED' },
    ])
    expect(again.observer.health()).toBe('DEGRADED')
    again.solitude.heard()
    again.observer.observe()
    expect(again.observer.health()).toBe('OK')
  })
})

describe('observer of a node', () => {
  it('[AG9] decides alone, acts upon it once it is recorded, and says on what it rests', async () => {
    const setup = await setUp()
    const { observer, workload, solitude } = setup
    for (let time = 0; time < 3; time++) solitude.failed()
    observer.observe()
    workload.values['temperature_c'] = 90
    observer.observe()
    observer.observe()
    workload.values['temperature_c'] = 50
    observer.observe()
    expect(dataOf(setup, 'decision.taken')).toEqual([
      { policy: 'shipped with the agent', decision: 'reduce-duty', basis: 'temperature_c = 90', policyBundleId: null },
      { policy: 'shipped with the agent', decision: 'end reduce-duty', basis: 'temperature_c = 50', policyBundleId: null },
    ])
    expect(workload.carriedOut).toEqual([[], ['reduce-duty'], []])
    expect(dataOf(setup, 'observation.recorded').map((data) => data['isAutonomous'])).toEqual([true, true, true, true])
  })

  it('[AG9] goes on with a decision in force after a restart', async () => {
    const setup = await setUp()
    setup.workload.values['temperature_c'] = 90
    setup.observer.observe()
    const again = wire(restart(setup.node), setup.workload, 3600)
    again.observer.observe()
    expect(dataOf(setup, 'decision.taken')).toHaveLength(1)
    expect(again.node.memory.get('decisions')).toEqual(['reduce-duty'])
  })

  it('[AG14] takes a snapshot when a part changed, stores its blobs with it, and records nothing when nothing did', async () => {
    const setup = await setUp()
    setup.observer.takeSnapshot()
    setup.observer.takeSnapshot()
    setup.workload.applyConfiguration({ port: 1 })
    setup.observer.takeSnapshot()
    const manifests = dataOf(setup, 'snapshot.taken').map(
      (data) => data['parts'] as readonly { readonly name: string; readonly digest: string }[],
    )
    expect(manifests.map((parts) => parts.map(({ name }) => name))).toEqual(
      Array(2).fill(['inventory', 'configuration', 'software', 'health']),
    )
    const [first, second] = manifests.map((parts) => new Map(parts.map(({ name, digest }) => [name, digest])))
    expect(second?.get('configuration')).not.toBe(first?.get('configuration'))
    expect(second?.get('inventory')).toBe(first?.get('inventory'))
    for (const parts of manifests) for (const { digest } of parts) expect(hasBlob(setup.node.store.reader, digest)).toBe(true)
  })

  it('[AG11] thins observations as the disk budget is used up, says so, counts what it leaves out, and never a decision', async () => {
    const setup = await setUp({ diskBudgetBytes: 1 })
    const { observer, workload } = setup
    for (let time = 0; time < 130; time++) {
      workload.values['temperature_c'] = time % 2 === 0 ? 90 : 50
      observer.observe()
    }
    expect(dataOf(setup, 'observation.recorded')).toHaveLength(2)
    expect(dataOf(setup, 'observation.recorded').map((data) => (data['values'] as Record<string, unknown>)['samples_skipped'])).toEqual([
      63, 63,
    ])
    expect(dataOf(setup, 'decision.taken')).toHaveLength(130)
    expect(dataOf(setup, 'alarm.raised')).toMatchObject([{ name: 'storage-budget', severity: 'warning' }])
    const roomier = wire(restart(setup.node), workload, 3600, 1e9)
    roomier.observer.observe()
    expect(dataOf(setup, 'alarm.raised').at(-1)).toMatchObject({ name: 'storage-budget', severity: 'notice' })
    expect(dataOf(setup, 'observation.recorded')).toHaveLength(3)
  })

  it('[AG11] an observation that the disk had no room for is counted in the next one', async () => {
    const setup = await setUp()
    const { observer, node } = setup
    observer.observe()
    node.store.reader.get('PRAGMA max_page_count = 1')
    let refusals = 0
    for (let time = 0; time < 400; time++) {
      try {
        observer.observe()
      } catch (error) {
        expect(error).toMatchObject({ code: 'STORE_FULL', kind: 'Unavailable' })
        refusals++
      }
    }
    expect(refusals).toBeGreaterThan(0)
    node.store.reader.get('PRAGMA max_page_count = 1000000')
    observer.observe()
    const values = dataOf(setup, 'observation.recorded').at(-1)?.['values'] as Record<string, unknown>
    expect(values['samples_skipped']).toBe(refusals)
    expect(dataOf(setup, 'observation.recorded')).toHaveLength(1 + 400 - refusals + 1)
  })
})
