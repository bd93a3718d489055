/** Drills as the demo offers them: told in words, lived through in a thread, without a trace in the island. */
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import type { DrillTold } from '../../../core/app/entry-drill.ts'
import { drill } from '../../../core/contract/demo.ts'
import { drills } from '../../../core/simulator/drills.ts'

const entry = new URL('../../../core/app/entry-drill.ts', import.meta.url)

async function live(id: string): Promise<DrillTold> {
  const worker = new Worker(entry, { workerData: { id, seed: '' } })
  try {
    return await new Promise<DrillTold>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
  } finally {
    await worker.terminate()
  }
}

it('[SF11] tells what happens and what must hold, and says what held', async () => {
  const offered = drills()
  expect(offered.length).toBeGreaterThanOrEqual(30)
  for (const one of offered) {
    expect(drill.parse(one).holds.length).toBeGreaterThan(0)
    expect(one.id).toMatch(/^[a-z0-9-]{1,80}$/)
  }
  const told = await live('clock-in-2099')
  if (told.kind !== 'lived') throw new Error(JSON.stringify(told.failure))
  expect(told.run).toMatchObject({ ok: true, problems: [] })
  expect(told.run.steps.length).toBeGreaterThan(0)
  expect(told.run.checks).toHaveLength(7)
})

it('[SF11] refuses a drill that nobody wrote', async () => {
  expect(await live('no-such-drill')).toMatchObject({ kind: 'failed', failure: { code: 'SCENARIO_UNKNOWN' } })
})
