/** The scenarios as drills: what an operator reads before, and what came of it after it was lived through in a world of its own. */
import type { Ports } from '../kernel/ports.ts'
import { findScenario, scenarios } from './scenarios/all.ts'
import { type CheckName, checkNames } from './trial/checks.ts'
import { runTrial } from './trial/run-trial.ts'
import { sentenceOf } from './trial/tell.ts'

export type Drill = {
  /** Kebab-case; what `runDrill` and `ibcf simulate --scenario` take. */
  readonly id: string
  readonly title: string
  /** In a sentence or two. */
  readonly story: string
  /** What must hold in the end, a sentence each. */
  readonly holds: readonly string[]
}

export type DrillRun = {
  readonly id: string
  readonly seed: string
  readonly ok: boolean
  /** In the order of the world; `atMs` from when everybody was at work. One that did not come about found nobody there. */
  readonly steps: readonly { readonly atMs: number; readonly sentence: string; readonly cameAbout: boolean }[]
  /** Seven that are made after every drill, each with how many things it looked at. */
  readonly checks: readonly {
    readonly name: CheckName
    readonly sentence: string
    readonly looked: number
    readonly wrong: readonly string[]
  }[]
  /** What did not hold, in words; empty when everything did. */
  readonly problems: readonly string[]
  /** How long it took in the world. */
  readonly virtualMs: number
}

export type DrillOptions = {
  readonly real: Ports
  /** Told of each step when it was done, for whoever watches. */
  readonly stepped?: (step: DrillRun['steps'][number]) => void
}

const promises: Readonly<Record<CheckName, string>> = {
  nothingLostOrDoubled: 'Nothing that was acknowledged is lost, and nothing is there twice.',
  equalStateForEqualFrontier: 'Masters that hold the same show the same.',
  projectionsEqualRebuild: 'What is shown is what the events give when they are read again from the first.',
  noStaleEpochObeyed: 'No node obeyed a master that had been overtaken.',
  forgedRefusedAndShown: 'What was forged, altered or told twice was refused, or is shown as such and has no effect.',
  returnsEndedWithReason: 'Every node that came back is live, or in quarantine for a reason that is written down.',
  commandsInTimeAndOnce: 'No order was begun too late, and none took effect twice.',
}

export function drills(): readonly Drill[] {
  return scenarios.map(({ name, title, story, mustHold }) => ({ id: name, title, story, holds: mustHold }))
}

/**
 * Lives through a drill: a few seconds of computing on the thread that asks. The same id and seed give the same answer; '' is the seed
 * that the scenario was written with. Throws NotFound `SCENARIO_UNKNOWN`.
 */
export async function runDrill(id: string, seed: string, { real, stepped }: DrillOptions): Promise<DrillRun> {
  const { plan, also } = findScenario(id)
  const steps: DrillRun['steps'][number][] = []
  const { ok, checks, problems, virtualMs, ...result } = await runTrial(
    { ...plan, seed: seed === '' ? plan.seed : seed },
    {
      real,
      ...(also === undefined ? {} : { also }),
      told: (atMs, what, cameAbout) => {
        const step = { atMs, sentence: sentenceOf(what), cameAbout }
        steps.push(step)
        stepped?.(step)
      },
    },
  )
  return {
    id,
    seed: result.seed,
    ok,
    steps,
    checks: checkNames.map((name) => ({ name, sentence: promises[name], ...checks[name] })),
    problems,
    virtualMs,
  }
}
