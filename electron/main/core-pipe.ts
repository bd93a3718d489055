/**
 * Pipes the page's calls, `app://console/rpc/...`, to core's private socket, and what comes back, server-sent events included, to the
 * page as it comes. The token that opens the socket is added here and never reaches the page. [SH4]
 */
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import { consoleUrl } from './content-security.ts'

export type CoreAddress = { readonly socketPath: string; readonly token: string }

/** More than core takes of one call, which says so better than we can; a page that sends more than this is broken or not ours. */
export const maxBodyBytes = 4 * 1024 * 1024

/** What a page may say about its call; cookies, credentials and everything else stay behind. */
const passedOn = ['accept', 'content-type', 'last-event-id', 'accept-language'] as const
/** Belong to one hop, or to the server's own framing. */
const leftOut = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-authenticate', 'trailer', 'set-cookie'])
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** One connection a call: on a local socket that costs little, and a kept one can be closed by the far end just as it is used again. */
const agent = new Agent({ keepAlive: false })

/**
 * Answers one call. `whereCoreIs` resolves once core serves, and to undefined when it will not; the page is then told 503
 * `CORE_UNAVAILABLE` in the shape of the contract's errors. Never rejects.
 */
export async function pipeToCore(call: Request, whereCoreIs: () => Promise<CoreAddress | undefined>): Promise<Response> {
  const refusal = refuseCall(call)
  if (refusal !== undefined) return refusal
  const body = await readBody(call.body)
  if (body === 'too-large') return problem(413, 'CALL_TOO_LARGE', `A call may be ${maxBodyBytes} bytes long at most.`)
  const core = await whereCoreIs()
  if (core === undefined) return problem(503, 'CORE_UNAVAILABLE', 'The core of the console is not running.')
  try {
    return answerFrom(await send(core, call, body), call.signal)
  } catch (error) {
    // Whatever broke, the socket is core's own: it is going away, and core's exit is reported by its process.
    return problem(
      503,
      'CORE_UNAVAILABLE',
      `The core of the console did not answer (${error instanceof Error ? error.message : String(error)}).`,
    )
  }
}

/** A page of another origin has no business here. Its policy and guard.ts hold it already; where the browser tells the origin, so does this. */
function refuseCall(call: Request): Response | undefined {
  const origin = call.headers.get('origin')
  if (origin !== null && origin !== consoleUrl.slice(0, -1)) {
    return problem(403, 'CALL_FOREIGN_ORIGIN', 'Only the console itself may call its core.')
  }
  if (!methods.has(call.method)) return problem(405, 'CALL_METHOD', `${call.method} is not a method that core knows.`)
  if (Number(call.headers.get('content-length') ?? 0) > maxBodyBytes) {
    return problem(413, 'CALL_TOO_LARGE', `A call may be ${maxBodyBytes} bytes long at most.`)
  }
  return undefined
}

async function readBody(stream: ReadableStream<Uint8Array> | null): Promise<Buffer | 'too-large'> {
  if (stream === null) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = stream.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length
    if (length > maxBodyBytes) {
      await reader.cancel()
      return 'too-large'
    }
    chunks.push(part.value)
  }
  return Buffer.concat(chunks, length)
}

function send(core: CoreAddress, call: Request, body: Buffer): Promise<IncomingMessage> {
  const url = new URL(call.url)
  const headers: Record<string, string> = { authorization: `Bearer ${core.token}` }
  for (const name of passedOn) {
    const value = call.headers.get(name)
    if (value !== null) headers[name] = value
  }
  if (body.length > 0) headers['content-length'] = String(body.length)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      socketPath: core.socketPath,
      path: `${url.pathname}${url.search}`,
      method: call.method,
      headers,
      agent,
    })
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
    call.signal.addEventListener('abort', () => outgoing.destroy(), { once: true })
    outgoing.end(body)
  })
}

function answerFrom(incoming: IncomingMessage, signal: AbortSignal): Response {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined && !leftOut.has(name)) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  headers.set('x-content-type-options', 'nosniff')
  headers.set('cache-control', 'no-store')
  const status = incoming.statusCode ?? 502
  if (status === 204 || status === 304) {
    incoming.resume()
    return new Response(null, { status, headers })
  }
  return new Response(streamOf(incoming, signal), { status, headers })
}

/**
 * By hand rather than `Readable.toWeb`: in Node 18 that throws from an event handler when the page goes away in the middle, and the page
 * goes away in the middle of server-sent events every time it reloads.
 */
function streamOf(incoming: IncomingMessage, signal: AbortSignal): ReadableStream<Uint8Array> {
  let isOver = false
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const finish = (act: () => void): void => {
        if (isOver) return
        isOver = true
        act()
      }
      incoming.on('data', (chunk: Buffer) => {
        if (isOver) return
        controller.enqueue(new Uint8Array(chunk))
        if ((controller.desiredSize ?? 0) <= 0) incoming.pause()
      })
      incoming.once('end', () => finish(() => controller.close()))
      incoming.once('error', (error) => finish(() => controller.error(error)))
      incoming.once('close', () => finish(() => controller.error(new Error('core closed the connection'))))
      signal.addEventListener('abort', () => incoming.destroy(), { once: true })
    },
    pull() {
      incoming.resume()
    },
    cancel() {
      isOver = true
      incoming.destroy()
    },
  })
}

/** In the shape of the contract's errors, so that the page needs one way to read them. */
function problem(status: number, code: string, message: string): Response {
  const json = { defined: true, code: status === 503 ? 'UNAVAILABLE' : 'INVALID', status, message, data: { code, facts: {} } }
  return Response.json({ json }, { status, headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } })
}
