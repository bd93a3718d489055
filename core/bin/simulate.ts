/** `ibcf simulate`: whole islands under one seed, with everything that can go wrong, and what must hold afterwards. */
import { join } from 'node:path'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { createPorts } from '../platform/ports.ts'
import { drawPlan } from '../simulator/trial/draw-plan.ts'
import { type FaultKind, faultKinds } from '../simulator/trial/happening.ts'
import { readPlan, type TrialPlan } from '../simulator/trial/plan.ts'
import { resultLine } from '../simulator/trial/result-line.ts'
import { runTrial, type TrialResult } from '../simulator/trial/run-trial.ts'
import { findScenario, scenarios } from '../simulator/scenarios/all.ts'
import { tellScenario } from '../simulator/scenarios/scenario.ts'
import { shrinkPlan } from '../simulator/trial/shrink.ts'
import { tellStory } from '../simulator/trial/tell.ts'
import type { Command, CommandIo } from './command.ts'
import { readOptions } from './options.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const most = { islands: 12, nodes: 500, hours: 24 * 60, relays: 1 }

export const command: Command = {
  name: 'simulate',
  summary: 'lives through hours of faults under one seed, and checks what must hold',
  usage: `
ibcf simulate [--seed S] [--islands I] [--nodes N] [--relays 0|1] [--hours H] [--faults LIST|all|none] [--disk] [--json]
ibcf simulate --until-failure MINUTES [the same]
ibcf simulate --plan FILE [--disk] [--json]
ibcf simulate --scenario NAME | --list

Real masters, relays, nodes and couriers on simulated clocks, links, disks and power. The last line says what happened and what the seven
checks found; the same seed gives the same line. How fast it went is told on standard error.
--relays      1 puts a relay in front of the nodes of each island
--faults      ${faultKinds.join(', ')}
--disk        on real files, so that a crash opens database and write-ahead log as they lie, torn where the power went
--until-failure  seed after seed (S, S+1, ...) until one fails or the minutes are over; that one is shrunk and told as a story
--save FILE   writes the plan of a failure, shrunk, to be kept as a test
--scenario    one that was written down; --list names them
Exit status 0 when everything held, 1 when something did not.`,
  run: async (args, io) => {
    const { values } = readOptions(args, {
      seed: { type: 'string', default: '1' },
      islands: { type: 'string', default: '2' },
      nodes: { type: 'string', default: '3' },
      relays: { type: 'string', default: '0' },
      hours: { type: 'string', default: '2' },
      faults: { type: 'string', default: 'all' },
      disk: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'until-failure': { type: 'string' },
      plan: { type: 'string' },
      save: { type: 'string' },
      scenario: { type: 'string' },
      list: { type: 'boolean', default: false },
    })
    if (values.list) {
      for (const scenario of scenarios)
        io.stdout(
          values.json ? JSON.stringify({ name: scenario.name, title: scenario.title }) : `${scenario.name.padEnd(36)} ${scenario.title}`,
        )
      return exitCodes.done
    }
    const run: Run = { io, isJson: values.json, isOnDisk: values.disk, save: values.save }
    if (values.scenario !== undefined) {
      const scenario = findScenario(values.scenario)
      if (!values.json) for (const line of tellScenario(scenario)) io.stdout(line)
      return (await runOne(run, scenario.plan, scenario.also)) ? exitCodes.done : exitCodes.checkFailed
    }
    if (values.plan !== undefined) return (await runOne(run, planFrom(values.plan, io))) ? exitCodes.done : exitCodes.checkFailed
    const shape = {
      islands: whole(values.islands, 'islands', most.islands),
      nodes: whole(values.nodes, 'nodes', most.nodes),
      hours: number(values.hours, 'hours', most.hours),
      relays: values.relays === '0' ? 0 : whole(values.relays, 'relays', most.relays),
      faults: faultsOf(values.faults),
    }
    if (values['until-failure'] === undefined)
      return (await runOne(run, drawPlan({ ...shape, seed: values.seed }))) ? exitCodes.done : exitCodes.checkFailed
    return untilFailure(run, shape, values.seed, number(values['until-failure'], 'until-failure', 24 * 60))
  },
}

type Run = { readonly io: CommandIo; readonly isJson: boolean; readonly isOnDisk: boolean; readonly save: string | undefined }
type Shape = Omit<Parameters<typeof drawPlan>[0], 'seed'>

const ports = createPorts('simulate', 'silent')

async function trial({ isOnDisk }: Run, plan: TrialPlan, also?: Parameters<typeof runTrial>[1]['also']): Promise<TrialResult> {
  using directory = isOnDisk ? temporaryDirectory() : undefined
  return await runTrial(plan, {
    real: ports,
    ...(directory === undefined ? {} : { diskDirectory: directory.path }),
    ...(also === undefined ? {} : { also }),
  })
}

async function runOne(run: Run, plan: TrialPlan, also?: Parameters<typeof runTrial>[1]['also']): Promise<boolean> {
  const { io, isJson } = run
  const began = ports.clock.monotonic()
  const result = await trial(run, plan, also)
  const tookMs = ports.clock.monotonic() - began
  tellSpeed(io, result.virtualMs, tookMs)
  if (!result.ok) await tellFailure(run, plan, result)
  io.stdout(isJson ? resultLine(result) : inWords(result))
  return result.ok
}

async function untilFailure(run: Run, shape: Shape, first: string, minutes: number): Promise<number> {
  const { io, isJson } = run
  const until = ports.clock.monotonic() + minutes * 60_000
  const began = ports.clock.monotonic()
  let seeds = 0
  let virtualMs = 0
  for (let seed = first; ports.clock.monotonic() < until && !io.signal.aborted; seed = seedAfter(seed)) {
    const plan = drawPlan({ ...shape, seed })
    const result = await trial(run, plan)
    seeds++
    virtualMs += result.virtualMs
    io.stderr(`${seed}: ${result.ok ? 'held' : 'FAILED'}`)
    if (result.ok) continue
    await tellFailure(run, plan, result)
    io.stdout(isJson ? resultLine(result) : inWords(result))
    return exitCodes.checkFailed
  }
  tellSpeed(io, virtualMs, ports.clock.monotonic() - began)
  io.stdout(isJson ? JSON.stringify({ ok: true, seeds, first }) : `Everything held for ${seeds} seeds from ${first} on.`)
  return exitCodes.done
}

/** Numbers are counted on; to a word a number is added. */
export function seedAfter(seed: string): string {
  const [, word = '', digits = '0'] = /^(.*?)(\d*)$/.exec(seed) ?? []
  return `${word}${Number(digits === '' ? '0' : digits) + 1}`
}

async function tellFailure(run: Run, plan: TrialPlan, result: TrialResult): Promise<void> {
  const { io } = run
  io.stderr(`Seed ${plan.seed} does not hold. Looking for the shortest schedule that shows it ...`)
  const shrunk = await shrinkPlan(plan, result, (smaller) => trial(run, smaller))
  for (const line of tellStory(shrunk.plan, shrunk.result)) io.stderr(line)
  if (run.save === undefined) return
  ports.files.writeAtomic(join(io.cwd, run.save), new TextEncoder().encode(`${JSON.stringify(shrunk.plan, null, 2)}\n`))
  io.stderr(`The plan is in ${run.save}; run it again with --plan.`)
}

function tellSpeed(io: CommandIo, virtualMs: number, tookMs: number): void {
  const hours = virtualMs / 3_600_000
  io.stderr(`${hours.toFixed(1)} virtual hours in ${(tookMs / 1000).toFixed(1)} s: ${(hours / (tookMs / 1000)).toFixed(2)} hours a second.`)
}

function inWords({ ok, seed, events, faults, checks, problems }: TrialResult): string {
  const faultsInWords = Object.entries(faults).map(([name, times]) => `${times} ${name}`)
  return [
    `${ok ? 'Everything held' : 'Something did not hold'} (seed ${seed}, ${events} events).`,
    `Faults: ${faultsInWords.length === 0 ? 'none' : faultsInWords.join(', ')}.`,
    ...Object.entries(checks).map(([name, { looked, wrong }]) => `  ${name}: ${looked} looked at, ${wrong.length} wrong`),
    ...problems.slice(0, 20).map((problem) => `  ${problem}`),
  ].join('\n')
}

/** Throws NotFound `TRIAL_PLAN_MISSING`, Invalid `TRIAL_PLAN_DAMAGED`. */
function planFrom(file: string, io: CommandIo): TrialPlan {
  const bytes = ports.files.read(join(io.cwd, file)) ?? ports.files.read(file)
  if (bytes === undefined) throw new AppError('NotFound', 'TRIAL_PLAN_MISSING', `There is no plan in ${file}.`, { file })
  return readPlan(parsed(bytes))
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // Told by the schema check.
    return undefined
  }
}

/** Throws Invalid `FAULT_UNKNOWN`. */
function faultsOf(list: string): readonly FaultKind[] {
  if (list === 'all') return faultKinds
  if (list === 'none') return []
  return list.split(',').map((name) => {
    const kind = faultKinds.find((candidate) => candidate === name.trim())
    if (kind === undefined)
      throw new AppError('Invalid', 'FAULT_UNKNOWN', `--faults is all, none, or some of ${faultKinds.join(', ')}.`, { given: name })
    return kind
  })
}

/** Throws Invalid `NUMBER_WRONG`. */
function number(text: string, name: string, mostOf: number): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0 || value > mostOf)
    throw new AppError('Invalid', 'NUMBER_WRONG', `--${name} is a number above 0 and at most ${mostOf}.`, { option: name, given: text })
  return value
}

function whole(text: string, name: string, mostOf: number): number {
  const value = number(text, name, mostOf)
  if (!Number.isInteger(value)) throw new AppError('Invalid', 'NUMBER_WRONG', `--${name} is a whole number.`, { option: name, given: text })
  return value
}
