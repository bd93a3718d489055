/** Breaks the code in one way, in a process of its own, and lives through seeds until the simulator notices. Prints one line of JSON. */
import { createPorts } from '../../../core/platform/ports.ts'
import { findScenario } from '../../../core/simulator/scenarios/all.ts'
import { drawPlan } from '../../../core/simulator/trial/draw-plan.ts'
import { type FaultKind } from '../../../core/simulator/trial/happening.ts'
import { runTrial } from '../../../core/simulator/trial/run-trial.ts'
import { mutants } from './mutants.ts'

const [, , name = '', first = '1', most = '40'] = process.argv
const mutant = mutants.find((candidate) => candidate.name === name)
if (mutant === undefined) throw new Error(`There is no mutant "${name}".`)
const real = createPorts('rehearsal', 'silent')
const { tries } = mutant
/** Broken code may never come to rest, and is found out by then. */
const restWithinMs = 3 * 60_000

async function problemOf(seed: number): Promise<string | undefined> {
  try {
    if ('scenario' in tries) {
      const { plan, also } = findScenario(tries.scenario)
      return (
        await runTrial(
          { ...plan, seed: `${plan.seed}${seed === 1 ? '' : seed}` },
          { real, restWithinMs, ...(also === undefined ? {} : { also }) },
        )
      ).problems[0]
    }
    const faults = tries.faults === 'none' ? [] : (tries.faults.split(',') as FaultKind[])
    return (await runTrial(drawPlan({ seed: String(seed), islands: 2, nodes: 1, hours: 1, faults }), { real, restWithinMs })).problems[0]
  } catch (error) {
    // Code that is broken enough stops everything, which nobody overlooks either.
    return `it stopped: ${String(error)}`
  }
}

let seeds = 0
let problem: string | undefined
for (let seed = Number(first); problem === undefined && seeds < Number(most); seed++) {
  problem = await problemOf(seed)
  seeds++
}
console.log(JSON.stringify({ mutant: name, isCaught: problem !== undefined, seeds, problem: problem?.slice(0, 200) ?? null }))
