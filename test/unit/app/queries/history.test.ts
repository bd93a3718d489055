/** What happened: timelines, observations, and the spectrum over time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { observationEntry, timelineEntry } from '../../../../core/contract/nodes.ts'
import type { ConnectivityMode } from '../../../../core/fleet/node/node-record.ts'
import { formatHlc } from '../../../../core/kernel/hlc.ts'
import type { MasterId, NodeId } from '../../../../core/kernel/ids.ts'
import { createTestIsland, readPages, type TestIsland } from '../../../helpers/island.ts'

function sentences(island: TestIsland, node: NodeId): string[] {
  return island.queries.timeline({ nodeId: node, limit: 100 }).items.map(({ sentence }) => sentence)
}

const observation = { kind: 'tank', values: { level: 1 }, isAutonomous: false } as const

describe('a timeline', () => {
  it('[QY14] tells what was decided about a node and what it told of itself, newest first', async () => {
    using island = await createTestIsland()
    const operator = island.newId()
    island.decide('ibcf.operator.created.v1', operator, { name: 'Ada', role: 'authority', keyId: '', publicKey: '' })
    const node = island.makeNode({ name: 'pump', until: 'PENDING' })
    const joined = island.now()
    island.advance(1000)
    const lost = island.report(node, 'ibcf.connection.lost.v1', { since: joined, attempts: 3 })
    island.advance(1000)
    const cause = lost.event?.id
    const decided = island.decide(
      'ibcf.lifecycle.transitioned.v1',
      node,
      { from: 'ACTIVE', to: 'QUARANTINED', event: 'operator-quarantine', reason: 'Smoke', code: null },
      { actor: operator, ...(cause === undefined ? {} : { changes: { causation: cause } }) },
    )
    const page = island.queries.timeline({ nodeId: node, limit: 10 })
    expect(timelineEntry.array().parse(page.items)).toEqual([
      {
        eventId: decided.event?.id,
        track: 'phase',
        type: 'ibcf.lifecycle.transitioned.v1',
        from: 'ACTIVE',
        to: 'QUARANTINED',
        sentence: 'ACTIVE became QUARANTINED. Smoke.',
        time: island.now(),
        recordedAt: island.now(),
        isClockDoubtful: false,
        actorName: 'Ada',
        causeEventId: cause,
        originName: 'Harbour',
        originKind: 'master',
      },
      expect.objectContaining({
        track: 'node',
        sentence: 'It lost its master after 3 attempts and goes on alone.',
        originName: 'pump',
        originKind: 'node',
        actorName: null,
      }),
      expect.objectContaining({ track: 'act', sentence: '“pump” asked to join as EDGE.', time: joined, originKind: 'master' }),
    ])
    expect({ next: page.next, total: page.total }).toEqual({ next: null, total: 3 })
  })

  it('[QY14] leaves out observations, acceptances, other nodes and what has no effect', async () => {
    using island = await createTestIsland()
    const node = island.makeNode({ name: 'pump', until: 'PENDING' })
    const other = island.makeNode({ until: 'PENDING' })
    island.report(node, 'ibcf.observation.recorded.v1', observation)
    island.decide('ibcf.segment.accepted.v1', node, { log: 'x', from: 1, to: 1, head: 'x' })
    island.report(other, 'ibcf.alarm.raised.v1', { name: 'forged', severity: 'critical', detail: '' }, { subject: node as never })
    island.append(island.logOf(node, 'control'), {
      type: 'ibcf.connectivity.assessed.v1',
      data: {
        from: null,
        to: 'LIVE',
        event: 'x',
        reason: 'Says the node.',
        lastSeen: null,
        link: null,
        syncDebt: { seconds_behind: 0, backlog_messages: 0, replay_required: false },
      },
    })
    island.append(island.logOf(node, 'control'), { type: 'ibcf.alarm.raised.v1', data: { name: 'of another shape' } })
    expect(sentences(island, node)).toEqual(['“pump” asked to join as EDGE.'])
  })

  it('[QY43] as of an instant is what had been recorded by then', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    island.report(node, 'ibcf.alarm.raised.v1', { name: 'before', severity: 'notice', detail: '' })
    island.report(node, 'ibcf.observation.recorded.v1', observation)
    const asOf = island.now()
    const now = { nodeId: node, limit: 100 }
    const before = { timeline: island.queries.timeline(now).items, observations: island.queries.observations(now).items }
    island.advance(1000)
    island.report(node, 'ibcf.alarm.raised.v1', { name: 'after', severity: 'notice', detail: '' })
    const then = { ...now, asOf }
    expect(island.queries.timeline(then).items).toEqual(before.timeline)
    expect(island.queries.observations(then).items).toEqual(before.observations)
    expect(island.queries.timeline(now).items).toHaveLength(before.timeline.length + 1)
    const later = new Date(Date.parse(island.now()) + 1000).toISOString()
    expect(() => island.queries.timeline({ ...now, asOf: later })).toThrow(expect.objectContaining({ code: 'AS_OF_IN_FUTURE' }))
  })

  it('[QY14] [QY16] goes on in pages without gap or repetition, also when remembered', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    const alarm = (number: number): void =>
      void island.report(node, 'ibcf.alarm.raised.v1', { name: `a${number}`, severity: 'notice', detail: '' })
    for (let number = 0; number < 20; number++) {
      alarm(number)
      island.report(node, 'ibcf.observation.recorded.v1', observation)
    }
    const whole = island.queries.timeline({ nodeId: node, limit: 500 }).items.map(({ eventId }) => eventId)
    expect(whole).toHaveLength(24)
    const readAll = (limit: number): string[] =>
      readPages((cursor) => island.queries.timeline({ nodeId: node, limit, ...cursor })).map(({ eventId }) => eventId)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (limit) => {
        expect(readAll(limit)).toEqual(whole)
      }),
    )
    alarm(20)
    expect(island.queries.timeline({ nodeId: node, limit: 2 })).toMatchObject({
      items: [{ sentence: 'Alarm (notice): a20.' }, { sentence: 'Alarm (notice): a19.' }],
      total: 25,
    })
    expect(() => island.queries.timeline({ nodeId: node, limit: 2, cursor: '1.5' })).toThrow(
      expect.objectContaining({ code: 'CURSOR_MALFORMED' }),
    )
    expect(() => island.queries.timeline({ nodeId: island.newId(), limit: 2 })).toThrow(expect.objectContaining({ code: 'NODE_UNKNOWN' }))
  })

  it('[QY11] marks what a node with a wrong clock tells', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    island.report(node, 'ibcf.alarm.raised.v1', { name: 'late', severity: 'notice', detail: '' }, { time: '1970-01-01T00:00:00.000Z' })
    island.report(node, 'ibcf.alarm.raised.v1', { name: 'early', severity: 'notice', detail: '' }, { time: '2099-01-01T00:00:00.000Z' })
    const long = { hlc: formatHlc(Date.UTC(1970, 0, 1), 0), time: '1970-01-01T00:00:00.000Z' }
    island.report(node, 'ibcf.alarm.raised.v1', { name: 'late, by both clocks', severity: 'notice', detail: '' }, long)
    island.report(node, 'ibcf.alarm.raised.v1', { name: 'right', severity: 'notice', detail: '' })
    expect(island.queries.timeline({ nodeId: node, limit: 3 }).items.map(({ isClockDoubtful }) => isClockDoubtful)).toEqual([
      false,
      true,
      true,
    ])
  })

  it('[QY10] calls what it does not know by its id', async () => {
    using island = await createTestIsland()
    const stranger = island.newId() as unknown as MasterId
    const actor = island.newId()
    const node = island.makeNode({ until: 'PENDING' })
    island.decide('ibcf.key.revoked.v1', node, { keyId: '', cut: [], reason: 'Lost' }, { by: stranger, actor })
    expect(island.queries.timeline({ nodeId: node, limit: 1 }).items).toMatchObject([
      { track: 'act', originName: stranger, actorName: actor },
    ])
  })
})

describe('observations', () => {
  it('[QY14] are what a node recorded, newest first, each with its kind', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    island.report(node, 'ibcf.connection.lost.v1', { since: island.now(), attempts: 3 })
    island.advance(10)
    island.report(node, 'ibcf.decision.taken.v1', { policy: 'heat', decision: 'Fan on', basis: 'Hot', policyBundleId: null })
    island.report(node, 'ibcf.alarm.raised.v1', { name: 'Door', severity: 'critical', detail: '' })
    island.report(node, 'ibcf.health.changed.v1', { from: 'OK', to: 'DEGRADED', detail: '' })
    island.advance(10)
    island.report(node, 'ibcf.connection.regained.v1', { offlineSeconds: 1 })
    island.advance(10)
    island.report(node, 'ibcf.health.changed.v1', { from: 'DEGRADED', to: 'OK', detail: '' })
    island.report(node, 'ibcf.link.measured.v1', { link: { rtt_ms: 1, loss_pct: 0, bandwidth_kbps: 1 }, viaId: null, isAutonomous: false })
    island.snapshot(node, { configuration: {} })
    island.append(island.logOf(node, 'fact'), { type: 'ibcf.mood.changed.v1', data: { to: 'good' } })
    const last = island.report(node, 'ibcf.observation.recorded.v1', { ...observation, isAutonomous: true })
    const page = island.queries.observations({ nodeId: node, limit: 10 })
    expect(observationEntry.array().parse(page.items)[0]).toEqual({
      eventId: last.event?.id,
      kind: 'observation',
      type: 'ibcf.observation.recorded.v1',
      time: island.now(),
      recordedAt: island.now(),
      sentence: 'Observed tank: level 1.',
      data: { kind: 'tank', values: { level: 1 }, isAutonomous: true },
      isFromAutonomy: true,
    })
    expect(page.items.map(({ kind, isFromAutonomy }) => [kind, isFromAutonomy])).toEqual([
      ['observation', true],
      ['unknown', false],
      ['snapshot', false],
      ['link', false],
      ['health', false],
      ['health', true],
      ['alarm', true],
      ['decision', true],
    ])
    expect(page.items[1]?.sentence).toBe('This version does not know “ibcf.mood.changed.v1”; it is kept and has no effect.')
    expect({ next: page.next, total: page.total }).toEqual({ next: null, total: 8 })
  })

  it('[QY14] go on in pages among much that is none', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    const other = island.makeNode()
    for (let number = 0; number < 30; number++) {
      island.report(node, 'ibcf.observation.recorded.v1', { ...observation, values: { number } })
      island.assess(node, number % 2 === 0 ? 'LIVE' : 'DELAYED')
      island.report(other, 'ibcf.observation.recorded.v1', observation, { subject: node as never })
    }
    const found = readPages((cursor) => island.queries.observations({ nodeId: node, limit: 7, ...cursor })).map(
      ({ data }) => data['values'],
    )
    expect(island.queries.observations({ nodeId: node, limit: 7 }).total).toBe(30)
    expect(found).toEqual(Array.from({ length: 30 }, (_, number) => ({ number: 29 - number })))
  })
})

describe('the spectrum over time', () => {
  const interval = 300_000
  const modes = (live: number, alone: number) =>
    ({ LIVE: live, DELAYED: 0, EDGE_CACHED: 0, AUTONOMOUS: alone, DISCONNECTED: 0, RETURNING: 0, REPLAYING: 0 }) satisfies Record<
      ConnectivityMode,
      number
    >
  const digest = (island: TestIsland, domainId: string, live: number, alone: number, by: MasterId = island.masterId): void => {
    const from = new Date(island.ports.clock.now() - interval).toISOString()
    island.decide(
      'ibcf.presence.digested.v1',
      domainId,
      { from, to: island.now(), modes: modes(live, alone), backlogMessages: alone * 10, worstSecondsBehind: alone, contacts: 1 },
      { by, domain: domainId },
    )
  }

  it('[QY12] adds up the digests of all domains, with the present as the last point', async () => {
    using island = await createTestIsland()
    const cell = island.makeDomain('Cell')
    const instants: string[] = []
    for (let point = 1; point <= 3; point++) {
      island.advance(interval)
      instants.push(island.now())
      digest(island, island.rootId, point, 0)
      digest(island, cell, 1, point)
    }
    const node = island.makeNode({ domainId: cell })
    island.assess(node, 'LIVE')
    island.advance(1000)
    expect(island.queries.overview().spectrum).toEqual([
      { at: instants[0], modes: modes(2, 1) },
      { at: instants[1], modes: modes(3, 2) },
      { at: instants[2], modes: modes(4, 3) },
      { at: island.now(), modes: modes(1, 0) },
    ])
    expect(
      island.queries
        .domain(cell)
        .spectrum.slice(0, 2)
        .map((point) => point.modes),
    ).toEqual([modes(1, 1), modes(1, 2)])
    expect(island.queries.domain(cell).debt).toEqual([
      { at: instants[0], backlogMessages: 10, worstSecondsBehind: 1 },
      { at: instants[1], backlogMessages: 20, worstSecondsBehind: 2 },
      { at: instants[2], backlogMessages: 30, worstSecondsBehind: 3 },
      { at: island.now(), backlogMessages: 0, worstSecondsBehind: 0 },
    ])
  })

  it('[QY12] lets a digest stand until twice its interval has passed, and no longer', async () => {
    using island = await createTestIsland()
    const [one, two] = [island.makeDomain('One'), island.makeDomain('Two')]
    digest(island, one, 5, 0)
    for (let point = 0; point < 4; point++) {
      island.advance(interval)
      digest(island, two, 1, 0)
    }
    island.advance(1)
    expect(island.queries.overview().spectrum.map((point) => point.modes.LIVE)).toEqual([5, 6, 6, 1, 1, 0])
  })

  it('[QY12] [QY16] keeps the newest 288 instants, read at once or as they come', async () => {
    using island = await createTestIsland()
    for (let point = 0; point < 300; point++) {
      island.advance(interval)
      digest(island, island.rootId, point, 0)
      if (point % 100 === 0) island.queries.overview()
    }
    island.advance(1)
    const { spectrum } = island.queries.overview()
    expect(spectrum).toHaveLength(289)
    expect(spectrum[0]?.modes.LIVE).toBe(12)
    expect(spectrum.at(-2)?.modes.LIVE).toBe(299)
  })

  it('[QY12] shows the present once, also at the instant of a digest', async () => {
    using island = await createTestIsland()
    island.advance(interval)
    digest(island, island.rootId, 7, 0)
    expect(island.queries.overview().spectrum).toEqual([{ at: island.now(), modes: modes(0, 0) }])
  })

  it('[QY12] takes no digest from a node, also not from one that calls itself as the domain is called', async () => {
    using island = await createTestIsland()
    const data = { from: island.now(), to: island.now(), modes: modes(99, 0), backlogMessages: 0, worstSecondsBehind: 0, contacts: 0 }
    const forged = { type: 'ibcf.presence.digested.v1', subject: island.rootId as never, data }
    for (const liar of [island.makeNode(), island.rootId as string as NodeId]) island.append(island.logOf(liar, 'bulk'), forged)
    island.advance(1)
    expect(island.queries.overview().spectrum).toHaveLength(1)
  })
})
