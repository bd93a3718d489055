/** Calls the API of a running master from the command line. The one file on the calling side in core that knows oRPC. */
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import { AppError, type ErrorKind, type Facts } from '../kernel/app-error.ts'
import type { Files } from '../kernel/ports.ts'
import { commandLineHeader } from '../app/api/access.ts'
import { type RunMark, runMarkName } from '../app/serve.ts'

export type ApiTarget = { readonly url: string; readonly socketPath?: string; readonly token: string }

/** Finds the master that runs on a data directory. Throws Unavailable `MASTER_NOT_RUNNING`. */
export function targetOfDirectory(directory: string, files: Files): ApiTarget {
  const bytes = files.read(join(directory, runMarkName))
  if (bytes === undefined)
    throw new AppError(
      'Unavailable',
      'MASTER_NOT_RUNNING',
      `No master runs on ${directory}; start one with ibcf master --data ${directory}.`,
      { directory },
    )
  const mark = JSON.parse(new TextDecoder().decode(bytes)) as RunMark
  return { url: 'http://master', socketPath: mark.socketPath, token: mark.token }
}

/** Calls a procedure by its name (`enrolment.approve`). Throws what the master throws. */
export async function callProcedure(
  target: ApiTarget,
  workspace: string,
  procedure: string,
  input: unknown,
  operator: string | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const headers = {
    authorization: `Bearer ${target.token}`,
    [commandLineHeader]: '1',
    ...(operator === undefined ? {} : { 'x-ibcf-operator': encodeURIComponent(operator) }),
  }
  const link = new RPCLink({
    url: `${target.url}/rpc/${workspace}`,
    headers: () => headers,
    fetch: (request) => fetchFrom(target, request),
  })
  const client: unknown = createORPCClient(link)
  const call = procedure.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], client)
  try {
    return await (call as (input: unknown, options: { signal: AbortSignal }) => Promise<unknown>)(input, { signal })
  } catch (error) {
    throw failureFromTheWire(error)
  }
}

const kinds: Readonly<Record<string, ErrorKind>> = {
  REJECTED: 'Rejected',
  INVALID: 'Invalid',
  CONFLICT: 'Conflict',
  UNAUTHORISED: 'Unauthorised',
  INCOMPATIBLE: 'Incompatible',
  NOT_FOUND: 'NotFound',
  UNAVAILABLE: 'Unavailable',
  CORRUPT: 'Corrupt',
  BUG: 'Bug',
}

function failureFromTheWire(error: unknown): unknown {
  if (!(error instanceof ORPCError)) return error
  const data = error.data as { readonly code?: string; readonly facts?: Facts } | undefined
  const kind = kinds[error.code] ?? (error.status === 404 ? 'NotFound' : error.status === 401 ? 'Unauthorised' : 'Bug')
  return new AppError(kind, data?.code ?? error.code, error.message, data?.facts ?? {}, error)
}

/** fetch over a Unix socket or pipe, which Node's own fetch cannot; streams are passed on as they come. */
function fetchFrom({ socketPath, url }: ApiTarget, request: Request): Promise<Response> {
  return new Promise((resolve, reject) => {
    const gone = (cause: unknown): AppError =>
      new AppError('Unavailable', 'MASTER_UNREACHABLE', 'The master does not answer.', { url }, cause)
    const fail = (cause: unknown): void => reject(gone(cause))
    request
      .arrayBuffer()
      .then((body) => {
        const outgoing = httpRequest(
          request.url,
          {
            method: request.method,
            headers: { ...Object.fromEntries(request.headers), 'content-length': body.byteLength },
            signal: request.signal,
            ...(socketPath === undefined ? {} : { socketPath }),
          },
          (incoming) => {
            const stream = new ReadableStream<Uint8Array>({
              start: (controller) => {
                incoming.on('data', (part: Buffer) => controller.enqueue(new Uint8Array(part)))
                incoming.on('end', () => controller.close())
                incoming.on('error', (cause) => controller.error(gone(cause)))
              },
              cancel: () => void incoming.destroy(),
            })
            const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
              value === undefined ? [] : [[name, String(value)]],
            )
            resolve(new Response(incoming.statusCode === 204 ? null : stream, { status: incoming.statusCode ?? 500, headers }))
          },
        )
        outgoing.on('error', fail)
        outgoing.end(Buffer.from(body))
      })
      .catch(fail)
  })
}
