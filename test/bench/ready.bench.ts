/** How soon core serves over a large store, beside a process that only opens the same file and reads one row. */
import { type Bench, type BenchLine, type BenchOptions, median, round } from './bench.ts'
import { bundleCore, openAndRead, startCore } from './core-process.ts'
import { domainsFor, makeFleet } from './fleet.ts'

const budgetMs = 300
const defaultEvents = 10_000_000
const nodes = 10_000

async function ready({ eventsAsked, turns }: BenchOptions): Promise<readonly BenchLine[]> {
  bundleCore()
  const { directory, events } = await makeFleet({ nodes, domains: domainsFor(nodes), events: eventsAsked ?? defaultEvents })
  // Once before it counts: a store of an older version is brought up to date then.
  await (await startCore(directory)).stop()
  const took: number[] = []
  const limits: number[] = []
  for (let turn = 0; turn < Math.max(5, turns); turn++) {
    limits.push(await openAndRead(directory))
    const core = await startCore(directory)
    took.push(core.readyMs)
    await core.stop()
  }
  const [ours, limit] = [median(took), median(limits)]
  return [
    {
      bench: 'ready',
      value: round(ours),
      unit: 'ms (median)',
      against: `budget ${budgetMs} ms at ${events} events; a process that opens the file and reads one row: ${round(limit)} ms`,
      ratio: round(budgetMs / ours, 2),
      goal: '>= 1',
      ...(ours > budgetMs
        ? {
            note: `${round(ours - budgetMs)} ms over: ${round(limit)} ms of it is Node and the file; the rest is loading the bundle in two threads (about 110 ms of computing in the one that serves, 80 in the one that writes, as much again in V8's own), 35 for keys, projections and listeners, whatever the number of events (see with --events).`,
          }
        : {}),
    },
  ]
}

export const readyBenches: readonly Bench[] = [{ name: 'ready', run: ready }]
