/**
 * The gateway for nodes and relays, apart from any server: a request in, an answer out, never a throw. Order of the checks: route,
 * rate, token, size, content ([GW1]..[GW3]); whoever fails an earlier one costs us none of the later ones.
 */
import { gatewayLimits } from '../contract/gateway/wire.ts'
import { createUlidSource } from '../kernel/ids.ts'
import { accepted, refused, type Rejection, type Result } from '../kernel/result.ts'
import { authenticate, unknownToken } from './authenticate.ts'
import type { GatewayRequest, GatewayResponse, RequestHead } from './exchange.ts'
import type { MasterPort } from './master-port.ts'
import { createNonces } from './nonces.ts'
import { createSignedRequests } from './signed-request.ts'
import { problemResponse, refusalOf } from './problem.ts'
import { createRateLimit, type RateLimit } from './rate-limit.ts'
import { createAdmission } from './returns/admission.ts'
import type { AdmissionBudget } from './returns/queue-table.ts'
import { defaultLeaseSeconds, expireLeases } from './returns/leases.ts'
import type { CheckedSegment } from './segment-check.ts'
import type { Caller, GatewayContext } from './route.ts'
import { matchRoute, type Matched } from './router.ts'
import { createAttachments } from './tokens.ts'

export type GatewaySettings = {
  /** How long a return may stand still before its lock is freed. */
  readonly leaseSeconds?: number
  /** How many returns at once, and how much of them, from now on; what was set before where it is not said. */
  readonly budget?: AdmissionBudget
}

/** What the head alone decides: an answer, or that the body may be read up to a size. */
export type Admission<Response = GatewayResponse> =
  | { readonly kind: 'answer'; readonly response: GatewayResponse }
  | {
      readonly kind: 'read'
      readonly maxBodyBytes: number
      /** `checked`: what was found out about the body on the way here, where it is a whole segment. */
      readonly proceed: (body: Uint8Array, checked?: CheckedSegment) => Response
      /** To be called where there is one and no body comes. */
      readonly drop?: () => void
    }

/** The gateway as a server sees it: it may be in another thread. Rejects only where the other thread is gone. */
export type GatewayDoor = {
  readonly admit: (
    head: RequestHead,
  ) => Admission<GatewayResponse | Promise<GatewayResponse>> | Promise<Admission<GatewayResponse | Promise<GatewayResponse>>>
  readonly refuse: (code: string, sentence: string, remote: string) => GatewayResponse
}

export type Gateway = {
  readonly handle: (request: GatewayRequest) => Promise<GatewayResponse>
  /** For a server, so that nobody's body is read who would be refused by the head. */
  readonly admit: (head: RequestHead) => Admission
  /** An answer to what never became a request (`code` of problem.ts), counted like any other. */
  readonly refuse: (code: string, sentence: string, remote: string) => GatewayResponse
  /** The answer where what a request led to was undone after it had been dealt with: nothing of it is held. */
  readonly fail: (error: unknown, remote: string) => GatewayResponse
  /** Ends the returns whose lease has run out. To be called every few seconds; the answer is how many ended. */
  readonly expireLeases: () => number
  /** Answers 503 from now on. */
  readonly close: () => void
}

/** Of everyone at one address together, before anyone has proven who they are: a relay or a router may stand for a whole site. */
const strangers = { perSecond: 200, burst: 2000, maxBuckets: 16_384 }
const nodes = { perSecond: gatewayLimits.requestsPerSecond, burst: gatewayLimits.requestBurst, maxBuckets: 65_536 }
const pieces = { perSecond: gatewayLimits.piecesPerSecond, burst: gatewayLimits.pieceBurst, maxBuckets: 65_536 }

/** Longer without a look at the leases means that the machine slept, not that the nodes did. */
const sleptMs = 30_000

/** The return table (`createReturnTable`) has to be there. */
export function createGateway(master: MasterPort, { leaseSeconds = defaultLeaseSeconds, budget }: GatewaySettings = {}): Gateway {
  const { ports } = master
  const context: GatewayContext = {
    master,
    leaseSeconds,
    startedAt: ports.clock.now(),
    nonces: createNonces(ports),
    attachments: createAttachments(ports),
    signed: createSignedRequests(master),
    admission: createAdmission(master, budget),
    newId: createUlidSource(ports.clock, ports.random),
  }
  const strangerRate = createRateLimit(strangers, ports.clock)
  const nodeRate = createRateLimit(nodes, ports.clock)
  const pieceRate = createRateLimit(pieces, ports.clock)
  let isClosed = false
  let listeningSince = context.startedAt
  let lookedAt = listeningSince

  function refuse(rejection: Rejection, remote: string): GatewayResponse {
    master.refused(rejection.code, rejection.sentence, { ...rejection.facts, remote })
    return problemResponse(rejection)
  }

  /** Runs `act`; whatever it refuses or throws becomes an answer. */
  function attempt<Value>(remote: string, act: () => Result<Value>): Attempt<Value> {
    try {
      const outcome = act()
      return outcome.ok ? outcome : { ok: false, response: refuse(outcome.refusal, remote) }
    } catch (error) {
      return { ok: false, response: fail(error, remote) }
    }
  }

  function fail(error: unknown, remote: string): GatewayResponse {
    const { rejection, fallback } = refusalOf(error)
    master.refused(rejection.code, rejection.sentence, { ...rejection.facts, remote })
    if (rejection.code === 'GATEWAY_FAULT')
      ports.diagnostics.error('A request could not be dealt with.', { error: String(error).slice(0, 500), stack: stackOf(error) })
    return problemResponse(rejection, fallback)
  }

  function mayCall({ route }: Matched, head: RequestHead): Result<Caller | undefined> {
    if (isClosed) return refused('GATEWAY_CLOSING', 'This master is stopping.', { retryAfterSeconds: 5 })
    if (route.access === 'open') return passing(strangerRate, head.remote, undefined)
    const caller = authenticate(context, head.headers['authorization'])
    // Only pieces are put.
    if (caller.ok) return passing(route.method === 'PUT' ? pieceRate : nodeRate, caller.value.standing.nodeId, caller.value)
    const slowed = passing(strangerRate, head.remote, undefined)
    return slowed.ok ? caller : slowed
  }

  function act(matched: Matched, head: RequestHead, body: Uint8Array, checked: CheckedSegment | undefined): Result<GatewayResponse> {
    const { route, parameters, query } = matched
    if (body.length > route.maxBodyBytes) return bodyTooLarge(route.maxBodyBytes)
    const call = { parameters, query, headers: head.headers, head, body, ...(checked === undefined ? {} : { checked }) }
    if (route.access === 'open') return route.act(context, call)
    // Asked again: a key may have been revoked while the body was on its way.
    const caller = authenticate(context, head.headers['authorization'])
    if (!caller.ok) return caller
    const own = context.signed.check(caller.value.standing, head, body)
    if (!own.ok) return own
    const hasEnded = caller.value.kind === 'session' && caller.value.session.closedAt !== null
    return hasEnded && !route.path.startsWith('/v1/return/') ? unknownToken() : route.act(context, call, caller.value)
  }

  function admit(head: RequestHead): Admission {
    const admitted = attempt(head.remote, () => {
      const found = matchRoute(head)
      if (!found.ok) return found
      const caller = mayCall(found.value, head)
      return caller.ok ? found : caller
    })
    if (!admitted.ok) return { kind: 'answer', response: admitted.response }
    return {
      kind: 'read',
      maxBodyBytes: admitted.value.route.maxBodyBytes,
      proceed: (body, checked) => {
        const done = attempt(head.remote, () => act(admitted.value, head, body, checked))
        return done.ok ? done.value : done.response
      },
    }
  }

  return {
    admit,
    handle: async (request) => {
      const admission = admit(request)
      return admission.kind === 'answer' ? admission.response : admission.proceed(request.body)
    },
    refuse: (code, sentence, remote) => refuse({ code, sentence, facts: {} }, remote),
    fail,
    expireLeases: () => {
      const now = ports.clock.now()
      if (Math.abs(now - lookedAt) > sleptMs) listeningSince = now
      lookedAt = now
      return expireLeases(master, now, listeningSince, leaseSeconds)
    },
    close: () => {
      isClosed = true
    },
  }
}

type Attempt<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly response: GatewayResponse }

export function bodyTooLarge(maxBodyBytes: number): Result<never> {
  return refused('BODY_TOO_LARGE', `At most ${maxBodyBytes} bytes are taken here.`, { maxBytes: maxBodyBytes })
}

function passing<Value>(rate: RateLimit, name: string, value: Value): Result<Value> {
  const waitMs = rate.take(name)
  if (waitMs === 0) return accepted(value)
  return refused('RATE_LIMITED', 'Too many requests at once; wait a little.', { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) })
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '').slice(0, 2000) : ''
}
