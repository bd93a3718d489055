/** What a core process takes after it was asked for a minute what a console asks for, small and large, beside Node's own floor. */
import { callProcedure, targetOfDirectory } from '../../core/bin/api-client.ts'
import { createFiles } from '../../core/platform/files.ts'
import { type Bench, type BenchLine, type BenchOptions, round } from './bench.ts'
import { bundleCore, residentMb, startCore, weighNode } from './core-process.ts'
import { domainsFor, makeFleet } from './fleet.ts'

/** Once a second each, as an open console does while things change. */
const rounds = 60
const small = { nodes: 10_000, budgetMb: 150 }
const largeBudgetMb = 500

async function memory({ nodes }: BenchOptions): Promise<readonly BenchLine[]> {
  bundleCore()
  const floor = await weighNode()
  const lines = [await weigh(small.nodes, small.budgetMb, floor)]
  if (nodes !== small.nodes) lines.push(await weigh(nodes, largeBudgetMb, floor))
  return lines
}

async function weigh(nodes: number, budgetMb: number, floor: number): Promise<BenchLine> {
  const { directory, domainIds } = await makeFleet({ nodes, domains: domainsFor(nodes), events: nodes * 6 })
  const core = await startCore(directory)
  try {
    const started = residentMb(core.pid)
    const target = targetOfDirectory(directory, createFiles())
    const ask = (procedure: string, input: unknown): Promise<unknown> =>
      callProcedure(target, 'main', procedure, input, undefined, AbortSignal.timeout(120_000))
    let most = started
    for (let turn = 0; turn < rounds; turn++) {
      await ask('fleet.overview', {})
      await ask('domain.get', { domainId: domainIds[turn % domainIds.length] })
      await ask('node.list', { limit: 100, domainId: domainIds[(turn * 7) % domainIds.length] })
      most = Math.max(most, residentMb(core.pid))
    }
    return {
      bench: `memory: ${nodes} nodes`,
      value: round(most),
      unit: 'MB (largest resident size)',
      against: `budget ${budgetMb} MB; ${round(started)} MB when it began to serve; Node alone ${round(floor)} MB`,
      ratio: round(budgetMb / most, 2),
      goal: '>= 1',
      ...(most > budgetMb
        ? {
            note: `${round(most - budgetMb)} MB over: Node's code and the engine's are 60 MB once in use; three threads have a heap each (20 to 45 MB, about half of it alive, a third of that the text of the program); the connections keep up to 24 MiB of pages; the rest is what V8's own threads compile and collect with.`,
          }
        : {}),
    }
  } finally {
    await core.stop()
  }
}

export const memoryBenches: readonly Bench[] = [{ name: 'memory', run: memory }]
