/**
 * Fresh seeds by the thousand: `npm run -s soak -- [SEEDS] [FIRST]`, 1,000 from a seed of the minute on where nothing is said. Every third
 * on real files. A failure is shrunk, told, and its plan printed; exit status 1. The last line is one of JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPorts } from '../../core/platform/ports.ts'
import { drawPlan } from '../../core/simulator/trial/draw-plan.ts'
import { faultKinds } from '../../core/simulator/trial/happening.ts'
import type { TrialPlan } from '../../core/simulator/trial/plan.ts'
import { runTrial, type TrialResult } from '../../core/simulator/trial/run-trial.ts'
import { shrinkPlan } from '../../core/simulator/trial/shrink.ts'
import { tellStory } from '../../core/simulator/trial/tell.ts'

const [, , seedsWanted = '1000', first = String(Math.floor(Date.now() / 60_000) * 10_000)] = process.argv
const real = createPorts('soak', 'silent')
const began = performance.now()
const faults = new Map<string, number>()
const failed: string[] = []
let virtualHours = 0
let looked = 0

async function run(plan: TrialPlan, isOnDisk: boolean): Promise<TrialResult> {
  if (!isOnDisk) return runTrial(plan, { real })
  const directory = mkdtempSync(join(tmpdir(), 'ibcf-soak-'))
  try {
    return await runTrial(plan, { real, diskDirectory: directory })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

for (let seed = Number(first); seed < Number(first) + Number(seedsWanted); seed++) {
  const isOnDisk = seed % 3 === 0
  const plan = drawPlan({ seed: String(seed), islands: 2 + (seed % 2), nodes: 1, hours: 1, faults: faultKinds })
  const result = await run(plan, isOnDisk)
  virtualHours += result.virtualMs / 3_600_000
  for (const [name, times] of Object.entries(result.faults)) faults.set(name, (faults.get(name) ?? 0) + times)
  for (const check of Object.values(result.checks)) looked += check.looked
  if (result.ok) continue
  failed.push(String(seed))
  console.error(`Seed ${seed}${isOnDisk ? ' on disk' : ''} does not hold: ${result.problems.slice(0, 3).join('; ')}`)
  const shrunk = await shrinkPlan(plan, result, (smaller) => run(smaller, isOnDisk))
  console.error([...tellStory(shrunk.plan, shrunk.result), JSON.stringify(shrunk.plan)].join('\n'))
}
const tookS = (performance.now() - began) / 1000
console.error(`${virtualHours.toFixed(0)} virtual hours in ${tookS.toFixed(0)} s: ${(virtualHours / tookS).toFixed(2)} hours a second.`)
console.log(
  JSON.stringify({
    ok: failed.length === 0,
    seeds: Number(seedsWanted),
    first: Number(first),
    failed,
    looked,
    faults: Object.fromEntries([...faults].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }),
)
process.exitCode = failed.length === 0 ? 0 : 1
