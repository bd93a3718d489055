/** What a relay answers by itself, under `/v1/relay` (contract/relay-link.ts); everything else it carries on. */
import type { Identity } from '../agent/identity.ts'
import { heldQuery, type leftAnswer, leftRequest, type relayGreeting, relayHeaders } from '../contract/relay-link.ts'
import { gatewayLimits } from '../contract/gateway/wire.ts'
import { type GatewayRequest, type GatewayResponse, instantOf, jsonResponse } from '../ingest/exchange.ts'
import { problemResponse } from '../ingest/problem.ts'
import { readJson, readShape } from '../ingest/read-input.ts'
import { toBase64 } from '../kernel/hex.ts'
import type { Ports } from '../kernel/ports.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import { keyIdOf } from '../log/dsse.ts'
import { checkRequest } from '../log/request-proof.ts'
import type { Store } from '../store/open.ts'
import type { z } from 'zod'
import { keyIdOfOrigin, leftFor } from './origins.ts'
import { heldTops } from './queue.ts'
import { endParcel, givePiece, parcelsFor, takeParcel } from './parcels.ts'
import { queryOf, readKey, takeBlob, takeSegment } from './take-in.ts'
import type { Upstream } from './upstream.ts'

export type AtRelayParts = {
  readonly relayId: string
  readonly name: string
  readonly identity: Identity
  readonly store: Store
  readonly ports: Ports
  readonly queueBytes: number
  readonly upstream: Upstream
}

/** Undefined for what is to be carried on. */
export function answerAtRelay(parts: AtRelayParts, request: GatewayRequest): GatewayResponse | undefined {
  const [path = ''] = request.path.split('?')
  if (path !== '/v1/relay' && !path.startsWith('/v1/relay/')) return undefined
  const outcome = parcelRoute(parts, request, path) ?? route(parts, request, path)
  if (outcome === undefined) return undefined
  const response = !outcome.ok ? problemResponse(outcome.refusal) : isResponse(outcome.value) ? outcome.value : jsonResponse(outcome.value)
  return { ...response, headers: { ...response.headers, [relayHeaders.via]: parts.relayId } }
}

function route(parts: AtRelayParts, request: GatewayRequest, path: string): Result<unknown> | undefined {
  const { store, ports, relayId, queueBytes } = parts
  const taking = { relayId, store, crypto: ports.crypto, compression: ports.compression, queueBytes }
  switch (`${request.method} ${path}`) {
    case 'GET /v1/relay':
      return accepted(greeting(parts))
    case 'GET /v1/relay/held': {
      const asked = readShape(heldQuery, queryOf(request))
      return asked.ok ? accepted({ relayId, held: heldTops(store.reader, asked.value.origin) }) : asked
    }
    case 'PUT /v1/relay/segments':
      return takeSegment(taking, request)
    case 'POST /v1/relay/left':
      return left(parts, request)
  }
  const digest = /^\/v1\/relay\/blobs\/([^/]+)$/.exec(path)?.[1]
  if (request.method === 'PUT' && digest !== undefined) {
    const sender = request.headers[relayHeaders.sender] ?? ''
    return takeBlob(taking, sender, isOwn(store, ports, sender, request), digest, request)
  }
  return refused('ROUTE_UNKNOWN', 'There is nothing here.', { path: path.slice(0, 100) })
}

/** Undefined for everything else. */
function parcelRoute(
  { store, ports, relayId, queueBytes }: AtRelayParts,
  request: GatewayRequest,
  path: string,
): Result<unknown> | undefined {
  const { method } = request
  if (method === 'GET' && path === '/v1/relay/parcels') return parcelsFor(store.reader, request)
  const [, digest = '', verb] = /^\/v1\/relay\/parcels\/([0-9a-f]{64})(?:\/(taken))?$/.exec(path) ?? []
  if (digest === '') return undefined
  const taking = { relayId, store, crypto: ports.crypto, queueBytes }
  if (verb === 'taken') return method === 'POST' ? endParcel(taking, digest, request) : undefined
  if (method === 'GET') return givePiece(store.reader, digest, request)
  return method === 'PUT' ? takeParcel(taking, digest, request, ports.clock.now()) : undefined
}

function isResponse(value: unknown): value is GatewayResponse {
  return typeof value === 'object' && value !== null && 'body' in value && value.body instanceof Uint8Array
}

function greeting({ relayId, name, identity, upstream, ports }: AtRelayParts): z.infer<typeof relayGreeting> {
  return {
    relayId,
    name,
    keyid: identity.keyId,
    publicKey: toBase64(identity.publicKey),
    isUpstreamHere: upstream.isHere(),
    via: [...upstream.via()],
    now: instantOf(ports.clock.now()),
  }
}

/** A node asks for itself, and gets what is kept here; a relay asks for those behind it, and gets the master's word, as it is carried on. */
function left({ store, ports }: AtRelayParts, request: GatewayRequest): Result<z.infer<typeof leftAnswer>> | undefined {
  const asked = readJson(leftRequest, request.body)
  if (!asked.ok) return asked
  const sender = request.headers[relayHeaders.sender] ?? ''
  const [nodeId = '', ...others] = asked.value.nodeIds
  if (others.length > 0 || nodeId !== sender) return undefined
  if (!isOwn(store, ports, sender, request))
    return refused('REQUEST_UNPROVEN', 'What was left for a node is given to that node alone, and this request is not proven to be its.')
  return accepted({ left: [leftFor(store.reader, nodeId)] })
}

/** Signed with the key that the sender was let through with. */
function isOwn(store: Store, { crypto }: Ports, sender: string, request: GatewayRequest): boolean {
  const key = readKey(request)
  if (key === undefined || request.body.length > gatewayLimits.maxPieceBytes) return false
  return (
    keyIdOfOrigin(store.reader, sender) === keyIdOf(crypto, key) &&
    checkRequest(crypto, key, request, request.headers[relayHeaders.proof]) !== undefined
  )
}
