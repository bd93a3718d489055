/** Asks a master over `/v1` (contract/gateway/) and says what came of it as a value: no failure of the far end throws. */
import type { z } from 'zod'
import { gatewayLimits, problemDocument } from '../contract/gateway/wire.ts'
import { type Facts, isAppError } from '../kernel/app-error.ts'
import type { Clock, Transport, TransportResponse } from '../kernel/ports.ts'
import { parseUntrustedJson } from '../kernel/untrusted-json.ts'
import type { LinkMeter } from './link-meter.ts'

/** No answer, or one that nobody can work with: the link, the master's machine, or something between that is no master. */
export type Silence = {
  readonly kind: 'silent'
  readonly code: string
  readonly sentence: string
  /** A master that cannot work now said when to ask again. */
  readonly retryAfterMs?: number
}
/** The master said no, with its reason. */
export type Problem = {
  readonly kind: 'problem'
  readonly status: number
  readonly code: string
  readonly sentence: string
  readonly facts: Facts
  readonly retryAfterMs: number | undefined
}
export type Failure = Silence | Problem
/** What every question is answered with once the agent is being stopped. */
export const stopping: Failure = { kind: 'silent', code: 'STOPPING', sentence: 'The agent is being stopped.' }
export type Answer<Value> = { readonly kind: 'ok'; readonly value: Value } | Failure

export type Request = {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly token?: string
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, with its media type. */
  readonly bytes?: { readonly mediaType: string; readonly body: Uint8Array }
  /** Beside those that follow from the rest. */
  readonly headers?: Readonly<Record<string, string>>
}

export type GatewayClient = {
  /** An empty answer (204) is read as `null`. */
  readonly ask: <Shape extends z.ZodType>(shape: Shape, request: Request) => Promise<Answer<z.infer<Shape>>>
}

/** Of a whole storm of returns no one is told more than a minute. */
const longestRetryAfterSeconds = 600

const answerLimits = { maxBytes: 1024 * 1024, maxDepth: gatewayLimits.maxJsonDepth, maxFields: 65_536 }

export function createGatewayClient(transport: Transport, clock: Clock, meter: LinkMeter, timeoutMs: number): GatewayClient {
  return {
    ask: async (shape, request) => {
      const body = request.bytes?.body ?? (request.json === undefined ? undefined : new TextEncoder().encode(JSON.stringify(request.json)))
      const startedAt = clock.monotonic()
      let response: TransportResponse
      try {
        response = await transport.request({
          method: request.method,
          path: request.path,
          timeoutMs,
          headers: {
            ...request.headers,
            accept: 'application/json, application/problem+json',
            ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
            ...(body === undefined ? {} : { 'content-type': request.bytes?.mediaType ?? 'application/json' }),
          },
          ...(body === undefined ? {} : { body }),
        })
      } catch (error) {
        if (!isAppError(error) || error.kind !== 'Unavailable') throw error
        meter.failed()
        return { kind: 'silent', code: error.code, sentence: error.message }
      }
      meter.answered(clock.monotonic() - startedAt, body?.length ?? 0)
      return readAnswer(shape, response)
    },
  }
}

function readAnswer<Shape extends z.ZodType>(shape: Shape, response: TransportResponse): Answer<z.infer<Shape>> {
  const parsed = response.body.length === 0 ? undefined : parseUntrustedJson(response.body, answerLimits)
  const content = parsed === undefined ? null : parsed.ok ? parsed.value : undefined
  if (response.status >= 200 && response.status < 300) {
    const checked = shape.safeParse(content)
    return checked.success ? { kind: 'ok', value: checked.data } : notAMaster(response)
  }
  const problem = problemDocument.safeParse(content)
  if (!problem.success) return notAMaster(response)
  const { code, detail, facts, status } = problem.data
  // A master that cannot work (its disk is full, it is stopping) is as good as away, and comes back by itself.
  const retryAfterMs = readRetryAfter(response.headers['retry-after'])
  if (response.status >= 500) return { kind: 'silent', code, sentence: detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  return { kind: 'problem', status, code, sentence: detail, facts, retryAfterMs }
}

function notAMaster(response: TransportResponse): Silence {
  const mediaType = (response.headers['content-type'] ?? 'nothing').slice(0, 100)
  return {
    kind: 'silent',
    code: 'NOT_A_MASTER',
    sentence: `What answers there is not a master of this fleet (status ${response.status}, ${mediaType}).`,
  }
}

/** Seconds; the date form is not used by masters. Who asks for more is asked again all the same: anybody on the way can write this. */
function readRetryAfter(header: string | undefined): number | undefined {
  return header !== undefined && /^[0-9]{1,5}$/.test(header) ? Math.min(Number(header), longestRetryAfterSeconds) * 1000 : undefined
}
