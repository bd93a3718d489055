/** A small storm against a master that is a process: everybody gets in, in turn, and the console answers all the while. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../../helpers/command-line.ts'
import { storm } from '../../helpers/gateway/storm.ts'
import { startMaster } from '../../helpers/processes.ts'

it('[RT14] lets a storm in by turns: refused with 429 and nothing else, every return ends, the queue can be seen and the console answers', async () => {
  const home = temporaryDirectory('storm')
  const master = await startMaster(join(home.path, 'master'))
  try {
    await master.call('operator.create', { name: 'Ada', role: 'authority' })
    const report = await storm(master, { returning: 90, events: 30, others: 10, heartbeatEveryMs: 500, domains: 3 })
    expect(report.verdicts).toEqual({ CLEAN: 90 })
    expect(Object.keys(report.refusals)).toEqual(['429 RETURN_QUEUED'])
    expect(report.mostWaiting).toBeGreaterThan(0)
    expect(report.mostOpen).toBeGreaterThan(0)
    expect(report.heartbeats.looks).toBeGreaterThan(0)
    expect(report.console.overview.looks).toBeGreaterThan(0)
    const { waiting, open } = await master.call<{ readonly waiting: number; readonly open: number }>('session.queue', { limit: 1 })
    expect({ waiting, open }).toEqual({ waiting: 0, open: 0 })
  } finally {
    await master.stop()
    home.dispose()
  }
}, 240_000)
