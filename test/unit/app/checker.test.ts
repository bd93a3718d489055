/** Segments checked on their way: a head start for the writer, never a reason for it to believe what it should not. */
import { describe, expect, it } from 'vitest'
import { type CheckAnswer, type CheckerThread, createChecker, originOfWhole } from '../../../core/app/front/checker.ts'
import { checkPacked } from '../../../core/ingest/segment-check.ts'
import { createCompression } from '../../../core/platform/compression.ts'
import { createCrypto } from '../../../core/platform/crypto.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { attach, bearer, createApproved } from '../../helpers/gateway/field-node.ts'
import { createIsland } from '../../helpers/gateway/island.ts'

const ports = { crypto: createCrypto(), compression: createCompression() }
const whole = { method: 'PUT', path: '/v1/segments?log=01N%2F01I%2Ffact%2F-&from=1&to=2&offset=0&total=3' }

describe('a segment on its way', () => {
  it('[GW19] is known to be whole by its path and size alone', () => {
    expect(originOfWhole(whole, 3)).toBe('01N')
    expect(originOfWhole(whole, 2)).toBeUndefined()
    expect(originOfWhole({ ...whole, path: whole.path.replace('offset=0', 'offset=1') }, 3)).toBeUndefined()
    expect(originOfWhole({ ...whole, path: whole.path.replace('segments', 'blobs') }, 3)).toBeUndefined()
  })

  it('[GW19] that is checked under the key of the node is taken in as it is; under another key, or altered, everything is looked at again', async () => {
    using island = await createIsland()
    const node = await createApproved(island)
    node.observe(20)
    node.sign()
    const token = await attach(island, node)
    const log = formatLogId(node.logs.fact)
    const [piece] = node.pieces(log)
    if (piece === undefined) throw new Error('nothing to send')
    const query = new URLSearchParams({ log, from: `${piece.from}`, to: `${piece.to}`, offset: '0', total: `${piece.total}` })
    const put = (packed: Uint8Array, publicKey: Uint8Array) => {
      const head = { method: 'PUT', path: `/v1/segments?${query.toString()}`, headers: bearer(token), remote: 'test' }
      const admission = island.gateway.admit(head)
      if (admission.kind === 'answer') return admission.response.status
      const checked = checkPacked(ports, publicKey, piece.bytes, 1 << 22)
      return admission.proceed(packed, checked).status
    }
    const stranger = ports.crypto.generateKeyPair()
    expect(checkPacked(ports, stranger.publicKey, piece.bytes, 1 << 22)).toBeUndefined()
    expect(checkPacked(ports, node.key.publicKey, piece.bytes.subarray(0, 20), 1 << 22)).toBeUndefined()
    // What was checked is of a key that is not the node's: it counts for nothing, and the bytes speak for themselves.
    const lent = checkPacked(ports, node.key.publicKey, piece.bytes, 1 << 22)
    if (lent === undefined) throw new Error('not checked')
    const head = { method: 'PUT', path: `/v1/segments?${query.toString()}`, headers: bearer(token), remote: 'test' }
    const admission = island.gateway.admit(head)
    if (admission.kind === 'answer') throw new Error('not admitted')
    const garbage = new Uint8Array(piece.total)
    expect(admission.proceed(garbage, { ...lent, publicKey: stranger.publicKey }).status).toBe(422)
    expect(readLogEvents(island.master.store.reader, node.logs.fact, 1, 100)).toEqual([])
    expect(put(piece.bytes, node.key.publicKey)).toBe(200)
    expect(readLogEvents(island.master.store.reader, node.logs.fact, 1, 100)).toHaveLength(20)
    expect(put(piece.bytes, node.key.publicKey)).toBe(200)
  })

  it('[GW19] goes on unchecked where there is no thread, it fails, or it falls behind', async () => {
    let hear: (answer: CheckAnswer) => void = () => undefined
    let fail: () => void = () => undefined
    const posted: number[] = []
    const owned: ArrayBuffer[] = []
    let starts = 0
    const thread: CheckerThread = {
      post: ({ id }, given) => {
        posted.push(id)
        owned.push(...given)
      },
      listen: (heard, failed) => ([hear, fail] = [heard, failed]),
      close: () => undefined,
    }
    const checker = createChecker(
      () => {
        starts++
        return thread
      },
      (node) => (node === '01N' ? new Uint8Array(32) : undefined),
    )
    expect(await checker.check({ ...whole, path: whole.path.replace('01N', '01M') }, new Uint8Array(3))).toBeUndefined()
    expect(starts).toBe(0)
    // As a server hands it over: a piece of memory that is shared with others.
    const shared = Buffer.from('abcdef').subarray(1, 4)
    const asked = Array.from({ length: 20 }, () => checker.check(whole, shared))
    expect(owned.every((buffer) => buffer.byteLength === 3)).toBe(true)
    expect(posted).toHaveLength(16)
    expect(await Promise.all(asked.slice(16))).toEqual([undefined, undefined, undefined, undefined])
    hear({ id: posted[0] ?? 0, checked: undefined })
    fail()
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 20 }, () => undefined))
    expect(await checker.check(whole, new Uint8Array(3))).toBeUndefined()
    expect(starts).toBe(1)
  })
})
