/** Every scenario, in the order in which they are listed. */
import { AppError } from '../../kernel/app-error.ts'
import { cloneScenarios } from './clones.ts'
import { linkScenarios } from './links.ts'
import { masterScenarios } from './masters.ts'
import { powerScenarios } from './power.ts'
import { relayScenarios } from './relays.ts'
import type { Scenario } from './scenario.ts'
import { stickScenarios } from './sticks.ts'
import { timeScenarios } from './time.ts'
import { trustScenarios } from './trust.ts'

export const scenarios: readonly Scenario[] = [
  ...linkScenarios,
  ...relayScenarios,
  ...powerScenarios,
  ...timeScenarios,
  ...trustScenarios,
  ...cloneScenarios,
  ...stickScenarios,
  ...masterScenarios,
]

/** Throws NotFound `SCENARIO_UNKNOWN`. */
export function findScenario(name: string): Scenario {
  const found = scenarios.find((candidate) => candidate.name === name)
  if (found === undefined)
    throw new AppError('NotFound', 'SCENARIO_UNKNOWN', `There is no scenario "${name}"; ibcf simulate --list names them.`, { name })
  return found
}
