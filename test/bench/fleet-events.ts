/** The events of a made fleet: domains, policies, nodes that joined and what became of them, and what fills the store beside them. */
import type { EventEnvelope } from '../../core/kernel/event.ts'
import { formatHlc } from '../../core/kernel/hlc.ts'
import { createUlidSource, type DomainId, type EventId, type IncarnationId, type NodeId } from '../../core/kernel/ids.ts'
import type { Ports } from '../../core/kernel/ports.ts'
import type { DecisionData, DecisionType } from '../../core/fleet/decisions.ts'
import { connectivityModes, type ConnectivityMode, type Health } from '../../core/fleet/node/node-record.ts'
import type { Lane, LogId } from '../../core/log/log-id.ts'
import type { Master } from '../../core/app/master.ts'
import { appendEvents } from '../../core/store/append-events.ts'
import { putBlob } from '../../core/store/blobs.ts'
import { signTail, type Signer } from '../../core/store/sign-tail.ts'
import type { Writer } from '../../core/kernel/reader.ts'
import type { StoredEvent } from '../../core/store/stored-event.ts'

export type FleetSize = {
  readonly nodes: number
  /** In a tree of depth 3: one root, regions, and places below them. */
  readonly domains: number
  /** At least as many as the fleet itself needs; what is left is digests of presence, then observations. */
  readonly events: number
}

type Parts = Pick<Master, 'store' | 'engine' | 'identity'>
type Draft = { readonly type: string; readonly subject: string; readonly at: number; readonly data: unknown }

const day = 86_400_000
/** Of a digest of presence, design 2, and a day of them. */
const digestMs = 300_000
const digestsPerDomain = 288
const configurationVariants = 60
const versions = ['2.4.0', '2.4.0', '2.4.0', '2.4.0', '2.3.1', '2.2.9']
const budgets = [0, 3600, 86_400, 604_800]
const schedules = [10, 60, 300, 3600]
const kinds = ['EDGE', 'EDGE', 'EDGE', 'EDGE', 'EDGE', 'EDGE', 'DC', 'VIRTUAL', 'GATEWAY', 'RELAY'] as const

/** Answers the domains and how many events there are now. */
export function writeFleet(
  parts: Parts,
  key: Signer,
  ports: Ports,
  size: FleetSize,
): { readonly domainIds: readonly string[]; readonly events: number } {
  const { store, engine, identity } = parts
  const { masterId, incarnation } = identity
  const nextId = createUlidSource(ports.clock, ports.random)
  const now = ports.clock.now()
  const pick = createPicker()
  let count = 5
  let tick = 0
  let fresh: StoredEvent[] = []

  function envelope(source: string, domain: string, { type, subject, at, data }: Draft): EventEnvelope {
    tick = (tick + 1) & 0xffff
    return {
      specversion: '1.0',
      id: nextId<EventId>(),
      type,
      source,
      subject: subject as EventEnvelope['subject'],
      time: new Date(at).toISOString(),
      hlc: formatHlc(at, tick),
      domain: domain as DomainId,
      ...(source.startsWith('urn:ibcf:master') ? { epoch: 1, placement: 0 } : {}),
      data: data as EventEnvelope['data'],
    }
  }
  function append(writer: Writer, log: LogId, source: string, domain: string, drafts: readonly Draft[]): void {
    const events = drafts.toSorted((a, b) => a.at - b.at).map((draft) => envelope(source, domain, draft))
    count += events.length
    fresh.push(...appendEvents(writer, log, events, now))
  }
  /** All of a transaction together: what is said of a node in several logs is written once. */
  function write<Value>(act: (writer: Writer) => Value): Value {
    return store.transact((writer) => {
      const value = act(writer)
      engine.project(writer, fresh)
      fresh = []
      return value
    })
  }
  function decide(writer: Writer, domain: string, lane: Lane, drafts: readonly Draft[]): void {
    const log: LogId = { origin: masterId, incarnation, lane, domain: domain as DomainId }
    append(writer, log, `urn:ibcf:master:${masterId}`, domain, drafts)
    signTail(writer, log, key, formatHlc(now, tick))
  }

  const { domainIds, places } = write((writer) => writeDomains(writer, decide, identity.rootDomainId, size, nextId, now))
  const digests = write((writer) => writeParts(writer))
  for (let from = 0; from < places.length; from++) {
    const domain = places[from] ?? identity.rootDomainId
    const share = Math.floor((size.nodes * (from + 1)) / places.length) - Math.floor((size.nodes * from) / places.length)
    for (let done = 0; done < share; done += 1000) {
      write((writer) => {
        const nodes = Array.from({ length: Math.min(1000, share - done) }, (_, index) => ({
          id: nextId<NodeId>(),
          number: from * share + done + index,
        }))
        decide(
          writer,
          domain,
          'control',
          nodes.flatMap(({ id, number }) => storyOf(id, number, domain, nextId, now, pick)),
        )
        for (const { id } of nodes) {
          const log: LogId = { origin: id, incarnation: nextId<IncarnationId>(), lane: 'bulk', domain: '-' }
          append(writer, log, `urn:ibcf:node:${id}`, domain, factsOf(id, digests, now, pick))
        }
      })
    }
  }
  fillUp()
  return { domainIds, events: count }

  /** Digests of presence of the last day, then observations of the first nodes. */
  function fillUp(): void {
    for (const domain of domainIds) {
      const missing = Math.min(digestsPerDomain, size.events - count)
      if (missing <= 0) return
      write((writer) =>
        decide(
          writer,
          domain,
          'bulk',
          Array.from({ length: missing }, (_, back) => digestAt(domain, now - (back + 1) * digestMs)),
        ),
      )
    }
    const perBatch = 5000
    const log: LogId = { origin: nextId<NodeId>(), incarnation: nextId<IncarnationId>(), lane: 'fact', domain: '-' }
    while (count < size.events) {
      write((writer) =>
        append(
          writer,
          log,
          `urn:ibcf:node:${log.origin}`,
          identity.rootDomainId,
          Array.from({ length: Math.min(perBatch, size.events - count) }, (_, index) => ({
            type: 'ibcf.observation.recorded.v1',
            subject: log.origin,
            at: now - day + ((count + index) % day),
            data: { kind: 'env', values: { temperature: index % 40, note: 'n'.repeat(150) }, isAutonomous: false },
          })),
        ),
      )
    }
  }
}

type Decide = (writer: Writer, domain: string, lane: Lane, drafts: readonly Draft[]) => void

/** A root, about as many regions as each has places, and a policy for the root and for every third region. */
function writeDomains(
  writer: Writer,
  decide: Decide,
  root: DomainId,
  size: FleetSize,
  nextId: ReturnType<typeof createUlidSource>,
  now: number,
): { readonly domainIds: readonly string[]; readonly places: readonly string[] } {
  const at = now - 60 * day
  const regionCount = Math.max(1, Math.round(Math.sqrt(size.domains - 1)))
  const regions = Array.from({ length: regionCount }, () => nextId<DomainId>())
  const places = Array.from({ length: Math.max(1, size.domains - 1 - regionCount) }, () => nextId<DomainId>())
  const made = (id: string, name: string, parentId: string, level: 'REGION' | 'LOCAL'): Draft =>
    decision('ibcf.domain.created.v1', id, at, { name, parentId, level, thresholds: {} })
  for (const [index, id] of regions.entries()) decide(writer, id, 'control', [made(id, `Region ${index}`, root, 'REGION')])
  for (const [index, id] of places.entries())
    decide(writer, id, 'control', [made(id, `Place ${index}`, regions[index % regionCount] ?? root, 'LOCAL')])
  const bundles = ['base', 'harbour', 'mountain'].map((name, index) => ({ id: nextId(), name, index }))
  const none = { maintenance_window: '', requires_online: false, min_battery_pct: 0 }
  for (const { id, name, index } of bundles)
    decide(writer, root, 'control', [
      decision('ibcf.policy.published.v1', id, at + 1, {
        name,
        version: `1.${index}.0`,
        targetVersion: '2.4.0',
        configuration: configurationOf(index),
        constraints: none,
      }),
    ])
  const assign = (domain: string, index: number): void =>
    decide(writer, domain, 'control', [decision('ibcf.policy.assigned.v1', domain, at + 2, { policyBundleId: bundles[index]?.id ?? '' })])
  assign(root, 0)
  for (const [index, id] of regions.entries()) if (index % 3 === 0) assign(id, 1 + (index % 2))
  return { domainIds: [root, ...regions, ...places], places }
}

function configurationOf(variant: number): Record<string, unknown> {
  const settings: [string, unknown][] = Array.from({ length: 20 }, (_, index) => [
    `setting${index}`,
    index === variant % 20 ? variant : index,
  ])
  return Object.fromEntries(settings)
}

type PartDigests = { readonly configurations: readonly Part[]; readonly software: readonly Part[] }
type Part = { readonly digest: string; readonly sizeBytes: number }

function writeParts(writer: Writer): PartDigests {
  const put = (content: unknown): Part => {
    const bytes = new TextEncoder().encode(JSON.stringify(content))
    return { digest: String(putBlob(writer, bytes)), sizeBytes: bytes.length }
  }
  return {
    configurations: Array.from({ length: configurationVariants }, (_, index) => put(configurationOf(index))),
    software: versions.map((version) => put({ version })),
  }
}

/** How a node joined, and what it is by now. */
function storyOf(
  id: NodeId,
  number: number,
  domainId: string,
  nextId: ReturnType<typeof createUlidSource>,
  now: number,
  pick: Picker,
): Draft[] {
  const requestId = nextId()
  const keyId = `key-${id}`
  const joined = now - 30 * day + (number % 100_000)
  const statement = { document: '', keyid: keyId, signature: '' }
  const story = [
    decision('ibcf.enrolment.requested.v1', id, joined, {
      requestId,
      name: `node-${String(number).padStart(7, '0')}`,
      kind: pick(kinds),
      tags: [`site-${number % 40}`, `line-${number % 7}`],
      keyId,
      publicKey: '',
      serial: `SN-${number}`,
      manufacturer: null,
      model: null,
      contactEverySeconds: pick(schedules),
      autonomyBudgetSeconds: pick(budgets),
      viaId: null,
      statement,
    }),
    decision('ibcf.enrolment.approved.v1', id, joined + 1000, { requestId, domainId, keyId, publicKey: '' }),
    decision('ibcf.lifecycle.transitioned.v1', id, joined + 2000, {
      from: 'PROVISIONING',
      to: 'ACTIVE',
      event: 'activated',
      reason: 'Ready.',
      code: null,
    }),
  ]
  const mode = modeOf(pick.share())
  if (mode !== null) {
    const back = mode === 'DISCONNECTED' ? Math.floor(pick.share() * 20 * day) : Math.floor(pick.share() * 3_600_000)
    const backlog = mode === 'AUTONOMOUS' || mode === 'DISCONNECTED' ? Math.floor(10 ** (pick.share() * 4)) : 0
    story.push(
      decision('ibcf.connectivity.assessed.v1', id, now - back, {
        from: null,
        to: mode,
        event: 'assessed',
        reason: 'As it was heard.',
        lastSeen: new Date(now - back - 60_000).toISOString(),
        link: { rtt_ms: 20 + (number % 100), loss_pct: 0, bandwidth_kbps: 1000 },
        syncDebt: { seconds_behind: 0, backlog_messages: backlog, replay_required: backlog > 0 },
      }),
    )
  }
  if (pick.share() < 0.003)
    story.push(
      decision('ibcf.lifecycle.transitioned.v1', id, now - Math.floor(pick.share() * 10 * day), {
        from: 'ACTIVE',
        to: 'QUARANTINED',
        event: pick(['operator-quarantine', 'drift-violation', 'critical-failure', 'trust-lost']),
        reason: 'Looked at by a person.',
        code: null,
      }),
    )
  return story
}

/** What it said of itself: its parts, and for some how they are. */
function factsOf(id: NodeId, digests: PartDigests, now: number, pick: Picker): Draft[] {
  const at = now - Math.floor(pick.share() * 3_600_000)
  // Nine in ten are as the base policy wants them; the others are spread over the variants.
  const configuration = pick.share() < 0.9 ? digests.configurations[0] : pick(digests.configurations)
  const software = pick(digests.software)
  const parts = [
    { name: 'configuration', ...(configuration as Part) },
    { name: 'software', ...software },
  ]
  const facts: Draft[] = [{ type: 'ibcf.snapshot.taken.v1', subject: id, at, data: { parts, isAutonomous: false } }]
  const share = pick.share()
  if (share < 0.1)
    facts.push({ type: 'ibcf.health.changed.v1', subject: id, at: at + 1, data: { from: 'UNKNOWN', to: healthOf(share), detail: '' } })
  return facts
}

function modeOf(share: number): ConnectivityMode | null {
  if (share < 0.8) return 'LIVE'
  if (share < 0.85) return 'DELAYED'
  if (share < 0.89) return 'EDGE_CACHED'
  if (share < 0.94) return 'AUTONOMOUS'
  if (share < 0.98) return 'DISCONNECTED'
  if (share < 0.985) return 'RETURNING'
  return share < 0.99 ? 'REPLAYING' : null
}

function healthOf(share: number): Health {
  if (share < 0.01) return 'FAILED'
  return share < 0.03 ? 'DEGRADED' : 'OK'
}

function digestAt(domain: string, to: number): Draft {
  const modes = Object.fromEntries(
    connectivityModes.map((mode, index) => [mode, mode === 'LIVE' ? 800 + (to % 100) : 10 * index]),
  ) as DecisionData<'ibcf.presence.digested.v1'>['modes']
  return decision('ibcf.presence.digested.v1', domain, to, {
    from: new Date(to - digestMs).toISOString(),
    to: new Date(to).toISOString(),
    modes,
    backlogMessages: 400,
    worstSecondsBehind: 90,
    contacts: 3000,
  })
}

function decision<Type extends DecisionType>(type: Type, subject: string, at: number, data: DecisionData<Type>): Draft {
  return { type, subject, at, data }
}

type Picker = (<Value>(from: readonly Value[]) => Value) & { readonly share: () => number }

/** Mulberry32: the same fleet every time. */
function createPicker(): Picker {
  let state = 0x1bcf
  const share = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const pick = <Value>(from: readonly Value[]): Value => from[Math.floor(share() * from.length)] as Value
  return Object.assign(pick, { share })
}
