import { describe, expect, it } from 'vitest'
import { createPorts } from '../../../core/platform/ports.ts'
import { drills, runDrill } from '../../../core/simulator/drills.ts'
import { scenarios } from '../../../core/simulator/scenarios/all.ts'

const real = createPorts('drills', 'silent')

describe('drills', () => {
  it('[SD9] offer every scenario with a title, what happens and what must hold', () => {
    expect(drills().map(({ id }) => id)).toEqual(scenarios.map(({ name }) => name))
    for (const { title, story, holds } of drills()) for (const text of [title, story, ...holds]) expect(text).toMatch(/\S/)
  })

  it('[SD9] tell step by step what came about, and what the seven checks found', async () => {
    const watched: string[] = []
    const run = await runDrill('a-snapshot-on-demand', '', { real, stepped: ({ sentence }) => void watched.push(sentence) })
    expect([run.id, run.seed, run.ok, run.problems]).toEqual(['a-snapshot-on-demand', 'a-snapshot-on-demand', true, []])
    expect(run.steps).toEqual([
      { atMs: 180_000, sentence: 'alpha tells alpha-1 to take a snapshot under the key look.', cameAbout: true },
      { atMs: 420_000, sentence: 'alpha tells alpha-1 to take a snapshot under the key look-again.', cameAbout: true },
    ])
    expect(watched).toEqual(run.steps.map(({ sentence }) => sentence))
    expect(run.checks.map(({ wrong }) => wrong)).toEqual(Array.from({ length: 7 }, () => []))
    expect(run.checks.filter(({ looked }) => looked > 0).length).toBeGreaterThanOrEqual(5)
  }, 60_000)

  it('[SD5] refuse one that nobody wrote', async () => {
    await expect(runDrill('a-day-off', '', { real })).rejects.toMatchObject({ code: 'SCENARIO_UNKNOWN' })
  })
})
