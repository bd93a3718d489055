/** `bench storm`: 1,000 of 10,000 nodes return at once with 1,000 events each, against a master that is a process of its own. */
import { join } from 'node:path'
import { temporaryDirectory } from '../helpers/command-line.ts'
import { storm } from '../helpers/gateway/storm.ts'
import { startMaster } from '../helpers/processes.ts'
import type { Bench, BenchLine } from './bench.ts'

const sizeOf = (name: string, usual: number): number => Number(process.env[name] ?? usual)

async function run(): Promise<readonly BenchLine[]> {
  const returning = sizeOf('IBCF_STORM_RETURNING', 1000)
  const events = sizeOf('IBCF_STORM_EVENTS', 1000)
  const others = sizeOf('IBCF_STORM_OTHERS', 9000)
  const home = temporaryDirectory('storm')
  const master = await startMaster(join(home.path, 'master'))
  try {
    await master.call('operator.create', { name: 'Ada', role: 'authority' })
    const size = { returning, events, others, heartbeatEveryMs: 10_000 }
    const report = await storm(master, size, (line) => void process.stderr.write(`storm: ${line}\n`))
    const ended = Object.values(report.verdicts).reduce((sum, count) => sum + count, 0)
    const unexpected = Object.keys(report.refusals).filter((status) => status !== '429')
    const isAsWanted = ended === returning && unexpected.length === 0
    return [
      {
        bench: 'storm',
        value: Math.round(report.eventsPerSecond),
        unit: 'events/s',
        against: `${returning} of ${returning + others} nodes return with ${events} events each; all end LIVE or QUARANTINED, no refusal but 429`,
        ratio: isAsWanted ? 1 : 0,
        goal: '= 1',
        note: `${JSON.stringify(report.verdicts)} in ${Math.round(report.tookMs / 1000)} s; refused ${JSON.stringify(report.refusals)}; ${report.mostWaiting} waited at most; ${report.heartbeats} heartbeats meanwhile; the slowest look of a console took ${Math.round(report.slowestQueryMs)} ms. The nodes live in the process that measures, on the same cores.`,
      },
    ]
  } finally {
    await master.stop()
    home.dispose()
  }
}

export const stormBenches: readonly Bench[] = [{ name: 'storm', run }]
