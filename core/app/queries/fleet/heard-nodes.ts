/**
 * What presence changes of the figures that events give. Presence knows only who was heard in this run, and says at each hearing who it
 * was: so the differences are kept, node by node and added up by domain, and nothing goes over all nodes.
 */
import { scoreNode } from '../../../fleet/attention/score.ts'
import { type ConnectivityMode, type Health, healths, type Phase } from '../../../fleet/node/node-record.ts'
import { maxAheadMs } from '../../../kernel/hlc.ts'
import type { NodeId } from '../../../kernel/ids.ts'
import type { Row } from '../../../kernel/reader.ts'
import type { NodePresence } from '../../../ingest/presence.ts'
import type { ReadModel } from '../../read-model.ts'
import type { DesiredPolicy, DomainRule } from '../domain-rule.ts'
import { excusesOf } from '../excuses.ts'
import { contactSecondsAfter, isUnheard, liveBacklog, liveHealth } from '../live-node.ts'
import { createHeardOrder, type HeardOrder } from './heard-order.ts'
import { driftOfEvidence, snapshotVersion } from './drift-classes.ts'

/** What is stored of a node of the fleet, as far as a heartbeat can change what it adds. */
type Stored = Row & {
  readonly domain: string
  readonly kind: string
  /** JSON array of text. */
  readonly tags: string
  readonly phase: Phase
  readonly phase_event: string
  readonly mode: ConnectivityMode | null
  readonly mode_since: string | null
  readonly health: Health | null
  readonly health_at: string | null
  readonly shown_health: Health
  readonly backlog_messages: number | null
  readonly contact_every_s: number
  readonly contact_schedule: string | null
  readonly last_seen: string | null
  readonly configuration_digest: string | null
  readonly software_digest: string | null
}

type Difference = {
  readonly health: Health
  readonly backlog: number
  readonly driftTotal: number
  readonly driftKnown: number
  readonly unknownVersion: number
  readonly onTarget: number
  readonly policyBundleId: string | null
}

type Entry = { stored: Stored | undefined; difference: Difference | undefined; domain: string | undefined }

/** What the nodes of one domain that were heard add to its figures. */
export type HeardDomain = {
  readonly healths: Record<Health, number>
  backlog: number
  readonly heardAt: HeardOrder
  /** Of those that are not LIVE: when they should be heard again. */
  readonly dueAt: Map<NodeId, number>
  /** Only those that are not as their snapshot says. */
  readonly others: Map<NodeId, Difference>
}

/** Both, with what else the node is counted by. */
export type OtherHealth = {
  readonly stored: Health
  readonly live: Health
  readonly mode: ConnectivityMode
  readonly phase: Phase
  readonly kind: string
  readonly domain: string
}

export type HeardNodes = {
  readonly has: (node: NodeId) => boolean
  readonly of: (domainId: string) => HeardDomain | undefined
  /** The domain whose figures it is counted in. */
  readonly domainOf: (node: NodeId) => string | undefined
  readonly nodes: () => Iterable<NodeId>
  /** Nodes that may need a person more than their events say. */
  readonly urgent: ReadonlySet<NodeId>
  /** Nodes that need a person less than their events say. */
  readonly eased: ReadonlySet<NodeId>
  /** Nodes whose health is shown otherwise than their events say. */
  readonly healths: ReadonlyMap<NodeId, OtherHealth>
  /** Nodes whose shown health may change by the clock alone. */
  readonly doubtful: ReadonlySet<NodeId>
  /**
   * Takes in what presence and, unless `isSame`, the rows say of the node now.
   */
  readonly update: (model: ReadModel, node: NodeId, desiredIn: (domainId: string) => DomainRule, isSame: boolean) => void
}

const select = `SELECT domain, kind, tags, phase, phase_event, mode, mode_since, health, health_at, shown_health, backlog_messages, contact_every_s, contact_schedule, last_seen,
  configuration_digest, software_digest FROM nodes WHERE subject = ? AND rank IS NOT NULL`

export function createHeardNodes(): HeardNodes {
  const entries = new Map<NodeId, Entry>()
  const domains = new Map<string, HeardDomain>()
  const urgent = new Set<NodeId>()
  const eased = new Set<NodeId>()
  const shownHealths = new Map<NodeId, OtherHealth>()
  const doubtful = new Set<NodeId>()

  function take(node: NodeId, entry: Entry): void {
    const { difference, domain: domainId, stored } = entry
    urgent.delete(node)
    eased.delete(node)
    shownHealths.delete(node)
    doubtful.delete(node)
    const domain = domainId === undefined ? undefined : domains.get(domainId)
    if (domain === undefined || difference === undefined || stored === undefined) return
    domain.healths[stored.shown_health] += 1
    domain.healths[difference.health] -= 1
    domain.backlog -= difference.backlog
    domain.dueAt.delete(node)
    domain.others.delete(node)
    entry.difference = undefined
  }

  /** Whoever was heard again goes to the end; whoever is only counted again stays in its place. */
  function order(node: NodeId, from: string | undefined, to: string | undefined, heardAt: number | undefined): void {
    if (from !== undefined && from !== to) domains.get(from)?.heardAt.remove(node)
    if (to !== undefined && heardAt !== undefined) domains.get(to)?.heardAt.put(node, heardAt)
  }

  function put(
    model: ReadModel,
    node: NodeId,
    entry: Entry,
    heard: NodePresence,
    stored: Stored,
    desired: DesiredPolicy | undefined,
  ): void {
    const nowMs = model.ports.clock.now()
    const domain = domains.get(stored.domain) ?? nobodyHeard()
    domains.set(stored.domain, domain)
    const { health } = liveHealth(stored, heard, nowMs)
    const backlog = liveBacklog(stored, heard) - (stored.backlog_messages ?? 0)
    const difference = {
      health,
      backlog,
      ...driftDifference(model, node, stored, heard, desired),
      policyBundleId: desired?.policyBundleId ?? null,
    }
    domain.healths[stored.shown_health] -= 1
    domain.healths[health] += 1
    domain.backlog += backlog
    if (stored.mode !== null && stored.mode !== 'LIVE') {
      const dueMs = heard.heardAt + 1000 * contactSecondsAfter(stored, heard.heardAt)
      if (Number.isFinite(dueMs)) domain.dueAt.set(node, dueMs)
    }
    const isOther =
      difference.driftTotal !== 0 || difference.driftKnown !== 0 || difference.unknownVersion !== 0 || difference.onTarget !== 0
    if (isOther) domain.others.set(node, difference)
    if (health !== stored.shown_health) {
      const { phase, kind, domain: domainId } = stored
      shownHealths.set(node, {
        stored: stored.shown_health,
        live: health,
        mode: stored.mode ?? 'DISCONNECTED',
        phase,
        kind,
        domain: domainId,
      })
    }
    if (stored.health_at !== null && Date.parse(stored.health_at) > nowMs + maxAheadMs) doubtful.add(node)
    const isSeenEarlier = stored.last_seen !== null && heard.heardAt < Date.parse(stored.last_seen)
    const points = pointsOf(stored, health, backlog + (stored.backlog_messages ?? 0))
    const storedPoints = pointsOf(stored, stored.shown_health, stored.backlog_messages ?? 0)
    const isSeenLater = isUnheard(stored) && (stored.last_seen === null || heard.heardAt > Date.parse(stored.last_seen))
    if (points < storedPoints || isSeenLater || difference.driftTotal < 0 || difference.driftKnown !== 0) eased.add(node)
    if (points > storedPoints || isSeenEarlier || difference.driftTotal > 0 || difference.driftKnown !== 0) urgent.add(node)
    entry.domain = stored.domain
    entry.difference = difference
  }

  return {
    has: (node) => entries.get(node)?.difference !== undefined,
    of: (domainId) => domains.get(domainId),
    domainOf: (node) => entries.get(node)?.domain,
    nodes: () => entries.keys(),
    urgent,
    eased,
    healths: shownHealths,
    doubtful,
    update: (model, node, desiredIn, isSame) => {
      const heard = model.presence.of(node)
      const entry = entries.get(node) ?? { stored: undefined, difference: undefined, domain: undefined }
      const from = entry.domain
      take(node, entry)
      entry.domain = undefined
      if (heard === undefined) {
        entries.delete(node)
      } else {
        entries.set(node, entry)
        if (!isSame || entry.stored === undefined) entry.stored = model.reader.get<Stored>(select, node)
        if (entry.stored !== undefined) put(model, node, entry, heard, entry.stored, desiredOf(node, entry.stored, desiredIn))
      }
      order(node, from, entry.domain, heard?.heardAt)
    },
  }
}

function desiredOf(node: NodeId, { domain, kind, tags }: Stored, desiredIn: (domainId: string) => DomainRule): DesiredPolicy | undefined {
  const rule = desiredIn(domain)
  return rule.isPlain ? rule.ofAll : rule.of({ id: node, kind, tags: JSON.parse(tags) as string[] })
}

function nobodyHeard(): HeardDomain {
  const none = Object.fromEntries(healths.map((health) => [health, 0])) as Record<Health, number>
  return { healths: none, backlog: 0, heardAt: createHeardOrder(), dueAt: new Map(), others: new Map() }
}

const noDifference = { driftTotal: 0, driftKnown: 0, unknownVersion: 0, onTarget: 0 }

/** The version of the last heartbeat stands over the one of the snapshot. */
function driftDifference(
  model: ReadModel,
  node: NodeId,
  stored: Stored,
  { version }: NodePresence,
  desired: DesiredPolicy | undefined,
): typeof noDifference {
  const before = snapshotVersion(model, stored.software_digest)
  if (version === null || version === before) return noDifference
  const target = desired?.policy.targetVersion
  const versions = {
    unknownVersion: before === undefined ? -1 : 0,
    onTarget: Number(version === target) - Number(before !== undefined && before === target),
  }
  if (desired === undefined || stored.mode === null || stored.mode === 'DISCONNECTED') return { ...noDifference, ...versions }
  const evidence = { configurationDigest: stored.configuration_digest }
  const nowMs = model.ports.clock.now()
  const excuses = excusesOf(model, node, stored.domain, nowMs)
  const was = driftOfEvidence(model, { ...evidence, version: before }, desired, excuses, nowMs).score
  const is = driftOfEvidence(model, { ...evidence, version }, desired, excuses, nowMs).score
  return { ...versions, driftTotal: (is ?? 0) - (was ?? 0), driftKnown: Number(is !== null) - Number(was !== null) }
}

function pointsOf(stored: Stored, health: Health, backlogMessages: number): number {
  const attention = scoreNode({
    quarantineEvent: stored.phase === 'QUARANTINED' ? stored.phase_event : null,
    health,
    isDisconnected: stored.mode === 'DISCONNECTED',
    isNeverHeard: stored.mode === null,
    isOutOfContact: isUnheard(stored) && stored.mode !== null,
    secondsBehind: 0,
    autonomyBudgetSeconds: 0,
    backlogMessages,
    evidence: 0,
    drift: null,
  })
  return attention?.score ?? 0
}
