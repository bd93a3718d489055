/** The gateway on a real server: what comes over real connections, well-behaved or not. */
import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { gatewayLimits } from '../../../core/contract/gateway/wire.ts'
import type { GatewayDoor } from '../../../core/ingest/gateway.ts'
import { createHttpAdapter, isGatewayPath, type HttpAdapterLimits } from '../../../core/ingest/http-adapter.ts'
import { createHttpTransport } from '../../../core/platform/http-transport.ts'
import { createScheduler } from '../../../core/platform/scheduler.ts'
import { attach, bearer, createApproved, heartbeat, json } from '../../helpers/gateway/field-node.ts'
import { createIsland, type Island } from '../../helpers/gateway/island.ts'

const open: { close: () => void }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

async function serve(
  limits: HttpAdapterLimits = gatewayLimits,
  doorOf: (island: Island) => GatewayDoor = (island) => island.gateway,
): Promise<{ island: Island; server: Server; port: number }> {
  const island = await createIsland()
  const adapter = createHttpAdapter(doorOf(island), createScheduler(), limits)
  const server = createServer(
    { headersTimeout: limits.slowRequestMs, requestTimeout: 4 * limits.slowRequestMs, connectionsCheckingInterval: 20 },
    adapter.handle,
  )
  adapter.protect(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    close: () => {
      server.closeAllConnections()
      server.close()
      island[Symbol.dispose]()
    },
  })
  const address = server.address()
  return { island, server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

/** Sends raw bytes; `text` is all that came back when the far end closed. */
function dial(port: number): { socket: Socket; text: Promise<string> } {
  const socket = connect(port, '127.0.0.1')
  open.push({ close: () => socket.destroy() })
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.on('error', () => undefined)
  const text = new Promise<string>((resolve) => socket.on('close', () => resolve(Buffer.concat(parts).toString())))
  return { socket, text }
}

/** Resolves once what came back contains `part`. */
function untilSeen(socket: Socket, part: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = ''
    socket.on('data', (bytes: Buffer) => {
      seen += bytes.toString()
      if (seen.includes(part)) resolve()
    })
    socket.on('close', () => reject(new Error(`closed after: ${seen.slice(0, 300)}`)))
  })
}

const tooSoon = { slowRequestMs: 150, maxConnections: 100 }

describe('the gateway on a server', () => {
  it('[GW3] answers over the transport that nodes use, problems included', async () => {
    const { island, port } = await serve()
    using transport = createHttpTransport({ baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 5000 })
    const greeting = await transport.request({ method: 'GET', path: '/v1', headers: {} })
    expect(JSON.parse(new TextDecoder().decode(greeting.body))).toMatchObject({ masterId: island.master.identity.masterId })
    const refused = await transport.request({ method: 'POST', path: '/v1/heartbeat', headers: bearer('x'.repeat(43)), body: json({}) })
    expect(refused).toMatchObject({ status: 401, headers: { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer' } })
    const node = await createApproved(island)
    const token = await attach(island, node)
    const beat = await transport.request({ method: 'GET', path: '/v1/desired', headers: bearer(token) })
    expect(beat).toMatchObject({ status: 204, body: new Uint8Array() })
    expect((await heartbeat(island, token)).status).toBe(200)
  })

  it('[GW1] [GW2] does not read a body that is too large, nor one whose sender is not known', async () => {
    const { island, port } = await serve()
    const large = dial(port)
    large.socket.write('POST /v1/challenge HTTP/1.1\r\nhost: x\r\ncontent-length: 5000000\r\n\r\n')
    expect(await large.text).toMatch(/^HTTP\/1\.1 413 [^]*BODY_TOO_LARGE/)
    const unknown = dial(port)
    unknown.socket.write('PUT /v1/segments HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\n\r\n')
    expect(await unknown.text).toMatch(/^HTTP\/1\.1 401 [^]*TOKEN_UNKNOWN/)
    expect(island.refusals('BODY_TOO_LARGE')).toBe(1)
  })

  it('[GW2] cuts a body that grows too large without having said so', async () => {
    const { port } = await serve()
    const { socket, text } = dial(port)
    socket.write('POST /v1/challenge HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n')
    for (let n = 0; n < 5; n++) socket.write(`400\r\n${'a'.repeat(0x400)}\r\n`)
    expect(await text).toMatch(/^HTTP\/1\.1 413 [^]*BODY_TOO_LARGE/)
  })

  it('[GW2] cuts a body that does not come', async () => {
    const { island, port } = await serve(tooSoon)
    const { socket, text } = dial(port)
    socket.write('POST /v1/challenge HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"nodeId"')
    expect(await text).toMatch(/^HTTP\/1\.1 408 [^]*SLOW_CLIENT/)
    expect(island.refusals('SLOW_CLIENT')).toBe(1)
  })

  it('[GW2] cuts a head that does not come', async () => {
    const { island, port } = await serve(tooSoon)
    const { socket, text } = dial(port)
    socket.write('GET /v1 HTTP/1.1\r\nhost: x\r\nx-slow: ')
    expect(await text).toMatch(/^HTTP\/1\.1 408 [^]*SLOW_CLIENT/)
    expect(island.refusals('SLOW_CLIENT')).toBe(1)
  })

  it('[GW2] answers what is not HTTP, and heads that are too large, and counts them', async () => {
    const { island, port } = await serve()
    const nonsense = dial(port)
    nonsense.socket.write('\u0016\u0003\u0001 this is not HTTP\r\n\r\n')
    expect(await nonsense.text).toMatch(/^HTTP\/1\.1 400 [^]*HTTP_MALFORMED/)
    const huge = dial(port)
    huge.socket.write(`GET /v1 HTTP/1.1\r\nhost: x\r\nx-huge: ${'a'.repeat(64 * 1024)}\r\n\r\n`)
    expect(await huge.text).toMatch(/^HTTP\/1\.1 431 [^]*HEADERS_TOO_LARGE/)
    expect(island.refusals('HTTP_MALFORMED')).toBe(1)
    expect(island.refusals('HEADERS_TOO_LARGE')).toBe(1)
  })

  it('[GW2] refuses connections beyond the bound with an answer; the others go on', async () => {
    const { island, port } = await serve({ slowRequestMs: 5000, maxConnections: 2 })
    const first = dial(port)
    first.socket.write('GET /v1 HTTP/1.1\r\nhost: x\r\n\r\n')
    await untilSeen(first.socket, 'masterId')
    const second = dial(port)
    second.socket.write('GET /v1 HTTP/1.1\r\nhost: x\r\n\r\n')
    await untilSeen(second.socket, 'masterId')
    const third = dial(port)
    expect(await third.text).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: 5[^]*TOO_MANY_CONNECTIONS/)
    expect(island.refusals('TOO_MANY_CONNECTIONS')).toBe(1)
    first.socket.write('GET /v1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    expect((await first.text).match(/masterId/g)).toHaveLength(2)
  })

  it('[GW2] says that it is busy where it does not answer in time, and says nothing twice', async () => {
    let finish: () => void = () => undefined
    const finished = new Promise<void>((resolve) => (finish = resolve))
    const { island, port } = await serve(tooSoon, ({ gateway }) => ({
      ...gateway,
      admit: async (head) => {
        const admission = gateway.admit(head)
        if (admission.kind === 'answer') return admission
        return { ...admission, proceed: (body) => finished.then(() => admission.proceed(body)) }
      },
    }))
    const asked = dial(port)
    asked.socket.write('POST /v1/challenge HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}')
    await untilSeen(asked.socket, 'MASTER_BUSY')
    expect(island.refusals('MASTER_BUSY')).toBe(1)
    finish()
    asked.socket.write('GET /v1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    const text = await asked.text
    expect(text).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: 5/)
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(2)
  })

  it('[GW1] lets a body be sent only after the head was judged, for those who ask', async () => {
    const { port } = await serve()
    const refused = dial(port)
    refused.socket.write('POST /v1/challenge HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 5000000\r\n\r\n')
    const answer = await refused.text
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).not.toContain('100 Continue')
    const asked = dial(port)
    asked.socket.write('POST /v1/challenge HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n')
    await untilSeen(asked.socket, '100 Continue')
    asked.socket.write('{}')
    expect(await asked.text).toMatch(/400 Bad Request[^]*SCHEMA_MISMATCH/)
    const strange = dial(port)
    strange.socket.write('POST /v1/challenge HTTP/1.1\r\nhost: x\r\nexpect: miracles\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}')
    expect(await strange.text).toMatch(/^HTTP\/1\.1 417 [^]*EXPECTATION_UNKNOWN/)
  })

  it('[GW3] survives senders that go away in the middle, and a thousand at once', async () => {
    const { island, port } = await serve()
    for (let n = 0; n < 20; n++) {
      const { socket, text } = dial(port)
      socket.write('POST /v1/challenge HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{', () => socket.destroy())
      await text
    }
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => {
        const { socket, text } = dial(port)
        socket.write('GET /v1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
        return text
      }),
    )
    expect(answers.filter((text) => text.startsWith('HTTP/1.1 200 '))).toHaveLength(1000)
    expect(island.refusals('GATEWAY_FAULT')).toBe(0)
  })

  it('[GW2] knows its own paths', () => {
    expect(['/v1', '/v1/', '/v1/enrol', '/v2?x', '/v10/a'].map(isGatewayPath)).toEqual([true, true, true, true, true])
    expect(['/', '/v', '/v1x', '/rpc/main', '/vv1', '/api/v1'].map(isGatewayPath)).toEqual([false, false, false, false, false, false])
  })
})
