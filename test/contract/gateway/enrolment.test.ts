/** Requests to join, and what becomes of them. */
import { describe, expect, it } from 'vitest'
import { refuseEnrolment } from '../../../core/app/acts/enrolments.ts'
import { decommissionNode, retireNode } from '../../../core/app/acts/nodes.ts'
import { approvalDocument } from '../../../core/contract/gateway/enrolment.ts'
import { statementTypes } from '../../../core/contract/gateway/statement.ts'
import { maxPendingEnrolments } from '../../../core/ingest/enrolment.ts'
import { fromBase64, toBase64 } from '../../../core/kernel/hex.ts'
import type { RequestId } from '../../../core/kernel/ids.ts'
import { preAuthenticationEncoding } from '../../../core/log/dsse.ts'
import { readSubjectEvents } from '../../../core/store/read-events.ts'
import {
  approve,
  attach,
  createApproved,
  createFieldNode,
  enrol,
  enrolmentOf,
  json,
  type Statement,
} from '../../helpers/gateway/field-node.ts'
import { createIsland } from '../../helpers/gateway/island.ts'

describe('a request to join', () => {
  it('[GW4] is recorded once, however often it is sent, and keeps its request id', async () => {
    using island = await createIsland()
    const node = await createFieldNode(island)
    const first = await enrol(island, node)
    const second = await enrol(island, node, { name: 'Another name' })
    expect(first.json).toMatchObject({ status: 'PENDING', reason: null, approval: null })
    expect(second.json).toEqual(first.json)
    const recorded = readSubjectEvents(island.master.store.reader, node.id, { limit: 10 })
    expect(recorded.map(({ event }) => event?.type)).toEqual(['ibcf.enrolment.requested.v1'])
    expect(recorded[0]?.event?.data).toMatchObject({ name: 'Pump 7', keyId: node.keyId, serial: null })
  })

  it('[GW4] is answered with the approval, signed by the master, once a person has approved', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    const { json: answer } = await enrol(island, node)
    const approval = answer?.['approval'] as Statement
    const bytes = fromBase64(approval.document)
    const { port } = island.master
    expect(answer).toMatchObject({ status: 'APPROVED', reason: null })
    expect(
      port.ports.crypto.verify(port.publicKey, preAuthenticationEncoding(statementTypes.approval, bytes), fromBase64(approval.signature)),
    ).toBe(true)
    const document = approvalDocument.parse(JSON.parse(new TextDecoder().decode(bytes)))
    expect(document).toMatchObject({
      nodeId: node.id,
      masterId: port.masterId,
      domainId: port.rootDomainId,
      epoch: 1,
      masterPublicKey: toBase64(port.publicKey),
    })
    // Signed twice, it is the same statement: a node may compare what it holds.
    island.ports.setWall(island.ports.clock.now() + 60_000)
    expect((await enrol(island, node)).json).toEqual(answer)
  })

  it('[GW4] waits with at most so many others', async () => {
    using island = await createIsland({ extendPort: (port) => ({ ...port, pendingEnrolments: () => maxPendingEnrolments }) })
    const answer = await enrol(island, await createFieldNode(island))
    expect(answer).toMatchObject({ status: 503, json: { code: 'ENROLMENTS_FULL' }, headers: { 'retry-after': '60' } })
  })

  it("[GW5] with a known id and another key is refused, and with a key that is another's too", async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    const thief = await createFieldNode(island, { id: node.id })
    const twin = await createFieldNode(island, { key: node.key })
    const pretender = await createFieldNode(island, { id: island.master.identity.masterId as never })
    expect((await enrol(island, thief)).json).toMatchObject({ status: 409, code: 'NODE_ID_TAKEN' })
    expect((await enrol(island, twin)).json).toMatchObject({ status: 409, code: 'KEY_HELD_BY_ANOTHER' })
    expect((await enrol(island, pretender)).json).toMatchObject({ status: 409, code: 'NODE_ID_TAKEN' })
  })

  it('[GW5] that was refused stays refused, with the reason', async () => {
    using island = await createIsland()
    const node = await createFieldNode(island)
    const asked = await enrol(island, node)
    refuseEnrolment(
      { master: island.master, actor: island.operator },
      { requestId: asked.json?.['requestId'] as RequestId, reason: 'Not ours.' },
    )
    const again = await enrol(island, node)
    expect(again.json).toMatchObject({ status: 'REFUSED', reason: 'Not ours.', approval: null, requestId: asked.json?.['requestId'] })
  })

  it('[GW5] of a retired node is refused for good', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    const act = { master: island.master, actor: island.operator }
    decommissionNode(act, { nodeId: node.id, reason: 'Worn out.' })
    retireNode(act, { nodeId: node.id, reason: 'Gone.' })
    expect((await enrol(island, node)).json).toMatchObject({ status: 'REFUSED', approval: null })
    expect((await island.ask({ method: 'POST', path: '/v1/challenge', body: json({ nodeId: node.id }) })).json).toMatchObject({
      status: 403,
      code: 'NODE_RETIRED',
    })
  })

  it('[GW3] [GW5] with a signature of another key, or a key that is none, is refused', async () => {
    using island = await createIsland()
    const node = await createFieldNode(island)
    const other = island.ports.crypto.generateKeyPair()
    const post = async (statement: Statement) => (await island.ask({ method: 'POST', path: '/v1/enrol', body: json(statement) })).json
    const signedByOther = node.statement(statementTypes.enrolment, enrolmentOf(node, island), other)
    const forAnotherPurpose = node.statement(statementTypes.proof, enrolmentOf(node, island))
    const shortKey = node.statement(statementTypes.enrolment, enrolmentOf(node, island, { publicKey: 'AAAA' }))
    expect(await post(signedByOther)).toMatchObject({ code: 'KEY_WRONG' })
    expect(await post({ ...signedByOther, keyid: node.keyId })).toMatchObject({ code: 'KEY_WRONG' })
    expect(await post(forAnotherPurpose)).toMatchObject({ code: 'KEY_WRONG' })
    expect(await post(shortKey)).toMatchObject({ code: 'SCHEMA_MISMATCH', facts: { path: '/publicKey' } })
    expect(island.refusals('KEY_WRONG')).toBe(3)
  })

  it('[GW4] leads to a node that can attach only after it was approved', async () => {
    using island = await createIsland()
    const node = await createFieldNode(island)
    const asked = await enrol(island, node)
    expect((await island.ask({ method: 'POST', path: '/v1/challenge', body: json({ nodeId: node.id }) })).json).toMatchObject({
      status: 403,
      code: 'NODE_NOT_APPROVED',
    })
    approve(island, asked)
    expect(await attach(island, node)).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })
})
