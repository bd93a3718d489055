/** Input nobody promised (design 4), through the real handler: each row has a code, is counted, and loses nothing. */
import { describe, expect, it } from 'vitest'
import { gatewayLimits } from '../../../core/contract/gateway/wire.ts'
import { attach, bearer, createApproved, json } from '../../helpers/gateway/field-node.ts'
import { createIsland } from '../../helpers/gateway/island.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const fields = (count: number): string => `{${Array.from({ length: count }, (_, at) => `"f${at}":1`).join(',')}}`

const rows: readonly {
  readonly what: string
  readonly body: Uint8Array
  readonly status: number
  readonly code: string
  readonly path?: string
}[] = [
  { what: 'text that is not JSON', body: text('{"nodeId":'), status: 400, code: 'JSON_MALFORMED' },
  { what: 'nothing at all', body: new Uint8Array(), status: 400, code: 'JSON_MALFORMED' },
  {
    what: 'bytes that are not UTF-8',
    body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    status: 400,
    code: 'JSON_NOT_UTF8',
  },
  { what: 'a NUL', body: text('{"nodeId":"\\u0000"}'), status: 400, code: 'JSON_NUL' },
  { what: 'deep nesting', body: text(nested(400)), status: 400, code: 'JSON_TOO_DEEP' },
  { what: 'the same key twice', body: text('{"nodeId":"a","nodeId":"b"}'), status: 400, code: 'JSON_DUPLICATE_KEY' },
  { what: 'a wrong shape', body: json({ nodeId: 7 }), status: 400, code: 'SCHEMA_MISMATCH', path: '/nodeId' },
  { what: 'a version from the future', body: json({ v: 2, nodeId: 'x' }), status: 400, code: 'VERSION_UNSUPPORTED' },
  { what: 'more than the route takes', body: new Uint8Array(1025), status: 413, code: 'BODY_TOO_LARGE' },
]

describe('a body', () => {
  it.each(rows)('[GW3] [GW8] with $what is $code', async ({ body, status, code, path }) => {
    using island = await createIsland()
    const answer = await island.ask({ method: 'POST', path: '/v1/challenge', body })
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': 'application/problem+json' },
      json: { status, code, type: `urn:ibcf:problem:${code}` },
    })
    if (path !== undefined) expect(answer.json?.['facts']).toMatchObject({ path })
    expect(String(answer.json?.['detail'])).toMatch(/\.$/)
    expect(island.refusals(code)).toBe(1)
  })

  it('[GW8] with ten thousand fields is JSON_TOO_MANY_FIELDS', async () => {
    using island = await createIsland()
    const answer = await island.ask({ method: 'POST', path: '/v1/attach', body: text(fields(gatewayLimits.maxJsonFields + 1)) })
    expect(answer.json).toMatchObject({ status: 400, code: 'JSON_TOO_MANY_FIELDS' })
    expect(island.refusals('JSON_TOO_MANY_FIELDS')).toBe(1)
  })

  it('[GW8] is checked inside a statement as it is outside', async () => {
    using island = await createIsland()
    const inside = (document: string): Uint8Array =>
      json({ document: Buffer.from(document).toString('base64'), keyid: `ed25519:${'0'.repeat(32)}`, signature: 'AAAA' })
    const code = async (document: string) =>
      (await island.ask({ method: 'POST', path: '/v1/enrol', body: inside(document) })).json?.['code']
    expect(await code('{"v":3}')).toBe('VERSION_UNSUPPORTED')
    expect(await code('{"v":1,"v":1}')).toBe('JSON_DUPLICATE_KEY')
    expect(await code('{"v":1}')).toBe('SCHEMA_MISMATCH')
    expect(await code(nested(40))).toBe('JSON_TOO_DEEP')
  })
})

describe('a request', () => {
  it('[GW3] for nothing, or by the wrong method, or of a newer version, says so', async () => {
    using island = await createIsland()
    expect((await island.ask({ method: 'GET', path: '/v1/nothing/<b>here</b>' })).json).toMatchObject({
      status: 404,
      code: 'ROUTE_UNKNOWN',
    })
    expect(await island.ask({ method: 'DELETE', path: '/v1/enrol' })).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
      json: { code: 'METHOD_NOT_ALLOWED' },
    })
    expect((await island.ask({ method: 'GET', path: '/v2' })).json).toMatchObject({
      status: 400,
      code: 'VERSION_UNSUPPORTED',
      facts: { found: 2, known: 1 },
    })
    expect((await island.ask({ method: 'PUT', path: '/v1/segments?log=a&log=b' })).json).toMatchObject({
      code: 'SCHEMA_MISMATCH',
      facts: { path: '/log' },
    })
  })

  it('[GW3] is answered by who this is', async () => {
    using island = await createIsland()
    const { port } = island.master
    expect((await island.ask({ method: 'GET', path: '/v1' })).json).toMatchObject({
      masterId: port.masterId,
      keyid: port.keyId,
      versions: [1],
      name: 'Test master',
    })
  })

  it('[GW13] too many from one node are RATE_LIMITED with when to come again; another node does not notice', async () => {
    using island = await createIsland()
    const noisy = bearer(await attach(island, await createApproved(island)))
    const calm = bearer(await attach(island, await createApproved(island)))
    const ask = (headers: Readonly<Record<string, string>>) => island.ask({ method: 'GET', path: '/v1/desired', headers })
    for (let n = 0; n < gatewayLimits.requestBurst; n++) expect((await ask(noisy)).status).toBe(204)
    expect(await ask(noisy)).toMatchObject({ status: 429, headers: { 'retry-after': '1' }, json: { code: 'RATE_LIMITED' } })
    expect((await ask(calm)).status).toBe(204)
    await island.ports.advance(1000)
    expect((await ask(noisy)).status).toBe(204)
  })

  it('[GW13] too many from one address without a token are RATE_LIMITED, however they try', async () => {
    using island = await createIsland()
    const token = await attach(island, await createApproved(island))
    const guess = () => island.ask({ method: 'GET', path: '/v1/desired', headers: bearer('x'.repeat(43)) })
    let answer = await guess()
    for (let n = 0; n < 3000 && answer.status === 401; n++) answer = await guess()
    expect(answer.json).toMatchObject({ status: 429, code: 'RATE_LIMITED' })
    expect((await island.ask({ method: 'GET', path: '/v1' })).status).toBe(429)
    // Who has a token at the same address goes on, and so does another address.
    expect((await island.ask({ method: 'GET', path: '/v1/desired', headers: bearer(token) })).status).toBe(204)
    expect((await island.ask({ method: 'GET', path: '/v1', remote: '192.0.2.2' })).status).toBe(200)
  })

  it('[GW3] that makes something throw is GATEWAY_FAULT and tells nothing of it', async () => {
    using island = await createIsland({
      extendPort: (port) => ({
        ...port,
        name: () => {
          throw new Error('the secret is 42')
        },
      }),
    })
    const answer = await island.ask({ method: 'GET', path: '/v1' })
    expect(answer.json).toMatchObject({ status: 500, code: 'GATEWAY_FAULT', facts: {} })
    expect(JSON.stringify(answer.json)).not.toContain('42')
    expect(island.ports.told.some(({ message }) => message === 'A request could not be dealt with.')).toBe(true)
  })

  it('[GW3] to a master that is stopping is told to come again', async () => {
    using island = await createIsland()
    island.gateway.close()
    expect(await island.ask({ method: 'GET', path: '/v1' })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      json: { code: 'GATEWAY_CLOSING' },
    })
  })
})
