/** What events are worth to the projections: kept without effect, rebuilt, undone. */
import { describe, expect, it } from 'vitest'
import { createProjectionEngine } from '../../../core/app/projecting/engine.ts'
import type { DecisionData } from '../../../core/fleet/decisions.ts'
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { formatHlc } from '../../../core/kernel/hlc.ts'
import type { NodeId } from '../../../core/kernel/ids.ts'
import { projections } from '../../../core/projections/all.ts'
import { acceptSegment } from '../../../core/store/accept-segment.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { putKey } from '../../../core/store/keys.ts'
import { countProbe } from '../../helpers/projections/probe.ts'
import { encoded, segmentBetween, testEvent, testOrigin, ulidOf, verified } from '../../helpers/log/origin.ts'
import { createTestIsland, type TestIsland } from '../../helpers/island.ts'

const health = { from: 'OK', to: 'FAILED', detail: 'Smoke.' } as const

function hashOf({ engine, store }: TestIsland): string {
  return engine.stateHash(store.reader)
}

describe('the effect of events', () => {
  it('[PJ4] gives what a node says of another node no effect', async () => {
    using island = await createTestIsland()
    const [one, other] = [island.makeNode(), island.makeNode()]
    const before = hashOf(island)
    island.report(one, 'ibcf.health.changed.v1', health, { subject: other as never })
    expect(hashOf(island)).toBe(before)
    expect(island.model.actual(other)).toBeUndefined()
  })

  it('[PJ4] gives what a node says in the words of a master no effect on what masters decided', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    island.append(island.logOf(node, 'control'), {
      type: 'ibcf.lifecycle.transitioned.v1',
      data: { from: 'ACTIVE', to: 'RETIRED', event: 'any', reason: 'I say so.', code: null },
    })
    island.append(island.logOf(node, 'control'), {
      type: 'ibcf.domain.renamed.v1',
      subject: island.rootId as never,
      epoch: 9,
      data: { name: 'Mine' },
    })
    expect(island.model.lifecycle(node)?.phase).toBe('ACTIVE')
    expect(island.model.domain(island.rootId)?.name).toBe('Island')
  })

  it('[PJ4] gives data of another shape and types of tomorrow no effect, and keeps them', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    const before = hashOf(island)
    island.append(island.logOf(node, 'fact'), { type: 'ibcf.health.changed.v1', data: { to: 'SPLENDID' } })
    island.append(island.logOf(node, 'fact'), { type: 'ibcf.mood.changed.v1', data: { to: 'OK' } })
    expect(hashOf(island)).toBe(before)
    expect(island.queries.observations({ nodeId: node, limit: 10 }).items.map(({ kind }) => kind)).toEqual(['unknown', 'unknown'])
  })

  it('[PJ4] [FK3] gives a telling that was accepted after another no effect, on the state and on every page', async () => {
    using island = await createTestIsland()
    const of = testOrigin(1)
    const node = of.origin
    const healthSegment = (to: 'DEGRADED' | 'FAILED'): Uint8Array => {
      const event = testEvent(of, 1, {})
      return segmentBetween(of, [encoded({ ...event, type: 'ibcf.health.changed.v1', data: { ...health, to } })], 1, 1)
    }
    island.decide('ibcf.enrolment.requested.v1', node, requestOf(of.keyId))
    island.store.transact((writer) => putKey(writer, { keyId: of.keyId, origin: node, publicKey: of.keyPair.publicKey }, 0))
    const kinds = (['DEGRADED', 'FAILED'] as const).map((to) => {
      const segment = verified(healthSegment(to))
      const kind = island.store.transact((writer) => {
        const outcome = acceptSegment(writer, segment, 0)
        if (outcome.kind === 'stored' || outcome.kind === 'forked') island.engine.project(writer, outcome.events)
        return outcome.kind
      })
      const { log, from, to: last, head } = segment.header
      island.decide('ibcf.segment.accepted.v1', node, { log, from, to: last, head })
      return kind
    })
    expect(kinds).toEqual(['stored', 'forked'])
    expect(island.model.actual(node)?.health).toBe('DEGRADED')
    expect(island.queries.observations({ nodeId: node, limit: 10 })).toMatchObject({ items: [{ data: { to: 'DEGRADED' } }], total: 1 })
    expect(island.queries.node(node).logs).toHaveLength(1)
    expect(island.engine.check(island.store.reader).isEqual).toBe(true)
  })

  it('[FK5] gives nothing behind a fork of the log of a master effect before its parent decided, and never by its own word', async () => {
    using island = await createTestIsland()
    const [site, dock] = [island.newId(), island.newId()]
    const plain = testOrigin(5, 'control')
    const of = { ...plain, log: { ...plain.log, domain: site as never } }
    island.store.transact((writer) => putKey(writer, { keyId: of.keyId, origin: of.origin, publicKey: of.keyPair.publicKey }, 0))
    const founded = { parentId: island.rootId, level: 'LOCAL', thresholds: {} } as const
    island.decide('ibcf.domain.created.v1', site, { name: 'Site', ...founded })
    const terms = { level: 'LOCAL', epoch: 2, until: null, right: 'grant' } as const
    island.decide('ibcf.authority.granted.v1', site, { masterId: of.origin, ...terms }, { domain: site })
    const segments = ['one', 'other'].map((name) => {
      const event = { ...testEvent(of, 1), type: 'ibcf.domain.created.v1', subject: dock as never, domain: site as never, epoch: 2 }
      return verified(segmentBetween(of, [encoded({ ...event, data: { name, ...founded, parentId: site } })], 1, 1))
    })
    const nameAfter = (segment: (typeof segments)[number]) => {
      island.store.transact((writer) => {
        const outcome = acceptSegment(writer, segment, 0)
        if (outcome.kind === 'stored' || outcome.kind === 'forked') island.engine.project(writer, outcome.events)
      })
      return island.model.domain(dock as never)?.name
    }
    expect(segments.map(nameAfter)).toEqual(['one', undefined])
    const { log, to, head } = (segments[1] as (typeof segments)[number]).header
    const resolution = { log, at: 1, keep: { log, seq: to, head }, reason: 'Looked at' }
    island.decide('ibcf.fork.resolved.v1', of.origin, resolution, { by: of.origin as never })
    expect(island.model.domain(dock as never)).toBeUndefined()
    island.decide('ibcf.fork.resolved.v1', of.origin, resolution)
    expect(island.model.domain(dock as never)?.name).toBe('other')
    expect(island.engine.check(island.store.reader).differing).toEqual([])
  })

  it('[PJ5] has nothing in memory of a transaction that failed', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    const before = hashOf(island)
    const interrupted = (): void =>
      island.store.transact((writer) => {
        const stored = appendEvents(writer, island.logOf(node, 'fact'), [healthEvent(island, node)], 0)
        island.engine.project(writer, stored)
        expect(island.model.actual(node)?.health).toBe('FAILED')
        throw new Error('the power went')
      })
    expect(interrupted).toThrow('the power went')
    island.engine.forget([node])
    expect(island.model.actual(node)).toBeUndefined()
    expect(hashOf(island)).toBe(before)
  })

  it('[PJ5] folds a projection of another version again when the store is opened', async () => {
    using island = await createTestIsland()
    const node = island.makeNode({ name: 'pump' })
    island.report(node, 'ibcf.health.changed.v1', health)
    const before = hashOf(island)
    island.store.transact((writer) => {
      writer.run(`UPDATE checkpoints SET version = 0 WHERE projection = 'actual'`)
      writer.run(`UPDATE actual_nodes_g1 SET health = 'OK'`)
    })
    const engine = island.store.transact((writer) => createProjectionEngine(writer, projections, island.ports.crypto))
    expect(engine.stateHash(island.store.reader)).toBe(before)
    expect(island.store.reader.get('SELECT health FROM actual_nodes')).toEqual({ health: 'FAILED' })
  })

  it('[PJ5] folds again in batches and counts nothing twice, also where decisions come late', async () => {
    using island = await createTestIsland()
    const node = island.makeNode()
    const clock = island.ports.clock.now()
    const decideAt = (ms: number): unknown =>
      island.decide('ibcf.key.revoked.v1', node, { keyId: '', cut: [], reason: '' }, { changes: { hlc: formatHlc(ms, 0) } })
    for (const back of [0, 1000, 2000]) decideAt(clock - back)
    island.store.transact((writer) => {
      const facts = Array.from({ length: 2500 }, (_, number) => healthEvent(island, node, clock + number))
      appendEvents(writer, island.logOf(node, 'fact'), facts, clock)
    })
    const engine = island.store.transact((writer) => createProjectionEngine(writer, [countProbe], island.ports.crypto))
    expect(engine.read(island.store.reader, 'count-probe', node)).toMatchObject({ facts: 2500 })
    expect(engine.check(island.store.reader).differing).toEqual([])
  })
})

function requestOf(keyId: string): DecisionData<'ibcf.enrolment.requested.v1'> {
  const described = { name: 'pump', kind: 'EDGE', serial: null, manufacturer: null, model: null, viaId: null } as const
  const statement = { document: '', keyid: '', signature: '' }
  return {
    ...described,
    tags: [],
    requestId: ulidOf(9, 9),
    keyId,
    publicKey: '',
    contactEverySeconds: 10,
    autonomyBudgetSeconds: 60,
    statement,
  }
}

function healthEvent(island: TestIsland, node: NodeId, clock: number = island.ports.clock.now()): EventEnvelope {
  return {
    specversion: '1.0',
    id: island.newId() as never,
    type: 'ibcf.health.changed.v1',
    source: `urn:ibcf:node:${node}`,
    subject: node as never,
    time: new Date(clock).toISOString(),
    hlc: formatHlc(clock, 0),
    data: health,
  }
}
