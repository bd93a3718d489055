/** `bench storm`: 1,000 of 10,000 nodes return at once with 1,000 events each, against a master that is a process of its own. */
import { join } from 'node:path'
import { temporaryDirectory } from '../helpers/command-line.ts'
import type { Latency } from '../helpers/gateway/onlooker.ts'
import { storm, type StormReport } from '../helpers/gateway/storm.ts'
import { startMaster } from '../helpers/processes.ts'
import type { Bench, BenchLine } from './bench.ts'

const sizeOf = (name: string, usual: number): number => Number(process.env[name] ?? usual)

async function run(): Promise<readonly BenchLine[]> {
  const returning = sizeOf('IBCF_STORM_RETURNING', 1000)
  const events = sizeOf('IBCF_STORM_EVENTS', 1000)
  const others = sizeOf('IBCF_STORM_OTHERS', 9000)
  const domains = sizeOf('IBCF_STORM_DOMAINS', 5)
  const home = temporaryDirectory('storm')
  const master = await startMaster(join(home.path, 'master'))
  try {
    await master.call('operator.create', { name: 'Ada', role: 'authority' })
    const size = { returning, events, others, domains, heartbeatEveryMs: 10_000 }
    const report = await storm(master, size, (line) => void process.stderr.write(`storm: ${line}\n`))
    const ended = Object.values(report.verdicts).reduce((sum, count) => sum + count, 0)
    const unexpected = Object.keys(report.refusals).filter((refusal) => !refusal.startsWith('429 '))
    const isAsWanted = ended === returning && unexpected.length === 0
    return [
      {
        bench: 'storm',
        value: Math.round(report.eventsPerSecond),
        unit: 'events/s',
        against: `${returning} of ${returning + others} nodes return with ${events} events each; all end LIVE or QUARANTINED, no refusal but 429`,
        ratio: isAsWanted ? 1 : 0,
        goal: '= 1',
        note: inWords(report),
      },
    ]
  } finally {
    await master.stop()
    home.dispose()
  }
}

function inWords(report: StormReport): string {
  const { console: seen, ended, halfOfDomainMs } = report
  const seconds = (ms: number): number => Math.round(ms / 1000)
  const latency = ({ looks, median, p95, most }: Latency): string => `${looks} times, ${median} ms, p95 ${p95}, most ${most}`
  return [
    `${JSON.stringify(report.verdicts)} in ${seconds(report.tookMs)} s; refused ${JSON.stringify(report.refusals)}`,
    `${report.mostOpen} open and ${report.mostWaiting} waiting at most; half had ended after ${seconds(ended.median)} s, the last after ${seconds(ended.most)} s; half of each domain after ${halfOfDomainMs.map(seconds).join(', ')} s (the first has half of all)`,
    `heartbeats of the others: ${latency(report.heartbeats)}`,
    `a console meanwhile: returns ${latency(seen.returns)}; overview ${latency(seen.overview)}; the front alone ${latency(seen.front)}`,
    `the master held ${report.peakMb ?? 'unknown'} MB at most`,
    'the nodes live in the process that measures, on the same cores',
  ].join('; ')
}

export const stormBenches: readonly Bench[] = [{ name: 'storm', run }]
