/**
 * The ways of a node to its master, in the order of preference: a relay first, the master itself second, or the other way round. They
 * are tried one after another for each request; which one carried it is known by the answer ([RY8]). A request under a token that says
 * so is signed, so that nobody on the way can alter it or make one of its own ([RY9]).
 */
import { problemDocument } from '../contract/gateway/wire.ts'
import { readHops, relayHeaders, signedTokenPrefix, upstreamAway } from '../contract/relay-link.ts'
import { isAppError } from '../kernel/app-error.ts'
import type { Clock, Crypto, Transport, TransportRequest, TransportResponse } from '../kernel/ports.ts'
import { proveRequest } from '../log/request-proof.ts'

export type Gateways = Transport & {
  /** The relays that the last answer came over, nearest first. */
  readonly via: () => readonly string[]
  /** A relay that answers while the master behind it does not: something can be left with it. */
  readonly relayAlone: () => Transport | undefined
}

export type GatewaysParts = {
  readonly clock: Clock
  readonly crypto: Crypto
  readonly transports: readonly Transport[]
  /** Signs requests; undefined where nothing is signed (a relay that forwards). */
  readonly signer?: { readonly nodeId: string; readonly privateKey: Uint8Array }
}

/** A way that is preferred is tried again after this long. */
const preferAgainMs = 60_000
/** A way that altered what it carried is left alone for so long, as long as there is another. */
const distrustMs = 10 * 60_000

export function createGateways({ clock, crypto, transports, signer }: GatewaysParts): Gateways {
  let current = 0
  let leftAt = 0
  let via: readonly string[] = []
  let alone: Transport | undefined
  let lastNumber = 0
  const distrustedUntil = new Map<Transport, number>()

  const inOrder = (): readonly Transport[] => {
    if (current !== 0 && clock.monotonic() - leftAt > preferAgainMs) current = 0
    const order = [...transports.slice(current), ...transports.slice(0, current)]
    const isDistrusted = (transport: Transport): boolean => (distrustedUntil.get(transport) ?? 0) > clock.monotonic()
    return [...order.filter((one) => !isDistrusted(one)), ...order.filter(isDistrusted)]
  }
  const signed = (request: TransportRequest): TransportRequest => {
    const isProven = request.headers['authorization']?.startsWith(`Bearer ${signedTokenPrefix}`) ?? false
    const isForRelay = request.path === '/v1/relay' || request.path.startsWith('/v1/relay/')
    if (signer === undefined || !(isProven || isForRelay)) return request
    // By the wall clock, so that numbers go on growing over a restart; a clock that is set back costs a new token.
    lastNumber = Math.max(lastNumber + 1, clock.now() * 1000)
    const proof = proveRequest(
      crypto,
      signer.privateKey,
      { method: request.method, path: request.path, body: request.body ?? new Uint8Array() },
      lastNumber,
    )
    return { ...request, headers: { ...request.headers, [relayHeaders.sender]: signer.nodeId, [relayHeaders.proof]: proof } }
  }
  const settle = (transport: Transport, response: TransportResponse): void => {
    const at = transports.indexOf(transport)
    if (at !== current) {
      current = at
      leftAt = clock.monotonic()
    }
    via = readHops(response.headers[relayHeaders.via]) ?? []
  }

  return {
    via: () => via,
    relayAlone: () => {
      const relay = alone
      return relay === undefined ? undefined : { request: (request) => relay.request(signed(request)) }
    },
    request: async (request) => {
      let failure: unknown
      let altered: TransportResponse | undefined
      let away: { readonly transport: Transport; readonly response: TransportResponse } | undefined
      for (const transport of inOrder()) {
        let response: TransportResponse
        try {
          response = await transport.request(signed(request))
        } catch (error) {
          if (!isAppError(error) || error.kind !== 'Unavailable') throw error
          failure = error
          if (alone === transport) alone = undefined
          continue
        }
        const code = codeOf(response)
        if (code === 'REQUEST_UNPROVEN' && transports.length > 1) {
          distrustedUntil.set(transport, clock.monotonic() + distrustMs)
          altered = response
          continue
        }
        if (code !== upstreamAway) {
          alone = undefined
          settle(transport, response)
          return response
        }
        away ??= { transport, response }
      }
      if (altered !== undefined) return altered
      if (away === undefined) throw failure
      alone = away.transport
      settle(away.transport, away.response)
      return away.response
    },
  }
}

/** The code of a problem; undefined for any other answer. */
function codeOf({ status, headers, body }: TransportResponse): string | undefined {
  if (status < 400 || !(headers['content-type'] ?? '').startsWith('application/problem+json') || body.length > 16_384) return undefined
  try {
    const problem = problemDocument.safeParse(JSON.parse(new TextDecoder().decode(body)))
    return problem.success ? problem.data.code : undefined
  } catch {
    // Not JSON after all: whoever asked finds that out, too.
    return undefined
  }
}
