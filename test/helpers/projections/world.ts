/** What two masters and three nodes wrote, as segments that can be delivered in any order: everything follows from a list of steps. */
import { decisions } from '../../../core/fleet/decisions.ts'
import { nodeEvents } from '../../../core/fleet/node/node-events.ts'
import { connectivityModes, healths, phases } from '../../../core/fleet/node/node-record.ts'
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { formatHlc } from '../../../core/kernel/hlc.ts'
import type { DomainId, EventId, IncarnationId, OriginId } from '../../../core/kernel/ids.ts'
import type { KeyPair } from '../../../core/kernel/ports.ts'
import { keyIdOf } from '../../../core/log/dsse.ts'
import { type Lane, type LogId, parseLogId } from '../../../core/log/log-id.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { putKey } from '../../../core/store/keys.ts'
import { readSegmentsFrom } from '../../../core/store/read-segments.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { crypto, ulidOf } from '../log/origin.ts'
import { openTestStore, recordedAt } from '../store/open.ts'

export type Writer = { readonly origin: OriginId; readonly key: KeyPair; readonly keyId: string; readonly kind: 'master' | 'node' }

/** One event, told by small numbers: who writes, what, about whom, how far the writer's clock went on, and whether its tail is signed after it. */
export type Step = {
  readonly writer: number
  readonly type: number
  readonly subject: number
  readonly detail: number
  readonly clockStep: number
  readonly epoch: number
  readonly signs: boolean
}

export type Delivery = { readonly writer: Writer; readonly bytes: Uint8Array }

const id = <Id extends ReturnType<typeof ulidOf>>(group: number, number: number): Id => ulidOf<Id>(100 + group, number)

/** The keys are random, and change nothing that folds. */
function writerOf(kind: Writer['kind'], number: number): Writer {
  const key = crypto.generateKeyPair()
  return { origin: id<OriginId>(kind === 'master' ? 1 : 2, number), key, keyId: keyIdOf(crypto, key.publicKey), kind }
}

export const writers: readonly Writer[] = [
  writerOf('master', 1),
  writerOf('master', 2),
  writerOf('node', 1),
  writerOf('node', 2),
  writerOf('node', 3),
]

/** The type of a step that grants: `subject` says which domain, `detail` to whom and at which epoch. */
export const grantType = 9

const nodeIds = writers.filter(({ kind }) => kind === 'node').map(({ origin }) => origin)
const domainIds = [id<DomainId>(3, 1), id<DomainId>(3, 2)]
const policyIds = [id(4, 1), id(4, 2)]
const startMs = Date.UTC(2026, 0, 1)

type Draft = { readonly type: string; readonly subject: string; readonly data: Readonly<Record<string, unknown>> }

function pick<Item>(items: readonly Item[], number: number): Item {
  return items[number % items.length] as Item
}

const text = (detail: number): string => `text ${detail}`
const items = ['health', 'drift']
const wave = { name: 'wave', successShare: 1, failedShareAtMost: 0, soakSeconds: 0, hasGate: false }
const noConstraints = { maintenance_window: '', requires_online: false, min_battery_pct: 0 }
const debt = (detail: number) => ({ seconds_behind: detail, backlog_messages: detail, replay_required: detail % 2 === 0 })
const modes = Object.fromEntries(connectivityModes.map((mode) => [mode, 1]))

/** What masters write; the last ones have no effect: data of another shape, a type of tomorrow, a node's own words. */
const masterDrafts: readonly ((subject: number, detail: number) => Draft)[] = [
  (subject, detail) => ({
    type: 'ibcf.enrolment.requested.v1',
    subject: pick(nodeIds, subject),
    data: {
      requestId: id(5, detail),
      name: text(detail),
      kind: 'EDGE',
      tags: [text(detail)],
      keyId: text(detail),
      publicKey: text(detail),
      serial: null,
      manufacturer: null,
      model: null,
      contactEverySeconds: 10,
      autonomyBudgetSeconds: 60,
      viaId: null,
      statement: { document: '', keyid: '', signature: '' },
    },
  }),
  (subject, detail) => ({
    type: 'ibcf.enrolment.approved.v1',
    subject: pick(nodeIds, subject),
    data: { requestId: id(5, detail), domainId: pick(domainIds, detail), keyId: text(detail), publicKey: text(detail) },
  }),
  (subject, detail) => ({
    type: 'ibcf.enrolment.refused.v1',
    subject: pick(nodeIds, subject),
    data: { requestId: id(5, detail), reason: text(detail) },
  }),
  (subject, detail) => ({
    type: 'ibcf.lifecycle.transitioned.v1',
    subject: pick(nodeIds, subject),
    data: { from: pick(phases, detail), to: pick(phases, detail + 1), event: 'any', reason: text(detail), code: null },
  }),
  (subject, detail) => ({
    type: 'ibcf.connectivity.assessed.v1',
    subject: pick(nodeIds, subject),
    data: {
      from: null,
      to: pick(connectivityModes, detail),
      event: 'any',
      reason: text(detail),
      lastSeen: null,
      link: null,
      syncDebt: debt(detail),
    },
  }),
  (subject, detail) => ({
    type: 'ibcf.key.revoked.v1',
    subject: pick(nodeIds, subject),
    data: { keyId: text(detail), cut: [], reason: text(detail) },
  }),
  (subject, detail) => ({
    type: 'ibcf.domain.created.v1',
    subject: pick(domainIds, subject),
    data: {
      name: text(detail),
      parentId: detail % 2 === 0 ? null : pick(domainIds, detail),
      level: 'LOCAL',
      thresholds: { slowRttMs: detail + 1 },
    },
  }),
  (subject, detail) => ({ type: 'ibcf.domain.renamed.v1', subject: pick(domainIds, subject), data: { name: text(detail) } }),
  (subject, detail) => ({
    type: 'ibcf.domain.configured.v1',
    subject: pick(domainIds, subject),
    data: { thresholds: detail % 2 === 0 ? { slowLossPct: detail % 100 } : { slowRttMs: detail + 1 } },
  }),
  (subject, detail) => ({
    type: 'ibcf.authority.granted.v1',
    subject: pick(domainIds, subject),
    data: {
      masterId: (detail % 2 === 0 ? writers[0] : writers[1])?.origin,
      level: 'REGION',
      epoch: detail % 4,
      until: null,
      right: 'grant',
    },
  }),
  (subject, detail) => ({
    type: 'ibcf.policy.published.v1',
    subject: pick(policyIds, subject),
    data: { name: text(detail), version: '1', targetVersion: '1', configuration: { a: detail }, constraints: noConstraints },
  }),
  (subject, detail) => ({
    type: 'ibcf.policy.assigned.v1',
    subject: pick(domainIds, subject),
    data: { policyBundleId: pick(policyIds, detail) },
  }),
  (_subject, detail) => ({
    type: 'ibcf.master.created.v1',
    subject: writers[0]?.origin ?? '',
    data: { name: text(detail), level: 'REGION', keyId: '', publicKey: '' },
  }),
  (_subject, detail) => ({
    type: 'ibcf.operator.created.v1',
    subject: id(6, 1),
    data: { name: text(detail), role: 'viewer', keyId: '', publicKey: '' },
  }),
  (subject, detail) => ({
    type: 'ibcf.presence.digested.v1',
    subject: pick(domainIds, subject),
    data: {
      from: new Date(startMs).toISOString(),
      to: new Date(startMs).toISOString(),
      modes,
      backlogMessages: detail,
      worstSecondsBehind: 0,
      contacts: 0,
    },
  }),
  // Desired state, what is accepted of it, and what people see to.
  (subject, detail) => ({
    type: 'ibcf.policy.targeted.v1',
    subject: pick(domainIds, subject),
    data: {
      assignmentId: id(9, detail),
      policyBundleId: pick(policyIds, detail),
      selector: detail % 2 === 0 ? { tagsAll: [text(detail)] } : { nodeIds: [pick(nodeIds, detail)] },
      reason: text(detail),
    },
  }),
  (subject, detail) => ({
    type: 'ibcf.policy.withdrawn.v1',
    subject: pick(domainIds, subject),
    data: { assignmentId: id(9, detail), reason: text(detail) },
  }),
  (subject, detail) => ({
    type: 'ibcf.waiver.granted.v1',
    subject: pick([...nodeIds, ...domainIds], subject),
    data: { waiverId: id(10, detail), path: '/configuration/a', until: new Date(startMs + detail).toISOString(), reason: text(detail) },
  }),
  (subject, detail) => ({
    type: 'ibcf.waiver.revoked.v1',
    subject: pick([...nodeIds, ...domainIds], subject),
    data: { waiverId: id(10, detail), reason: text(detail) },
  }),
  (subject, detail) => ({
    type: 'ibcf.rollout.planned.v1',
    subject: id(11, subject),
    data: {
      name: text(detail),
      domainId: pick(domainIds, detail),
      policyBundleId: pick(policyIds, detail),
      fallbackPolicyBundleId: null,
      waves: [wave, { ...wave, name: text(detail) }],
      maxDisrupted: detail + 1,
    },
  }),
  (subject, detail) => ({
    type: 'ibcf.rollout.enlisted.v1',
    subject: id(11, subject),
    data: { wave: detail % 2, nodeIds: [pick(nodeIds, detail), pick(nodeIds, detail + 1)] },
  }),
  (subject, detail) => ({
    type: pick(
      [
        'ibcf.rollout.started.v1',
        'ibcf.rollout.paused.v1',
        'ibcf.rollout.resumed.v1',
        'ibcf.rollout.aborted.v1',
        'ibcf.rollout.completed.v1',
      ],
      detail,
    ),
    subject: id(11, subject),
    data: { reason: text(detail) },
  }),
  (subject, detail) => ({
    type: pick(['ibcf.rollout.advanced.v1', 'ibcf.rollout.gate-opened.v1'], detail),
    subject: id(11, subject),
    data: { wave: detail % 3, reason: text(detail) },
  }),
  (subject, detail) => ({
    type: 'ibcf.attention.acknowledged.v1',
    subject: pick(nodeIds, subject),
    data: { item: pick(items, detail), score: detail, note: text(detail) },
  }),
  (subject, detail) => ({
    type: 'ibcf.attention.snoozed.v1',
    subject: pick(nodeIds, subject),
    data: { item: pick(items, detail), score: detail, until: new Date(startMs + detail).toISOString(), reason: text(detail) },
  }),
  (subject, detail) => ({
    type: 'ibcf.attention.assigned.v1',
    subject: pick(nodeIds, subject),
    data: { item: pick(items, detail), operatorId: detail % 2 === 0 ? null : id(6, 1), note: '' },
  }),
  (subject, detail) => ({
    type: 'ibcf.attention.resolved.v1',
    subject: pick(nodeIds, subject),
    data: { item: pick(items, detail), score: detail, reason: text(detail) },
  }),
  (subject, detail) => ({ type: 'ibcf.attention.weighted.v1', subject: pick(domainIds, subject), data: { weights: { drift: detail } } }),
  (subject, detail) => ({
    type: 'ibcf.node.scheduled.v1',
    subject: pick(nodeIds, subject),
    data: { schedule: detail % 2 === 0 ? null : { kind: 'cron', expression: '0 8 * * *', zone: 'UTC' }, reason: text(detail) },
  }),
  (subject, detail) => ({
    type: 'ibcf.relay.registered.v1',
    subject: id(12, subject),
    data: { name: text(detail), kind: 'BROKER', domainId: pick(domainIds, detail), upstreamId: null, direction: 'BOTH' },
  }),
  (subject, detail) => ({
    type: detail % 3 === 0 ? 'ibcf.relay.retired.v1' : 'ibcf.relay.rerouted.v1',
    subject: id(12, subject),
    data: { reason: text(detail), ...(detail % 3 === 0 ? {} : { upstreamId: id(12, detail) }) },
  }),
  (subject, detail) => ({ type: 'ibcf.connectivity.assessed.v1', subject: pick(nodeIds, subject), data: { to: detail } }),
  (subject, detail) => ({ type: 'ibcf.lifecycle.foretold.v9', subject: pick(nodeIds, subject), data: { detail } }),
  (subject, detail) => ({
    type: 'ibcf.health.changed.v1',
    subject: pick(nodeIds, subject),
    data: { from: 'OK', to: pick(healths, detail), detail: 'said by a master' },
  }),
]

/** What nodes write; the last ones have no effect: about others, in the words of a master, of another shape. */
const nodeDrafts: readonly ((own: string, subject: number, detail: number) => Draft)[] = [
  (own, _subject, detail) => ({
    type: 'ibcf.observation.recorded.v1',
    subject: own,
    data: { kind: text(detail), values: { a: detail }, isAutonomous: true },
  }),
  (own, _subject, detail) => ({
    type: 'ibcf.health.changed.v1',
    subject: own,
    data: { from: 'OK', to: pick(healths, detail), detail: text(detail) },
  }),
  (own, _subject, detail) => ({
    type: 'ibcf.link.measured.v1',
    subject: own,
    data: { link: { rtt_ms: detail, loss_pct: 0, bandwidth_kbps: 1 }, viaId: null, isAutonomous: false },
  }),
  (own, _subject, detail) => ({
    type: 'ibcf.snapshot.taken.v1',
    subject: own,
    data: {
      parts: [{ name: pick(['inventory', 'configuration'], detail), digest: detail.toString(16).padStart(64, '0'), sizeBytes: detail }],
      isAutonomous: false,
    },
  }),
  (own, _subject, detail) => ({
    type: 'ibcf.decision.taken.v1',
    subject: own,
    data: { policy: text(detail), decision: text(detail), basis: '', policyBundleId: null },
  }),
  (own, _subject, detail) => ({
    type: 'ibcf.alarm.raised.v1',
    subject: own,
    data: { name: text(detail), severity: 'warning', detail: '' },
  }),
  (own, subject, detail) => ({
    type: 'ibcf.desired.adopted.v1',
    subject: own,
    data: { policyBundleId: pick(policyIds, subject), policyVersion: text(detail), placement: 0, epoch: 0, masterId: '' },
  }),
  (own, _subject, detail) => ({
    type: 'ibcf.decision.taken.v1',
    subject: own,
    data: {
      policy: text(detail),
      decision: pick(['cool', 'end cool', 'rest'], detail),
      basis: '',
      policyBundleId: pick(policyIds, detail),
      path: `/configuration/${detail % 2}`,
    },
  }),
  (own, subject, detail) => ({
    type: 'ibcf.desired.refused.v1',
    subject: own,
    data: { policyBundleId: detail % 5 === 0 ? '' : pick(policyIds, subject), code: text(detail), sentence: '' },
  }),
  (own, subject, detail) => ({
    type: 'ibcf.desired.proven.v1',
    subject: own,
    data: { policyBundleId: pick(policyIds, subject), version: text(detail), isAfterRestart: detail % 2 === 0, found: '' },
  }),
  (_own, subject, detail) => ({
    type: 'ibcf.health.changed.v1',
    subject: pick(nodeIds, subject),
    data: { from: 'OK', to: pick(healths, detail), detail: 'perhaps about another' },
  }),
  (own, _subject, detail) => ({
    type: 'ibcf.lifecycle.transitioned.v1',
    subject: own,
    data: { from: 'ACTIVE', to: pick(phases, detail), event: 'any', reason: 'said by the node itself', code: null },
  }),
  (_own, subject) => ({ type: 'ibcf.domain.renamed.v1', subject: pick(domainIds, subject), data: { name: 'said by a node' } }),
  (own, _subject, detail) => ({ type: 'ibcf.snapshot.taken.v1', subject: own, data: { parts: detail } }),
]

/** The segments of all logs, each log in its order, one log after the other. */
export async function writeWorld(steps: readonly Step[]): Promise<readonly Delivery[]> {
  using store = await openTestStore('memory')
  store.transact((transaction) => {
    for (const { origin, key, keyId } of writers) putKey(transaction, { keyId, origin, publicKey: key.publicKey }, recordedAt)
    const clocks = new Map<string, number>()
    for (const [number, step] of steps.entries()) {
      const writer = pick(writers, step.writer)
      const draft =
        writer.kind === 'master'
          ? pick(masterDrafts, step.type)(step.subject, step.detail)
          : pick(nodeDrafts, step.type)(writer.origin, step.subject, step.detail)
      const clock = (clocks.get(writer.origin) ?? startMs) + step.clockStep
      clocks.set(writer.origin, clock + 1)
      const log = logFor(writer, draft, step)
      appendEvents(transaction, log, [envelopeOf(writer, draft, step, number, clock)], recordedAt)
      if (step.signs) signTail(transaction, log, { keyId: writer.keyId, privateKey: writer.key.privateKey }, formatHlc(clock, 0))
    }
    for (const { log } of readFrontier(transaction)) {
      const writer = writers.find(({ origin }) => log.startsWith(origin)) as Writer
      signTail(transaction, parseLogId(log), { keyId: writer.keyId, privateKey: writer.key.privateKey }, formatHlc(startMs, 0))
    }
  })
  return readFrontier(store.reader).flatMap(({ log }) => {
    const writer = writers.find(({ origin }) => log.startsWith(origin)) as Writer
    return [...readSegmentsFrom(store.reader, parseLogId(log), 1)].map(({ bytes }) => ({ writer, bytes }))
  })
}

function logFor({ origin, kind }: Writer, { type }: Draft, { subject, detail }: Step): LogId {
  const table: Readonly<Record<string, { readonly lane: Lane }>> = kind === 'master' ? decisions : nodeEvents
  const incarnation = id<IncarnationId>(7, detail % 2)
  return { origin, incarnation, lane: table[type]?.lane ?? 'fact', domain: kind === 'master' ? pick(domainIds, subject) : '-' }
}

function envelopeOf(
  { origin, kind }: Writer,
  { type, subject, data }: Draft,
  { epoch, detail }: Step,
  number: number,
  clock: number,
): EventEnvelope {
  return {
    specversion: '1.0',
    id: id<EventId>(8, number),
    type,
    source: `urn:ibcf:${kind}:${origin}`,
    subject: subject as EventEnvelope['subject'],
    time: new Date(clock).toISOString(),
    hlc: formatHlc(clock, 0),
    ...(kind === 'master' ? { domain: pick(domainIds, detail), epoch, placement: epoch % 2 } : {}),
    data,
  }
}
