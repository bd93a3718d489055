/**
 * The gateway on node:http. The head is judged before the body is read; a body is read up to its limit and within its time; whoever
 * is too large, too slow, too many or not speaking HTTP gets an answer and loses the connection, never our patience ([GW2], [GW12]).
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { gatewayLimits } from '../contract/gateway/wire.ts'
import type { Scheduler } from '../kernel/ports.ts'
import type { GatewayResponse, RequestHead } from './exchange.ts'
import type { GatewayDoor } from './gateway.ts'

export type HttpAdapterLimits = { readonly slowRequestMs: number; readonly maxConnections: number }

export type HttpAdapter = {
  /** Answers a request under `/v1`, or any other that nobody else answers. Never throws or rejects. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  /** Once per server: bounds on connections, on slow heads, on what is not HTTP; `expect: 100-continue` only after the head was judged. */
  readonly protect: (server: Server) => void
}

export function createHttpAdapter(gateway: GatewayDoor, scheduler: Scheduler, limits: HttpAdapterLimits = gatewayLimits): HttpAdapter {
  function handle(request: IncomingMessage, response: ServerResponse): void {
    // Without a listener an error on either stream would end the process.
    response.on('error', () => request.socket.destroy())
    request.on('error', () => request.socket.destroy())
    response.setTimeout(limits.slowRequestMs, () => endSilence(request, response))
    const head = headOf(request)
    judge(head, request, response).catch(() => request.socket.destroy())
  }

  /** Nothing went either way for too long. If the silence is ours, it is said, so that nobody takes it for a lost link and asks at once again. */
  function endSilence(request: IncomingMessage, response: ServerResponse): void {
    if (!request.complete || response.headersSent) {
      request.socket.destroy()
      return
    }
    const answer = gateway.refuse(
      'MASTER_BUSY',
      'There is more to do here than can be done in time; try again in a little while.',
      headOf(request).remote,
    )
    send(response, { ...answer, headers: { ...answer.headers, 'retry-after': '5' } }, request.method ?? 'GET')
  }

  async function judge(head: RequestHead, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const admission = await gateway.admit(head)
    if (admission.kind === 'answer') {
      giveUpOn(request, response, admission.response)
      return
    }
    const { maxBodyBytes, proceed, drop } = admission
    if (declaredBytes(request) > maxBodyBytes) {
      drop?.()
      giveUpOn(request, response, gateway.refuse('BODY_TOO_LARGE', `At most ${maxBodyBytes} bytes are taken here.`, head.remote))
      return
    }
    if (expectsContinue(request)) response.writeContinue()
    const outcome = await readBody(request, maxBodyBytes, limits.slowRequestMs, scheduler)
    if (outcome.kind === 'whole') {
      const answer = await proceed(outcome.body)
      // It may have taken too long, and been said so.
      if (!response.headersSent) send(response, answer, head.method)
      return
    }
    drop?.()
    switch (outcome.kind) {
      case 'too-large':
        giveUpOn(request, response, gateway.refuse('BODY_TOO_LARGE', `At most ${maxBodyBytes} bytes are taken here.`, head.remote))
        return
      case 'too-slow':
        giveUpOn(request, response, slow(head.remote))
        return
      case 'gone':
        request.socket.destroy()
    }
  }

  function slow(remote: string): GatewayResponse {
    return gateway.refuse('SLOW_CLIENT', `A request has to be here within ${Math.round(limits.slowRequestMs / 1000)} seconds.`, remote)
  }

  function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'EPIPE') {
      socket.destroy()
      return
    }
    const remote = 'remoteAddress' in socket && typeof socket.remoteAddress === 'string' ? socket.remoteAddress : ''
    socket.end(rawResponse(answerToBroken(error.code, remote)), () => socket.destroy())
  }

  function answerToBroken(code: string | undefined, remote: string): GatewayResponse {
    if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return slow(remote)
    if (code === 'HPE_HEADER_OVERFLOW') return gateway.refuse('HEADERS_TOO_LARGE', 'The headers are too large.', remote)
    return gateway.refuse('HTTP_MALFORMED', 'This is not HTTP.', remote)
  }

  return {
    handle,
    protect: (server) => {
      let connections = 0
      server.on('connection', (socket) => {
        connections++
        socket.once('close', () => connections--)
        if (connections <= limits.maxConnections) return
        const response = gateway.refuse(
          'TOO_MANY_CONNECTIONS',
          'Too many connections are open; try again in a little while.',
          socket.remoteAddress ?? '',
        )
        socket.on('error', () => socket.destroy())
        socket.end(rawResponse({ ...response, headers: { ...response.headers, 'retry-after': '5' } }), () => socket.destroy())
      })
      server.on('clientError', refuseBroken)
      server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
        if (isOurs(request)) handle(request, response)
        else {
          response.writeContinue()
          server.emit('request', request, response)
        }
      })
      server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
        giveUpOn(request, response, gateway.refuse('EXPECTATION_UNKNOWN', 'Only 100-continue can be expected.', headOf(request).remote))
      })
    },
  }
}

/** Whether a path is the gateway's. */
export function isGatewayPath(path: string): boolean {
  return /^\/v[0-9]+(?:[/?]|$)/.test(path)
}

function isOurs(request: IncomingMessage): boolean {
  return isGatewayPath(request.url ?? '')
}

function expectsContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue'
}

function headOf(request: IncomingMessage): RequestHead {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
  return { method: request.method ?? 'GET', path: request.url ?? '/', headers, remote: request.socket.remoteAddress ?? 'local' }
}

function declaredBytes(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0)
}

type BodyOutcome = { readonly kind: 'whole'; readonly body: Uint8Array } | { readonly kind: 'too-large' | 'too-slow' | 'gone' }

function readBody(request: IncomingMessage, maxBytes: number, withinMs: number, scheduler: Scheduler): Promise<BodyOutcome> {
  return new Promise((done) => {
    const parts: Buffer[] = []
    let sizeBytes = 0
    let isDone = false
    const cancel = scheduler.after(withinMs, () => end({ kind: 'too-slow' }))
    function end(outcome: BodyOutcome): void {
      if (isDone) return
      isDone = true
      cancel()
      parts.length = outcome.kind === 'whole' ? parts.length : 0
      done(outcome)
    }
    request.on('data', (part: Buffer) => {
      if (isDone) return
      sizeBytes += part.length
      if (sizeBytes > maxBytes) end({ kind: 'too-large' })
      else parts.push(part)
    })
    request.on('end', () => end({ kind: 'whole', body: parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts) }))
    request.on('error', () => end({ kind: 'gone' }))
    request.on('close', () => end({ kind: 'gone' }))
    // It may have gone while its head was judged, and says so only once.
    if (request.destroyed) end({ kind: 'gone' })
  })
}

function send(response: ServerResponse, { status, headers, body }: GatewayResponse, method: string): void {
  response.writeHead(status, { ...headers, ...(status === 204 || method === 'HEAD' ? {} : { 'content-length': String(body.length) }) })
  response.end(status === 204 || method === 'HEAD' ? undefined : body)
}

/** Answers without reading on: what is still coming is not wanted, so the connection ends behind the answer. */
function giveUpOn(request: IncomingMessage, response: ServerResponse, answer: GatewayResponse): void {
  const isAllHere = request.complete || (declaredBytes(request) === 0 && request.headers['transfer-encoding'] === undefined)
  if (!isAllHere) {
    response.setHeader('connection', 'close')
    response.on('finish', () => request.socket.destroySoon())
    request.pause()
  }
  send(response, answer, request.method ?? 'GET')
}

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
}

/** For a connection that has no request to answer. */
function rawResponse({ status, headers, body }: GatewayResponse): Buffer {
  const lines = [
    `HTTP/1.1 ${status} ${statusTexts[status] ?? 'Error'}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
    'connection: close',
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
}
