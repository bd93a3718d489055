/** A Transport over HTTP to one far end, on connections that are kept open. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { AppError } from '../kernel/app-error.ts'
import type { Transport, TransportResponse } from '../kernel/ports.ts'

const maxAnswerBytes = 32 * 1024 * 1024

export type HttpTransportConfig = {
  readonly baseUrl: string
  /** When nothing moves for this long the request ends with `LINK_DOWN`. */
  readonly timeoutMs: number
  /** Connections at once; more requests wait for one. */
  readonly maxSockets?: number
}

export function createHttpTransport({ baseUrl, timeoutMs, maxSockets = 4 }: HttpTransportConfig): Transport & Disposable {
  const base = new URL(baseUrl)
  const isSecure = base.protocol === 'https:'
  const agent = isSecure ? new HttpsAgent({ keepAlive: true, maxSockets }) : new HttpAgent({ keepAlive: true, maxSockets })
  return {
    request: (asked) =>
      new Promise<TransportResponse>((resolve, reject) => {
        const fail = (cause: unknown): void => {
          const reason = cause instanceof Error ? cause.message : 'no answer'
          reject(new AppError('Unavailable', 'LINK_DOWN', `No answer from ${base.host} (${reason}).`, { host: base.host }, cause))
        }
        const options = {
          agent,
          method: asked.method,
          host: base.hostname,
          port: base.port === '' ? (isSecure ? 443 : 80) : base.port,
          path: asked.path,
          headers: { ...asked.headers, 'content-length': String(asked.body?.length ?? 0) },
          timeout: asked.timeoutMs ?? timeoutMs,
        }
        const outgoing = (isSecure ? httpsRequest : httpRequest)(options, (incoming) => {
          const parts: Buffer[] = []
          let sizeBytes = 0
          incoming.on('data', (part: Buffer) => {
            sizeBytes += part.length
            if (sizeBytes > maxAnswerBytes) incoming.destroy(new Error('answer too large'))
            else parts.push(part)
          })
          incoming.on('error', fail)
          incoming.on('end', () => {
            const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
            resolve({ status: incoming.statusCode ?? 0, headers, body: new Uint8Array(Buffer.concat(parts)) })
          })
        })
        outgoing.on('timeout', () => outgoing.destroy(new Error('timed out')))
        outgoing.on('error', fail)
        outgoing.end(asked.body)
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}
