import type { IncomingMessage, ServerResponse } from 'node:http'
import { getEventListeners } from 'node:events'
import { createServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CoreAddress } from '../../../electron/main/core-pipe.ts'
import { maxBodyBytes, pipeToCore } from '../../../electron/main/core-pipe.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

/** A server on a private socket, as core's is; what it does is each test's own. */
let handler: Handler = (_request, response) => response.end()
let folder = ''
let address: CoreAddress = { socketPath: '', token: '' }
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => handler(request, response, Buffer.concat(chunks)))
})

beforeEach(async () => {
  page = new AbortController()
  folder = mkdtempSync(join(tmpdir(), 'ibcf-pipe-'))
  address = { socketPath: join(folder, 's'), token: 'secret' }
  await new Promise<void>((resolve) => server.listen(address.socketPath, resolve))
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

let page = new AbortController()
const pipe = (call: Request): Promise<Response> => pipeToCore(call, () => Promise.resolve(address), page.signal)
const url = 'app://console/rpc/main/node/list?x=1'
const refusal = async (answer: Response): Promise<unknown> => (await answer.json()).json.data.code

describe('pipeToCore', () => {
  it('[SH4] passes the call on with the token and no more of the page than its kind of content', async () => {
    let seen: unknown
    handler = (request, response, body) => {
      seen = { method: request.method, url: request.url, body: body.toString(), headers: request.headers }
      response.writeHead(201, { 'content-type': 'application/json', 'x-own': 'yes', 'set-cookie': 'a=b' })
      response.end('{"json":1}')
    }
    const headers = { 'content-type': 'application/json', accept: '*/*', authorization: 'Bearer forged', cookie: 'a=b', 'x-page': 'no' }
    const answer = await pipe(new Request(url, { method: 'POST', body: '{"json":{}}', headers }))
    expect(seen).toEqual({
      method: 'POST',
      url: '/rpc/main/node/list?x=1',
      body: '{"json":{}}',
      headers: {
        authorization: 'Bearer secret',
        accept: '*/*',
        'content-type': 'application/json',
        'content-length': '11',
        host: 'localhost',
        connection: 'close',
      },
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('x-own')).toBe('yes')
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.text()).toBe('{"json":1}')
  })

  it('[SH4] gives server-sent events as they come, and closes the far end when the page goes away', async () => {
    let closed: () => void = () => undefined
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve
    })
    let push: (text: string) => void = () => undefined
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      push = (text) => void response.write(text)
      response.once('close', closed)
    }
    const answer = await pipe(new Request(url))
    const reader = answer.body?.getReader()
    push('data: 1\n\n')
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: 1\n\n')
    push('data: 2\n\n')
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: 2\n\n')
    await reader?.cancel()
    await isClosed
  })

  it.each(['events', 'an answer that is on its way'])('[SH4] closes the far end of %s when the page goes away', async (kind) => {
    let closed: () => void = () => undefined
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve
    })
    let begun: () => void = () => undefined
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': kind === 'events' ? 'text/event-stream' : 'application/json' })
      response.write('data: 1\n\n', begun)
      response.once('close', closed)
    }
    const answer = pipe(new Request(url))
    await hasBegun
    if (kind === 'events') expect((await answer).status).toBe(200)
    page.abort()
    await isClosed
    if (kind === 'events') expect(await (await answer).text()).toBe('data: 1\n\n')
    else expect((await answer).status).toBe(503)
  })

  it('[SH4] does not call core for a page that has gone, and keeps nothing of the calls of one that stays', async () => {
    handler = (_request, response) => response.end('{}')
    for (let call = 0; call < 20; call += 1) await (await pipe(new Request(url))).text()
    expect(getEventListeners(page.signal, 'abort').length).toBeLessThanOrEqual(1)
    handler = () => expect.unreachable('core was called')
    page.abort()
    expect((await pipe(new Request(url))).status).toBe(503)
  })

  it('[SH4] gives an answer whole or not at all', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"json":')
      setImmediate(() => response.destroy())
    }
    const answer = await pipe(new Request(url))
    expect([answer.status, await refusal(answer)]).toEqual([503, 'CORE_UNAVAILABLE'])
  })

  it('[SH4] passes an answer without a body', async () => {
    handler = (_request, response) => response.writeHead(204).end()
    const answer = await pipe(new Request(url))
    expect([answer.status, await answer.text()]).toEqual([204, ''])
  })

  it('[SH4] refuses another origin, another method and a body that is too large', async () => {
    handler = () => expect.unreachable('core was called')
    expect(await refusal(await pipe(new Request(url, { headers: { origin: 'null' } })))).toBe('CALL_FOREIGN_ORIGIN')
    expect(await refusal(await pipe(new Request(url, { headers: { origin: 'app://diagram' } })))).toBe('CALL_FOREIGN_ORIGIN')
    expect(await refusal(await pipe(new Request(url, { method: 'OPTIONS' })))).toBe('CALL_METHOD')
    const declared = new Request(url, { method: 'POST', body: 'x', headers: { 'content-length': String(maxBodyBytes + 1) } })
    expect(await refusal(await pipe(declared))).toBe('CALL_TOO_LARGE')
    const sent = await pipe(new Request(url, { method: 'POST', body: new Uint8Array(maxBodyBytes + 1) }))
    expect([sent.status, await refusal(sent)]).toEqual([413, 'CALL_TOO_LARGE'])
  })

  it('[SH4] says that core is not running when it is not, and when it goes away in the middle', async () => {
    const nobody = await pipeToCore(new Request(url), () => Promise.resolve(undefined), page.signal)
    expect([nobody.status, await refusal(nobody)]).toEqual([503, 'CORE_UNAVAILABLE'])
    const gone = await pipeToCore(new Request(url), () => Promise.resolve({ ...address, socketPath: join(folder, 'gone') }), page.signal)
    expect([gone.status, await refusal(gone)]).toEqual([503, 'CORE_UNAVAILABLE'])
    handler = (_request, response) => response.destroy()
    const cut = await pipe(new Request(url))
    expect([cut.status, await refusal(cut)]).toEqual([503, 'CORE_UNAVAILABLE'])
  })
})
