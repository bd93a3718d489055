/** Figures, the inbox and lists that are kept by what changed, against the same found by looking at every node. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ShownAs, showItem } from '../../../../core/fleet/attention/handling.ts'
import { scoreNode } from '../../../../core/fleet/attention/score.ts'
import { connectivityModes, healths } from '../../../../core/fleet/node/node-record.ts'
import type { EventId, NodeId } from '../../../../core/kernel/ids.ts'
import { weightsFor } from '../../../../core/app/queries/attention-weights.ts'
import { desiredPolicies } from '../../../../core/app/queries/desired-policy.ts'
import { driftOf, reportedVersion } from '../../../../core/app/queries/drift-of-node.ts'
import { lineOf, noSums, type Sums } from '../../../../core/app/queries/health-line.ts'
import type { NodeFilter } from '../../../../core/app/queries/node-list.ts'
import { isUnheard, type NodeView, readNodeViews, shownMode } from '../../../../core/app/queries/node-view.ts'
import { createTestIsland, readPages, type TestIsland } from '../../../helpers/island.ts'

type Fleet = {
  readonly island: TestIsland
  readonly domains: readonly string[]
  readonly nodes: NodeId[]
  readonly policies: readonly string[]
}

const configurations = [{ rate: 1 }, { rate: 2 }, { rate: 1, extra: true }]
const versions = ['1.0.0', '2.0.0']

/** Everything that can happen to a fleet, by three numbers. */
const happenings: readonly ((fleet: Fleet, node: NodeId, pick: number) => void)[] = [
  ({ island }, node, pick) =>
    void island.assess(node, connectivityModes[pick % connectivityModes.length] ?? 'LIVE', {
      syncDebt: { seconds_behind: 0, backlog_messages: (pick * 37) % 5000, replay_required: false },
    }),
  ({ island }, node, pick) =>
    island.heard(node, { health: healths[pick % 4] ?? 'OK', version: versions[pick % 2] ?? '', backlogMessages: pick % 7 }),
  ({ island }, node, pick) =>
    void island.report(node, 'ibcf.health.changed.v1', { from: 'UNKNOWN', to: healths[pick % 4] ?? 'OK', detail: '' }),
  ({ island }, node, pick) =>
    void island.snapshot(node, { configuration: configurations[pick % 3], software: { version: versions[pick % 2] } }),
  ({ island }, node, pick) =>
    void island.movePhase(
      node,
      (['ACTIVE', 'QUARANTINED', 'DEGRADED', 'QUARANTINED', 'RETIRED'] as const)[pick % 5] ?? 'ACTIVE',
      ['operator-quarantine', 'drift-violation', 'trust-lost'][pick % 3] ?? '',
    ),
  ({ island, policies, domains }, _node, pick) => void island.assign(policies[pick % 2] ?? '', domains[pick % domains.length]),
  ({ island }, _node, pick) => island.advance(1 + ((pick * 7919) % 900_000)),
  ({ island, domains, nodes }, _node, pick) => nodes.push(makeNode(island, domains, nodes.length, pick)),
  // A part that is announced before it is held.
  ({ island }, node, pick) =>
    void island.report(node, 'ibcf.snapshot.taken.v1', {
      parts: [{ name: 'configuration', digest: (pick % 10).toString(16).repeat(64), sizeBytes: 2 }],
      isAutonomous: false,
    }),
  ({ island }, _node) => void island.queries.overview(),
  // Selections tell the nodes of a domain apart.
  ({ island, policies, domains, nodes }, node, pick) => {
    const domain = domains[pick % domains.length] ?? ''
    const selectors = [{ tagsAll: ['tag-1'] }, { kinds: ['RELAY' as const] }, { nodeIds: [node, nodes[pick % nodes.length] ?? node] }]
    const data = { assignmentId: island.newId(), policyBundleId: policies[pick % 3] ?? '', selector: selectors[pick % 3] ?? {}, reason: '' }
    island.decide('ibcf.policy.targeted.v1', domain, data, { domain })
  },
  ({ island, domains }, _node, pick) => {
    const domain = domains[pick % domains.length] ?? ''
    const last = island.model.assignments(domain)?.assignments.at(-1)
    if (last !== undefined) island.decide('ibcf.policy.withdrawn.v1', domain, { assignmentId: last.assignmentId, reason: '' }, { domain })
  },
  ({ island, domains }, node, pick) => {
    const subject = pick % 2 === 0 ? node : (domains[pick % domains.length] ?? '')
    const until = new Date(island.ports.clock.now() + ((pick * 7919) % 900_000)).toISOString()
    const domain = subject === node ? (island.model.lifecycle(node)?.domainId ?? '') : subject
    const path = pick % 3 === 0 ? '/configuration' : '/configuration/rate'
    island.decide('ibcf.waiver.granted.v1', subject, { waiverId: island.newId(), path, until, reason: '' }, { domain })
  },
  // It matters only where there is a snapshot to hold it against.
  ({ island, policies }, node, pick) => {
    island.assess(node, 'LIVE')
    island.snapshot(node, { configuration: configurations[pick % 3], software: { version: versions[pick % 2] } })
    const decision = pick % 4 === 0 ? 'end cool' : 'cool'
    const data = { policy: '', decision, basis: '', policyBundleId: policies[2] ?? null, path: '/configuration/rate' }
    island.report(node, 'ibcf.decision.taken.v1', data)
  },
  weighs,
  ({ island }, node, pick) => {
    const domain = island.model.lifecycle(node)?.domainId ?? ''
    const item = ['health', 'quarantined', 'drift', 'stale', 'sync-debt'][pick % 5] ?? ''
    const score = pick % 100
    if (pick % 3 === 0) island.decide('ibcf.attention.resolved.v1', node, { item, score, reason: '' }, { domain })
    else island.decide('ibcf.attention.acknowledged.v1', node, { item, score, note: '' }, { domain })
  },
]

function weighs({ island, domains }: Fleet, _node: NodeId, pick: number): void {
  const domain = domains[pick % domains.length] ?? ''
  const sets = [{}, { drift: 100 }, { healthFailed: 3, backlog: 60 }, { overBudget: 90 }]
  island.decide('ibcf.attention.weighted.v1', domain, { weights: sets[pick % 4] ?? {} }, { domain })
}

function makeNode(island: TestIsland, domains: readonly string[], number: number, pick: number): NodeId {
  return island.makeNode({
    name: `Node ${(number * 7) % 5} ${number}`,
    kind: pick % 4 === 0 ? 'RELAY' : 'EDGE',
    tags: [`tag-${pick % 3}`],
    domainId: domains[pick % domains.length] ?? '',
    contactEverySeconds: [10, 60, 3600][pick % 3] ?? 60,
    autonomyBudgetSeconds: [0, 600, 86_400][pick % 3] ?? 0,
  })
}

/** `isPlain`: nothing is weighed in its own way. */
async function createFleet(size: number, isPlain = false): Promise<Fleet> {
  const island = await createTestIsland()
  const region = island.makeDomain('Region')
  const domains = [region, island.makeDomain('Cell', region), island.makeDomain('Yard'), island.rootId]
  const policies = [
    island.makePolicy('base', { targetVersion: '2.0.0', configuration: { rate: 1 } }),
    island.makePolicy('other', { targetVersion: '1.0.0', configuration: { rate: 2, more: 1 } }),
    island.newId<EventId>(),
  ]
  island.decide('ibcf.policy.published.v1', policies[2] ?? '', {
    name: 'lenient',
    version: '1.0.0',
    targetVersion: '2.0.0',
    configuration: { rate: 3 },
    constraints: { maintenance_window: '', requires_online: false, min_battery_pct: 0 },
    comparators: [{ path: '/software/version', comparator: { kind: 'ignore' }, weight: 1 }],
    delegatedPaths: ['/configuration'],
    ...(isPlain ? {} : { attentionWeights: { drift: 70 } }),
  })
  island.assign(policies[0] ?? '', island.rootId)
  island.assign(policies[2] ?? '', domains[1])
  const nodes: NodeId[] = []
  for (let number = 0; number < size; number++) nodes.push(makeNode(island, domains, number, number * 5 + 1))
  return { island, domains, nodes, policies }
}

type Extent = {
  readonly numRuns: number
  readonly nodes?: number
  readonly among?: typeof happenings
  readonly isSpread?: boolean
  readonly isPlain?: boolean
}

async function afterAll(
  check: (fleet: Fleet) => void,
  { numRuns, nodes = 12, among = happenings, isSpread = false, isPlain = false }: Extent,
): Promise<void> {
  const steps = fc.array(fc.tuple(fc.nat(among.length - 1), fc.nat(1000), fc.nat(1000)), { minLength: 5, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const fleet = await createFleet(nodes, isPlain)
      using _island = fleet.island
      if (isSpread) for (const [number, node] of fleet.nodes.entries()) spread(fleet, node, number)
      for (const [what, which, pick] of taken) {
        among[what]?.(fleet, fleet.nodes[which % fleet.nodes.length] as NodeId, pick)
        if (pick % 4 === 0) check(fleet)
      }
      check(fleet)
    }),
    { numRuns },
  )
}

/** Of these nodes, one by one. */
function addedUp({ island: { model } }: Fleet, views: readonly NodeView[]): Sums {
  const sums = noSums()
  const desiredIn = desiredPolicies(model)
  for (const view of views) {
    sums.nodes += 1
    sums.modes[shownMode(view)] += 1
    sums.phases[view.phase] += 1
    sums.healths[view.health] += 1
    sums.backlogMessages += view.backlogMessages
    sums.worstSecondsBehind = Math.max(sums.worstSecondsBehind, view.secondsBehind)
    const { score } = driftOf(model, view, desiredIn(view.domainId).of(view))
    if (score !== null) {
      sums.driftTotal += score
      sums.driftKnown += 1
    }
    if (view.lastSeenMs === null) continue
    sums.oldestMs = Math.min(sums.oldestMs ?? view.lastSeenMs, view.lastSeenMs)
    sums.newestMs = Math.max(sums.newestMs ?? view.lastSeenMs, view.lastSeenMs)
  }
  return sums
}

function rounded<Line extends { readonly driftScore: number | null }>(line: Line): Line {
  return { ...line, driftScore: line.driftScore === null ? null : Math.round(line.driftScore * 1e9) / 1e9 }
}

describe('the figures of a fleet', () => {
  it('[QY13] [QY16] [QY20] are those of every node, whatever happened and whenever they were asked for', async () => {
    await afterAll(
      (fleet) => {
        const { island } = fleet
        const views = readNodeViews(island.model, { kind: 'fleet' })
        const overview = island.queries.overview()
        expect(rounded(overview.line)).toEqual(rounded(lineOf(addedUp(fleet, views))))
        for (const row of overview.domains) {
          expect(rounded(row.own)).toEqual(
            rounded(
              lineOf(
                addedUp(
                  fleet,
                  views.filter(({ domainId }) => domainId === row.id),
                ),
              ),
            ),
          )
          const { own, subtree: all } = island.queries.domain(row.id).row
          expect({ own, all }).toEqual({ own: row.own, all: row.subtree })
        }
        const desiredIn = desiredPolicies(island.model)
        for (const line of overview.policies) {
          const under = views.filter((view) => desiredIn(view.domainId).of(view)?.policyBundleId === line.id)
          const reported = under.map((view) => reportedVersion(island.model, view))
          expect(line).toMatchObject({
            nodes: under.length,
            onTarget: reported.filter((version) => version === line.targetVersion).length,
            unknown: reported.filter((version) => version === undefined).length,
          })
        }
      },
      { numRuns: 40 },
    )
  }, 120_000)
})

describe('the inbox', () => {
  it('[AT3] [QY21] holds the twenty that score highest among all', async () => {
    await afterAll(holdsTheWorst, { numRuns: 40 })
  }, 120_000)

  it('[AT3] [QY21] holds them of more than are kept, whoever gets better or worse', async () => {
    // Nothing that has everybody be looked at again.
    await afterAll(holdsTheWorst, { numRuns: 8, nodes: 150, among: [...happenings.slice(0, 5), recovers, recovers, soon], isSpread: true })
  }, 120_000)

  it('[AT9] goes on by pages to its end, where nothing is weighed in its own way', async () => {
    const among = happenings.filter((happening) => happening !== weighs)
    await afterAll(holdsTheWorst, { numRuns: 25, among, isPlain: true })
    await afterAll(holdsTheWorst, { numRuns: 4, nodes: 100, among: [...among, soon], isSpread: true, isPlain: true })
  }, 120_000)

  it('[AT9] counts silence in every page to the instant of the first', async () => {
    const { island, nodes } = await createFleet(60, true)
    using _ = island
    for (const [number, node] of nodes.entries()) spread({ island, domains: [], nodes, policies: [] }, node, number)
    const whole = island.queries.attentionPage({ limit: 200 }).items
    const first = island.queries.attentionPage({ limit: 10 })
    expect(first.next).not.toBeNull()
    island.advance(3_600_000)
    const rest = readPages((cursor) => island.queries.attentionPage({ limit: 10, cursor: first.next ?? '', ...cursor }))
    expect([...first.items, ...rest].map(({ nodeId, score }) => ({ nodeId, score }))).toEqual(
      whole.map(({ nodeId, score }) => ({ nodeId, score })),
    )
    expect(island.queries.attentionPage({ limit: 200 }).items.map(({ score }) => score)).not.toEqual(whole.map(({ score }) => score))
    const ahead = String(island.ports.clock.now() + 1)
    for (const cursor of ['nobody', first.next?.replace(/^[0-9]+/, ahead) ?? '', '1~shut~5~~'])
      expect(() => island.queries.attentionPage({ cursor })).toThrow(expect.objectContaining({ code: 'CURSOR_MALFORMED' }))
  })

  it('[AT9] goes on where it stopped looking for the few that a filter lets through', async () => {
    using island = await createTestIsland()
    for (let number = 0; number < 5200; number++)
      island.assess(island.makeNode({ name: `n ${number}`, tags: number >= 5198 ? ['rare'] : [] }), 'DISCONNECTED')
    const first = island.queries.attentionPage({ anyTags: ['rare'] })
    expect(first).toMatchObject({ items: [], isComplete: false })
    const second = island.queries.attentionPage({ anyTags: ['rare'], cursor: first.next ?? '' })
    expect(second).toMatchObject({ items: [{}, {}], isComplete: true, next: null })
  }, 120_000)
})

function soon({ island }: Fleet, _node: NodeId, pick: number): void {
  island.advance(1 + 40 * pick)
}

/** A third of all. */
function recovers({ island, nodes }: Fleet, _node: NodeId, pick: number): void {
  for (const [number, node] of nodes.entries()) {
    if (number % 3 !== pick % 3) continue
    island.movePhase(node, 'ACTIVE', 'recovered')
    island.assess(node, 'LIVE')
  }
}

/** So that nearly all of them score something, and few the same. */
function spread({ island }: Fleet, node: NodeId, number: number): void {
  island.assess(node, number % 3 === 0 ? 'AUTONOMOUS' : 'DISCONNECTED', {
    syncDebt: { seconds_behind: 0, backlog_messages: 3 ** (number % 9), replay_required: false },
  })
  if (number % 4 === 0) island.movePhase(node, 'QUARANTINED', ['operator-quarantine', 'drift-violation', 'trust-lost'][number % 3] ?? '')
  if (number % 50 === 0) island.advance(120_000)
}

function holdsTheWorst(fleet: Fleet): void {
  const { island } = fleet
  const { model } = island
  const desiredIn = desiredPolicies(model)
  const all = island.queries.attentionPage({ limit: 200 }).items
  const scored = readNodeViews(model, { kind: 'fleet' }).flatMap((view) => {
    const desired = desiredIn(view.domainId).of(view)
    const standing = {
      quarantineEvent: view.phase === 'QUARANTINED' ? view.phaseEvent : null,
      health: view.health,
      isDisconnected: view.mode === 'DISCONNECTED',
      isNeverHeard: view.mode === null,
      isOutOfContact: isUnheard(view) && view.mode !== null,
      secondsBehind: view.secondsBehind,
      autonomyBudgetSeconds: view.autonomyBudgetSeconds,
      backlogMessages: view.backlogMessages,
      evidence: 0,
      drift: driftOf(model, view, desired).score,
    }
    const attention = scoreNode(standing, weightsFor(model, view.domainId, desired))
    const since = String(model.reader.get('SELECT since FROM node_standings WHERE subject = ?', view.id)?.['since'] ?? '')
    if (attention === undefined) return []
    const began = all.find(({ nodeId }) => nodeId === view.id)?.since ?? null
    const care = model.cares(view.id)?.[attention.kind]
    const present = { score: attention.score, sinceMs: began === null ? 0 : Date.parse(began) }
    const { shownAs } = showItem(care, present, model.ports.clock.now())
    return [{ id: view.id as string, domainId: view.domainId, score: attention.score, since, shownAs }]
  })
  scored.sort((a, b) => b.score - a.score || compare(a.since, b.since) || compare(a.id, b.id))
  const expected = shown(scored).map(({ id, score }) => ({ id, score }))
  expect(island.queries.attention().map(({ nodeId, score }) => ({ id: nodeId, score }))).toEqual(expected)
  for (const limit of scored.length > 30 ? [20] : [1, 7]) expect(pages(island, limit)).toEqual(inPages(scored))
  for (const row of island.queries.domains().items) {
    const below = new Set(subtree(island, row.id))
    const here = shown(scored.filter(({ domainId }) => below.has(domainId)))
    expect(island.queries.domain(row.id).attention.map(({ nodeId }) => nodeId)).toEqual(here.map(({ id }) => id))
    expect(pages(island, 25, row.id)).toEqual(inPages(scored.filter(({ domainId }) => below.has(domainId))))
  }
}

/** The whole queue. */
function pages(island: TestIsland, limit: number, domainId?: string): readonly (string | null)[] {
  const scope = domainId === undefined ? {} : { domainId }
  return readPages((cursor) => island.queries.attentionPage({ limit, ...scope, ...cursor })).map(({ nodeId }) => nodeId)
}

function inPages<Item extends { readonly id: string; readonly shownAs: ShownAs }>(sorted: readonly Item[]): readonly string[] {
  const rank = ({ shownAs }: Item): number => ['open', 'acknowledged', 'snoozed', 'resolved'].indexOf(shownAs)
  return sorted.toSorted((a, b) => rank(a) - rank(b)).map(({ id }) => id)
}

/** Of those in order: twenty that are open, then twenty that somebody is at. */
function shown<Item extends { readonly shownAs: ShownAs }>(sorted: readonly Item[]): Item[] {
  const rank = ({ shownAs }: Item): number => ['open', 'acknowledged', 'snoozed', 'resolved'].indexOf(shownAs)
  const handled = sorted.filter(({ shownAs }) => shownAs !== 'open').slice(0, 20)
  return [...sorted.filter(({ shownAs }) => shownAs === 'open').slice(0, 20), ...handled.toSorted((a, b) => rank(a) - rank(b))]
}

describe('a list of nodes', () => {
  const filters: readonly NodeFilter[] = [
    {},
    { modes: ['DISCONNECTED', 'LIVE'] },
    { healths: ['FAILED', 'DEGRADED'] },
    { healths: ['OK'], kinds: ['EDGE'] },
    { phases: ['QUARANTINED'] },
    { tags: ['tag-1'], kinds: ['EDGE'] },
    { text: 'node 3' },
    { text: 'ä' },
  ]

  it('[QY9] [QY19] is what looking at every node gives, page by page', async () => {
    await afterAll(
      (fleet) => {
        const { island, domains } = fleet
        const all = readNodeViews(island.model, { kind: 'fleet' }).sort(
          (a, b) => rank(a) - rank(b) || compare(a.name, b.name) || compare(a.id, b.id),
        )
        for (const filter of [...filters, { domainId: domains[0] ?? '' }, { domainId: domains[0] ?? '', modes: ['LIVE' as const] }]) {
          const below = filter.domainId === undefined ? undefined : new Set(subtree(island, filter.domainId))
          const expected = all.filter((view) => fits(filter, view) && (below?.has(view.domainId) ?? true)).map(({ id }) => id as string)
          const page = island.queries.nodes({ ...filter, limit: 500 })
          expect({ filter, ids: page.items.map(({ id }) => id), total: page.total }).toEqual({
            filter,
            ids: expected,
            total: expected.length,
          })
          expect(readPages((cursor) => island.queries.nodes({ ...filter, limit: 3, ...cursor })).map(({ id }) => id)).toEqual(expected)
        }
      },
      { numRuns: 25 },
    )
  }, 120_000)
})

function fits(filter: NodeFilter, view: NodeView): boolean {
  if (filter.modes?.includes(shownMode(view)) === false || filter.healths?.includes(view.health) === false) return false
  if (filter.phases?.includes(view.phase) === false || filter.kinds?.includes(view.kind) === false) return false
  return (filter.tags?.every((tag) => view.tags.includes(tag)) ?? true) && view.name.toLowerCase().includes(filter.text ?? '')
}

function rank(view: NodeView): number {
  if (view.phase === 'QUARANTINED') return 0
  const order = ['DISCONNECTED', 'AUTONOMOUS', 'RETURNING', 'REPLAYING', 'EDGE_CACHED', 'DELAYED', 'LIVE']
  return view.health === 'FAILED' ? 1 : 2 + order.indexOf(shownMode(view))
}

function subtree(island: TestIsland, domainId: string): readonly string[] {
  const items = island.queries.domains().items
  const found = new Set([domainId])
  for (const { id, parentId } of items) if (parentId !== null && found.has(parentId)) found.add(id)
  return [...found]
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
