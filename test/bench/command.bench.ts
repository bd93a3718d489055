/**
 * An act from its first check to the disk: validated, signed by its operator, appended and chained, projected, durable. Beside it what
 * the disk itself needs to make the same bytes durable, in the same directory and the same run. Then many at once, who share the wait,
 * and how even the waits are while another thread checkpoints.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { perform } from '../../core/app/acts/acts.ts'
import { startServing } from '../../core/app/entry-serving.ts'
import { type Master, openMaster } from '../../core/app/master.ts'
import { createGroupCommit } from '../../core/app/writer/group-commit.ts'
import type { DomainId, OperatorId } from '../../core/kernel/ids.ts'
import { createPorts } from '../../core/platform/ports.ts'
import { lastPosition, readEventsAfter } from '../../core/store/read-events.ts'
import { type Bench, type BenchLine, type BenchOptions, median, race, round } from './bench.ts'

/** Few, so that ours and the disk alone take turns often: what else uses the disk is then felt by both. */
const actsPerTurn = 25
const turnsPerTurn = 8
const concurrent = 64

type Commanded = { readonly master: Master; readonly operator: OperatorId }

async function openCommanded(directory: string): Promise<Commanded> {
  const master = await openMaster({
    directory,
    ports: createPorts('bench', 'error'),
    keyProtection: { kind: 'file-permissions' },
    version: 'bench',
    name: 'Bench',
    rootDomainName: 'Island',
    level: 'REGION',
    isDemo: false,
    digestEveryMs: 3_600_000,
    thresholds: {},
  })
  return { master, operator: perform(master, 'operator.create', { name: 'Ada', role: 'authority' }, undefined) }
}

/** One event, about one entity, signed by the operator: what most acts are. */
function configure({ master, operator }: Commanded, turn: number): void {
  const domainId: DomainId = master.identity.rootDomainId
  perform(master, 'domain.configure', { domainId, thresholds: { delayedAfterS: 10 + (turn % 20) } }, operator)
}

function bytesOfLast({ store }: Master): number {
  const [last] = readEventsAfter(store.reader, lastPosition(store.reader) - 1, 1)
  return last?.bytes.length ?? 0
}

async function inTemporaryDirectory<T>(act: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'ibcf-bench-'))
  try {
    return await act(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function command(options: BenchOptions): Promise<readonly BenchLine[]> {
  return inTemporaryDirectory(async (directory) => {
    const commanded = await openCommanded(directory)
    configure(commanded, 0)
    const bytes = new Uint8Array(bytesOfLast(commanded.master)).fill(120)
    const file = openSync(join(directory, 'raw'), 'a')
    let number = 0
    const [one = 0, disk = 0] = race(
      [
        {
          name: 'act',
          turn: () => {
            for (let index = 0; index < actsPerTurn; index++) configure(commanded, number++)
            return actsPerTurn
          },
        },
        {
          name: 'fdatasync',
          turn: () => {
            for (let index = 0; index < actsPerTurn; index++) {
              writeSync(file, bytes)
              fdatasyncSync(file)
            }
            return actsPerTurn
          },
        },
      ],
      options.turns * turnsPerTurn,
    )
    closeSync(file)
    const parts = costOf(commanded, number)
    const many = await together(commanded, options.turns)
    commanded.master.close()
    const against = `write + fdatasync of the same ${bytes.length} bytes in the same directory: ${round(disk)}/s`
    return [
      {
        bench: 'command',
        value: round(one),
        unit: 'acts/s, one at a time',
        against,
        ratio: round(one / disk, 2),
        goal: '>= 0.8',
        note: `${round(1e6 / one)} us an act, of it ${round(parts.computeUs)} us up to the commit (validate, sign, append, chain, project) and ${round(parts.commitUs)} us COMMIT; the disk alone ${round(1e6 / disk)} us`,
      },
      {
        bench: 'command',
        value: round(many),
        unit: `acts/s, ${concurrent} at a time`,
        against,
        ratio: round(many / disk, 2),
        goal: '>= 0.8',
      },
    ]
  })
}

/** Where the time goes: the same acts in a transaction of all of them cost what is not the commit. */
function costOf(commanded: Commanded, from: number): { readonly computeUs: number; readonly commitUs: number } {
  const { store } = commanded.master
  const runs = Array.from({ length: 5 }, (_, run) => {
    const began = performance.now()
    store.together(Array.from({ length: actsPerTurn }, (_unused, index) => () => configure(commanded, from + run + index)))
    const grouped = performance.now() - began
    const again = performance.now()
    for (let index = 0; index < actsPerTurn; index++) configure(commanded, from + run + index)
    const alone = performance.now() - again
    return { computeUs: (grouped * 1000) / actsPerTurn, commitUs: ((alone - grouped) * 1000) / actsPerTurn }
  })
  return { computeUs: median(runs.map(({ computeUs }) => computeUs)), commitUs: median(runs.map(({ commitUs }) => commitUs)) }
}

/** Always so many waiting: each asks again as soon as it is answered. */
async function together(commanded: Commanded, turns: number): Promise<number> {
  const { master } = commanded
  const commits = createGroupCommit(master.store, master.config.ports)
  const rates: number[] = []
  for (let turn = 0; turn < turns; turn++) {
    const each = 20
    const began = performance.now()
    await Promise.all(
      Array.from({ length: concurrent }, async (_, lane) => {
        for (let index = 0; index < each; index++) await commits.run(() => configure(commanded, lane + index))
      }),
    )
    rates.push((concurrent * each) / ((performance.now() - began) / 1000))
  }
  return median(rates)
}

/**
 * Of the real arrangement, from the thread that serves: there, through the group, onto the disk, and back. By turns with one thread that
 * does everything itself, checkpoints too.
 */
async function evenness(options: BenchOptions): Promise<readonly BenchLine[]> {
  return inTemporaryDirectory(async (directory) => {
    const serving = await startServing({
      directory: join(directory, 'threads'),
      name: 'Bench',
      rootDomainName: 'Island',
      level: 'REGION',
      keyProtection: { kind: 'file-permissions' },
    })
    const { master } = serving
    const operator = await master.act('operator.create', { name: 'Ada', role: 'authority' }, undefined)
    const inline = await openCommanded(join(directory, 'inline'))
    const waits = { elsewhere: [] as number[], inline: [] as number[] }
    for (let block = 0; block < 20 * options.turns; block++) {
      await time(waits.elsewhere, (turn) =>
        master.act('domain.configure', { domainId: master.facts.rootDomainId, thresholds: { delayedAfterS: 10 + turn } }, operator),
      )
      await time(waits.inline, async (turn) => configure(inline, turn))
    }
    inline.master.close()
    await serving.close()
    const [ours, theirs] = [spread(waits.elsewhere), spread(waits.inline)]
    return [
      {
        bench: 'command-wait',
        value: round(ours.p99, 2),
        unit: `ms p99 of ${waits.elsewhere.length} acts one after the other through the writer's thread`,
        against: `the same in one thread that checkpoints inline: p50 ${round(theirs.p50, 2)}, p99 ${round(theirs.p99, 2)}, worst ${round(theirs.worst, 1)} ms`,
        ratio: round(theirs.p99 / ours.p99, 2),
        goal: '>= 1',
        note: `p50 ${round(ours.p50, 2)}, worst ${round(ours.worst, 1)} ms; p99 is ${round(ours.p99 / ours.p50, 1)} times p50 through the thread and ${round(theirs.p99 / theirs.p50, 1)} times inline`,
      },
    ]
  })
}

/** A block of acts, each measured by itself. */
async function time(waits: number[], act: (turn: number) => Promise<unknown>): Promise<void> {
  for (let turn = 0; turn < 40; turn++) {
    const began = performance.now()
    await act(turn % 20)
    waits.push(performance.now() - began)
  }
}

function spread(waits: readonly number[]): { readonly p50: number; readonly p99: number; readonly worst: number } {
  const sorted = waits.toSorted((a, b) => a - b)
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), worst: percentile(sorted, 1) }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const commandBenches: readonly Bench[] = [
  { name: 'command', run: async (options) => [...(await command(options)), ...(await evenness(options))] },
]
