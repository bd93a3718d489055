/**
 * An act from its first check to the disk: validated, signed by its operator, appended and chained, projected, durable. Beside it what
 * the disk itself needs to make the same bytes durable, in the same directory and the same run. Then many at once, who share the wait,
 * and how even the waits are while another thread checkpoints.
 */
import { closeSync, fdatasyncSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { perform } from '../../core/app/acts/acts.ts'
import { startServing } from '../../core/app/entry-serving.ts'
import { type Master, openMaster } from '../../core/app/master.ts'
import { inMemory } from '../../core/store/open.ts'
import { checkpointElsewhere } from '../../core/app/writer/checkpoint-elsewhere.ts'
import type { DomainId, OperatorId } from '../../core/kernel/ids.ts'
import { createPorts } from '../../core/platform/ports.ts'
import { lastPosition, readEventsAfter } from '../../core/store/read-events.ts'
import { type Bench, type BenchLine, type BenchOptions, median, round } from './bench.ts'

/** Few, so that ours and the disk alone take turns often: what else uses the disk is then felt by both. */
const actsPerTurn = 25
const turnsPerTurn = 8
const concurrent = 64

/** Bytes of the write-ahead log that one act fills: nine pages. */
const pagesOfCommit = 9 * 4096
const pageBytes = new Uint8Array(pagesOfCommit)

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

/** Acts before anything is measured: the write-ahead log grows until it is written over, and growing costs twice as much. */
const warmUpActs = 600

/** In the real arrangement, asked from the thread that serves: there, through the group, onto the disk, and back. */
async function command(options: BenchOptions): Promise<readonly BenchLine[]> {
  return inTemporaryDirectory(async (directory) => {
    const threads = await openThreads(join(directory, 'threads'))
    for (let turn = 0; turn < warmUpActs; turn++) await threads.configure(turn)
    const bytes = new Uint8Array(await sizeOfAct(join(directory, 'size'))).fill(120)
    const file = openSync(join(directory, 'raw'), 'a')
    const pages = openSync(join(directory, 'pages'), 'w')
    writeSync(pages, new Uint8Array(pagesOfCommit * 512))
    fsyncSync(pages)
    const waits = { act: [] as number[], disk: [] as number[], engine: [] as number[], many: [] as number[] }
    for (let turn = 0; turn < options.turns * turnsPerTurn; turn++) {
      waits.act.push(
        await timePerAct(async () => {
          for (let index = 0; index < actsPerTurn; index++) await threads.configure(turn + index)
        }, actsPerTurn),
      )
      waits.disk.push(
        await timePerAct(async () => {
          for (let index = 0; index < actsPerTurn; index++) {
            writeSync(file, bytes)
            fdatasyncSync(file)
          }
        }, actsPerTurn),
      )
      waits.engine.push(
        await timePerAct(async () => {
          for (let index = 0; index < actsPerTurn; index++) {
            writeSync(pages, pageBytes, 0, pagesOfCommit, ((turn * actsPerTurn + index) % 500) * pagesOfCommit)
            fsyncSync(pages)
          }
        }, actsPerTurn),
      )
      waits.many.push(await timePerAct(() => threads.configureAtOnce(concurrent), concurrent * 4))
    }
    closeSync(file)
    closeSync(pages)
    await threads.close()
    const computeMs = await computeOfAct()
    const [act, disk, engine, many] = [median(waits.act), median(waits.disk), median(waits.engine), median(waits.many)]
    const against = `write + fdatasync of the same ${bytes.length} bytes in the same directory: ${round(1000 / disk)}/s`
    const inUs = (ms: number): number => round(ms * 1000)
    return [
      {
        bench: 'command',
        value: round(1000 / act),
        unit: 'acts/s, one at a time',
        against,
        ratio: round(disk / act, 2),
        goal: '>= 0.8',
        note: `an act ${inUs(act)} us: ${inUs(computeMs)} us to validate, sign, append, chain and project it (in memory, one thread), the disk alone ${inUs(disk)} us for its bytes, ${inUs(engine)} us for what the engine does instead (nine pages of 4 KiB over old ones, and fsync: it was built without fdatasync), ${inUs(act - computeMs - engine)} us for the way between the threads and what wakes them`,
      },
      {
        bench: 'command',
        value: round(1000 / many),
        unit: `acts/s, ${concurrent} at a time`,
        against,
        ratio: round(disk / many, 2),
        goal: '>= 0.8',
      },
    ]
  })
}

type Threads = {
  readonly configure: (turn: number) => Promise<unknown>
  /** So many lanes of four acts each: always so many wait. */
  readonly configureAtOnce: (lanes: number) => Promise<unknown>
  readonly close: () => Promise<void>
}

async function openThreads(directory: string): Promise<Threads> {
  const serving = await startServing({
    directory,
    name: 'Bench',
    rootDomainName: 'Island',
    level: 'REGION',
    keyProtection: { kind: 'file-permissions' },
  })
  const { master } = serving
  const operator = await master.act('operator.create', { name: 'Ada', role: 'authority' }, undefined)
  const domainId = master.facts.rootDomainId
  const configureThere = (turn: number): Promise<unknown> =>
    master.act('domain.configure', { domainId, thresholds: { delayedAfterS: 10 + (turn % 20) } }, operator)
  return {
    configure: configureThere,
    configureAtOnce: (lanes) =>
      Promise.all(
        Array.from({ length: lanes }, async (_, lane) => {
          for (let index = 0; index < 4; index++) await configureThere(lane + index)
        }),
      ),
    close: serving.close,
  }
}

/** Milliseconds. */
async function timePerAct(act: () => Promise<unknown>, acts: number): Promise<number> {
  const began = performance.now()
  await act()
  return (performance.now() - began) / acts
}

async function sizeOfAct(directory: string): Promise<number> {
  const commanded = await openCommanded(directory)
  configure(commanded, 0)
  const size = bytesOfLast(commanded.master)
  commanded.master.close()
  return size
}

/** Milliseconds of all that is not the disk. */
async function computeOfAct(): Promise<number> {
  const commanded = await openCommanded(inMemory)
  const runs: number[] = []
  for (let run = 0; run < 9; run++) {
    const began = performance.now()
    for (let turn = 0; turn < 200; turn++) configure(commanded, turn)
    runs.push((performance.now() - began) / 200)
  }
  commanded.master.close()
  return median(runs)
}

/** A commit beside a checkpointer on another thread, by turns with one that checkpoints inline: what the other thread takes off it. */
async function evenness(options: BenchOptions): Promise<readonly BenchLine[]> {
  return inTemporaryDirectory(async (directory) => {
    const beside = await openCommanded(join(directory, 'beside'))
    const checkpoints = checkpointElsewhere(beside.master.store, beside.master.config.ports)
    const inline = await openCommanded(join(directory, 'inline'))
    for (let turn = 0; turn < warmUpActs; turn++) for (const each of [beside, inline]) configure(each, turn)
    const waits = { beside: [] as number[], inline: [] as number[] }
    for (let block = 0; block < 40 * options.turns; block++) {
      await time(waits.beside, (turn) => configure(beside, turn))
      await time(waits.inline, (turn) => configure(inline, turn))
    }
    checkpoints.close()
    beside.master.close()
    inline.master.close()
    const [ours, theirs] = [spread(waits.beside), spread(waits.inline)]
    return [
      {
        bench: 'command-wait',
        value: round(ours.p99, 2),
        unit: `ms p99 of ${waits.beside.length} acts one after the other beside a checkpointer`,
        against: `the same acts, checkpoints inline: p50 ${round(theirs.p50, 2)}, p99 ${round(theirs.p99, 2)}, p99.9 ${round(theirs.p999, 1)}, worst ${round(theirs.worst, 1)} ms`,
        ratio: round(theirs.p99 / ours.p99, 2),
        goal: '>= 1',
        note: `p50 ${round(ours.p50, 2)}, p99.9 ${round(ours.p999, 1)}, worst ${round(ours.worst, 1)} ms; p99 is ${round(ours.p99 / ours.p50, 1)} times p50`,
      },
    ]
  })
}

/** A block of acts, each measured by itself. */
async function time(waits: number[], act: (turn: number) => void): Promise<void> {
  for (let turn = 0; turn < 40; turn++) {
    const began = performance.now()
    act(turn % 20)
    waits.push(performance.now() - began)
    // Timers and messages have their turn, as between the groups of a writer.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function spread(waits: readonly number[]): { readonly p50: number; readonly p99: number; readonly p999: number; readonly worst: number } {
  const sorted = waits.toSorted((a, b) => a - b)
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), p999: percentile(sorted, 0.999), worst: percentile(sorted, 1) }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const commandBenches: readonly Bench[] = [
  { name: 'command', run: async (options) => [...(await command(options)), ...(await evenness(options))] },
]
