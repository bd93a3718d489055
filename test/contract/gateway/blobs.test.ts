/** Content by its digest: up in pieces, down in ranges; and desired state. */
import { describe, expect, it } from 'vitest'
import { assignPolicy, publishPolicy } from '../../../core/app/acts/policies.ts'
import { desiredDocument } from '../../../core/contract/gateway/desired.ts'
import { statementTypes } from '../../../core/contract/gateway/statement.ts'
import { gatewayLimits } from '../../../core/contract/gateway/wire.ts'
import { fromBase64, toHex } from '../../../core/kernel/hex.ts'
import { preAuthenticationEncoding } from '../../../core/log/dsse.ts'
import { hasBlob, readBlob } from '../../../core/store/blobs.ts'
import { putBlobFrom } from '../../../core/store/blobs-incoming.ts'
import { stagedBytes } from '../../../core/store/staged.ts'
import { attach, bearer, createApproved, createAway, openReturn, type Statement } from '../../helpers/gateway/field-node.ts'
import { createIsland, type Island } from '../../helpers/gateway/island.ts'

const digestOf = (island: Island, bytes: Uint8Array): string => toHex(island.ports.crypto.sha256(bytes))

function put(island: Island, token: string, digest: string, offset: number, total: number, body: Uint8Array) {
  return island.ask({ method: 'PUT', path: `/v1/blobs/${digest}?offset=${offset}&total=${total}`, headers: bearer(token), body })
}

async function channel(island: Island) {
  const node = await createApproved(island)
  return { node, token: await attach(island, node) }
}

describe('content', () => {
  it('[GW14] comes in pieces, each acknowledged; a gap is answered with the offset; what is held need not come again', async () => {
    using island = await createIsland()
    const { node, token } = await channel(island)
    const bytes = island.ports.random.bytes(gatewayLimits.maxPieceBytes + 1000)
    const digest = digestOf(island, bytes)
    const half = gatewayLimits.maxPieceBytes
    expect(await put(island, token, digest, half, bytes.length, bytes.subarray(half))).toMatchObject({
      status: 409,
      json: { code: 'PIECE_GAP', facts: { expected: 0 } },
    })
    expect(await put(island, token, digest, 0, bytes.length, bytes.subarray(0, half))).toMatchObject({
      status: 202,
      json: { offset: half, isComplete: false },
    })
    expect(hasBlob(island.master.store.reader, digest)).toBe(false)
    const complete = { status: 201, json: { offset: bytes.length, isComplete: true } }
    expect(await put(island, token, digest, half, bytes.length, bytes.subarray(half))).toMatchObject(complete)
    expect(await put(island, token, digest, 0, bytes.length, bytes.subarray(0, 1))).toMatchObject(complete)
    expect(toHex(readBlob(island.master.store.reader, digest) ?? new Uint8Array())).toBe(toHex(bytes))
    expect(stagedBytes(island.master.store.reader, node.id)).toBe(0)
  })

  it('[GW14] that is not what its digest says is refused and has to come again', async () => {
    using island = await createIsland()
    const { node, token } = await channel(island)
    const bytes = new TextEncoder().encode('{"cpu":"x"}')
    const digest = digestOf(island, bytes)
    const wrong = bytes.with(0, 0x20)
    expect(await put(island, token, digest, 0, wrong.length, wrong)).toMatchObject({ status: 422, json: { code: 'BLOB_DIGEST_WRONG' } })
    expect(stagedBytes(island.master.store.reader, node.id)).toBe(0)
    expect((await put(island, token, digest, 0, bytes.length, bytes)).status).toBe(201)
    const nothing = digestOf(island, new Uint8Array())
    expect((await put(island, token, nothing, 0, 0, new Uint8Array())).json).toEqual({ offset: 0, isComplete: true })
  })

  it("[GW14] of the largest size fits into a node's share; a larger one is refused", async () => {
    using island = await createIsland()
    const { token } = await channel(island)
    const bytes = new Uint8Array(gatewayLimits.maxBlobBytes).fill(7)
    const digest = digestOf(island, bytes)
    let last
    for (let offset = 0; offset < bytes.length; offset += gatewayLimits.maxPieceBytes) {
      last = await put(island, token, digest, offset, bytes.length, bytes.subarray(offset, offset + gatewayLimits.maxPieceBytes))
    }
    expect(last).toMatchObject({ status: 201 })
    expect((await put(island, token, digest, 0, bytes.length + 1, bytes.subarray(0, 1))).json).toMatchObject({
      code: 'SCHEMA_MISMATCH',
      facts: { path: '/total' },
    })
  })

  it('[GW14] is given whole, in a range, or not at all', async () => {
    using island = await createIsland()
    const { token } = await channel(island)
    const text = '0123456789'
    const bytes = new TextEncoder().encode(text)
    const digest = digestOf(island, bytes)
    await put(island, token, digest, 0, bytes.length, bytes)
    const get = async (range?: string, method = 'GET') => {
      const answer = await island.ask({
        method,
        path: `/v1/blobs/${digest}`,
        headers: { ...bearer(token), ...(range === undefined ? {} : { range }) },
      })
      return { ...answer, body: new TextDecoder().decode(answer.body) }
    }
    expect(await get()).toMatchObject({ status: 200, body: text, headers: { etag: `"${digest}"`, 'accept-ranges': 'bytes' } })
    expect(await get('bytes=2-4')).toMatchObject({ status: 206, body: '234', headers: { 'content-range': 'bytes 2-4/10' } })
    expect(await get('bytes=7-')).toMatchObject({ status: 206, body: '789', headers: { 'content-range': 'bytes 7-9/10' } })
    expect(await get('bytes=-3')).toMatchObject({ status: 206, body: '789' })
    expect(await get('bytes=10-')).toMatchObject({
      status: 416,
      json: { code: 'RANGE_UNSATISFIABLE' },
      headers: { 'content-range': 'bytes */10' },
    })
    expect(await get(undefined, 'HEAD')).toMatchObject({ status: 200, body: '' })
    expect((await island.ask({ method: 'GET', path: `/v1/blobs/${'0'.repeat(64)}`, headers: bearer(token) })).json).toMatchObject({
      status: 404,
      code: 'BLOB_UNKNOWN',
    })
    expect((await island.ask({ method: 'GET', path: '/v1/blobs/..%2f..%2fetc', headers: bearer(token) })).json).toMatchObject({
      code: 'SCHEMA_MISMATCH',
      facts: { path: '/sha256' },
    })
    expect((await island.ask({ method: 'GET', path: `/v1/blobs/${digest}` })).status).toBe(401)
  })
})

describe('content larger than one answer', () => {
  it('[GW14] [ST30] is given in ranges only, each as far as one answer goes', async () => {
    using island = await createIsland()
    const { token } = await channel(island)
    const bytes = island.ports.random.bytes(64 * 1024)
    const size = gatewayLimits.maxBlobBytes + bytes.length
    const chunks = Array.from({ length: size / bytes.length }, () => bytes)
    const put = island.master.store.transact((writer) => putBlobFrom(writer, chunks))
    const get = (range?: string) =>
      island.ask({
        method: 'GET',
        path: `/v1/blobs/${put.digest}`,
        headers: { ...bearer(token), ...(range === undefined ? {} : { range }) },
      })
    expect(await get()).toMatchObject({ status: 413, json: { code: 'RANGE_NEEDED', facts: { sizeBytes: size } } })
    const first = await get('bytes=0-')
    expect(first).toMatchObject({ status: 206, headers: { 'content-range': `bytes 0-${4 * 1024 * 1024 - 1}/${size}` } })
    expect(first.body.length).toBe(4 * 1024 * 1024)
    const last = await get(`bytes=${size - 10}-`)
    expect(last).toMatchObject({ status: 206, headers: { 'content-range': `bytes ${size - 10}-${size - 1}/${size}` } })
    expect(last.body).toEqual(bytes.slice(-10))
  })
})

describe('desired state', () => {
  it('[GW15] is 204 while nothing is desired, then signed by the master', async () => {
    using island = await createIsland()
    const { node, token } = await channel(island)
    const get = () => island.ask({ method: 'GET', path: '/v1/desired', headers: bearer(token) })
    expect(await get()).toMatchObject({ status: 204, body: new Uint8Array() })
    const act = { master: island.master, actor: island.operator }
    const policyBundleId = publishPolicy(act, { name: 'Pumps', version: '3.0.0', targetVersion: '1.2.0', configuration: { rate: 5 } })
    assignPolicy(act, { policyBundleId, domainId: island.master.identity.rootDomainId })
    const statement = (await get()).json as unknown as Statement
    const bytes = fromBase64(statement.document)
    const { port } = island.master
    expect(
      port.ports.crypto.verify(port.publicKey, preAuthenticationEncoding(statementTypes.desired, bytes), fromBase64(statement.signature)),
    ).toBe(true)
    const document = desiredDocument.parse(JSON.parse(new TextDecoder().decode(bytes)))
    expect(document).toMatchObject({
      nodeId: node.id,
      masterId: port.masterId,
      epoch: 1,
      policyBundleId,
      policyVersion: '3.0.0',
      targetVersion: '1.2.0',
      configuration: { rate: 5 },
    })
  })

  it('[GW15] is not given to a node that is returning', async () => {
    using island = await createIsland()
    const { token } = await openReturn(island, await createAway(island, 1))
    expect((await island.ask({ method: 'GET', path: '/v1/desired', headers: bearer(token) })).json).toMatchObject({
      status: 409,
      code: 'RETURN_REQUIRED',
    })
  })
})
