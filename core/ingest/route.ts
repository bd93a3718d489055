/** What a route is, and who is calling it. */
import type { UlidSource } from '../kernel/ids.ts'
import type { Result } from '../kernel/result.ts'
import type { GatewayResponse, RequestHead } from './exchange.ts'
import type { MasterPort, NodeStanding } from './master-port.ts'
import type { Nonces } from './nonces.ts'
import type { Admission } from './returns/admission.ts'
import type { ReturnSession } from './returns/return-table.ts'
import type { SignedRequests } from './signed-request.ts'
import type { CheckedSegment } from './segment-check.ts'
import type { Attachments } from './tokens.ts'

export type GatewayContext = {
  readonly master: MasterPort
  readonly nonces: Nonces
  readonly attachments: Attachments
  readonly signed: SignedRequests
  readonly admission: Admission
  readonly newId: UlidSource
  readonly leaseSeconds: number
  /** When this run began to listen, wall milliseconds. */
  readonly startedAt: number
}

export type Call = {
  /** Of the path's `{names}`. */
  readonly parameters: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  /** As it came, for what is signed over it. */
  readonly head: RequestHead
  readonly body: Uint8Array
  readonly checked?: CheckedSegment
}

/** Known by the token it brought. */
export type Caller =
  | { readonly kind: 'attachment'; readonly standing: NodeStanding }
  /** Also after the return has ended, so that a verdict whose answer was lost can be asked for again. */
  | { readonly kind: 'session'; readonly standing: NodeStanding; readonly session: ReturnSession }

type RouteBase = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  /** As in OpenAPI: `/v1/return/{sessionId}/complete`. */
  readonly path: string
  readonly maxBodyBytes: number
}

export type Route =
  /** For anyone: what may be done follows from the signature inside. */
  | (RouteBase & { readonly access: 'open'; readonly act: (context: GatewayContext, call: Call) => Result<GatewayResponse> })
  | (RouteBase & {
      readonly access: 'bearer'
      readonly act: (context: GatewayContext, call: Call, caller: Caller) => Result<GatewayResponse>
    })

/** When the lease of a return that moves now runs out. */
export function leaseFromNow({ master, leaseSeconds }: GatewayContext): number {
  return master.ports.clock.now() + leaseSeconds * 1000
}
