/** The pages of the console as a whole: overview, domain, node, and what stands beside them. */
import { describe, expect, it } from 'vitest'
import { domainDetail, domainRow, fleetOverview, topologyView } from '../../../../core/contract/domains.ts'
import { evidenceView, nodeDetail, sessionView } from '../../../../core/contract/nodes.ts'
import { enrolmentView, operatorView } from '../../../../core/contract/people.ts'
import { actionsOf } from '../../../../core/app/queries/node-actions.ts'
import { connectivityModes, healths, type Phase, phases } from '../../../../core/fleet/node/node-record.ts'
import type { MasterId, NodeId, SessionId } from '../../../../core/kernel/ids.ts'
import { insertSession, type ReturnSession } from '../../../../core/ingest/returns/return-table.ts'
import { parkEvidence } from '../../../../core/store/evidence.ts'
import { createTestIsland, type TestIsland } from '../../../helpers/island.ts'

function openSession(island: TestIsland, node: NodeId, changes: Partial<ReturnSession> = {}): SessionId {
  const sessionId = island.newId() as unknown as SessionId
  const nowMs = island.ports.clock.now()
  const session: ReturnSession = {
    sessionId,
    nodeId: node,
    domainId: (island.model.lifecycle(node)?.domainId ?? island.rootId) as ReturnSession['domainId'],
    step: 'UPLOADING',
    keyId: '',
    tokenHash: island.ports.crypto.sha256(new TextEncoder().encode(sessionId)),
    openedAt: nowMs,
    leaseUntil: nowMs + 60_000,
    closedAt: null,
    firstPieceAt: nowMs,
    lastProgressAt: nowMs,
    expectedEvents: 100,
    receivedEvents: 40,
    receivedBytes: 4000,
    unreadableEvents: 0,
    clockOffsetMs: 0,
    placement: 0,
    epoch: 1,
    frontier: [],
    base: [],
    lock: { document: '', keyid: '', signature: '' },
    countersignature: null,
    resumedTimes: 1,
    verdict: null,
    reasons: [],
    policy: null,
    driftBefore: null,
    driftAfter: null,
    openedEventId: island.newId(),
    ...changes,
  }
  island.store.transact((writer) => insertSession(writer, session))
  return sessionId
}

function park(island: TestIsland, node: NodeId, number = 0): void {
  const bytes = new TextEncoder().encode(`piece ${number}`)
  const evidence = {
    origin: node,
    log: 'x',
    from: 1,
    to: 2,
    code: 'SEGMENT_CHAIN_BROKEN',
    sentence: 'It was altered.',
    bytes,
    at: island.ports.clock.now(),
  }
  island.store.transact((writer) => parkEvidence(writer, evidence))
}

const counts = <Name extends string>(names: readonly Name[], found: Partial<Record<Name, number>>): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, found[name] ?? 0])) as Record<Name, number>

describe('the overview', () => {
  it('[QY13] of an empty island is empty', async () => {
    using island = await createTestIsland()
    const overview = fleetOverview.parse(island.queries.overview())
    const line = {
      nodes: 0,
      modes: counts(connectivityModes, {}),
      phases: counts(phases, {}),
      healths: counts(healths, {}),
      backlogMessages: 0,
      worstSecondsBehind: 0,
      driftScore: null,
      driftKnown: 0,
      quarantined: 0,
      oldestEvidenceAt: null,
      newestEvidenceAt: null,
    }
    expect(overview).toEqual({
      at: island.now(),
      nodes: 0,
      pendingEnrolments: 0,
      openSessions: 0,
      line,
      spectrum: [{ at: island.now(), modes: counts(connectivityModes, {}) }],
      domains: [
        {
          id: island.rootId,
          parentId: null,
          name: 'Island',
          level: 'REGION',
          depth: 0,
          authority: {
            masterId: island.masterId,
            masterName: 'Harbour',
            level: 'REGION',
            epoch: 1,
            since: island.now(),
            grantedAtDomainId: island.rootId,
            standing: 'held-here',
          },
          own: line,
          subtree: line,
        },
      ],
      authority: { heldHere: 1, heldElsewhere: 0, contested: 0, nobody: 0 },
      policies: [],
      attention: [],
      refusals: [],
      store: { events: 3, sizeBytes: overview.store.sizeBytes, ...island.queries.fingerprint() },
    })
    expect(overview.store.sizeBytes).toBeGreaterThan(4096)
  })

  it('[QY13] adds up: own to subtree, subtree to fleet', async () => {
    using island = await createTestIsland()
    const region = island.makeDomain('Region')
    const cell = island.makeDomain('Cell', region)
    const earliest = island.now()
    const [a, b, c] = [island.rootId, region, cell].map((domainId) => island.makeNode({ domainId, contactEverySeconds: 1 })) as [
      NodeId,
      NodeId,
      NodeId,
    ]
    island.assess(a, 'LIVE', { syncDebt: { seconds_behind: 0, backlog_messages: 1, replay_required: false } })
    island.assess(b, 'DELAYED', { syncDebt: { seconds_behind: 0, backlog_messages: 20, replay_required: false } })
    island.advance(11_000)
    island.assess(c, 'AUTONOMOUS', { syncDebt: { seconds_behind: 0, backlog_messages: 300, replay_required: true }, lastSeen: earliest })
    island.movePhase(c, 'QUARANTINED', 'operator-quarantine')
    island.heard(b, { health: 'DEGRADED' })
    const { items } = island.queries.domains()
    const figures = domainRow
      .array()
      .parse(items)
      .map(({ name, own, subtree }) => [
        name,
        own.nodes,
        own.backlogMessages,
        subtree.nodes,
        subtree.backlogMessages,
        subtree.worstSecondsBehind,
        subtree.quarantined,
      ])
    expect(figures).toEqual([
      ['Island', 1, 1, 3, 301, 10, 1],
      ['Region', 1, 0, 2, 300, 10, 1],
      ['Cell', 1, 300, 1, 300, 10, 1],
    ])
    const { line, domains } = island.queries.overview()
    expect(line).toEqual({
      nodes: 3,
      modes: counts(connectivityModes, { LIVE: 1, DELAYED: 1, AUTONOMOUS: 1 }),
      phases: counts(phases, { ACTIVE: 2, QUARANTINED: 1 }),
      healths: counts(healths, { DEGRADED: 1, UNKNOWN: 2 }),
      backlogMessages: 301,
      worstSecondsBehind: 10,
      driftScore: null,
      driftKnown: 0,
      quarantined: 1,
      oldestEvidenceAt: earliest,
      newestEvidenceAt: island.now(),
    })
    expect(domains[0]?.subtree).toEqual(line)
    expect(domains).toEqual(items)
  })
})

describe('the page of a domain', () => {
  it('[QY13] shows it with all below it', async () => {
    using island = await createTestIsland()
    const region = island.makeDomain('Region', island.rootId, { thresholds: { slowRttMs: 700 } })
    const cell = island.makeDomain('Cell', region)
    island.makeDomain('Below', cell)
    island.makeNode({ domainId: cell, name: 'pump' })
    island.makeNode({ name: 'elsewhere' })
    const detail = domainDetail.parse(island.queries.domain(region))
    expect(detail.path.map(({ name }) => name)).toEqual(['Island', 'Region'])
    expect(detail.children.map(({ name, subtree }) => [name, subtree.nodes])).toEqual([['Cell', 1]])
    expect(detail.row).toMatchObject({ name: 'Region', depth: 1, own: { nodes: 0 }, subtree: { nodes: 1 } })
    expect(detail).toMatchObject({ thresholds: { slowRttMs: 700 }, thresholdsFromDomainId: region })
    expect(island.queries.topology(region)).toMatchObject({ omitted: 0, vertices: [{ name: 'pump' }] })
    expect(detail.attention.map(({ title }) => title)).toEqual(['pump was approved and has not come'])
    expect(() => island.queries.domain(island.newId())).toThrow(expect.objectContaining({ code: 'DOMAIN_UNKNOWN' }))
  })

  it('[QY18] draws relays first, foreign relays that are used, and says what it leaves out', async () => {
    using island = await createTestIsland()
    const cell = island.makeDomain('Cell')
    const mast = island.makeNode({ kind: 'RELAY', name: 'mast' })
    const hub = island.makeNode({ kind: 'GATEWAY', name: 'hub', domainId: cell, viaId: mast })
    const pump = island.makeNode({ name: 'pump', domainId: cell, viaId: hub })
    const lost = island.makeNode({ name: 'lost', domainId: cell, viaId: island.newId() })
    island.assess(pump, 'LIVE', { link: { rtt_ms: 5, loss_pct: 1, bandwidth_kbps: 9 } })
    const topology = topologyView.parse(island.queries.topology(cell))
    const vertex = { mode: 'DISCONNECTED', health: 'UNKNOWN', rttMs: null, lossPct: null }
    expect(topology).toMatchObject({
      vertices: [
        { ...vertex, id: mast, name: 'mast', kind: 'RELAY', viaId: null },
        { ...vertex, id: hub, name: 'hub', kind: 'GATEWAY', viaId: mast },
        { ...vertex, id: lost, name: 'lost', kind: 'EDGE', viaId: null },
        { id: pump, name: 'pump', kind: 'EDGE', viaId: hub, mode: 'LIVE', health: 'UNKNOWN', rttMs: 5, lossPct: 1 },
      ],
      omitted: 0,
    })
    for (let number = 0; number < 405; number++) island.makeNode({ domainId: cell })
    const crowded = island.queries.topology(cell)
    expect({ drawn: crowded.vertices.length, omitted: crowded.omitted, first: crowded.vertices[0]?.name }).toEqual({
      drawn: 400,
      omitted: 9,
      first: 'mast',
    })
    expect(island.queries.topology(cell, 5000)).toMatchObject({ omitted: 0, vertices: { length: 409 } })
    expect(() => island.queries.topology(island.newId())).toThrow(expect.objectContaining({ code: 'DOMAIN_UNKNOWN' }))
  })
})

describe('the page of a node', () => {
  it('[QY13] shows every field of the canonical schema', async () => {
    using island = await createTestIsland()
    const cell = island.makeDomain('Cell')
    const policy = island.makePolicy('base', { targetVersion: '2.0.0', configuration: { rate: 5 } })
    island.assign(policy)
    const node = island.makeNode({ name: 'pump', tags: ['wet'], serial: 'SN-7', domainId: cell, autonomyBudgetSeconds: 7200 })
    const inventory = { cpu: 'arm64', ram_gb: 4, storage_gb: 32, gpus: [] }
    const snapshot = island.snapshot(node, {
      inventory,
      configuration: { rate: 5 },
      software: { version: '1.9.0', artifact_id: 'a', sbom_ref: 's', attestations: ['t'], signature: 'g' },
      firmware: { version: '7', provenance_ref: 'p' },
    })
    const link = { rtt_ms: 12, loss_pct: 1, bandwidth_kbps: 512 }
    island.assess(node, 'LIVE', { reason: 'Heard on time.' })
    const decidedAt = island.now()
    island.advance(5000)
    island.heard(node, { version: '2.0.0', uptimeSeconds: 77, backlogMessages: 2, link })
    const now = island.now()
    const detail = nodeDetail.parse(island.queries.node(node))
    expect(detail.record).toEqual({
      id: node,
      name: 'pump',
      kind: 'EDGE',
      tags: ['wet'],
      domain_id: cell,
      authority: { master_of_record: 'REGION', controller_ids: [island.masterId], last_authoritative_update_ts: decidedAt },
      connectivity: {
        mode: 'LIVE',
        last_seen_ts: now,
        link_quality: link,
        sync_debt: { seconds_behind: 0, backlog_messages: 2, replay_required: false },
      },
      desired_state: {
        policy_bundle_id: policy,
        target_version: '2.0.0',
        constraints: { maintenance_window: '', requires_online: false, min_battery_pct: 0 },
      },
      actual_state: { reported_version: '2.0.0', runtime: { health: 'OK', last_heartbeat_ts: now, uptime_s: 77 }, inventory },
      drift: {
        score: 0,
        objects_out_of_spec: 0,
        details_ref: `ibcf:blob:sha256:${island.model.actual(node)?.parts['configuration']?.digest}`,
        last_evaluated_ts: now,
      },
      supply_chain: {
        hardware: { serial: 'SN-7', manufacturer: '', model: '', bom_ref: '' },
        firmware: { version: '7', signature: '', provenance_ref: 'p' },
        software: { artifact_id: 'a', sbom_ref: 's', attestations: ['t'], signature: 'g' },
      },
      lifecycle: { phase: 'ACTIVE', state: 'LIVE_OK', last_transition_ts: decidedAt, reason: 'Activated with its approval.' },
      observations: { last_snapshot_ref: `ibcf:event:${snapshot.event?.id}`, last_event_ref: `ibcf:event:${snapshot.event?.id}` },
    })
    expect(detail).toMatchObject({
      domainPath: [{ name: 'Island' }, { name: 'Cell' }],
      ages: { connectivity: now, health: now, version: now, inventory: decidedAt, drift: decidedAt, linkQuality: now },
      modeSince: decidedAt,
      modeReason: 'Heard on time.',
      autonomyBudgetSeconds: 7200,
      session: null,
      evidence: [],
      keyId: island.model.lifecycle(node)?.keyId,
    })
    expect(detail.logs.map(({ lane, seq, signedTo }) => ({ lane, seq, signedTo }))).toEqual([{ lane: 'bulk', seq: 1, signedTo: 0 }])
    expect(detail.phaseDiagram).toContain('class ACTIVE present')
    expect(detail.connectivityDiagram).toContain('class LIVE present')
  })

  it('[QY13] shows null for what nothing was heard of, also of a node that only asked', async () => {
    using island = await createTestIsland()
    const node = island.makeNode({ until: 'PENDING' })
    const { record } = nodeDetail.parse(island.queries.node(node))
    expect(record).toMatchObject({
      connectivity: { mode: 'DISCONNECTED', last_seen_ts: null, link_quality: null },
      desired_state: { policy_bundle_id: null, target_version: null, constraints: null },
      actual_state: { reported_version: null, runtime: { health: 'UNKNOWN', last_heartbeat_ts: null, uptime_s: null }, inventory: null },
      drift: { score: null, objects_out_of_spec: null, details_ref: null, last_evaluated_ts: null },
      supply_chain: null,
      lifecycle: { phase: 'PROVISIONING', state: 'PROVISIONING_REQUESTED' },
      observations: { last_snapshot_ref: null, last_event_ref: null },
    })
    expect(() => island.queries.node(island.newId())).toThrow(expect.objectContaining({ code: 'NODE_UNKNOWN' }))
  })
})

describe('actions on a node', () => {
  const held = {
    masterId: null,
    masterName: 'Harbour',
    level: null,
    epoch: 1,
    since: null,
    grantedAtDomainId: null,
    standing: 'held-here',
  } as const

  it.each<[Phase, string[]]>([
    ['PROVISIONING', ['revoke-key']],
    ['ENROLLED', ['activate', 'revoke-key']],
    ['ACTIVE', ['quarantine', 'decommission', 'revoke-key']],
    ['UPDATING', ['quarantine', 'revoke-key']],
    ['DEGRADED', ['quarantine', 'decommission', 'revoke-key']],
    ['QUARANTINED', ['remediate', 'decommission', 'revoke-key']],
    ['DECOMMISSIONING', ['retire', 'revoke-key']],
    ['RETIRED', ['revoke-key']],
  ])('[QY15] in %s are those of the phase machine', (phase, allowed) => {
    const actions = actionsOf({ phase, isKeyRevoked: false }, held)
    expect(actions.filter(({ isAllowed }) => isAllowed).map(({ action }) => action)).toEqual(allowed)
    expect(actions.every(({ reason }) => reason.endsWith('.'))).toBe(true)
  })

  it('[QY15] say why not, in the words of the table that decides', () => {
    expect(actionsOf({ phase: 'RETIRED', isKeyRevoked: true }, held)).toMatchObject([
      { action: 'activate', reason: 'A node in RETIRED does not take "activation"; nothing leads on from there.' },
      { action: 'quarantine' },
      { action: 'remediate' },
      { action: 'decommission' },
      { action: 'retire' },
      { action: 'revoke-key', isAllowed: false, reason: 'Its key was cut already.' },
    ])
    expect(actionsOf({ phase: 'QUARANTINED', isKeyRevoked: false }, held)[2]).toEqual({
      action: 'remediate',
      isAllowed: true,
      reason: 'QUARANTINED becomes ACTIVE.',
    })
  })

  it.each([
    ['held-elsewhere', 'Harbour is master of record here; it is decided there.'],
    ['contested', 'Two masters hold this domain at the same epoch; that has to be settled first.'],
    ['nobody', 'No master holds this domain now.'],
  ] as const)('[QY15] are not possible where authority is %s', (standing, reason) => {
    const actions = actionsOf({ phase: 'ACTIVE', isKeyRevoked: false }, { ...held, standing })
    expect(actions.some(({ isAllowed }) => isAllowed)).toBe(false)
    expect(actions.find(({ action }) => action === 'quarantine')?.reason).toBe(reason)
  })
})

describe('what stands beside', () => {
  it('[QY17] shows returns with rate and time left, open ones first', async () => {
    using island = await createTestIsland()
    const cell = island.makeDomain('Cell')
    const node = island.makeNode({ name: 'pump', domainId: cell })
    island.assess(node, 'REPLAYING')
    const other = island.makeNode({ name: 'mast' })
    const openedAt = island.now()
    const reasons = [{ code: 'DRIFT', sentence: 'Too far off.', wayOut: 'Remedy it.' }]
    const closed = openSession(island, other, { step: 'CLOSED', closedAt: island.ports.clock.now() + 1, verdict: 'QUARANTINED', reasons })
    const open = openSession(island, node, { step: 'RECONCILING' })
    island.advance(4000)
    const sessions = sessionView.array().parse(island.queries.sessions({ onlyOpen: false, limit: 10 }).items)
    expect(sessions.map(({ id }) => id)).toEqual([open, closed])
    expect(sessions[0]).toEqual({
      id: open,
      clockOffsetMs: 0,
      policy: null,
      driftBefore: null,
      driftAfter: null,
      nodeId: node,
      nodeName: 'pump',
      domainId: cell,
      step: 'RECONCILING',
      openedAt,
      leaseUntil: new Date(island.ports.clock.now() + 56_000).toISOString(),
      closedAt: null,
      expectedEvents: 100,
      receivedEvents: 40,
      receivedBytes: 4000,
      ratePerSecond: 10,
      etaSeconds: 6,
      verdict: null,
      reasons: [],
      resumedTimes: 1,
    })
    expect(sessions[1]).toMatchObject({ leaseUntil: null, verdict: 'QUARANTINED', reasons })
    expect(island.queries.session(open)).toEqual(sessions[0])
    expect(island.queries.node(node)).toMatchObject({ session: { id: open }, record: { lifecycle: { state: 'REPLAYING_APPLYING' } } })
    expect(island.queries.nodes({ limit: 1, domainId: cell }).items).toMatchObject([{ state: 'REPLAYING_APPLYING' }])
    expect(island.queries.sessions({ onlyOpen: true, limit: 10 }).items).toHaveLength(1)
    expect(island.queries.sessions({ onlyOpen: false, limit: 10, domainId: cell }).items).toHaveLength(1)
    expect(island.queries.overview().openSessions).toBe(1)
    expect(() => island.queries.session(island.newId())).toThrow(expect.objectContaining({ code: 'SESSION_UNKNOWN' }))
  })

  it('[QY17] shows requests to join, waiting ones first, with the words of their keys', async () => {
    using island = await createTestIsland()
    const joined = island.makeNode({ name: 'joined', serial: 'SN-1' })
    const refused = island.makeNode({ name: 'refused', until: 'REFUSED' })
    const waiting = island.makeNode({ name: 'waiting', until: 'PENDING' })
    const all = enrolmentView.array().parse(island.queries.enrolments().items)
    expect(all.map(({ name, status }) => [name, status])).toEqual([
      ['waiting', 'PENDING'],
      ['refused', 'REFUSED'],
      ['joined', 'APPROVED'],
    ])
    expect(all[2]).toMatchObject({ nodeId: joined, serial: 'SN-1', requestedAt: island.now(), decidedAt: island.now(), decidedBy: null })
    expect(new Set(all.map(({ keyWords }) => keyWords.join(' '))).size).toBe(3)
    expect(all.every(({ keyWords }) => keyWords.length === 6)).toBe(true)
    expect(island.queries.enrolments({ status: 'PENDING' }).items.map(({ nodeId }) => nodeId)).toEqual([waiting])
    expect(island.queries.enrolments({ status: 'REFUSED' }).items.map(({ nodeId }) => nodeId)).toEqual([refused])
  })

  it('[QY17] shows evidence, newest first, of one node or of all', async () => {
    using island = await createTestIsland()
    const [one, other] = [island.makeNode(), island.makeNode()]
    park(island, one)
    island.advance(1000)
    park(island, other)
    const all = evidenceView.array().parse(island.queries.evidence())
    expect(all.map(({ nodeId }) => nodeId)).toEqual([other, one])
    expect(all[0]).toEqual({
      id: 2,
      nodeId: other,
      at: island.now(),
      code: 'SEGMENT_CHAIN_BROKEN',
      sentence: 'It was altered.',
      log: 'x',
      fromSeq: 1,
      toSeq: 2,
      sizeBytes: 7,
    })
    expect(island.queries.evidence(one)).toEqual([all[1]])
    expect(island.queries.node(one).evidence).toEqual([all[1]])
  })

  it('[QY17] shows operators in the order in which they were made; an unknown role may only look', async () => {
    using island = await createTestIsland()
    const roles = ['authority', 'engineer', 'astronaut']
    for (const role of roles) {
      island.decide('ibcf.operator.created.v1', island.newId(), { name: `the ${role}`, role, keyId: 'k', publicKey: '' })
      island.advance(1)
    }
    const operators = operatorView.array().parse(island.queries.operators())
    expect(operators.map(({ name, role }) => [name, role])).toEqual([
      ['the authority', 'authority'],
      ['the engineer', 'engineer'],
      ['the astronaut', 'viewer'],
    ])
    expect(island.queries.operator(operators[1]?.id ?? '')).toEqual(operators[1])
    expect(island.queries.operator(island.newId())).toBeUndefined()
  })

  it('[QY16] gives the fingerprint of what is held now', async () => {
    using island = await createTestIsland()
    const before = island.queries.fingerprint()
    expect(island.queries.fingerprint()).toEqual(before)
    island.makeDomain('Cell')
    const after = island.queries.fingerprint()
    expect(after.fingerprint).not.toEqual(before.fingerprint)
    expect(after.logs).toBe(before.logs + 1)
  })
})

describe('the inbox', () => {
  it('[AT3] shows the worst first, equal ones by how long they have waited, and says why', async () => {
    using island = await createTestIsland()
    const cell = island.makeDomain('Cell')
    island.makeDomain('Inherits', cell)
    const quarantine = (name: string): NodeId => {
      const node = island.makeNode({ name, domainId: cell })
      island.assess(node, 'LIVE')
      island.advance(1000)
      island.movePhase(node, 'QUARANTINED', 'trust-violation', 'Its log was altered.')
      return node
    }
    const first = quarantine('first')
    const since = island.now()
    const second = quarantine('second')
    const other = island.newId() as unknown as MasterId
    for (const masterId of [island.masterId, other])
      island.decide('ibcf.authority.granted.v1', cell, { masterId, level: 'LOCAL', epoch: 2, until: null, right: 'grant' })
    const calm = island.makeNode({ name: 'calm' })
    island.assess(calm, 'LIVE')
    const { attention } = island.queries.overview()
    expect(attention.map(({ id }) => id)).toEqual([`quarantined:${first}`, `quarantined:${second}`, `authority:${cell}`])
    expect(attention[0]).toEqual({
      id: `quarantined:${first}`,
      score: 80,
      kind: 'quarantined',
      nodeId: first,
      domainId: cell,
      title: 'first is quarantined: Its log was altered.',
      terms: [{ term: 'Quarantined: it is not trusted', points: 80 }],
      since,
    })
    expect(attention[2]).toMatchObject({ nodeId: null, domainId: cell, title: 'Cell is held by two masters at once', score: 70 })
    expect(island.queries.domain(cell).attention).toEqual(attention)
    expect(fleetOverview.shape.attention.safeParse(attention).success).toBe(true)
  })

  it('[AT3] shows twenty at most', async () => {
    using island = await createTestIsland()
    for (let number = 0; number < 25; number++) island.makeNode()
    expect(island.queries.overview().attention).toHaveLength(20)
  })

  it('[AT2] forgets what was refused before the node was taken back', async () => {
    using island = await createTestIsland()
    const node = island.makeNode({ name: 'pump' })
    island.assess(node, 'LIVE')
    island.advance(1000)
    park(island, node)
    expect(island.queries.overview().attention).toMatchObject([{ kind: 'evidence', score: 10, title: 'pump sent what was refused' }])
    island.movePhase(node, 'QUARANTINED', 'trust-violation')
    expect(island.queries.overview().attention).toMatchObject([{ kind: 'quarantined', score: 90 }])
    island.advance(1000)
    island.movePhase(node, 'ACTIVE', 'remediation-complete')
    expect(island.queries.overview().attention).toEqual([])
    island.advance(1000)
    park(island, node, 1)
    expect(island.queries.overview().attention).toMatchObject([{ kind: 'evidence' }])
  })
})
