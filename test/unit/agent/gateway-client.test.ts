import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createGatewayClient } from '../../../core/agent/gateway-client.ts'
import { createLinkMeter } from '../../../core/agent/link-meter.ts'
import { AppError } from '../../../core/kernel/app-error.ts'
import type { TransportRequest, TransportResponse } from '../../../core/kernel/ports.ts'
import { createVirtualPorts } from '../../helpers/agent/virtual-ports.ts'

const shape = z.object({ ok: z.boolean() })
const text = (body: string): Uint8Array => new TextEncoder().encode(body)

function clientOf(answer: (request: TransportRequest) => Promise<TransportResponse>) {
  const meter = createLinkMeter()
  return { meter, client: createGatewayClient({ request: answer }, createVirtualPorts().clock, meter, 1000) }
}

function answering(status: number, body: string, headers: Record<string, string> = {}) {
  return clientOf(() => Promise.resolve({ status, headers, body: text(body) }))
}

describe('asking a master', () => {
  it('[AG12] reads what the contract says, and an empty answer as null', async () => {
    expect(await answering(200, '{"ok":true}').client.ask(shape, { method: 'GET', path: '/v1' })).toEqual({
      kind: 'ok',
      value: { ok: true },
    })
    expect(await answering(204, '').client.ask(shape.nullable(), { method: 'GET', path: '/v1' })).toEqual({ kind: 'ok', value: null })
  })

  it('[AG12] sends the token and the media type, and JSON as JSON', async () => {
    const asked: TransportRequest[] = []
    const { client } = clientOf((request) => {
      asked.push(request)
      return Promise.resolve({ status: 200, headers: {}, body: text('{"ok":true}') })
    })
    await client.ask(shape, { method: 'POST', path: '/v1/x', token: 'secret', json: { a: 1 } })
    await client.ask(shape, { method: 'PUT', path: '/v1/y', bytes: { mediaType: 'application/octet-stream', body: text('abc') } })
    expect(asked.map(({ headers, body }) => [headers['authorization'], headers['content-type'], new TextDecoder().decode(body)])).toEqual([
      ['Bearer secret', 'application/json', '{"a":1}'],
      [undefined, 'application/octet-stream', 'abc'],
    ])
  })

  it.each([
    ['a web page', 200, '<!doctype html><title>Sign in to the hotel</title>'],
    ['a web page that says no', 403, '<html>blocked</html>'],
    ['JSON of another kind', 200, '{"hello":"world"}'],
    ['a failure that is not a problem document', 404, '{"message":"not here"}'],
    ['nothing where something is due', 200, ''],
    ['the same key twice', 200, '{"ok":true,"ok":false}'],
  ])('[AG12] takes %s for no master at all', async (_, status, body) => {
    const answer = await answering(status, body, { 'content-type': 'text/html' }).client.ask(shape, { method: 'GET', path: '/v1' })
    expect(answer).toMatchObject({ kind: 'silent', code: 'NOT_A_MASTER' })
  })

  const problem = (status: number): string =>
    JSON.stringify({ type: 'urn:x', title: 't', status, detail: 'It is so.', code: 'SOME_CODE', facts: { expected: 7 } })

  it('[AG12] hands on a refusal with its code, facts and when to ask again', async () => {
    const answer = await answering(429, problem(429), { 'retry-after': '7' }).client.ask(shape, { method: 'GET', path: '/v1' })
    expect(answer).toEqual({
      kind: 'problem',
      status: 429,
      code: 'SOME_CODE',
      sentence: 'It is so.',
      facts: { expected: 7 },
      retryAfterMs: 7000,
    })
    const odd = await answering(429, problem(429), { 'retry-after': 'soon' }).client.ask(shape, { method: 'GET', path: '/v1' })
    expect(odd).toMatchObject({ kind: 'problem', retryAfterMs: undefined })
  })

  it('[AG12] takes a master that cannot work for one that is away', async () => {
    const answer = await answering(503, problem(503)).client.ask(shape, { method: 'GET', path: '/v1' })
    expect(answer).toEqual({ kind: 'silent', code: 'SOME_CODE', sentence: 'It is so.' })
  })

  it('[AG12] knows when a master that cannot work means to be asked again, and waits for nobody for ever', async () => {
    const told = async (header: string): Promise<unknown> =>
      answering(503, problem(503), { 'retry-after': header }).client.ask(shape, { method: 'GET', path: '/v1' })
    expect(await told('5')).toMatchObject({ kind: 'silent', retryAfterMs: 5000 })
    expect(await told('99999')).toMatchObject({ kind: 'silent', retryAfterMs: 600_000 })
  })

  it('[AG12] takes a dead link as an answer of its own, and counts it as lost', async () => {
    const { client, meter } = clientOf(() => Promise.reject(new AppError('Unavailable', 'LINK_DOWN', 'No answer.')))
    expect(await client.ask(shape, { method: 'GET', path: '/v1' })).toEqual({ kind: 'silent', code: 'LINK_DOWN', sentence: 'No answer.' })
    meter.answered(10, 0)
    expect(meter.read()).toEqual({ rtt_ms: 10, loss_pct: 50, bandwidth_kbps: 0 })
  })

  it('[AG12] does not swallow a fault of our own', async () => {
    const { client } = clientOf(() => Promise.reject(new TypeError('a slip')))
    await expect(client.ask(shape, { method: 'GET', path: '/v1' })).rejects.toThrow('a slip')
  })
})

describe('link meter', () => {
  it('[AG10] measures round trip on small requests, bandwidth on large ones, loss over the last twenty', () => {
    const meter = createLinkMeter()
    expect(meter.read()).toBeUndefined()
    meter.answered(100, 200)
    meter.answered(1100, 125_000)
    expect(meter.read()).toEqual({ rtt_ms: 100, loss_pct: 0, bandwidth_kbps: 1000 })
    for (let time = 0; time < 18; time++) meter.failed()
    expect(meter.read()?.loss_pct).toBe(90)
    for (let time = 0; time < 20; time++) meter.failed()
    expect(meter.read()?.loss_pct).toBe(100)
  })
})
