/**
 * A fleet as a master holds it: a real store in memory with the real projections, into which a test writes the very events that masters
 * and nodes write. The clock is the test's own.
 */
import { createProjectionEngine, type EngineOptions, type ProjectionEngine } from '../../core/app/projecting/engine.ts'
import { createReadModel, type ReadModel } from '../../core/app/read-model.ts'
import { thresholdsOf } from '../../core/app/queries/thresholds.ts'
import { createQueries, type Queries } from '../../core/app/queries/queries.ts'
import type { HeartbeatRequest } from '../../core/contract/gateway/heartbeat.ts'
import { type DecisionData, decisions, type DecisionType } from '../../core/fleet/decisions.ts'
import { type NodeEventData, nodeEvents, type NodeEventType, type SnapshotPart } from '../../core/fleet/node/node-events.ts'
import type { ConnectivityMode, LinkQuality, MasterLevel, NodeKind, Phase, SyncDebt } from '../../core/fleet/node/node-record.ts'
import { createPresence } from '../../core/ingest/presence.ts'
import { createReturnTable } from '../../core/ingest/returns/return-table.ts'
import type { EventEnvelope } from '../../core/kernel/event.ts'
import { toBase64 } from '../../core/kernel/hex.ts'
import { type Hlc, tickHlc } from '../../core/kernel/hlc.ts'
import {
  createUlidSource,
  type DomainId,
  type EventId,
  type IncarnationId,
  type MasterId,
  type NodeId,
  type OriginId,
} from '../../core/kernel/ids.ts'
import { keyIdOf } from '../../core/log/dsse.ts'
import type { Lane, LogId } from '../../core/log/log-id.ts'
import { projections } from '../../core/projections/all.ts'
import type { Projection } from '../../core/projections/projection.ts'
import { appendEvents } from '../../core/store/append-events.ts'
import { putBlob } from '../../core/store/blobs.ts'
import { inMemory, openStore, type Store } from '../../core/store/open.ts'
import type { StoredEvent } from '../../core/store/stored-event.ts'
import { createVirtualPorts, type VirtualPorts } from './agent/virtual-ports.ts'

export type NodeSettings = {
  readonly name?: string
  readonly kind?: NodeKind
  readonly tags?: readonly string[]
  readonly serial?: string | null
  readonly domainId?: string
  readonly viaId?: string | null
  readonly contactEverySeconds?: number
  readonly autonomyBudgetSeconds?: number
  /** How far it goes on its way in; ACTIVE unless said otherwise. */
  readonly until?: 'PENDING' | 'REFUSED' | 'ENROLLED' | 'ACTIVE'
}

export type Writing = {
  /** Another master than this one. */
  readonly by?: MasterId
  /** The domain in whose log it is written; the root unless said otherwise. */
  readonly domain?: string
  readonly actor?: string
  readonly changes?: Partial<EventEnvelope>
}

export type TestIsland = Disposable & {
  readonly ports: VirtualPorts
  readonly store: Store
  readonly engine: ProjectionEngine
  readonly model: ReadModel
  readonly queries: Queries
  readonly masterId: MasterId
  readonly rootId: DomainId
  readonly newId: <Id extends OriginId | DomainId | EventId>() => Id
  /** The instant of the test's clock, as events and answers write it. */
  readonly now: () => string
  readonly advance: (ms: number) => void
  readonly decide: <Type extends DecisionType>(type: Type, subject: string, data: DecisionData<Type>, writing?: Writing) => StoredEvent
  readonly report: <Type extends NodeEventType>(
    node: NodeId,
    type: Type,
    data: NodeEventData<Type>,
    changes?: Partial<EventEnvelope>,
  ) => StoredEvent
  /** Any event in any log, for what nobody honest would write. */
  readonly append: (log: LogId, changes: Partial<EventEnvelope>) => StoredEvent
  readonly logOf: (node: NodeId, lane: Lane) => LogId
  readonly heard: (node: NodeId, heartbeat?: Partial<HeartbeatRequest>) => void
  readonly putJson: (content: unknown) => { readonly digest: string; readonly sizeBytes: number }
  /** Puts the parts into the store and reports them. */
  readonly snapshot: (node: NodeId, parts: Readonly<Partial<Record<SnapshotPart, unknown>>>) => StoredEvent
  /** One part, as the bytes it is. */
  readonly snapshotOf: (node: NodeId, part: SnapshotPart, bytes: Uint8Array) => StoredEvent
  readonly makeDomain: (
    name: string,
    parentId?: string,
    settings?: { readonly thresholds?: DecisionData<'ibcf.domain.created.v1'>['thresholds']; readonly level?: MasterLevel },
  ) => DomainId
  readonly makeNode: (settings?: NodeSettings) => NodeId
  readonly assess: (
    node: NodeId,
    to: ConnectivityMode,
    settings?: {
      readonly reason?: string
      readonly link?: LinkQuality | null
      readonly syncDebt?: SyncDebt
      readonly lastSeen?: string | null
    },
  ) => StoredEvent
  readonly movePhase: (node: NodeId, to: Phase, event: string, reason?: string) => StoredEvent
  readonly makePolicy: (
    name: string,
    content: { readonly targetVersion?: string; readonly configuration?: Readonly<Record<string, unknown>> },
  ) => string
  readonly assign: (policyBundleId: string, domainId?: string) => StoredEvent
}

const noDebt: SyncDebt = { seconds_behind: 0, backlog_messages: 0, replay_required: false }
const noConstraints = { maintenance_window: '', requires_online: false, min_battery_pct: 0 }

/** With a master, its root domain "Island" and the grant over it. */
export async function createTestIsland(
  options: { readonly projections?: readonly Projection[]; readonly engine?: EngineOptions } = {},
): Promise<TestIsland> {
  const ports = createVirtualPorts()
  const store = await openStore({ directory: inMemory, mode: 'read-write', role: 'master', ports })
  const nextId = createUlidSource(ports.clock, ports.random)
  const masterId = nextId<MasterId>()
  const rootId = nextId<DomainId>()
  const engine = store.transact((writer) => {
    createReturnTable(writer)
    return createProjectionEngine(writer, options.projections ?? projections, ports.crypto, options.engine)
  })
  const refusals: ReturnType<ReadModel['refusals']> = []
  const presence = createPresence()
  const model = createReadModel(
    {
      reader: store.reader,
      ports,
      presence,
      masterId,
      level: 'REGION',
      rootDomainId: rootId,
      startedAtMs: ports.clock.now(),
      refusals: () => refusals,
    },
    engine,
  )
  const incarnations = new Map<string, IncarnationId>()
  const clocks = new Map<string, Hlc>()
  let offsetMs = 0
  const nowMs = (): number => ports.clock.now()
  const now = (): string => new Date(nowMs()).toISOString()

  const logIn = (origin: OriginId, lane: Lane, domain: string): LogId => {
    const incarnation = incarnations.get(origin) ?? nextId<IncarnationId>()
    incarnations.set(origin, incarnation)
    return { origin, incarnation, lane, domain: domain as LogId['domain'] }
  }

  const append: TestIsland['append'] = (log, changes) => {
    const hlc = tickHlc(clocks.get(log.origin), nowMs())
    clocks.set(log.origin, hlc)
    const event: EventEnvelope = {
      specversion: '1.0',
      id: nextId<EventId>(),
      type: 'ibcf.observation.recorded.v1',
      source: `urn:ibcf:${log.domain === '-' ? 'node' : 'master'}:${log.origin}`,
      subject: log.origin,
      time: now(),
      hlc,
      data: {},
      ...changes,
    }
    return store.transact((writer) => {
      const [stored] = appendEvents(writer, log, [event], nowMs())
      if (stored === undefined) throw new Error('Nothing was appended.')
      engine.project(writer, [stored])
      return stored
    })
  }

  const decide: TestIsland['decide'] = (type, subject, data, { by = masterId, domain = rootId, actor, changes = {} } = {}) =>
    append(logIn(by, decisions[type].lane, domain), {
      type,
      subject: subject as EventEnvelope['subject'],
      domain: domain as DomainId,
      data,
      epoch: 1,
      placement: 0,
      ...(actor === undefined ? {} : { actor: actor as NonNullable<EventEnvelope['actor']> }),
      ...changes,
    })
  const logOf: TestIsland['logOf'] = (node, lane) => logIn(node, lane, '-')
  const report: TestIsland['report'] = (node, type, data, changes = {}) =>
    append(logOf(node, nodeEvents[type].lane), { type, data, ...changes })
  const putJson: TestIsland['putJson'] = (content) => {
    const bytes = new TextEncoder().encode(JSON.stringify(content))
    return { digest: store.transact((writer) => putBlob(writer, bytes)), sizeBytes: bytes.length }
  }
  const movePhase: TestIsland['movePhase'] = (node, to, event, reason = 'Because the test says so.') => {
    const state = model.lifecycle(node)
    return decide(
      'ibcf.lifecycle.transitioned.v1',
      node,
      { from: state?.phase ?? 'PROVISIONING', to, event, reason, code: null },
      { domain: state?.domainId ?? rootId },
    )
  }

  const island: TestIsland = {
    ports,
    store,
    engine,
    model,
    queries: createQueries(model),
    masterId,
    rootId,
    newId: nextId,
    now,
    advance: (ms) => {
      offsetMs += ms
      ports.setWall(startMs + offsetMs)
    },
    decide,
    report,
    append,
    logOf,
    heard: (node, heartbeat) => {
      const state = model.lifecycle(node)
      const { thresholds } = thresholdsOf(model, state?.domainId ?? rootId)
      const full = {
        sentAt: now(),
        uptimeSeconds: 60,
        health: 'OK',
        version: '1.0.0',
        backlogMessages: 0,
        ...heartbeat,
      } satisfies HeartbeatRequest
      presence.hear(node, { at: nowMs(), heartbeat: full }, nowMs(), {
        thresholds,
        contactEveryMs: (state?.contactEverySeconds ?? 10) * 1000,
      })
    },
    putJson,
    snapshot: (node, parts) =>
      report(node, 'ibcf.snapshot.taken.v1', {
        parts: Object.entries(parts).map(([name, content]) => ({ name: name as SnapshotPart, ...putJson(content) })),
        isAutonomous: false,
      }),
    snapshotOf: (node, name, bytes) => {
      const digest = store.transact((writer) => putBlob(writer, bytes))
      return report(node, 'ibcf.snapshot.taken.v1', { parts: [{ name, digest, sizeBytes: bytes.length }], isAutonomous: false })
    },
    makeDomain: (name, parentId = rootId, { thresholds = {}, level = 'LOCAL' } = {}) => {
      const domainId = nextId<DomainId>()
      decide('ibcf.domain.created.v1', domainId, { name, parentId, level, thresholds }, { domain: domainId })
      return domainId
    },
    makeNode: (settings = {}) => {
      const {
        domainId = rootId,
        until = 'ACTIVE',
        tags = [],
        serial = null,
        viaId = null,
        kind = 'EDGE',
        contactEverySeconds = 10,
        autonomyBudgetSeconds = 3600,
      } = settings
      const node = nextId<NodeId>()
      const name = settings.name ?? `node-${node.slice(-4)}`
      const publicKey = ports.random.bytes(32)
      const key = { keyId: keyIdOf(ports.crypto, publicKey), publicKey: toBase64(publicKey) }
      const requestId = nextId<EventId>()
      const statement = { document: '', keyid: key.keyId, signature: '' }
      decide('ibcf.enrolment.requested.v1', node, {
        requestId,
        name,
        kind,
        tags: [...tags],
        ...key,
        serial,
        manufacturer: null,
        model: null,
        contactEverySeconds,
        autonomyBudgetSeconds,
        viaId,
        statement,
      })
      if (until === 'REFUSED') decide('ibcf.enrolment.refused.v1', node, { requestId, reason: 'Not ours.' })
      if (until === 'PENDING' || until === 'REFUSED') return node
      decide('ibcf.enrolment.approved.v1', node, { requestId, domainId, ...key }, { domain: domainId })
      movePhase(node, 'ENROLLED', 'enrolment-complete', 'Its request to join was approved.')
      if (until === 'ACTIVE') movePhase(node, 'ACTIVE', 'activation', 'Activated with its approval.')
      return node
    },
    assess: (node, to, { reason = `It is ${to}.`, link = null, syncDebt = noDebt, lastSeen = now() } = {}) => {
      const from = model.connectivity(node)?.mode ?? null
      return decide(
        'ibcf.connectivity.assessed.v1',
        node,
        { from, to, event: 'test', reason, lastSeen, link, syncDebt },
        { domain: model.lifecycle(node)?.domainId ?? rootId },
      )
    },
    movePhase,
    makePolicy: (name, { targetVersion = '1.0.0', configuration = {} }) => {
      const policyBundleId = nextId<EventId>()
      decide('ibcf.policy.published.v1', policyBundleId, {
        name,
        version: '1',
        targetVersion,
        configuration: { ...configuration },
        constraints: noConstraints,
      })
      return policyBundleId
    },
    assign: (policyBundleId, domainId = rootId) => decide('ibcf.policy.assigned.v1', domainId, { policyBundleId }, { domain: domainId }),
    [Symbol.dispose]: () => {
      store[Symbol.dispose]()
    },
  }
  const startMs = nowMs()
  decide('ibcf.master.created.v1', masterId, { name: 'Harbour', level: 'REGION', keyId: 'ed25519:test', publicKey: '' })
  decide('ibcf.domain.created.v1', rootId, { name: 'Island', parentId: null, level: 'REGION', thresholds: {} })
  decide('ibcf.authority.granted.v1', rootId, { masterId, level: 'REGION', epoch: 1, until: null, right: 'root' })
  return island
}

type Page = { readonly items: readonly unknown[]; readonly next: string | null }

/** Every page one after the other, with a bound: pages that never end are a failure and not a test that hangs. */
export function readPages<P extends Page>(read: (cursor: { readonly cursor?: string }) => P): P['items'][number][] {
  const found: P['items'][number][] = []
  let cursor: { readonly cursor?: string } = {}
  for (let pages = 0; pages < 1000; pages++) {
    const page = read(cursor)
    found.push(...page.items)
    if (page.next === null) return found
    cursor = { cursor: page.next }
  }
  throw new Error('The pages do not end.')
}
