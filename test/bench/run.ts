/** `npm run -s bench -- [--json] [--events N] [--nodes N] [--turns N] [name ...]`: measures, and prints a line for each figure. */
import { parseArgs } from 'node:util'
import type { Bench, BenchLine } from './bench.ts'
import { bundleBenches } from './bundle.bench.ts'
import { commandBenches } from './command.bench.ts'
import { consoleBenches } from './console.bench.ts'
import { removeFleets } from './fleet.ts'
import { memoryBenches } from './memory.bench.ts'
import { queryBenches } from './query.bench.ts'
import { readyBenches } from './ready.bench.ts'
import { rebuildBenches } from './rebuild.bench.ts'
import { replayBenches } from './replay.bench.ts'
import { storeBenches } from './store.bench.ts'
import { stormBenches } from './storm.bench.ts'

/** Every bench there is; a new one is added here. */
const benches: readonly Bench[] = [
  ...storeBenches,
  ...replayBenches,
  ...rebuildBenches,
  ...queryBenches,
  ...readyBenches,
  ...memoryBenches,
  ...commandBenches,
  ...stormBenches,
  ...bundleBenches,
  ...consoleBenches,
]

const usage = `usage: bench [--clean] [--json] [--events N] [--nodes N] [--turns N] [${benches.map((bench) => bench.name).join('|')} ...]`

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (options === undefined) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  if (options.isCleaning) {
    for (const directory of removeFleets()) process.stderr.write(`bench: removed ${directory}\n`)
    return 0
  }
  for (const bench of options.chosen) {
    for (const line of await bench.run(options)) process.stdout.write(options.isJson ? `${JSON.stringify(line)}\n` : `${inWords(line)}\n`)
  }
  return 0
}

type RunOptions = {
  readonly isJson: boolean
  /** Nothing is measured: the fleets that were made and kept are removed. */
  readonly isCleaning: boolean
  readonly events: number
  readonly eventsAsked: number | undefined
  readonly nodes: number
  readonly turns: number
  readonly chosen: readonly Bench[]
}

/** Undefined when the command line cannot be understood. */
function readOptions(args: readonly string[]): RunOptions | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        clean: { type: 'boolean' },
        events: { type: 'string' },
        nodes: { type: 'string' },
        turns: { type: 'string' },
      },
    })
    const events = Number(values.events ?? 1_000_000)
    const nodes = Number(values.nodes ?? 1_000_000)
    const turns = Number(values.turns ?? 7)
    const isUnderstood =
      Number.isSafeInteger(events) && events >= 0 && Number.isSafeInteger(nodes) && nodes > 0 && Number.isSafeInteger(turns) && turns > 0
    const chosen = positionals.length === 0 ? benches : benches.filter((bench) => positionals.includes(bench.name))
    const isKnown = positionals.every((name) => benches.some((bench) => bench.name === name))
    return isUnderstood && isKnown
      ? {
          isJson: values.json === true,
          isCleaning: values.clean === true,
          events,
          eventsAsked: values.events === undefined ? undefined : events,
          nodes,
          turns,
          chosen,
        }
      : undefined
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function inWords(line: BenchLine): string {
  const note = line.note === undefined ? '' : `\n  ${line.note}`
  return `${line.bench}: ${line.value} ${line.unit}, ratio ${line.ratio} (goal ${line.goal}) against ${line.against}${note}`
}
