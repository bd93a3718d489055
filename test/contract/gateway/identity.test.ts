/** Proving who one is, and the tokens that follow. */
import { describe, expect, it } from 'vitest'
import { revokeNodeKey } from '../../../core/app/acts/nodes.ts'
import { statementTypes } from '../../../core/contract/gateway/statement.ts'
import { nonceLifeSeconds } from '../../../core/ingest/nonces.ts'
import { openSessionOf } from '../../../core/ingest/returns/return-table.ts'
import {
  attach,
  bearer,
  createApproved,
  createAway,
  heartbeat,
  json,
  openReturn,
  proofOf,
  prove,
  send,
  countersign,
} from '../../helpers/gateway/field-node.ts'
import { createIsland } from '../../helpers/gateway/island.ts'

describe('an identity', () => {
  it('[GW6] is proven over a nonce that is good once', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    const body = json(node.statement(statementTypes.proof, await proofOf(island, node, 'attach')))
    expect((await island.ask({ method: 'POST', path: '/v1/attach', body })).status).toBe(200)
    expect((await island.ask({ method: 'POST', path: '/v1/attach', body })).json).toMatchObject({ status: 401, code: 'NONCE_UNKNOWN' })
  })

  it('[GW6] is not proven over a nonce that is too old, of another node, or of a master that was restarted', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    const other = await createApproved(island)
    const proof = await proofOf(island, node, 'attach')
    const foreign = await proofOf(island, node, 'attach', { nonce: (await proofOf(island, other, 'attach'))['nonce'] })
    const post = async (document: unknown) =>
      (await island.ask({ method: 'POST', path: '/v1/attach', body: json(node.statement(statementTypes.proof, document)) })).json
    expect(await post(foreign)).toMatchObject({ code: 'NONCE_UNKNOWN' })
    expect(await post({ ...proof, nonce: 'AAAA' })).toMatchObject({ code: 'NONCE_UNKNOWN' })
    await island.ports.advance(nonceLifeSeconds * 1000)
    expect(await post(proof)).toMatchObject({ code: 'NONCE_UNKNOWN' })
  })

  it('[GW6] is not proven by another key, for another purpose, or to another master', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    const other = await createApproved(island)
    expect((await prove(island, node, 'attach', {}, island.ports.crypto.generateKeyPair())).json).toMatchObject({
      status: 401,
      code: 'KEY_WRONG',
    })
    expect(
      (await prove(island, node, 'attach', { nodeId: other.id, nonce: (await proofOf(island, other, 'attach'))['nonce'] })).json,
    ).toMatchObject({ code: 'KEY_WRONG' })
    expect((await prove(island, node, 'attach', { purpose: 'return' })).json).toMatchObject({
      code: 'SCHEMA_MISMATCH',
      facts: { path: '/purpose' },
    })
    expect((await prove(island, node, 'attach', { masterId: other.id })).json).toMatchObject({ code: 'MASTER_DIFFERS' })
    expect((await prove(island, node, 'attach', { frontier: [{ ...head, log: `${other.id}/${other.id}/fact/-` }] })).json).toMatchObject({
      code: 'SEGMENT_FOREIGN',
    })
  })

  it('[GW6] of a node that nobody knows is not proven at all', async () => {
    using island = await createIsland()
    const nodeId = island.master.port.rootDomainId
    expect((await island.ask({ method: 'POST', path: '/v1/challenge', body: json({ nodeId }) })).json).toMatchObject({
      status: 404,
      code: 'NODE_UNKNOWN',
    })
  })

  it('[GW12] of a node whose clock is years off is proven all the same, and the offset is told', async () => {
    const heard: (number | undefined)[] = []
    using island = await createIsland({
      extendPort: (port) => ({ ...port, heard: (node, how) => (heard.push(how.clockOffsetMs), port.heard(node, how)) }),
    })
    const node = await createApproved(island)
    expect((await prove(island, node, 'attach', { now: '1970-01-01T00:00:00Z' })).status).toBe(200)
    expect((await prove(island, node, 'attach', { now: '2099-01-01T00:00:00Z' })).status).toBe(200)
    const now = island.ports.clock.now()
    expect(heard).toEqual([-now, Date.UTC(2099, 0, 1) - now])
  })
})

describe('a token', () => {
  it('[GW7] is asked for, well-formed, known, and the newest', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    const first = await attach(island, node)
    const second = await attach(island, node)
    const status = async (authorization: string) =>
      (await island.ask({ method: 'GET', path: '/v1/desired', headers: { authorization } })).status
    expect((await island.ask({ method: 'GET', path: '/v1/desired' })).json).toMatchObject({ status: 401, code: 'TOKEN_UNKNOWN' })
    expect(await status(`Bearer ${first}`)).toBe(401)
    expect(await status(`Bearer ${second}x`)).toBe(401)
    expect(await status(`Basic ${second}`)).toBe(401)
    expect(await status(`Bearer ${second}`)).toBe(204)
  })

  it('[GW7] of an attachment ends after a day, and with the run of the master', async () => {
    using island = await createIsland({ isOnDisk: true })
    const node = await createApproved(island)
    const old = await attach(island, node)
    await island.ports.advance(24 * 3_600_000)
    expect((await heartbeat(island, old)).json).toMatchObject({ status: 401, code: 'TOKEN_UNKNOWN' })
    const other = await createApproved(island)
    const token = await attach(island, other)
    using after = await island.crash()
    expect((await heartbeat(after, token)).json).toMatchObject({ status: 401, code: 'TOKEN_UNKNOWN' })
    expect((await heartbeat(after, await attach(after, other))).status).toBe(200)
  })

  it('[GW7] ends when its key is revoked, and so does the return that is open under it', async () => {
    using island = await createIsland()
    const live = await createApproved(island)
    const away = await createAway(island, 5)
    const token = await attach(island, live)
    const opened = await openReturn(island, away)
    await countersign(island, away, opened)
    for (const { id } of [live, away]) revokeNodeKey({ master: island.master, actor: island.operator }, { nodeId: id, reason: 'Stolen.' })
    expect((await heartbeat(island, token)).json).toMatchObject({ status: 403, code: 'KEY_REVOKED' })
    expect((await heartbeat(island, token)).status).toBe(401)
    expect((await prove(island, live, 'attach')).json).toMatchObject({ status: 403, code: 'KEY_REVOKED' })
    const [piece] = away.pieces(away.frontier()[0]?.log ?? '')
    if (piece === undefined) throw new Error('nothing to send')
    expect((await send(island, opened.token, piece)).json).toMatchObject({ status: 403, code: 'KEY_REVOKED' })
    expect(openSessionOf(island.master.store.reader, away.id)).toBeUndefined()
  })

  it('[GW7] is told nowhere but in its answer', async () => {
    using island = await createIsland()
    const token = await attach(island, await createApproved(island))
    await island.ask({ method: 'POST', path: '/v1/heartbeat', headers: bearer(token), body: json({}) })
    await island.ask({ method: 'PUT', path: '/v1/heartbeat', headers: bearer(token) })
    expect(JSON.stringify([island.ports.told, island.master.model.refusals()])).not.toContain(token)
  })
})

const head = { log: '', seq: 1, head: '0'.repeat(64) }
