/**
 * The questions a console asks most, over a large fleet. Before every question something happens, as it does while people watch: a node
 * is assessed again, so that nothing can be answered from what was worked out for the question before.
 */
import { openStore } from '../../core/store/open.ts'
import { appendEvents } from '../../core/store/append-events.ts'
import { createPorts } from '../../core/platform/ports.ts'
import { createPresence } from '../../core/ingest/presence.ts'
import { createReadModel, type ReadModel } from '../../core/app/read-model.ts'
import { createQueries, type Queries } from '../../core/app/queries/queries.ts'
import { nothingRefused, openEngine } from './fleet-model.ts'
import { formatHlc } from '../../core/kernel/hlc.ts'
import { createUlidSource, type EventId } from '../../core/kernel/ids.ts'
import type { Ports } from '../../core/kernel/ports.ts'
import type { EventEnvelope } from '../../core/kernel/event.ts'
import type { LogId } from '../../core/log/log-id.ts'
import { type Bench, type BenchLine, type BenchOptions, round } from './bench.ts'
import { domainsFor, makeFleet, type MadeFleet } from './fleet.ts'

const calls = 200

/** What a question that takes too long is made of. */
const costs =
  'The inbox is most of a summary: many nodes score the capped 100, and each group that can hold one is looked at for who waited longest. ' +
  'A domain page also reads the rows of up to 400 drawn nodes and of what was measured over up to 100 relays; a region is merged from its domains. Pages of the file that are not in memory come on top.'

type Question = {
  readonly name: string
  readonly budgetMs: number
  readonly ask: (queries: Queries, turn: number) => unknown
}

async function query({ nodes }: BenchOptions): Promise<readonly BenchLine[]> {
  const fleet = await makeFleet({ nodes, domains: domainsFor(nodes), events: nodes * 6 })
  const ports = createPorts('bench', 'error')
  using store = await openStore({ directory: fleet.directory, mode: 'read-write', role: 'master', ports })
  const engine = openEngine(store, ports)
  const model = createReadModel(
    {
      reader: store.reader,
      ports,
      presence: createPresence(),
      masterId: fleet.masterId,
      level: 'REGION',
      rootDomainId: fleet.rootDomainId,
      startedAtMs: ports.clock.now(),
      refusals: nothingRefused,
      // As where it is served: the six words are found beside the queries.
      keptFingerprint: () => undefined,
    },
    engine,
  )
  const queries = createQueries(model)
  const happen = happening(ports, model, fleet, (log, event) =>
    store.transact((writer) => engine.project(writer, appendEvents(writer, log, [event], ports.clock.now()))),
  )
  return questions(fleet).map((question) => lineOf(question, queries, happen, nodes))
}

function questions({ domainIds }: MadeFleet): readonly Question[] {
  const domain = (turn: number): string => domainIds[1 + ((turn * 7) % (domainIds.length - 1))] ?? ''
  return [
    { name: 'query: global summary', budgetMs: 2, ask: (queries) => queries.overview() },
    { name: 'query: domain summary', budgetMs: 5, ask: (queries, turn) => queries.domain(domain(turn)) },
    { name: 'query: top-N attention', budgetMs: 1, ask: (queries) => queries.attention() },
    {
      name: 'query: filtered page',
      budgetMs: 10,
      ask: (queries, turn) => {
        const page = queries.nodes({ domainId: domain(turn), kinds: ['EDGE'], modes: ['LIVE', 'DELAYED', 'DISCONNECTED'], limit: 100 })
        return page.next === null
          ? page
          : queries.nodes({
              domainId: domain(turn),
              kinds: ['EDGE'],
              modes: ['LIVE', 'DELAYED', 'DISCONNECTED'],
              limit: 100,
              cursor: page.next,
            })
      },
    },
    {
      name: 'query: facets of a domain',
      budgetMs: 10,
      ask: (queries, turn) =>
        queries.facets({ domainId: domain(turn), of: ['mode', 'phase', 'health', 'kind', 'domain'], modes: ['LIVE'] }),
    },
  ]
}

function lineOf({ name, budgetMs, ask }: Question, queries: Queries, happen: (turn: number) => void, nodes: number): BenchLine {
  const coldMs = timed(() => ask(queries, 0))
  const took = Array.from({ length: nodes >= 100_000 && coldMs > 500 ? 20 : calls }, (_, turn) => {
    happen(turn)
    return timed(() => ask(queries, turn))
  }).sort((a, b) => a - b)
  const p95 = took[Math.floor(took.length * 0.95)] ?? Number.NaN
  const middle = took[Math.floor(took.length / 2)] ?? Number.NaN
  return {
    bench: name,
    value: round(p95, 2),
    unit: 'ms (p95)',
    against: `budget ${budgetMs} ms at ${nodes} nodes; first ${round(coldMs, 1)} ms, median ${round(middle, 2)} ms of ${took.length}, a node assessed before each`,
    ratio: round(budgetMs / p95, 2),
    goal: '>= 1',
    ...(p95 > budgetMs ? { note: `${round(p95 - budgetMs, 2)} ms over. ${costs}` } : {}),
  }
}

function timed(act: () => unknown): number {
  const began = performance.now()
  act()
  return performance.now() - began
}

/** One more assessment of a node, in turn all over the fleet. */
function happening(
  ports: Ports,
  model: ReadModel,
  fleet: MadeFleet,
  write: (log: LogId, event: EventEnvelope) => void,
): (turn: number) => void {
  const nextId = createUlidSource(model.ports.clock, ports.random)
  const incarnation = nextId()
  const subjects = model.reader.all<{ subject: string; domain: string }>(
    `SELECT subject, domain FROM lifecycle_nodes WHERE phase = 'ACTIVE' LIMIT 5000`,
  )
  return (turn) => {
    const { subject, domain } = subjects[(turn * 37) % subjects.length] ?? { subject: '', domain: '' }
    const at = model.ports.clock.now()
    write({ origin: fleet.masterId, incarnation, lane: 'control', domain } as LogId, {
      specversion: '1.0',
      id: nextId<EventId>(),
      type: 'ibcf.connectivity.assessed.v1',
      source: `urn:ibcf:master:${fleet.masterId}`,
      subject: subject as EventEnvelope['subject'],
      time: new Date(at).toISOString(),
      hlc: formatHlc(at, turn & 0xffff),
      domain: domain as NonNullable<EventEnvelope['domain']>,
      epoch: 1,
      placement: 0,
      data: {
        from: 'LIVE',
        to: turn % 2 === 0 ? 'DELAYED' : 'LIVE',
        event: 'assessed',
        reason: 'Heard.',
        lastSeen: new Date(at).toISOString(),
        link: null,
        syncDebt: { seconds_behind: 0, backlog_messages: 0, replay_required: false },
      },
    })
  }
}

export const queryBenches: readonly Bench[] = [{ name: 'query', run: query }]
