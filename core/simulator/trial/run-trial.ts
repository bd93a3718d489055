/** Runs one trial from its plan to its checks. The same plan gives the same result, to the last byte. */
import type { Ports } from '../../kernel/ports.ts'
import { lastPosition } from '../../store/read-events.ts'
import { checkNames, type CheckName, type Checks, runChecks } from './checks.ts'
import { comeTogether } from './come-together.ts'
import { perform } from './perform.ts'
import type { TrialPlan } from './plan.ts'
import type { Trouble } from './witness.ts'
import { openWorld, type World } from './world.ts'

export type TrialOptions = {
  readonly real: Ports
  readonly diskDirectory?: string
  /** Looks at the world before it is closed: what a written scenario asks beyond the seven checks. */
  readonly also?: (world: World) => readonly string[]
  /** Until everybody has to be at rest once the faults stopped; an hour where nothing is said. */
  readonly restWithinMs?: number
  /** Told of everything that was to happen, with the instant in the world, and whether it came about. */
  readonly told?: (atMs: number, what: TrialPlan['happenings'][number]['what'], cameAbout: boolean) => void
}

export type TrialResult = {
  readonly ok: boolean
  readonly seed: string
  /** Held by all masters together when it ended, each counted once at each. */
  readonly events: number
  /** That came about, by name, in order of the alphabet. */
  readonly faults: Readonly<Record<string, number>>
  readonly checks: Checks
  /** In plain words, the first of them the first to look into. */
  readonly problems: readonly string[]
  readonly virtualMs: number
}

type Following = { readonly atMs: number; readonly number: number; readonly act: () => void | Promise<void> }

export async function runTrial(plan: TrialPlan, { real, diskDirectory, also, restWithinMs, told }: TrialOptions): Promise<TrialResult> {
  const world = await openWorld(plan, { real, ...(diskDirectory === undefined ? {} : { diskDirectory }) })
  try {
    const begunAt = world.time.clock.now()
    await live(world, plan, begunAt, told)
    noteKnown(world)
    const restless = await comeTogether(world, restWithinMs)
    const checks = await runChecks(world)
    const problems = problemsOf(checks, restless, world.witness.troubles, also?.(world) ?? [])
    return {
      ok: problems.length === 0,
      seed: plan.seed,
      events: world.stations.reduce((sum, station) => sum + eventsAt(station.running()?.master.store.reader), 0),
      faults: Object.fromEntries([...world.witness.faults].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      checks,
      problems,
      virtualMs: world.time.clock.now() - begunAt,
    }
  } finally {
    world.close()
  }
}

function noteKnown({ stations, witness }: World): void {
  for (const { name, running } of stations)
    for (const row of running()?.master.store.reader.all<{ name: string }>('SELECT name FROM domains') ?? [])
      witness.known.add(`${name}/${row.name}`)
}

function eventsAt(reader: Parameters<typeof lastPosition>[0] | undefined): number {
  return reader === undefined ? 0 : lastPosition(reader)
}

/** What is planned and what follows from it, each at its instant; ends after the hours of the plan, with nothing left to follow. */
async function live(world: World, plan: TrialPlan, begunAt: number, told: TrialOptions['told']): Promise<void> {
  const following: Following[] = []
  let numbered = 0
  const later = (afterMs: number, act: () => void | Promise<void>): void => {
    following.push({ atMs: world.time.clock.now() + afterMs, number: numbered++, act })
    following.sort((a, b) => a.atMs - b.atMs || a.number - b.number)
  }
  for (const { atMs, what } of plan.happenings.toSorted((a, b) => a.atMs - b.atMs))
    later(atMs, async () => {
      const cameAbout = await perform(world, what, later)
      told?.(world.time.clock.now() - begunAt, what, cameAbout)
    })
  const endAt = begunAt + plan.hours * 3_600_000
  for (let next = following.shift(); next !== undefined && next.atMs <= endAt; next = following.shift()) {
    await world.time.runUntil(next.atMs)
    await next.act()
  }
  await world.time.runUntil(endAt)
}

function problemsOf(
  checks: Checks,
  restless: readonly string[],
  troubles: readonly Trouble[],
  others: readonly string[],
): readonly string[] {
  const wrong = checkNames.flatMap((name: CheckName) => checks[name].wrong.map((sentence) => `${name}: ${sentence}`))
  const faults = troubles.map(
    ({ who, message, facts }) => `fault of ours at ${who}: ${message} ${facts === undefined ? '' : JSON.stringify(facts)}`,
  )
  return [...wrong, ...others, ...faults, ...restless.map((sentence) => `not at rest: ${sentence}`)]
}
