/** A scenario that somebody wrote down: a title, what happens, what must hold. It is a trial with a name, and a drill for people. */
import type { Happening, Timed } from '../trial/happening.ts'
import type { TrialPlan } from '../trial/plan.ts'
import { tellHappenings } from '../trial/tell.ts'
import type { World } from '../trial/world.ts'

export type Scenario = {
  /** Kebab-case; for the command line. */
  readonly name: string
  readonly title: string
  /** In a sentence or two, for an operator. */
  readonly story: string
  /** What must hold beside the seven checks, in words. */
  readonly mustHold: readonly string[]
  readonly plan: TrialPlan
  /** What of `mustHold` can be looked at; the answer is what does not. */
  readonly also?: (world: World) => readonly string[]
}

export type ScenarioParts = Omit<Scenario, 'plan'> & {
  readonly islands?: number
  readonly nodes?: number
  readonly relays?: number
  readonly hours?: number
  readonly happenings: readonly Timed[]
}

export function scenario({ islands = 1, nodes = 1, hours = 1, relays = 0, happenings, ...told }: ScenarioParts): Scenario {
  return { ...told, plan: { v: 1, seed: told.name, islands, nodes, hours, ...(relays > 0 ? { relays } : {}), happenings: [...happenings] } }
}

/** Minutes after the world is set up. */
export function at(minutes: number, what: Happening): Timed {
  return { atMs: Math.round(minutes * 60_000), what }
}

/** The text of a drill. */
export function tellScenario({ title, story, mustHold, plan }: Scenario): readonly string[] {
  return [title, '', story, '', 'What happens:', ...tellHappenings(plan), '', 'What must hold:', ...mustHold.map((line) => `  ${line}`)]
}

export function minutesOf(count: number): number {
  return Math.round(count * 60_000)
}
