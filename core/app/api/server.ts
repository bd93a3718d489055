/** One HTTP handler for everything a master serves: the gateway for nodes, the API, its OpenAPI document, the console's files. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { onError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/node'
import type { Ports } from '../../kernel/ports.ts'
import type { HttpHandler } from '../../kernel/http.ts'
import { isGatewayPath } from '../../ingest/http-adapter.ts'
import type { Workspaces } from '../workspaces.ts'
import { type Access, cookieNameOf } from './access.ts'
import { serveConsoleFile } from './console-files.ts'
import { failureOnTheWire } from './failures.ts'
import { hostRouter, masterRouter } from './router.ts'
import type { ConsoleSessions } from './sessions.ts'

export type ServerParts = {
  readonly ports: Ports
  readonly version: string
  readonly nodeVersion: string
  readonly workspaces: Workspaces
  readonly access: Access
  readonly sessions: ConsoleSessions
  /** `/v1/...`; absent on a listener that nodes do not reach. */
  readonly gateway?: HttpHandler
  /** Built renderer; absent on a listener that serves no console. */
  readonly consoleDirectory?: string
}

/** Larger than any honest call (design 4: IPC, oversized call). */
const maxCallBytes = 1024 * 1024

export function createHttpHandler(parts: ServerParts): HttpHandler {
  const { ports, access, workspaces, version, nodeVersion } = parts
  const translate = (error: unknown): never => {
    throw failureOnTheWire(error, ports.diagnostics)
  }
  const masterRpc = new RPCHandler(masterRouter, { interceptors: [onError(translate)] })
  let masterRest: ReturnType<Awaited<ReturnType<typeof rest>>['createRestHandler']> | undefined
  const hostRpc = new RPCHandler(hostRouter, { interceptors: [onError(translate)] })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://console')
    const [, area = '', workspace = ''] = url.pathname.split('/')
    if (parts.gateway !== undefined && isGatewayPath(url.pathname)) return parts.gateway(request, response)
    if (area === 'openapi.json') return sendJson(response, 200, await (await rest()).openApiDocument(version))
    if (area === 'rpc' || area === 'api') return call(request, response, area, workspace)
    if (parts.consoleDirectory === undefined || (request.method !== 'GET' && request.method !== 'HEAD'))
      return sendProblem(response, 404, 'ROUTE_UNKNOWN', 'Nothing is served here.')
    return page(url, request, response, parts.consoleDirectory)
  }

  async function call(request: IncomingMessage, response: ServerResponse, area: 'rpc' | 'api', workspace: string): Promise<void> {
    const key = access.sessionOf(request)
    if (key === undefined)
      return refuseCall(
        response,
        area,
        401,
        'ACCESS_UNKNOWN',
        'This console is not signed in; open it again from the address that the master printed.',
      )
    if (Number(request.headers['content-length'] ?? 0) > maxCallBytes)
      return refuseCall(response, area, 413, 'CALL_TOO_LARGE', `A call may carry ${maxCallBytes} bytes.`)
    if (request.headers['transfer-encoding'] !== undefined)
      return refuseCall(response, area, 411, 'LENGTH_REQUIRED', 'A call says how long it is.')
    const prefix = `/${area}/${workspace}` as const
    if (workspace === 'host' && area === 'rpc') {
      const { matched } = await hostRpc.handle(request, response, { prefix, context: { workspaces, version, nodeVersion } })
      if (matched) return undefined
    }
    const served = workspaces.get(workspace)
    if (served === undefined) return refuseCall(response, area, 404, 'WORKSPACE_UNKNOWN', 'This workspace is not open.')
    const operator = request.headers['x-ibcf-operator']
    const context = { served, session: parts.sessions.of(key, typeof operator === 'string' ? decodeURIComponent(operator) : undefined) }
    const handler = area === 'rpc' ? masterRpc : (masterRest ??= (await rest()).createRestHandler(translate))
    const { matched } = await handler.handle(request, response, { prefix, context })
    if (!matched) refuseCall(response, area, 404, 'PROCEDURE_UNKNOWN', 'There is no such procedure.')
    return undefined
  }

  function page(url: URL, request: IncomingMessage, response: ServerResponse, directory: string): void {
    const oneTime = url.searchParams.get('token')
    if (oneTime !== null) {
      const cookie = access.redeem(oneTime)
      if (cookie === undefined && access.sessionOf(request) === undefined) {
        response
          .writeHead(401, { 'content-type': 'text/plain; charset=utf-8' })
          .end('This address was used before. Start the console again to get a new one.\n')
        return
      }
      const headers = cookie === undefined ? {} : { 'set-cookie': `${cookieNameOf(request)}=${cookie}; HttpOnly; SameSite=Strict; Path=/` }
      response.writeHead(303, { location: url.pathname, 'cache-control': 'no-store', ...headers }).end()
      return
    }
    serveConsoleFile(directory, decodeURIComponent(url.pathname), response, ports)
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      ports.diagnostics.error('a request could not be served', {
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
      if (!response.headersSent)
        sendProblem(
          response,
          error instanceof URIError || error instanceof TypeError ? 400 : 500,
          'REQUEST_FAILED',
          'The request could not be served.',
        )
      else response.destroy()
    })
  }
}

/** Loaded when first asked for: the console and the command line never do. */
const rest = async () => import('./rest.ts')

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** In the words of the protocol it was called in, so that a client of either reads our code and sentence. */
function refuseCall(response: ServerResponse, area: 'rpc' | 'api', status: number, code: string, sentence: string): void {
  if (area === 'api') {
    sendProblem(response, status, code, sentence)
    return
  }
  const kind = status === 401 ? 'UNAUTHORISED' : status === 404 ? 'NOT_FOUND' : 'INVALID'
  const error = { defined: false, code: kind, status, message: sentence, data: { code, facts: {} } }
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify({ json: error }))
}

/** RFC 9457. */
function sendProblem(response: ServerResponse, status: number, code: string, detail: string): void {
  response
    .writeHead(status, { 'content-type': 'application/problem+json', connection: 'close' })
    .end(JSON.stringify({ type: `urn:ibcf:problem:${code}`, title: detail, status, detail, code, facts: {} }))
}
