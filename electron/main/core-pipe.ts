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
 * `CORE_UNAVAILABLE` in the shape of the contract's errors. `pageLife` is aborted when the page goes away, which not every Electron tells
 * the handler of a scheme; its connections are then closed. Never rejects.
 */
export async function pipeToCore(
  call: Request,
  whereCoreIs: () => Promise<CoreAddress | undefined>,
  pageLife: AbortSignal,
): Promise<Response> {
  const refusal = refuseCall(call)
  if (refusal !== undefined) return refusal
  const body = await readBody(call.body)
  if (body === 'too-large') return problem(413, 'CALL_TOO_LARGE', `A call may be ${maxBodyBytes} bytes long at most.`)
  const core = await whereCoreIs()
  if (core === undefined) return problem(503, 'CORE_UNAVAILABLE', 'The core of the console is not running.')
  try {
    return await send(core, call, body, pageLife)
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

function send(core: CoreAddress, call: Request, body: Buffer, pageLife: AbortSignal): Promise<Response> {
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
    // Listened to at once: an answer whose connection breaks before anyone listens would end in an error that nobody catches.
    outgoing.once('response', (incoming) => answerFrom(incoming).then(resolve, reject))
    outgoing.once('error', reject)
    const giveUp = (): void => void outgoing.destroy()
    for (const gone of [pageLife, call.signal]) gone.addEventListener('abort', giveUp)
    outgoing.once('close', () => {
      for (const gone of [pageLife, call.signal]) gone.removeEventListener('abort', giveUp)
    })
    if (pageLife.aborted || call.signal.aborted) giveUp()
    outgoing.end(body)
  })
}

/** Events are handed on as they come; anything else once it is whole, so that the page never takes half an answer for one. */
async function answerFrom(incoming: IncomingMessage): Promise<Response> {
  const status = incoming.statusCode ?? 502
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined && !leftOut.has(name)) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  headers.set('x-content-type-options', 'nosniff')
  headers.set('cache-control', 'no-store')
  if (headers.get('content-type')?.startsWith('text/event-stream') === true) return new Response(streamOf(incoming), { status, headers })
  const body = await wholeBody(incoming)
  return new Response(body.length === 0 ? null : body, { status, headers })
}

function wholeBody(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.once('end', () => resolve(new Uint8Array(Buffer.concat(chunks))))
    incoming.once('error', reject)
    incoming.once('close', () => reject(new Error('core closed the connection')))
  })
}

/**
 * Ends without a word when the connection breaks: the page asks again after any end of events. An error would be raised in Electron 25,
 * by its own stream, after the page that could hear it has gone, and nobody could catch it.
 */
function streamOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let isOver = false
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const finish = (): void => {
        if (isOver) return
        isOver = true
        controller.close()
      }
      incoming.on('data', (chunk: Buffer) => {
        if (isOver) return
        controller.enqueue(new Uint8Array(chunk))
        if ((controller.desiredSize ?? 0) <= 0) incoming.pause()
      })
      incoming.once('end', finish)
      incoming.once('error', finish)
      incoming.once('close', finish)
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
