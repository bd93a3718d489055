/** Every scenario that was written down, as an operator would read it. */
import { describe, expect, it } from 'vitest'
import { createPorts } from '../../core/platform/ports.ts'
import { findScenario, scenarios } from '../../core/simulator/scenarios/all.ts'
import { tellScenario } from '../../core/simulator/scenarios/scenario.ts'
import { runTrial } from '../../core/simulator/trial/run-trial.ts'
import type { World } from '../../core/simulator/trial/world.ts'

const real = createPorts('scenarios', 'silent')

describe('scenarios', () => {
  for (const { name, title, plan, also } of scenarios)
    it(`[SD5] ${title} (${name})`, async () => {
      const { problems } = await runTrial(plan, { real, ...(also === undefined ? {} : { also }) })
      expect(problems).toEqual([])
    }, 120_000)

  it('[SD5] are thirty or more, each with a name of its own, a story and what must hold', () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(30)
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
    for (const scenario of scenarios) {
      expect(scenario.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(scenario.mustHold.length).toBeGreaterThan(0)
      expect(tellScenario(scenario).join('\n')).toContain(scenario.story)
    }
  })

  it('[SD11] a bundle that is damaged, unfinished or for somebody else is refused by its code, and read whole it counts', async () => {
    const { plan, also } = findScenario('a-bundle-for-somebody-else')
    const refusals: string[] = []
    const look = (world: World): readonly string[] => {
      refusals.push(...world.witness.refusals.keys())
      return also?.(world) ?? []
    }
    expect((await runTrial(plan, { real, also: look })).problems).toEqual([])
    // Twice for the bit and the end that is missing, once for whom it is not for.
    expect(refusals.filter((code) => /^(BUNDLE|AGE|SEAL)/.test(code)).length).toBeGreaterThanOrEqual(2)
  }, 120_000)

  it('[SD5] one that nobody wrote is refused with SCENARIO_UNKNOWN', () => {
    expect(() => findScenario('the-day-nothing-happened')).toThrow(expect.objectContaining({ code: 'SCENARIO_UNKNOWN' }))
  })
})
