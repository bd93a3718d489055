/** Events in words, and whether their clocks can be believed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isClockDoubtful } from '../../../../core/app/queries/event-clock.ts'
import { plainText, quoted } from '../../../../core/app/queries/plain-text.ts'
import { isDecisionType, isNodeEventType, type Names, sentenceOfDecision, sentenceOfFact } from '../../../../core/app/queries/sentences.ts'
import { decisions, type DecisionType } from '../../../../core/fleet/decisions.ts'
import { nodeEvents, type NodeEventType } from '../../../../core/fleet/node/node-events.ts'
import { formatHlc } from '../../../../core/kernel/hlc.ts'
import { signEnvelope, south } from '../../fleet/authority/world.ts'

const names: Names = { master: () => '“Harbour”', domain: () => '“Island”', policy: () => '“base”' }
const link = { rtt_ms: 12.34, loss_pct: 0.06, bandwidth_kbps: 256 }
const debt = { seconds_behind: 0, backlog_messages: 0, replay_required: false }
const head = { log: 'x', seq: 1, head: 'x' }
const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV'
const at = '2026-01-01T00:00:00.000Z'
const toSouth = signEnvelope(
  {
    v: 1,
    kind: 'grant',
    domainId: id,
    parentId: null,
    epoch: 3,
    right: 'claim',
    master: { masterId: id, level: 'REGION', keyId: 'x', publicKey: 'x', incarnation: null },
    until: null,
    quorum: null,
  },
  south,
)
const noLane = { logs: 0, events: 0 }
const noContents = { control: noLane, fact: noLane, bulk: noLane, blobs: { count: 0, bytes: 0 } }
const noConstraints = { maintenance_window: '', requires_online: false, min_battery_pct: 0 }

const decided: Readonly<Record<DecisionType, readonly [data: unknown, sentence: string]>> = {
  'ibcf.log.opened.v1': [{ continues: [head], reason: 'The master was founded.' }, 'A log was opened. The master was founded.'],
  'ibcf.master.created.v1': [
    { name: 'Harbour', level: 'REGION', keyId: '', publicKey: '' },
    'The master “Harbour” was founded at the level REGION.',
  ],
  'ibcf.master.renamed.v1': [{ name: 'Quay' }, 'The master is called “Quay” from now on.'],
  'ibcf.operator.created.v1': [{ name: 'Ada', role: 'viewer', keyId: '', publicKey: '' }, '“Ada” may act here as viewer.'],
  'ibcf.domain.created.v1': [
    { name: 'Cell', parentId: null, level: 'LOCAL', thresholds: {} },
    'The domain “Cell” was made at the level LOCAL.',
  ],
  'ibcf.domain.renamed.v1': [{ name: 'Cell' }, 'The domain is called “Cell” from now on.'],
  'ibcf.domain.configured.v1': [{ thresholds: { slowRttMs: 9 } }, 'Thresholds were set: slowRttMs 9.'],
  'ibcf.incarnation.opened.v1': [
    { incarnation: id, reason: 'restored', continues: [head], lost: [] },
    'The master was restored from a backup and began a new life, without authority.',
  ],
  'ibcf.authority.granted.v1': [
    { masterId: id, level: 'LOCAL', epoch: 2, until: null, right: 'grant' },
    '“Harbour” became master of record at epoch 2.',
  ],
  'ibcf.authority.delegated.v1': [
    { masterId: id, level: 'LOCAL', keyId: '', publicKey: '', rank: 1, until: null },
    '“Harbour” may claim the domain when its holder cannot be reached.',
  ],
  'ibcf.authority.claimed.v1': [
    { delegationId: id, level: 'LOCAL', epoch: 2, reason: 'The cable was cut' },
    'It was claimed by delegation, at epoch 2. The cable was cut.',
  ],
  'ibcf.authority.witnessed.v1': [
    { statement: toSouth, approvals: [{ keyId: 'x', publicKey: 'x' }] },
    'A node showed that “Harbour” had been given it at epoch 3; no event of that was held here.',
  ],
  'ibcf.authority.resolved.v1': [
    { disputedEpoch: 2, inFavourOf: id, masterId: id, level: 'LOCAL', epoch: 3, until: null },
    'The contest over epoch 2 was decided: “Harbour” is master of record at epoch 3.',
  ],
  'ibcf.authority.released.v1': [
    { epoch: 2, inherit: true, reason: 'Island reached again' },
    'Its authority at epoch 2 was given up. Island reached again.',
  ],
  'ibcf.authority.lapsed.v1': [{ masterId: id, epoch: 2 }, 'The grant to “Harbour” at epoch 2 ran out.'],
  'ibcf.authority.reviewed.v1': [
    { reviewedEventId: id, verdict: 'upheld', findings: 'The link was down' },
    'The broken glass was looked into and upheld. The link was down.',
  ],
  'ibcf.enrolment.requested.v1': [
    {
      requestId: id,
      name: 'pump',
      kind: 'EDGE',
      tags: [],
      keyId: '',
      publicKey: '',
      serial: null,
      manufacturer: null,
      model: null,
      contactEverySeconds: 1,
      autonomyBudgetSeconds: 1,
      viaId: null,
      statement: { document: '', keyid: '', signature: '' },
    },
    '“pump” asked to join as EDGE.',
  ],
  'ibcf.enrolment.approved.v1': [{ requestId: id, domainId: id, keyId: '', publicKey: '' }, 'It was let into “Island”.'],
  'ibcf.enrolment.refused.v1': [{ requestId: id, reason: 'Not ours' }, 'It was turned away. Not ours.'],
  'ibcf.lifecycle.transitioned.v1': [
    { from: 'ACTIVE', to: 'QUARANTINED', event: 'x', reason: 'Smoke!', code: null },
    'ACTIVE became QUARANTINED. Smoke!',
  ],
  'ibcf.connectivity.assessed.v1': [
    { from: 'LIVE', to: 'AUTONOMOUS', event: 'x', reason: 'Not heard', lastSeen: at, link, syncDebt: debt },
    'It is AUTONOMOUS. Not heard.',
  ],
  'ibcf.key.revoked.v1': [{ keyId: 'x', cut: [head], reason: 'Stolen.' }, 'Its key was cut. Stolen.'],
  'ibcf.session.opened.v1': [
    { sessionId: id, expectedEvents: 1, frontier: [head], clockOffsetMs: 0 },
    'It came back; 1 event to be replayed.',
  ],
  'ibcf.session.closed.v1': [
    {
      sessionId: id,
      verdict: 'QUARANTINED',
      reasons: [{ code: 'X', sentence: 'The log was altered', wayOut: '' }],
      receivedEvents: 5,
      held: [head],
    },
    'Its return ended in quarantine. 5 events received. The log was altered.',
  ],
  'ibcf.segment.accepted.v1': [{ log: 'x', from: 3, to: 9, head: 'x' }, 'Its events 3 to 9 were taken in.'],
  'ibcf.evidence.parked.v1': [
    { log: 'x', from: 1, to: 2, code: 'SEGMENT_CHAIN_BROKEN', sentence: 'It was altered.', digest: 'x', sizeBytes: 1 },
    'Something it sent was refused and kept as evidence. It was altered. (SEGMENT_CHAIN_BROKEN)',
  ],
  'ibcf.policy.published.v1': [
    { name: 'base', version: '3', targetVersion: '1', configuration: {}, constraints: noConstraints },
    'The policy “base” 3 was published.',
  ],
  'ibcf.policy.assigned.v1': [{ policyBundleId: id }, 'It is to be as the policy “base” says.'],
  'ibcf.policy.targeted.v1': [
    { assignmentId: id, policyBundleId: id, selector: { tagsAll: ['pump'] }, reason: 'Try it' },
    'Some of its nodes are to be as the policy “base” says. Try it.',
  ],
  'ibcf.policy.withdrawn.v1': [{ assignmentId: id, reason: 'Tried' }, 'An assignment of a policy was withdrawn. Tried.'],
  'ibcf.rollout.planned.v1': [
    {
      name: 'spring',
      domainId: id,
      policyBundleId: id,
      fallbackPolicyBundleId: null,
      waves: [{ name: 'all', successShare: 1, failedShareAtMost: 0, soakSeconds: 0, hasGate: false }],
      maxDisrupted: 1,
    },
    'The rollout “spring” of the policy “base” was planned, in 1 wave.',
  ],
  'ibcf.rollout.enlisted.v1': [{ wave: 0, nodeIds: [id, id] }, 'Put into wave 1: 2 nodes.'],
  'ibcf.rollout.started.v1': [{ reason: '' }, 'The rollout was started.'],
  'ibcf.rollout.gate-opened.v1': [{ wave: 1, reason: 'Looked at it' }, 'The gate before wave 2 was opened. Looked at it.'],
  'ibcf.rollout.advanced.v1': [{ wave: 1, reason: '' }, 'Wave 2 was opened.'],
  'ibcf.rollout.paused.v1': [{ reason: 'Storm' }, 'The rollout was paused. Storm.'],
  'ibcf.rollout.approved.v1': [{ reason: 'Tried in the yard' }, 'Another person agreed to what the rollout installs. Tried in the yard.'],
  'ibcf.rollout.resumed.v1': [{ reason: '' }, 'The rollout was resumed.'],
  'ibcf.rollout.aborted.v1': [{ reason: 'It leaks' }, 'The rollout was aborted. It leaks.'],
  'ibcf.rollout.completed.v1': [{ reason: '' }, 'The rollout was completed.'],
  'ibcf.waiver.granted.v1': [
    { waiverId: id, path: '/configuration/a', until: at, reason: 'Spare part' },
    'Drift at /configuration/a is accepted until 2026-01-01T00:00:00.000Z. Spare part.',
  ],
  'ibcf.waiver.revoked.v1': [{ waiverId: id, reason: 'Fitted' }, 'Drift that was accepted is not any more. Fitted.'],
  'ibcf.reconciliation.set.v1': [
    { policy: 'strict', reason: 'Near the harbour' },
    'What comes back is reconciled by the policy strict. Near the harbour.',
  ],
  'ibcf.hardware.offered.v1': [
    {
      requestId: id,
      keyId: '',
      publicKey: '',
      serial: 'S-2',
      manufacturer: null,
      model: null,
      statement: { document: '', keyid: '', signature: '' },
    },
    'Another machine (S-2) asked to be this node from now on.',
  ],
  'ibcf.hardware.refused.v1': [{ requestId: id, keyId: '', reason: 'Not ours' }, 'The other machine was turned away. Not ours.'],
  'ibcf.key.replaced.v1': [
    {
      requestId: id,
      oldKeyId: '',
      keyId: '',
      publicKey: '',
      serial: 'S-2',
      manufacturer: null,
      model: null,
      cut: [head],
      reason: 'Burnt out',
    },
    'It has another key and the serial S-2; the old key was cut. Burnt out.',
  ],
  'ibcf.fork.resolved.v1': [
    { log: 'x', at: 7, keep: head, reason: 'The other one was a clone' },
    'It was decided which telling of its log counts from event 7 on. The other one was a clone.',
  ],
  'ibcf.node.released.v1': [
    { toDomainId: id, upDomainId: null, base: 1, toBase: 2, reason: 'Rebuilt.' },
    'Let go to another domain: Rebuilt.',
  ],
  'ibcf.node.taken.v1': [{ releasedBy: id, reason: 'Rebuilt.' }, 'Taken over into this domain: Rebuilt.'],
  'ibcf.node.scheduled.v1': [
    { schedule: { kind: 'window', opens: '0 8 * * 1', zone: 'UTC', openSeconds: 36_000 }, reason: 'The courier' },
    'It is expected to be heard within 10 h of 0 8 * * 1 (UTC). The courier.',
  ],
  'ibcf.relay.registered.v1': [
    { name: 'mast', kind: 'SATELLITE', domainId: id, upstreamId: null, direction: 'BOTH' },
    'The relay “mast” was registered as SATELLITE.',
  ],
  'ibcf.relay.rerouted.v1': [{ upstreamId: id, reason: 'Cable' }, 'The relay leads another way. Cable.'],
  'ibcf.relay.retired.v1': [{ reason: 'Taken down' }, 'The relay was retired. Taken down.'],
  'ibcf.attention.acknowledged.v1': [{ item: 'drift', score: 40, note: 'Mine' }, 'It was seen to need attention. Mine.'],
  'ibcf.attention.snoozed.v1': [
    { item: 'drift', score: 40, until: at, reason: 'Spare part' },
    'It was put off until 2026-01-01T00:00:00.000Z. Spare part.',
  ],
  'ibcf.attention.assigned.v1': [{ item: 'drift', operatorId: id, note: '' }, 'It was given to a person to see to.'],
  'ibcf.attention.resolved.v1': [{ item: 'drift', score: 40, reason: 'Fitted' }, 'What needed attention was resolved. Fitted.'],
  'ibcf.attention.weighted.v1': [{ weights: { drift: 10 } }, 'What counts how much for attention was set.'],
  'ibcf.maintenance.begun.v1': [
    { maintenanceId: id, until: '2026-03-01T12:00:00.000Z', reason: 'a new pump' },
    'It is being worked on until 2026-03-01T12:00:00.000Z. a new pump.',
  ],
  'ibcf.maintenance.ended.v1': [{ maintenanceId: id, cause: 'person', reason: 'done' }, 'It is not worked on any more. done.'],
  'ibcf.note.written.v1': [{ text: 'the gate sticks' }, 'Noted: the gate sticks.'],
  'ibcf.bundle.packed.v1': [
    {
      forMasterId: id,
      forName: 'Harbour',
      carriedBy: 'Kim',
      dueAt: at,
      files: ['a.ibcf.age'],
      sizeBytes: 1,
      isEncrypted: true,
      isFull: false,
      scopeDomainId: null,
      contents: noContents,
      leftBehind: { events: 0, blobs: 0 },
      reaches: [{ log: 'x', seq: 1 }],
    },
    'A bundle was packed for “Harbour”, to be carried by “Kim”.',
  ],
  'ibcf.bundle.departed.v1': [
    { carriedBy: 'Kim', dueAt: null, note: 'By the ferry' },
    'The bundle is on its way, carried by “Kim”. By the ferry.',
  ],
  'ibcf.bundle.lost.v1': [{ reason: 'The bag was stolen' }, 'The bundle was given up for lost. The bag was stolen.'],
  'ibcf.bundle.imported.v1': [
    {
      fromMasterId: id,
      fromName: 'Harbour',
      packedAt: at,
      outcome: 'part',
      storedEvents: 2,
      storedSegments: 1,
      knownSegments: 0,
      refusedPieces: 1,
      waitingPieces: 0,
      receipt: { incarnation: id, n: 3 },
    },
    'A bundle of “Harbour” was taken in in part: 2 new events.',
  ],
  'ibcf.bundle.receipt-back.v1': [
    { fromMasterId: id, receipt: { incarnation: id, n: 3, at }, importedAt: at },
    '“Harbour” acknowledged the bundle.',
  ],
  'ibcf.command.issued.v1': [
    {
      kind: 'restart',
      nodeId: id,
      semantics: 'AT_LEAST_ONCE',
      incarnation: null,
      constraints: { ...noConstraints, target_version: null },
      body: { sealed: null, data: {} },
      bodyDigest: 'a'.repeat(64),
      batchId: null,
      reason: 'Memory is full',
    },
    'It is to do restart. Memory is full.',
  ],
  'ibcf.command.approved.v1': [{ bodyDigest: 'a'.repeat(64), reason: 'Seen' }, 'A second person approved the command. Seen.'],
  'ibcf.command.cancelled.v1': [{ reason: '' }, 'The command was cancelled.'],
  'ibcf.command.superseded.v1': [{ byCommandId: id }, 'A later command took its place.'],
  'ibcf.command.lapsed.v1': [{ judgedBy: 'own-clock' }, 'The command was not run in its time.'],
  'ibcf.command.settled.v1': [
    { outcome: 'applied', findings: 'Seen on site' },
    'A person found that the command took effect. Seen on site.',
  ],
  'ibcf.presence.digested.v1': [
    {
      from: at,
      to: at,
      modes: { LIVE: 1, DELAYED: 0, EDGE_CACHED: 0, AUTONOMOUS: 0, DISCONNECTED: 0, RETURNING: 0, REPLAYING: 0 },
      backlogMessages: 0,
      worstSecondsBehind: 0,
      contacts: 12,
    },
    'Presence was summed up: 12 contacts.',
  ],
}

const recorded: Readonly<Record<NodeEventType, readonly [data: unknown, sentence: string]>> = {
  'ibcf.log.opened.v1': [{ continues: [], reason: 'First start.' }, 'It opened a log. First start.'],
  'ibcf.connection.lost.v1': [{ since: at, attempts: 3 }, 'It lost its master after 3 attempts and goes on alone.'],
  'ibcf.connection.regained.v1': [{ offlineSeconds: 7200 }, 'It found its master again after 2 h alone.'],
  'ibcf.decision.taken.v1': [
    { policy: 'heat', decision: 'Fan on', basis: '41 C', policyBundleId: null },
    'It decided alone, by “heat”: Fan on. Because: 41 C.',
  ],
  'ibcf.alarm.raised.v1': [{ name: 'Door', severity: 'critical', detail: 'open' }, 'Alarm (critical): Door. open.'],
  'ibcf.agent.started.v1': [
    { version: '1.2', offlineSince: null, unclean: true },
    'Its agent 1.2 started after it had ended without warning.',
  ],
  'ibcf.relay.overflowed.v1': [
    { origin: id, lane: 'bulk', reason: 'dropped', items: 2, events: 5, bytes: 900, code: null },
    `Of what ${id} left there (bulk), 2 pieces with 5 events had to make room and were let go.`,
  ],
  'ibcf.desired.adopted.v1': [
    { policyBundleId: id, policyVersion: '3', placement: 0, epoch: 1, masterId: id },
    'It took on the policy “base” 3.',
  ],
  'ibcf.desired.refused.v1': [
    { policyBundleId: id, code: 'EPOCH_STALE', sentence: 'An older master said so' },
    'It refused the policy “base”. An older master said so. (EPOCH_STALE)',
  ],
  'ibcf.desired.proven.v1': [
    { policyBundleId: id, version: '2.1.0', isAfterRestart: true, found: 'reads it back' },
    'It runs 2.1.0 under the policy “base”, after a restart. Found: reads it back.',
  ],
  'ibcf.command.received.v1': [{ commandId: id, idempotencyKey: 'k', bodyDigest: 'a'.repeat(64) }, 'It received a command.'],
  'ibcf.command.started.v1': [{ commandId: id, attempt: 2 }, 'It began to run a command, for the 2. time.'],
  'ibcf.command.applied.v1': [
    { commandId: id, proof: 'Version 1.3 runs', wasProbed: false },
    'It ran a command. Found afterwards: Version 1.3 runs.',
  ],
  'ibcf.command.rejected.v1': [
    { commandId: id, code: 'BATTERY_LOW', sentence: 'The battery is low' },
    'It refused a command. The battery is low. (BATTERY_LOW)',
  ],
  'ibcf.command.expired.v1': [{ commandId: id, judgedBy: 'own-clock' }, 'A command reached it too late and was not run.'],
  'ibcf.command.withdrawn.v1': [{ commandId: id, why: 'cancelled' }, 'It did not run a command that was cancelled.'],
  'ibcf.command.unsure.v1': [
    { commandId: id, sentence: 'Power went while it ran' },
    'It cannot say whether a command took effect. Power went while it ran.',
  ],
  'ibcf.observation.recorded.v1': [
    { kind: 'tank', values: { level: 0.5, open: true, a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }, isAutonomous: false },
    'Observed tank: level 0.5, open true, a 1, b 2, c 3, d 4, 2 more.',
  ],
  'ibcf.health.changed.v1': [{ from: 'OK', to: 'FAILED', detail: 'Disk' }, 'Its health went from OK to FAILED. Disk.'],
  'ibcf.link.measured.v1': [{ link, viaId: null, isAutonomous: false }, 'Its link: 12.3 ms round trip, 0.1 % loss, 256 kbit/s.'],
  'ibcf.snapshot.taken.v1': [
    { parts: [{ name: 'inventory', digest: 'a'.repeat(64), sizeBytes: 1 }], isAutonomous: false },
    'It took a snapshot: inventory.',
  ],
}

describe('sentences', () => {
  it.each(Object.entries(decided))('[QY10] says a decision of type %s', (type, [data, sentence]) => {
    expect(decisions[type as DecisionType].data.safeParse(data).success).toBe(true)
    expect(isDecisionType(type) && sentenceOfDecision(type, data, names)).toBe(sentence)
  })

  it.each(Object.entries(recorded))('[QY10] says a fact of type %s', (type, [data, sentence]) => {
    expect(nodeEvents[type as NodeEventType].data.safeParse(data).success).toBe(true)
    expect(isNodeEventType(type) && sentenceOfFact(type, data, names)).toBe(sentence)
  })

  it('[QY10] does not take a name of the language for a type', () => {
    expect(['toString', '__proto__', 'constructor'].some((type) => isDecisionType(type) || isNodeEventType(type))).toBe(false)
  })

  it.each([
    ['a\u0000b\nc\u001b[31md', 'a b c [31md'],
    ['\u202eevil\u202c', 'evil'],
    ['<b>bold</b> & "quotes"', '<b>bold</b> & "quotes"'],
    ['שלום', 'שלום'],
    ['👩‍🔧 pump', '👩‍🔧 pump'],
    ['x'.repeat(10_000), `${'x'.repeat(199)}…`],
    ['', ''],
  ])('[QY10] makes %j plain', (text, plain) => {
    expect(plainText(text)).toBe(plain)
  })

  it('[QY10] shows where a quoted name ends, whatever quotes are in it', () => {
    expect(quoted('a” is fine. “b')).toBe('“a" is fine. "b”')
  })

  it('[QY10] never leaves a control character, a half letter or more than is allowed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), fc.integer({ min: 1, max: 300 }), (text, longest) => {
        const plain = plainText(text, longest)
        expect([...plain].length).toBeLessThanOrEqual(longest)
        expect(plain).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
        expect(plain.isWellFormed()).toBe(true)
      }),
    )
  })
})

describe('the clock of an event', () => {
  const nowMs = Date.UTC(2026, 5, 1)
  const minute = 60_000
  const day = 24 * 60 * minute
  const evidence = (
    timeMs: number,
    settings: {
      readonly hlcMs?: number
      readonly data?: Readonly<Record<string, unknown>>
      readonly knownSinceMs?: number | null
      readonly isOwn?: boolean
    } = {},
  ) => ({
    event: { time: new Date(timeMs).toISOString(), hlc: formatHlc(settings.hlcMs ?? timeMs, 0), data: settings.data ?? {} },
    recordedAt: nowMs,
    knownSinceMs: settings.knownSinceMs ?? null,
    isOwn: settings.isOwn ?? false,
  })

  it.each([
    ['recorded as it happened', evidence(nowMs), false],
    ['a little ahead', evidence(nowMs + 5 * minute), false],
    ['ahead of its recording', evidence(nowMs + 6 * minute), true],
    ['in 2099', evidence(Date.UTC(2099, 0, 1)), true],
    ['a month late from autonomy', evidence(nowMs - 30 * day), false],
    ['a month late, and said to be alone', evidence(nowMs - 30 * day, { data: { isAutonomous: true } }), false],
    ['two days late, and said to be in touch', evidence(nowMs - 2 * day, { data: { isAutonomous: false } }), true],
    ['an hour late, and said to be in touch', evidence(nowMs - 60 * minute, { data: { isAutonomous: false } }), false],
    ['two days late, and written here', evidence(nowMs - 2 * day, { isOwn: true }), true],
    ['of a clock that was set back', evidence(nowMs - 60 * minute, { hlcMs: nowMs }), true],
    ['of a clock that was set back a little', evidence(nowMs - 4 * minute, { hlcMs: nowMs }), false],
    ['older than its node', evidence(nowMs - 9 * day, { knownSinceMs: nowMs - 7 * day }), true],
    ['of the hour before its node asked to join', evidence(nowMs - 7 * day - 60 * minute, { knownSinceMs: nowMs - 7 * day }), false],
  ])('[QY11] of an event %s is judged rightly', (_case, given, doubtful) => {
    expect(isClockDoubtful(given)).toBe(doubtful)
  })
})
