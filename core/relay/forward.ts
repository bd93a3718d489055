/** Carries a request on to the next hop and the answer back, with this relay in the list of hops of both ([RY1], [RY2]). */
import { proofDocument } from '../contract/gateway/attach.ts'
import { readHops, relayHeaders, relayLimits, upstreamAway } from '../contract/relay-link.ts'
import type { GatewayRequest, GatewayResponse } from '../ingest/exchange.ts'
import { problemResponse } from '../ingest/problem.ts'
import { readStatement } from '../ingest/read-input.ts'
import { isAppError } from '../kernel/app-error.ts'
import type { TransportRequest } from '../kernel/ports.ts'
import type { Upstream } from './upstream.ts'

/** Of the sender's own way, and of no use to anybody else. */
const notForwarded: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'keep-alive',
  'transfer-encoding',
  'expect',
  'content-length',
  'upgrade',
  'te',
])
const answerMs = 10_000

export type Forwarded = { readonly response: GatewayResponse; readonly letThrough?: { readonly nodeId: string; readonly keyId: string } }

/** `letThrough`: the far end took the request for a proven node's. */
export async function forward(relayId: string, upstream: Upstream, request: GatewayRequest): Promise<Forwarded> {
  const hops = readHops(request.headers[relayHeaders.hops])
  if (hops === undefined || hops.length >= relayLimits.maxHops) {
    return problem('HOPS_TOO_MANY', `The way over relays is longer than ${relayLimits.maxHops}, or its list cannot be read.`, {})
  }
  if (hops.includes(relayId))
    return problem('RELAY_LOOP', 'This request was here before: the relays lead in a ring.', { relayId, hops: hops.join(',') })
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !notForwarded.has(name)))
  try {
    const answer = await upstream.request({
      method: request.method as TransportRequest['method'],
      path: request.path,
      headers: { ...headers, [relayHeaders.hops]: [...hops, relayId].join(',') },
      ...(request.body.length === 0 ? {} : { body: request.body }),
      timeoutMs: answerMs + heldOpenMs(request.path),
    })
    const via = readHops(answer.headers[relayHeaders.via]) ?? []
    const kept = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !notForwarded.has(name)))
    const response = { ...answer, headers: { ...kept, [relayHeaders.via]: [relayId, ...via].slice(0, relayLimits.maxHops).join(',') } }
    const letThrough = answer.status === 200 ? whoWasLetThrough(request) : undefined
    return letThrough === undefined ? { response } : { response, letThrough }
  } catch (error) {
    if (!isAppError(error) || error.kind !== 'Unavailable') throw error
    return { response: awayResponse(relayId) }
  }
}

/** What is asked here while the next hop is away; what can be left here says [RY3]. */
export function awayResponse(relayId: string): GatewayResponse {
  const response = problemResponse({
    code: upstreamAway,
    sentence: 'The relay is here, the master behind it is not. What is left with the relay is held here, and is not with the master.',
    facts: { relayId, retryAfterSeconds: 2 },
  })
  return { ...response, headers: { ...response.headers, [relayHeaders.via]: relayId } }
}

function problem(code: string, sentence: string, facts: Readonly<Record<string, string>>): Forwarded {
  return { response: problemResponse({ code, sentence, facts }) }
}

/** How long the far end may hold the question for commands open. */
function heldOpenMs(path: string): number {
  const seconds = /^\/v1\/commands\?(?:.*&)?wait=([0-9]{1,2})(?:&|$)/.exec(path)?.[1]
  return seconds === undefined ? 0 : Number(seconds) * 1000
}

/** An attachment and a return are given only to who proved the key. */
function whoWasLetThrough({ method, path, body }: GatewayRequest): Forwarded['letThrough'] {
  if (method !== 'POST' || (path !== '/v1/attach' && path !== '/v1/return')) return undefined
  const read = readStatement(proofDocument, body)
  return read.ok ? { nodeId: read.value.document.nodeId, keyId: read.value.statement.keyid } : undefined
}
