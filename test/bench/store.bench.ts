/** The store on the hot path: appending to a log of one's own, beside a bare INSERT of the same bytes into a table with nothing but its key, with the same durability. */
import { encodeEvent } from '../../core/kernel/event.ts'
import { appendEvents } from '../../core/store/append-events.ts'
import { mergeIndexes } from '../../core/store/event-index.ts'
import { openStore } from '../../core/store/open.ts'
import { race, round, type Bench, type BenchLine, type BenchOptions } from './bench.ts'
import {
  costsOf,
  createEvents,
  createLog,
  createWorld,
  fill,
  inTemporaryDirectory,
  openRaw,
  perEvent,
  perTransaction,
  transactionsPerTurn,
} from './store-world.ts'

async function append(options: BenchOptions): Promise<readonly BenchLine[]> {
  return inTemporaryDirectory(async (directory) => {
    const world = createWorld()
    const log = createLog(world)
    using store = await openStore({ directory, mode: 'read-write', role: 'node', ports: world.ports })
    const raw = await openRaw(directory)
    fill(store, world, log, options.events)
    for (let done = 0; done < options.events; done += perTransaction) raw.insert(createEvents(world, log, perTransaction).map(encodeEvent))
    const batches = Array.from({ length: transactionsPerTurn * options.turns }, () => createEvents(world, log, perTransaction))
    const rawBatches = batches.map((batch) => batch.map(encodeEvent))
    const [ours = 0, limit = 0] = race(
      [
        {
          name: 'store',
          turn: (turn) => {
            for (let index = 0; index < transactionsPerTurn; index++) {
              const batch = batches[turn * transactionsPerTurn + index] ?? []
              store.transact((writer) => appendEvents(writer, log, batch, world.ports.clock.now()))
            }
            return perTransaction * transactionsPerTurn
          },
        },
        {
          name: 'raw',
          turn: (turn) => {
            for (let index = 0; index < transactionsPerTurn; index++) raw.insert(rawBatches[turn * transactionsPerTurn + index] ?? [])
            return perTransaction * transactionsPerTurn
          },
        },
      ],
      options.turns,
    )
    raw.close()
    const against = `raw INSERT of the same bytes, key only, FULL: ${round(limit)}/s`
    const began = performance.now()
    const merged = store.transact(mergeIndexes)
    const mergeCost = perEvent(performance.now() - began, merged)
    const note = `Of ${perEvent(1000, ours)} us an event (raw ${perEvent(1000, limit)}): ${costsOf(world, log, batches.slice(-transactionsPerTurn))}; the rest is the row, SQLite's and the disk's. Merging the indexes comes on top when nobody waits: ${mergeCost} us.`
    return [{ bench: 'append', value: round(ours), unit: 'events/s', against, ratio: round(ours / limit, 2), goal: '>= 0.5', note }]
  })
}

export const storeBenches: readonly Bench[] = [{ name: 'append', run: append }]
