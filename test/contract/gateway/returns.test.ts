/** Returns through the real gateway, on a real store (seed 3B). */
import { describe, expect, it } from 'vitest'
import { remediateNode, revokeNodeKey } from '../../../core/app/acts/nodes.ts'
import { assignPolicy, publishPolicy } from '../../../core/app/acts/policies.ts'
import { statementTypes } from '../../../core/contract/gateway/statement.ts'
import { defaultLeaseSeconds } from '../../../core/ingest/returns/leases.ts'
import { resolveFork } from '../../../core/app/acts/hardware.ts'
import { setReconciliation } from '../../../core/app/acts/reconciliation.ts'
import { createQueries } from '../../../core/app/queries/queries.ts'
import { previewVerdict } from '../../../core/ingest/returns/close-return.ts'
import { readSessionProgress } from '../../../core/ingest/returns/progress.ts'
import { openSessionOf, readSession } from '../../../core/ingest/returns/return-table.ts'
import type { IncarnationId, MasterId, SessionId } from '../../../core/kernel/ids.ts'
import { fromBase64, toHex } from '../../../core/kernel/hex.ts'
import type { KeyPair } from '../../../core/kernel/ports.ts'
import { keyIdOf, preAuthenticationEncoding } from '../../../core/log/dsse.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import { lastPosition, readLogEvents, readSubjectEvents } from '../../../core/store/read-events.ts'
import {
  bearer,
  complete,
  countersign,
  createApproved,
  createAway,
  createFieldNode,
  cut,
  heartbeat,
  openReturn,
  prove,
  send,
  upload,
  type FieldNode,
} from '../../helpers/gateway/field-node.ts'
import { createIsland, type Island } from '../../helpers/gateway/island.ts'

const modeOf = (island: Island, node: FieldNode): string | null | undefined => island.master.port.standing(node.id)?.mode

/** What this master decided about the node, in order. */
function decided(island: Island, node: FieldNode, type: string): readonly Readonly<Record<string, unknown>>[] {
  return readSubjectEvents(island.master.store.reader, node.id, { limit: 1000, types: [type] }).map(({ event }) => event?.data ?? {})
}

function bytesOf(store: FieldNode['store'], node: FieldNode): readonly string[] {
  return Object.values(node.logs).flatMap((log) => readLogEvents(store.reader, log, 1, 10_000).map(({ bytes }) => toHex(bytes)))
}

/** From the open return to the verdict. */
async function finish(island: Island, node: FieldNode) {
  const opened = await openReturn(island, node)
  await countersign(island, node, opened)
  expect(await upload(island, node, opened)).toBeUndefined()
  return { opened, done: await complete(island, node, opened) }
}

describe('a return', () => {
  it('[RT6] [RT4] of a node with a backlog ends LIVE, with every event held once, byte for byte', async () => {
    using island = await createIsland()
    const node = await createAway(island, 300)
    node.record('ibcf.snapshot.taken.v1', { parts: [], isAutonomous: true })
    node.sign()
    const { opened, done } = await finish(island, node)
    expect(opened.missing).toEqual([
      { log: formatLogId(node.logs.control), fromSeq: 1, toSeq: 1 },
      { log: formatLogId(node.logs.fact), fromSeq: 1, toSeq: 300 },
      { log: formatLogId(node.logs.bulk), fromSeq: 1, toSeq: 1 },
    ])
    expect(done.json).toMatchObject({ verdict: 'CLEAN', mode: 'LIVE', phase: 'ACTIVE', reasons: [] })
    expect(bytesOf(island.master.store, node)).toEqual(bytesOf(node.store, node))
    expect(
      decided(island, node, 'ibcf.connectivity.assessed.v1')
        .map(({ to }) => to)
        .slice(-3),
    ).toEqual(['RETURNING', 'REPLAYING', 'LIVE'])
    expect(decided(island, node, 'ibcf.session.opened.v1')).toMatchObject([
      { sessionId: opened.sessionId, expectedEvents: 302, clockOffsetMs: 0 },
    ])
    expect(decided(island, node, 'ibcf.session.closed.v1')).toMatchObject([
      {
        sessionId: opened.sessionId,
        verdict: 'CLEAN',
        receivedEvents: 302,
        held: node.frontier().toSorted((a, b) => (a.log < b.log ? -1 : 1)),
      },
    ])
    expect((await heartbeat(island, String((await prove(island, node, 'attach')).json?.['token']))).json).toMatchObject({
      mode: 'LIVE',
      instruction: 'none',
    })
  })

  it('[RT6] of a node with nothing to upload goes the same way', async () => {
    using island = await createIsland()
    const node = await createAway(island, 0)
    await finish(island, node)
    await island.ports.advance(3_000_000)
    const { opened, done } = await finish(island, node)
    expect(opened.missing).toEqual([])
    expect(done.json).toMatchObject({ verdict: 'CLEAN', mode: 'LIVE' })
    expect(
      decided(island, node, 'ibcf.connectivity.assessed.v1')
        .map(({ to }) => to)
        .slice(-3),
    ).toEqual(['RETURNING', 'REPLAYING', 'LIVE'])
  })

  it('[RT6] is opened for a node that says it was on its own, even when nobody had noticed', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    await heartbeat(island, String((await prove(island, node, 'attach')).json?.['token']))
    expect(modeOf(island, node)).toBe('LIVE')
    await openReturn(island, node)
    expect(decided(island, node, 'ibcf.connectivity.assessed.v1').map(({ to }) => to)).toEqual(['LIVE', 'AUTONOMOUS', 'RETURNING'])
    const unheard = await createApproved(island)
    await openReturn(island, unheard)
    expect(modeOf(island, unheard)).toBe('RETURNING')
  })

  it('[RT1] asked for again is the same return with a new token; the old one is worth nothing', async () => {
    using island = await createIsland()
    const node = await createAway(island, 300)
    const first = await openReturn(island, node)
    await countersign(island, node, first)
    const [control, ...facts] = first.missing.flatMap(({ log, fromSeq }) => node.pieces(log, fromSeq))
    if (control === undefined || facts[0] === undefined) throw new Error('nothing to send')
    await send(island, first.token, control)
    await send(island, first.token, facts[0])
    const again = await openReturn(island, node)
    expect(again).toMatchObject({ sessionId: first.sessionId, lock: first.lock })
    expect(again.token).not.toBe(first.token)
    expect(again.missing).toEqual([{ log: formatLogId(node.logs.fact), fromSeq: facts[0].to + 1, toSeq: 300 }])
    expect((await send(island, first.token, control)).status).toBe(401)
    const known = readSession(island.master.store.reader, first.sessionId)
    expect(known).toMatchObject({ resumedTimes: 1, expectedEvents: 301, receivedEvents: 1 + facts[0].to, step: 'UPLOADING' })
    expect(await upload(island, node, again)).toBeUndefined()
    expect((await complete(island, node, again)).json).toMatchObject({ verdict: 'CLEAN' })
    expect(decided(island, node, 'ibcf.session.opened.v1')).toHaveLength(1)
  })

  it('[RT3] takes nothing before the lock is countersigned by the key of the node', async () => {
    using island = await createIsland()
    const node = await createAway(island, 3)
    const opened = await openReturn(island, node)
    const lock = fromBase64(opened.lock.document)
    const { port } = island.master
    expect(
      port.ports.crypto.verify(port.publicKey, preAuthenticationEncoding(statementTypes.lock, lock), fromBase64(opened.lock.signature)),
    ).toBe(true)
    expect(JSON.parse(new TextDecoder().decode(lock))).toMatchObject({
      sessionId: opened.sessionId,
      nodeId: node.id,
      masterId: port.masterId,
      epoch: 1,
    })
    expect((await upload(island, node, opened))?.json).toMatchObject({ status: 409, code: 'LOCK_NOT_COUNTERSIGNED' })
    expect((await complete(island, node, opened)).json).toMatchObject({ status: 409, code: 'LOCK_NOT_COUNTERSIGNED' })
    expect((await countersign(island, node, opened, island.ports.crypto.generateKeyPair())).json).toMatchObject({
      status: 401,
      code: 'KEY_WRONG',
    })
    expect((await countersign(island, node, opened)).status).toBe(200)
    expect((await countersign(island, node, opened)).status).toBe(200)
    expect(openSessionOf(island.master.store.reader, node.id)?.step).toBe('LOCKED')
    expect(await upload(island, node, opened)).toBeUndefined()
  })

  it('[RT15] is for one epoch: when the authority changes, its token is worth nothing and the node returns anew', async () => {
    let epochsLater = 0
    using island = await createIsland({
      extendPort: (port) => ({
        ...port,
        standing: (id) => {
          const standing = port.standing(id)
          return standing === undefined ? undefined : { ...standing, epoch: standing.epoch + epochsLater }
        },
      }),
    })
    const node = await createAway(island, 2)
    const old = await openReturn(island, node)
    await countersign(island, node, old)
    await upload(island, node, old)
    epochsLater = 1
    expect((await heartbeat(island, old.token)).json).toMatchObject({ status: 401, code: 'TOKEN_UNKNOWN' })
    const anew = await openReturn(island, node)
    expect(anew).toMatchObject({ missing: [] })
    expect(anew.sessionId).not.toBe(old.sessionId)
    const lock = JSON.parse(new TextDecoder().decode(fromBase64(anew.lock.document))) as { readonly epoch: number }
    expect(lock.epoch).toBe(2)
    expect(readSession(island.master.store.reader, old.sessionId)).toMatchObject({
      verdict: 'ABANDONED',
      reasons: [{ sentence: 'Who is master there changed since.' }],
    })
    await countersign(island, node, anew)
    expect((await complete(island, node, anew)).json).toMatchObject({ verdict: 'CLEAN' })
  })

  it('[RT1] [GW7] under a key that was replaced is ended, and its token with it; the node begins another', async () => {
    const replaced: { node?: FieldNode; key?: KeyPair } = {}
    using island = await createIsland({
      extendPort: (port) => ({
        ...port,
        standing: (id) => {
          const standing = port.standing(id)
          const { node, key } = replaced
          if (standing === undefined || key === undefined || id !== node?.id) return standing
          return { ...standing, keyId: keyIdOf(port.ports.crypto, key.publicKey), publicKey: key.publicKey }
        },
      }),
    })
    const node = await createAway(island, 2)
    const old = await openReturn(island, node)
    await countersign(island, node, old)
    replaced.node = node
    replaced.key = island.ports.crypto.generateKeyPair()
    expect((await heartbeat(island, old.token)).json).toMatchObject({ status: 401, code: 'TOKEN_UNKNOWN' })
    const answer = await prove(island, node, 'return', {}, replaced.key)
    expect(answer.status).toBe(200)
    expect(answer.json?.['sessionId']).not.toBe(old.sessionId)
    expect(readSession(island.master.store.reader, old.sessionId)?.verdict).toBe('ABANDONED')
    expect(modeOf(island, node)).toBe('RETURNING')
  })

  it('[RT3] that is open at another master is not opened here', async () => {
    const elsewhere = { masterId: '01AAAAAAAAAAAAAAAAAAAAAAAA' as MasterId, sessionId: '01AAAAAAAAAAAAAAAAAAAAAAAB' as SessionId }
    using island = await createIsland({ extendPort: (port) => ({ ...port, openElsewhere: () => elsewhere }) })
    const node = await createAway(island, 3)
    expect((await prove(island, node, 'return')).json).toMatchObject({ status: 409, code: 'SESSION_HELD_ELSEWHERE', facts: elsewhere })
    expect(modeOf(island, node)).toBe('AUTONOMOUS')
  })

  it('[RT1] is of its own node only, and only its own token opens it', async () => {
    using island = await createIsland()
    const one = await createAway(island, 3)
    const two = await createAway(island, 3)
    const mine = await openReturn(island, one)
    const theirs = await openReturn(island, two)
    expect((await countersign(island, one, { ...theirs, token: mine.token })).json).toMatchObject({ status: 404, code: 'SESSION_UNKNOWN' })
    expect((await complete(island, one, { ...mine, sessionId: 'nothing' })).json).toMatchObject({ status: 404, code: 'SESSION_UNKNOWN' })
  })

  it('[RT5] is not judged while something is missing, and gives the same answer twice', async () => {
    using island = await createIsland()
    const node = await createAway(island, 3)
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    expect((await complete(island, node, opened)).json).toMatchObject({
      status: 409,
      code: 'REPLAY_INCOMPLETE',
      facts: { log: formatLogId(node.logs.control), expected: 1, logsMissing: 2 },
    })
    await upload(island, node, opened)
    // Recorded after the return was opened: claimed now, so it has to come as well.
    node.observe(2)
    node.sign()
    expect((await complete(island, node, opened)).json).toMatchObject({ code: 'REPLAY_INCOMPLETE', facts: { expected: 4, toSeq: 5 } })
    for (const piece of node.pieces(formatLogId(node.logs.fact), 4)) await send(island, opened.token, piece)
    const done = await complete(island, node, opened)
    expect(done).toMatchObject({ status: 200, json: { verdict: 'CLEAN' } })
    expect(await complete(island, node, opened)).toEqual(done)
    expect(decided(island, node, 'ibcf.session.closed.v1')).toHaveLength(1)
    expect((await heartbeat(island, opened.token)).status).toBe(401)
  })

  it('[RT7] [GW10] whose backlog was altered ends QUARANTINED at once, its good prefix kept', async () => {
    using island = await createIsland()
    const node = await createAway(island, 300)
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    const [, first, second] = opened.missing.flatMap(({ log, fromSeq }) => node.pieces(log, fromSeq))
    if (first === undefined || second === undefined) throw new Error('one segment is not enough')
    expect((await send(island, opened.token, first)).status).toBe(200)
    const bytes = island.ports.compression.unzstd(second.bytes, 1 << 22)
    const packed = island.ports.compression.zstd(bytes.with(bytes.length - 5, 0x21))
    expect((await send(island, opened.token, { ...second, bytes: packed, total: packed.length })).json).toMatchObject({
      status: 422,
      code: 'SEGMENT_CHAIN_BROKEN',
    })
    expect(island.master.port.standing(node.id)).toMatchObject({ phase: 'QUARANTINED', mode: 'LIVE' })
    expect(island.master.model.lifecycle(node.id)).toMatchObject({ event: 'trust-violation', code: 'SEGMENT_CHAIN_BROKEN' })
    const verdict = await complete(island, node, opened)
    expect(verdict.json).toMatchObject({
      verdict: 'QUARANTINED',
      phase: 'QUARANTINED',
      mode: 'LIVE',
      reasons: [{ code: 'SEGMENT_CHAIN_BROKEN' }],
    })
    const [reason] = (verdict.json?.['reasons'] ?? []) as { sentence: string; wayOut: string }[]
    expect(reason?.sentence).toMatch(/not the ones that were signed.*fact log, from event/)
    expect(reason?.wayOut).not.toBe('')
    expect(readLogEvents(island.master.store.reader, node.logs.fact, 1, 1000)).toHaveLength(first.to)
    expect(openSessionOf(island.master.store.reader, node.id)).toBeUndefined()
  })

  it('[GW10] of a node that a person released is not spoilt by the evidence they knew of', async () => {
    using island = await createIsland()
    const node = await createAway(island, 100)
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    const [control, fact] = opened.missing.flatMap(({ log, fromSeq }) => node.pieces(log, fromSeq))
    if (control === undefined || fact === undefined) throw new Error('nothing to send')
    const bytes = island.ports.compression.unzstd(fact.bytes, 1 << 22)
    const packed = island.ports.compression.zstd(bytes.with(bytes.length - 5, 0x21))
    const bad = { ...fact, bytes: packed, total: packed.length }
    await send(island, opened.token, control)
    expect((await send(island, opened.token, bad)).status).toBe(422)
    expect(decided(island, node, 'ibcf.session.closed.v1')).toMatchObject([{ reasons: [{ code: 'SEGMENT_CHAIN_BROKEN' }] }])
    remediateNode({ master: island.master, actor: island.operator }, { nodeId: node.id, reason: 'Looked at.' })
    await island.ports.advance(3_000_000)
    const released: FieldNode = { ...node, frontier: () => node.frontier().filter(({ log }) => log !== fact.log) }
    const again = await openReturn(island, released)
    await countersign(island, node, again)
    // It tries the same once more, by its own schedule, and gives it up.
    expect((await send(island, again.token, bad)).json).toMatchObject({ status: 422, code: 'SEGMENT_CHAIN_BROKEN' })
    expect((await complete(island, released, again)).json).toMatchObject({ verdict: 'CLEAN', phase: 'ACTIVE', mode: 'LIVE' })
    expect(decided(island, node, 'ibcf.evidence.parked.v1')).toHaveLength(1)
  })

  it('[RT7] of a cloned node asks for where both differ, holds both, and ends QUARANTINED', async () => {
    using island = await createIsland()
    const node = await createAway(island, 4)
    await finish(island, node)
    const clone = await createFieldNode(island, { id: node.id, key: node.key, incarnation: node.logs.fact.incarnation as IncarnationId })
    clone.record('ibcf.connection.lost.v1', { since: '2026-01-01T00:00:00Z', attempts: 1 })
    clone.observe(4)
    clone.sign()
    await island.ports.advance(3_000_000)
    const opened = await openReturn(island, clone)
    expect(opened.missing).toEqual([
      { log: formatLogId(node.logs.control), fromSeq: 1, toSeq: 1 },
      { log: formatLogId(node.logs.fact), fromSeq: 4, toSeq: 4 },
    ])
    await countersign(island, clone, opened)
    expect((await upload(island, clone, opened))?.json).toMatchObject({ status: 409, code: 'SEGMENT_FORKED' })
    expect((await complete(island, clone, opened)).json).toMatchObject({ verdict: 'QUARANTINED', reasons: [{ code: 'SEGMENT_FORKED' }] })
  })

  it('[GW11] of a quarantined node is possible; desired state and content are not for it', async () => {
    using island = await createIsland()
    const node = await createAway(island, 3)
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    const [piece] = opened.missing.flatMap(({ log, fromSeq }) => node.pieces(log, fromSeq))
    if (piece === undefined) throw new Error('nothing to send')
    const bad = island.ports.compression.zstd(new TextEncoder().encode('not a segment'))
    await send(island, opened.token, { ...piece, bytes: bad, total: bad.length })
    // Refused with its very first piece: the way out is through REPLAYING all the same.
    expect(modeOf(island, node)).toBe('LIVE')
    await island.ports.advance(3_000_000)
    const { done } = await finish(island, node)
    expect(done.json).toMatchObject({ verdict: 'CLEAN', phase: 'QUARANTINED', mode: 'LIVE' })
    const headers = bearer(String((await prove(island, node, 'attach')).json?.['token']))
    expect((await island.ask({ method: 'GET', path: '/v1/desired', headers })).json).toMatchObject({
      status: 403,
      code: 'QUARANTINED_LIMITED',
    })
    expect((await island.ask({ method: 'GET', path: `/v1/blobs/${'0'.repeat(64)}`, headers })).json).toMatchObject({
      status: 403,
      code: 'QUARANTINED_LIMITED',
    })
    expect((await island.ask({ method: 'HEAD', path: `/v1/blobs/${'0'.repeat(64)}`, headers })).status).toBe(404)
  })

  it('[RT9] is told beforehand by a dry run that writes nothing, and judged by its policy', async () => {
    using island = await createIsland()
    const act = { master: island.master, actor: island.operator }
    const policyBundleId = publishPolicy(act, {
      name: 'Strict',
      version: '1.0.0',
      targetVersion: '1.0.0',
      configuration: { reconciliation: { allowed_decisions: ['reduce-duty'] } },
    })
    assignPolicy(act, { policyBundleId, domainId: island.master.identity.rootDomainId })
    const node = await createAway(island, 2)
    for (const decision of ['reduce-duty', 'open-valve', 'open-valve'])
      node.record('ibcf.decision.taken.v1', { policy: 'local', decision, basis: 'hot', policyBundleId })
    node.sign()
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    await upload(island, node, opened)
    const before = lastPosition(island.master.store.reader)
    const preview = previewVerdict(island.master.port, opened.sessionId)
    expect(preview).toMatchObject({
      verdict: 'QUARANTINED',
      findings: [
        { kind: 'drift', code: 'DECISION_NOT_ALLOWED' },
        { kind: 'notice', code: 'DECIDED_ALONE' },
      ],
    })
    expect(preview?.findings[0]?.sentence).toContain('"open-valve"')
    expect(lastPosition(island.master.store.reader)).toBe(before)
    expect(readSession(island.master.store.reader, opened.sessionId)?.step).toBe('UPLOADING')
    const done = await complete(island, node, opened)
    expect(done.json).toMatchObject({
      verdict: 'QUARANTINED',
      phase: 'QUARANTINED',
      mode: 'LIVE',
      reasons: preview?.findings.map(({ code, sentence, wayOut }) => ({ code, sentence, wayOut })),
    })
    expect(island.master.model.lifecycle(node.id)?.event).toBe('drift-violation')
    expect(previewVerdict(island.master.port, opened.sessionId)).toBeUndefined()
  })

  it('[RT11] [RT9] is judged by the policy of its domain, inherited, told beforehand and with the verdict', async () => {
    using island = await createIsland()
    const act = { master: island.master, actor: island.operator }
    const { rootDomainId } = island.master.identity
    const queries = createQueries(island.master.model)
    expect(queries.reconciliation(rootDomainId)).toEqual({ policy: 'field', setBy: null, own: null })
    setReconciliation(act, { domainId: rootDomainId, policy: 'strict', reason: 'Near the harbour' })
    const node = await createAway(island, 2)
    node.record('ibcf.decision.taken.v1', { policy: 'local', decision: 'open-valve', basis: 'hot', policyBundleId: null })
    node.record('ibcf.command.applied.v1', { commandId: node.newId(), proof: 'done', wasProbed: false })
    node.sign()
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    // Lanes that are still on their way are not held against it beforehand.
    for (const piece of node.pieces(formatLogId(node.logs.control))) await send(island, opened.token, piece)
    expect(queries.dryRun(opened.sessionId).reasons.map(({ code }) => code)).not.toContain('LANE_WITHHELD')
    await upload(island, node, opened)
    const told = queries.dryRun(opened.sessionId)
    expect(told).toMatchObject({ verdict: 'QUARANTINED', policy: 'strict', driftBefore: null, driftAfter: null })
    expect(told.reasons.map(({ kind, code, ways }) => [kind, code, ways[0] ?? null])).toEqual([
      ['drift', 'DECISION_NOT_NAMED', 'correct'],
      ['drift', 'COMMAND_NOT_ISSUED', 'settle-authority'],
      ['notice', 'COMMANDS_WHILE_AWAY', null],
      ['notice', 'DECIDED_ALONE', null],
    ])
    setReconciliation(act, { domainId: rootDomainId, policy: 'permissive', reason: 'Storm' })
    expect(queries.dryRun(opened.sessionId)).toMatchObject({ verdict: 'CLEAN', policy: 'permissive' })
    setReconciliation(act, { domainId: rootDomainId, policy: null, reason: 'Over' })
    expect(queries.reconciliation(rootDomainId)).toEqual({ policy: 'field', setBy: null, own: null })
    expect((await complete(island, node, opened)).json).toMatchObject({ verdict: 'CLEAN' })
    expect(queries.session(opened.sessionId)).toMatchObject({ verdict: 'CLEAN', policy: 'field', driftBefore: null, driftAfter: null })
    expect(() => queries.dryRun(opened.sessionId)).toThrow(expect.objectContaining({ code: 'SESSION_CLOSED' }))
    expect(() => queries.dryRun(node.newId())).toThrow(expect.objectContaining({ code: 'SESSION_UNKNOWN' }))
  })

  it('[RT9] whose own signed word names more of another lane than came is QUARANTINED', async () => {
    using island = await createIsland()
    const node = await createAway(island, 5)
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    for (const piece of node.pieces(formatLogId(node.logs.control))) await send(island, opened.token, piece)
    const forgetful: FieldNode = { ...node, frontier: () => node.frontier().filter(({ log }) => log !== formatLogId(node.logs.fact)) }
    expect((await complete(island, forgetful, opened)).json).toMatchObject({ verdict: 'QUARANTINED', reasons: [{ code: 'LANE_WITHHELD' }] })
  })

  it('[GW12] of a node whose clock is years off is CLEAN, and says so', async () => {
    using island = await createIsland()
    const node = await createAway(island, 1)
    const answer = await prove(island, node, 'return', { now: '1970-01-01T00:00:00Z' })
    const opened = answer.json as unknown as Parameters<typeof complete>[2]
    await countersign(island, node, opened)
    await upload(island, node, opened)
    expect((await complete(island, node, opened)).json).toMatchObject({
      verdict: 'CLEAN',
      mode: 'LIVE',
      reasons: [{ code: 'CLOCK_FAR_OFF' }],
    })
    expect(decided(island, node, 'ibcf.session.opened.v1')).toMatchObject([{ clockOffsetMs: -Date.parse(String(answer.json?.['now'])) }])
  })
})

describe('the lease of a return', () => {
  it('[RT8] runs out when nothing comes: ABANDONED, AUTONOMOUS, and what was staged is kept', async () => {
    using island = await createIsland()
    const node = await createAway(island, 80)
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    const [control, fact] = opened.missing.flatMap(({ log, fromSeq }) => node.pieces(log, fromSeq))
    if (control === undefined || fact === undefined) throw new Error('nothing to send')
    await send(island, opened.token, control)
    const [half, rest] = cut(fact, Math.ceil(fact.total / 2))
    if (half === undefined || rest === undefined) throw new Error('too small to cut')
    await send(island, opened.token, half)
    expect(await passSeconds(island, defaultLeaseSeconds - 10)).toBe(0)
    await heartbeat(island, opened.token)
    expect(await passSeconds(island, defaultLeaseSeconds - 10)).toBe(0)
    expect(await passSeconds(island, 20)).toBe(1)
    expect(modeOf(island, node)).toBe('AUTONOMOUS')
    expect(readSession(island.master.store.reader, opened.sessionId)).toMatchObject({ verdict: 'ABANDONED', step: 'CLOSED' })
    expect((await send(island, opened.token, rest)).status).toBe(401)
    expect((await complete(island, node, opened)).json).toMatchObject({ status: 404, code: 'SESSION_UNKNOWN' })
    const next = await openReturn(island, node)
    expect(next.sessionId).not.toBe(opened.sessionId)
    await countersign(island, node, next)
    // The half that was staged need not come again.
    expect((await send(island, next.token, rest)).json).toMatchObject({ isComplete: true, held: { seq: 80 } })
    expect((await complete(island, node, next)).json).toMatchObject({ verdict: 'CLEAN' })
  })

  it('[RT8] that ran out does not hide what came under it from the verdict of the next', async () => {
    using island = await createIsland()
    const act = { master: island.master, actor: island.operator }
    const policyBundleId = publishPolicy(act, {
      name: 'Strict',
      version: '1.0.0',
      targetVersion: '1.0.0',
      configuration: { reconciliation: { allowed_decisions: [] } },
    })
    assignPolicy(act, { policyBundleId, domainId: island.master.identity.rootDomainId })
    const node = await createAway(island, 2)
    node.record('ibcf.decision.taken.v1', { policy: 'local', decision: 'open-valve', basis: 'hot', policyBundleId })
    node.sign()
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    await upload(island, node, opened)
    expect(await passSeconds(island, defaultLeaseSeconds + 1)).toBe(1)
    const { done } = await finish(island, node)
    expect(done.json).toMatchObject({ verdict: 'QUARANTINED', reasons: [{ code: 'DECISION_NOT_ALLOWED' }, {}] })
  })

  it('[RT8] is not made longer by a clock that is set back', async () => {
    using island = await createIsland()
    await openReturn(island, await createAway(island, 2))
    island.gateway.expireLeases()
    island.ports.setWall(island.ports.clock.now() - 365 * 24 * 3_600_000)
    expect(island.gateway.expireLeases()).toBe(0)
    expect(await passSeconds(island, defaultLeaseSeconds + 1)).toBe(1)
  })

  it('[GW7] ends with the key: a return whose key is revoked is closed as QUARANTINED, unasked', async () => {
    using island = await createIsland()
    const node = await createAway(island, 2)
    const opened = await openReturn(island, node)
    revokeNodeKey({ master: island.master, actor: island.operator }, { nodeId: node.id, reason: 'Stolen.' })
    expect(readSession(island.master.store.reader, opened.sessionId)).toMatchObject({
      verdict: 'QUARANTINED',
      reasons: [{ code: 'KEY_REVOKED' }],
    })
  })

  it('[RT8] does not run while the master sleeps', async () => {
    using island = await createIsland()
    const node = await createAway(island, 2)
    const opened = await openReturn(island, node)
    island.gateway.expireLeases()
    island.ports.setWall(island.ports.clock.now() + 3_600_000)
    expect(island.gateway.expireLeases()).toBe(0)
    expect((await countersign(island, node, opened)).status).toBe(200)
    expect(await passSeconds(island, defaultLeaseSeconds + 1)).toBe(1)
  })
})

describe('the progress of a return', () => {
  it('[RT1] is told with rate and time left, from what is held', async () => {
    using island = await createIsland()
    const node = await createAway(island, 300)
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    const { reader } = island.master.store
    expect(readSessionProgress(reader, opened.sessionId, island.ports.clock.now())).toMatchObject({
      receivedEvents: 0,
      expectedEvents: 301,
      ratePerSecond: null,
      etaSeconds: null,
    })
    const pieces = opened.missing.flatMap(({ log, fromSeq }) => node.pieces(log, fromSeq))
    for (const piece of pieces.slice(0, 2)) await send(island, opened.token, piece)
    await island.ports.advance(10_000)
    const received = pieces[1]?.to ?? 0
    expect(readSessionProgress(reader, opened.sessionId, island.ports.clock.now())).toMatchObject({
      receivedEvents: received + 1,
      receivedBytes: (pieces[0]?.total ?? 0) + (pieces[1]?.total ?? 0),
      ratePerSecond: (received + 1) / 10,
      etaSeconds: (300 - received) / ((received + 1) / 10),
    })
  })
})

/** Lets time pass as the app does: looking at the leases every second. Answers how many returns ended. */
async function passSeconds(island: Island, seconds: number): Promise<number> {
  let ended = 0
  for (let second = 0; second < seconds; second++) {
    await island.ports.advance(1000)
    ended += island.gateway.expireLeases()
  }
  return ended
}

describe('a fork', () => {
  /** A node that came back, and a copy of it that told something else under the same key. */
  async function cloned(island: Island): Promise<{ readonly node: FieldNode; readonly clone: FieldNode; readonly at: number }> {
    const node = await createAway(island, 4)
    await finish(island, node)
    const clone = await createFieldNode(island, { id: node.id, key: node.key, incarnation: node.logs.fact.incarnation as IncarnationId })
    clone.record('ibcf.connection.lost.v1', { since: '2026-01-01T00:00:00Z', attempts: 1 })
    clone.observe(4)
    clone.sign()
    await island.ports.advance(3_000_000)
    const opened = await openReturn(island, clone)
    await countersign(island, clone, opened)
    expect((await upload(island, clone, opened))?.json).toMatchObject({ code: 'SEGMENT_FORKED' })
    return { node, clone, at: 1 }
  }
  const hardware = (island: Island, node: FieldNode) => createQueries(island.master.model).nodeHardware(node.id)

  it('[FK1] holds both tellings, and takes nothing that follows in that log until a person has decided', async () => {
    using island = await createIsland()
    const { node, clone, at } = await cloned(island)
    const log = formatLogId(node.logs.control)
    const [fork] = hardware(island, node).forks
    expect(fork).toMatchObject({ log, at, decided: null, tellings: [{ isFirst: true }, { isFirst: false }] })
    expect(fork?.tellings.map(({ head }) => head).toSorted()).toEqual(
      [node, clone]
        .flatMap((one) => one.frontier().filter((head) => head.log === log))
        .map(({ head }) => head)
        .toSorted(),
    )
    expect(island.master.model.lifecycle(node.id)).toMatchObject({ phase: 'QUARANTINED', code: 'SEGMENT_FORKED' })

    node.record('ibcf.alarm.raised.v1', { name: 'later', severity: 'warning', detail: 'after the fork' })
    node.sign()
    await island.ports.advance(3_000_000)
    const before = readLogEvents(island.master.store.reader, node.logs.control, 1, 100).length
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    expect((await upload(island, node, opened))?.json).toMatchObject({ status: 409, code: 'SEGMENT_FORKED', facts: { isUndecided: true } })
    expect(readLogEvents(island.master.store.reader, node.logs.control, 1, 100)).toHaveLength(before)

    const act = { master: island.master, actor: island.operator }
    const keep = fork?.tellings.find(({ isFirst }) => isFirst)
    if (keep === undefined) throw new Error('no first telling')
    const wrong = { nodeId: node.id, log, at, keep: { seq: keep.seq, head: '0'.repeat(64) }, reason: 'x' }
    expect(() => resolveFork(act, wrong)).toThrow(expect.objectContaining({ code: 'FORK_UNKNOWN' }))
    resolveFork(act, { ...wrong, keep: { seq: keep.seq, head: keep.head }, reason: 'The other was a copy' })
    expect(hardware(island, node).forks[0]?.decided).toMatchObject({ seq: keep.seq, head: keep.head })
    remediateNode(act, { nodeId: node.id, reason: 'Looked at' })
    expect(await upload(island, node, opened)).toBeUndefined()
    expect((await complete(island, node, opened)).json).toMatchObject({ verdict: 'CLEAN', phase: 'ACTIVE', mode: 'LIVE' })
    expect(readLogEvents(island.master.store.reader, node.logs.control, 1, 100)).toHaveLength(before + 1)
  })

  it('[FK2] decided for the other telling leaves the first as it is, for good', async () => {
    using island = await createIsland()
    const { node, at } = await cloned(island)
    const act = { master: island.master, actor: island.operator }
    const log = formatLogId(node.logs.control)
    const other = hardware(island, node).forks[0]?.tellings.find(({ isFirst }) => !isFirst)
    if (other === undefined) throw new Error('no other telling')
    resolveFork(act, { nodeId: node.id, log, at, keep: { seq: other.seq, head: other.head }, reason: 'That one is ours' })
    node.record('ibcf.alarm.raised.v1', { name: 'later', severity: 'warning', detail: 'after the fork' })
    node.sign()
    await island.ports.advance(3_000_000)
    const opened = await openReturn(island, node)
    await countersign(island, node, opened)
    expect((await upload(island, node, opened))?.json).toMatchObject({ status: 409, code: 'SEGMENT_FORKED', facts: { isUndecided: false } })
    expect(decided(island, node, 'ibcf.fork.resolved.v1')).toMatchObject([{ log, at, keep: { seq: other.seq } }])
  })

  /** A machine that was restored, or a copy: same identity, same key, logs of its own. */
  async function begun(island: Island, node: FieldNode): Promise<FieldNode> {
    const other = await createFieldNode(island, { id: node.id, key: node.key })
    await island.ports.advance(3_000_000)
    const [continues] = node.frontier()
    other.record('ibcf.log.opened.v1', { continues: continues === undefined ? [] : [continues], reason: 'restored' })
    other.sign()
    return other
  }

  it('[FK6] quarantines a node whose older life speaks after a later one began: a copy is at work', async () => {
    using island = await createIsland()
    const node = await createAway(island, 4)
    node.record('ibcf.log.opened.v1', { continues: [], reason: 'first start' })
    node.sign()
    await finish(island, node)
    const other = await begun(island, node)
    expect((await finish(island, other)).done.json).toMatchObject({ verdict: 'CLEAN', phase: 'ACTIVE' })
    await island.ports.advance(3_000_000)
    node.record('ibcf.alarm.raised.v1', { name: 'here', severity: 'warning', detail: 'still at work' })
    node.sign()
    expect((await finish(island, node)).done.json).toMatchObject({ verdict: 'QUARANTINED', phase: 'QUARANTINED' })
    expect(island.master.model.lifecycle(node.id)).toMatchObject({ phase: 'QUARANTINED', code: 'NODE_CLONED' })
  })

  it('[FK6] takes a restored machine for what it is, also where what the old one recorded before comes late', async () => {
    using island = await createIsland()
    const node = await createAway(island, 4)
    node.record('ibcf.log.opened.v1', { continues: [], reason: 'first start' })
    node.sign()
    await finish(island, node)
    node.record('ibcf.alarm.raised.v1', { name: 'before', severity: 'warning', detail: 'lay at a relay' })
    node.sign()
    const other = await begun(island, node)
    expect((await finish(island, other)).done.json).toMatchObject({ verdict: 'CLEAN', phase: 'ACTIVE' })
    await island.ports.advance(3_000_000)
    expect((await finish(island, node)).done.json).toMatchObject({ verdict: 'CLEAN', phase: 'ACTIVE' })
  })
})
