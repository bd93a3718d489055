/**
 * The console in Chromium over a large fleet while events arrive: how soon each view is whole after one goes to it, the longest task of
 * the page, and how often a view asks again (design 5, Build). `IBCF_CONSOLE_NODES` (2,000), `IBCF_CONSOLE_EVENTS` a second (1,000) and
 * `IBCF_CONSOLE_ROUNDS` (3) give the size; the design's is 1,000,000 nodes.
 */
import { cpSync, existsSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { callProcedure, targetOfDirectory } from '../../core/bin/api-client.ts'
import { createFiles } from '../../core/platform/files.ts'
import { type Desk, openDesk } from '../e2e/console/browser-console.ts'
import { temporaryDirectory } from '../helpers/command-line.ts'
import type { RunningMaster } from '../helpers/processes.ts'
import { type Bench, type BenchLine, round } from './bench.ts'
import { residentMb } from './core-process.ts'
import { domainsFor, type MadeFleet, makeFleet } from './fleet.ts'
import { startFeed } from './live-feed.ts'

const viewBudgetMs = 100
const taskBudgetMs = 50
const asksPerSecond = 4
const feedingNodes = 50
/** What is asked for again while nobody does anything, is counted over so long. */
const restMs = 3000

type View = { readonly name: string; readonly place: string; readonly shows: string }

async function run(): Promise<readonly BenchLine[]> {
  const nodes = sizeOf('IBCF_CONSOLE_NODES', 2000)
  const eventsPerSecond = sizeOf('IBCF_CONSOLE_EVENTS', 1000)
  const fleet = await makeFleet({ nodes, domains: domainsFor(nodes), events: nodes * 6 })
  using home = temporaryCopy(fleet, nodes)
  const desk = await openDesk({ workspace: 'main', size: { width: 1440, height: 900 }, directory: home.path })
  try {
    const master = masterOf(desk, home.path)
    await master.call('operator.create', { name: 'Ada', role: 'authority' }).catch(() => undefined)
    const place = fleet.domainIds.at(-1) ?? fleet.rootDomainId
    const feed = await startFeed(master, eventsPerSecond, feedingNodes, place)
    await desk.page.reload()
    await desk.visit('')
    await desk.page.waitForFunction(() => document.documentElement.dataset['ready'] === 'overview', undefined, { timeout: 120_000 })
    const views = viewsOf(fleet, place, feed.nodeIds[0] ?? '')
    const seen = await lookAround(desk, views, sizeOf('IBCF_CONSOLE_ROUNDS', 3))
    const mostMb = residentMb(master.pid)
    const fed = await feed.stop()
    const rate = Math.round((fed.events * 1000) / fed.tookMs)
    const refused = Object.entries(fed.refusals).map(([code, count]) => `, ${code} ${count} times`)
    const state = `${nodes} nodes, ${rate} events/s taken over ${Math.round(fed.tookMs / 1000)} s${refused.join('')}, core ${Math.round(mostMb)} MB`
    return [...seen.views.map((view) => viewLine(view, state)), tasksLine(seen.tasks, state), asksLine(seen.asks, state)]
  } finally {
    await desk.close()
  }
}

/** The fleet is written to, and others want it as it was made: a small one is copied, of a large one the copy takes longer than it helps. */
function temporaryCopy({ directory }: MadeFleet, nodes: number): { readonly path: string; readonly [Symbol.dispose]: () => void } {
  if (nodes > 100_000) return { path: directory, [Symbol.dispose]: () => undefined }
  const copy = temporaryDirectory('console-bench')
  if (existsSync(directory)) cpSync(directory, copy.path, { recursive: true })
  return { path: copy.path, [Symbol.dispose]: () => copy.dispose() }
}

function masterOf({ running }: Desk, directory: string): RunningMaster {
  const { url, masterId, pid } = running.ready as { readonly url: string; readonly masterId: string; readonly pid: number }
  const target = targetOfDirectory(directory, createFiles())
  return {
    directory,
    url,
    masterId,
    pid,
    stop: running.stop,
    call: async <Answer>(procedure: string, input: unknown = {}) =>
      (await callProcedure(target, 'main', procedure, input, undefined, new AbortController().signal)) as Answer,
  }
}

/** No two that follow each other are of one thing, so that the old page cannot be taken for the new one. */
function viewsOf({ rootDomainId, domainIds }: MadeFleet, place: string, nodeId: string): readonly View[] {
  return [
    { name: 'global', place: '', shows: 'Needs attention' },
    { name: 'region', place: `domain/${domainIds[1] ?? ''}`, shows: 'Connectivity over time' },
    { name: 'attention', place: 'attention', shows: 'Attention' },
    { name: 'place', place: `domain/${place}`, shows: 'Connectivity over time' },
    { name: 'node', place: `node/${nodeId}`, shows: 'Lifecycle timeline' },
    { name: 'list of all nodes', place: `domain/${rootDomainId}/nodes`, shows: 'worst first' },
    { name: 'node observations', place: `node/${nodeId}/observations`, shows: 'Observations' },
    { name: 'paths of everything', place: `domain/${rootDomainId}/topology`, shows: 'Paths to this master' },
  ]
}

type Seen = {
  readonly views: readonly { readonly name: string; readonly tookMs: readonly number[] }[]
  readonly tasks: readonly Task[]
  /** The most that one question was asked again in a second while a view stood, by view. */
  readonly asks: readonly { readonly view: string; readonly question: string; readonly perSecond: number }[]
}

/** A task of the page over 50 ms by the wall, what of that it computed, and in which view. */
type Task = { readonly wallMs: number; readonly cpuMs: number; readonly view: string }

type TraceEvent = {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** By the browser's own trace, because it tells the computing of a task apart from waiting for a processor. */
function longTasksIn(trace: Buffer | undefined): readonly Omit<Task, 'view'>[] {
  if (trace === undefined) return []
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] }
  const threads = new Set(
    traceEvents.flatMap(({ name, args, pid, tid }) =>
      name === 'thread_name' && args?.name === 'CrRendererMain' ? [`${String(pid)}/${String(tid)}`] : [],
    ),
  )
  return traceEvents
    .filter(
      ({ name, ph, pid, tid }) => ph === 'X' && name === 'ThreadControllerImpl::RunTask' && threads.has(`${String(pid)}/${String(tid)}`),
    )
    .map(({ dur = 0, tdur = 0 }) => ({ wallMs: dur / 1000, cpuMs: tdur / 1000 }))
    .filter(({ wallMs }) => wallMs > taskBudgetMs)
}

async function lookAround({ page, visit }: Desk, views: readonly View[], rounds: number): Promise<Seen> {
  const took = views.map((): number[] => [])
  const tasks: Task[] = []
  const asks: { view: string; question: string; perSecond: number }[] = []
  const browser = page.context().browser()
  await visit('attention')
  for (let turn = 0; turn < rounds; turn++)
    for (const [at, { name, place, shows }] of views.entries()) {
      await browser?.startTracing(page, { categories: ['toplevel'] })
      took[at]?.push(await goTo(page, place, shows))
      if (turn === 0) asks.push(...(await askedAtRest(page, name)))
      tasks.push(...longTasksIn(await browser?.stopTracing()).map((task) => ({ ...task, view: name })))
    }
  return { views: views.map(({ name }, at) => ({ name, tookMs: took[at] ?? [] })), tasks, asks }
}

/** Milliseconds from the change of the address to the first frame in which the view is whole: nothing in it still loads. */
async function goTo(page: Page, place: string, shows: string): Promise<number> {
  return page.evaluate(
    async ([hash, words]) => {
      const began = performance.now()
      const before = document.querySelector('main h1')
      const title = before?.textContent
      window.location.hash = hash
      for (;;) {
        await new Promise((resolve) => requestAnimationFrame(resolve))
        const main = document.querySelector('main')
        const heading = main?.querySelector('h1')
        const isOther = heading !== null && heading !== undefined && (heading !== before || heading.textContent !== title)
        const isWhole = main?.querySelector('[role="status"][aria-label="Loading"]') === null
        if (isOther && isWhole && main.textContent.includes(words)) return performance.now() - began
        if (performance.now() - began > 60_000) throw new Error(`${hash} never showed ${words}: ${main?.textContent.slice(0, 300) ?? ''}`)
      }
    },
    [`/w/main/${place}`, shows] as const,
  )
}

async function askedAtRest(page: Page, view: string): Promise<readonly { view: string; question: string; perSecond: number }[]> {
  const counts = new Map<string, number>()
  const onRequest = (request: { readonly url: () => string }): void => {
    const question = new URL(request.url()).pathname
    counts.set(question, (counts.get(question) ?? 0) + 1)
  }
  page.on('request', onRequest)
  await page.waitForTimeout(restMs)
  page.off('request', onRequest)
  return [...counts].map(([question, count]) => ({ view, question, perSecond: (count * 1000) / restMs }))
}

function viewLine({ name, tookMs }: Seen['views'][number], state: string): BenchLine {
  const [first = Number.NaN, ...later] = tookMs
  const sorted = later.length === 0 ? [first] : later.toSorted((a, b) => a - b)
  const most = sorted.at(-1) ?? Number.NaN
  const middle = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  return {
    bench: `console: to ${name}`,
    value: round(most),
    unit: 'ms (longest after the first)',
    against: `budget ${viewBudgetMs} ms; median ${round(middle)} ms, the first time ${round(first)} ms; ${state}`,
    ratio: round(viewBudgetMs / most, 2),
    goal: '>= 1',
  }
}

function tasksLine(tasks: Seen['tasks'], state: string): BenchLine {
  const worst = tasks.toSorted((a, b) => b.cpuMs - a.cpuMs)
  const most = worst[0]?.cpuMs ?? 0
  const over = tasks.filter(({ cpuMs }) => cpuMs > taskBudgetMs).length
  const longest = Math.max(0, ...tasks.map(({ wallMs }) => wallMs))
  return {
    bench: 'console: longest task',
    value: round(most),
    unit: 'ms of computing',
    against: `budget ${taskBudgetMs} ms; over it: ${over} by computing, ${tasks.length} by the wall, the longest of these ${Math.round(longest)} ms; ${state}`,
    ratio: round(taskBudgetMs / Math.max(taskBudgetMs / 2, most), 2),
    goal: '>= 1',
    ...(worst.length === 0
      ? {}
      : {
          note: worst
            .slice(0, 8)
            .map(({ cpuMs, wallMs, view }) => `${Math.round(cpuMs)} of ${Math.round(wallMs)} ms at ${view}`)
            .join(', '),
        }),
  }
}

function asksLine(asks: Seen['asks'], state: string): BenchLine {
  const worst = asks.toSorted((a, b) => b.perSecond - a.perSecond)
  const most = worst[0]?.perSecond ?? 0
  return {
    bench: 'console: one question asked again',
    value: round(most, 1),
    unit: 'times a second',
    against: `budget ${asksPerSecond}; ${state}`,
    ratio: round(asksPerSecond / Math.max(0.1, most), 2),
    goal: '>= 1',
    note: worst
      .slice(0, 5)
      .map(({ view, question, perSecond }) => `${question} ${round(perSecond, 1)} at ${view}`)
      .join(', '),
  }
}

function sizeOf(name: string, usual: number): number {
  const given = Number(process.env[name] ?? usual)
  if (!Number.isSafeInteger(given) || given < 1) throw new Error(`${name} is no number: ${String(process.env[name])}`)
  return given
}

export const consoleBenches: readonly Bench[] = [{ name: 'console', run }]
