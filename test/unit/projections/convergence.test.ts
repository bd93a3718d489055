/** Equal logs held give equal state, in whatever order they came (design 2, Convergence). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProjectionEngine, type EngineOptions, type ProjectionEngine } from '../../../core/app/projecting/engine.ts'
import { projections as shipped, readTables } from '../../../core/projections/all.ts'
import { acceptSegment } from '../../../core/store/accept-segment.ts'
import { putKey } from '../../../core/store/keys.ts'
import type { Store } from '../../../core/store/open.ts'
import type { StoredEvent } from '../../../core/store/stored-event.ts'
import { crypto, verified } from '../../helpers/log/origin.ts'
import { type Delivery, grantType, type Step, writers, writeWorld } from '../../helpers/projections/world.ts'
import { countProbe, orderProbe } from '../../helpers/projections/probe.ts'
import { openTestStore, recordedAt } from '../../helpers/store/open.ts'

const projections = [...shipped, orderProbe, countProbe]

const step = {
  writer: fc.nat(4),
  type: fc.nat(40),
  subject: fc.nat(2),
  detail: fc.nat(7),
  clockStep: fc.nat(3),
  epoch: fc.nat(2),
  signs: fc.boolean(),
}
/** Grants are among them often enough that what masters decide has effect now and then, and loses it. */
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record(step) },
    { weight: 1, arbitrary: fc.record({ ...step, type: fc.constant(grantType), writer: fc.nat(1) }) },
  ),
  { minLength: 1, maxLength: 60 },
)

/** How the segments come: by weights that shuffle them, how many at a time, and which ones twice. */
const arrival = fc.record({
  weights: fc.array(fc.nat(1000), { minLength: 64, maxLength: 64 }),
  batches: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 8, maxLength: 8 }),
  again: fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }),
  projectsEach: fc.boolean(),
})
type Arrival = typeof arrival extends fc.Arbitrary<infer Value> ? Value : never

type Place = Disposable & { readonly store: Store; readonly engine: ProjectionEngine }

async function openPlace(options: EngineOptions = {}): Promise<Place> {
  const store = await openTestStore('memory')
  store.transact((writer) => {
    for (const { origin, key, keyId } of writers) putKey(writer, { keyId, origin, publicKey: key.publicKey }, recordedAt)
  })
  const engine = store.transact((writer) => createProjectionEngine(writer, projections, crypto, options))
  return { store, engine, [Symbol.dispose]: () => store[Symbol.dispose]() }
}

/** Takes in what came together; what does not fit yet is handed back, to come again. */
function takeIn({ store, engine }: Place, batch: readonly Delivery[], projectsEach: boolean): Delivery[] {
  const tooEarly: Delivery[] = []
  store.transact((writer) => {
    const together: StoredEvent[] = []
    for (const delivery of batch) {
      const outcome = acceptSegment(writer, verified(delivery.bytes, delivery.writer.key.publicKey), recordedAt)
      if (outcome.kind === 'gap') tooEarly.push(delivery)
      if (outcome.kind !== 'stored') continue
      if (projectsEach) engine.project(writer, outcome.events)
      else together.push(...outcome.events)
    }
    engine.project(writer, together)
  })
  return tooEarly
}

function deliver(place: Place, deliveries: readonly Delivery[], { weights, batches, again, projectsEach }: Arrival): void {
  const twice = deliveries.filter((_, number) => again[number % again.length] === true)
  let waiting = [...deliveries, ...twice]
    .map((delivery, number) => ({ delivery, weight: weights[number % weights.length] ?? 0 }))
    .sort((a, b) => a.weight - b.weight)
    .map(({ delivery }) => delivery)
  for (let round = 0; waiting.length > 0; round++) {
    const size = batches[round % batches.length] ?? 1
    waiting = [...waiting.slice(size), ...takeIn(place, waiting.slice(0, size), projectsEach)]
  }
}

function rowsOf({ store }: Place): unknown {
  const tables = [...projections.map(({ table }) => table.name), ...readTables.map(({ name }) => name)]
  return [
    ...tables.map((name) => store.reader.all(`SELECT * FROM ${name} ORDER BY subject`)),
    store.reader.all('SELECT * FROM node_tags ORDER BY text, subject'),
    store.reader.all('SELECT * FROM projection_counters ORDER BY read_table, scope, key'),
    store.reader.all('SELECT subject, domain, origin, epoch, event_id FROM powerless_events ORDER BY event_id'),
  ]
}

describe('convergence of projections', () => {
  it('[PJ1] [PJ2] [PJ9] gives the same state, rows and counters for the same events, whatever order, batches and repetitions they come in', async () => {
    await fc.assert(
      fc.asyncProperty(steps, arrival, async (written, how) => {
        const deliveries = await writeWorld(written)
        using inOrder = await openPlace()
        // What a change of authority concerns is judged again by and by, and not in the commit that brought it.
        using shuffled = await openPlace({ rejudgesAtOnce: 0 })
        for (const delivery of deliveries) takeIn(inOrder, [delivery], false)
        deliver(shuffled, deliveries, how)
        expect(shuffled.engine.stateHash(shuffled.store.reader)).toBe(inOrder.engine.stateHash(inOrder.store.reader))
        while (shuffled.store.transact((writer) => shuffled.engine.settle(writer, 1)) > 0);
        expect(shuffled.engine.stateHash(shuffled.store.reader)).toBe(inOrder.engine.stateHash(inOrder.store.reader))
        expect(rowsOf(shuffled)).toEqual(rowsOf(inOrder))
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('[PJ3] [PJ5] [PJ7] [PJ11] keeps what a rebuild from the first event gives, row by row', async () => {
    await fc.assert(
      fc.asyncProperty(steps, arrival, async (written, how) => {
        using place = await openPlace()
        deliver(place, await writeWorld(written), how)
        const { reader } = place.store
        const kept = { hash: place.engine.stateHash(reader), rows: rowsOf(place) }
        expect(place.engine.check(reader)).toEqual({ isEqual: true, differing: [], stateHash: kept.hash })
        place.store.transact((writer) => writer.run('UPDATE checkpoints SET version = 0'))
        const rebuilt = place.store.transact((writer) => createProjectionEngine(writer, projections, crypto))
        expect({ hash: rebuilt.stateHash(reader), rows: rowsOf(place) }).toEqual(kept)
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})
