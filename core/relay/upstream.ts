/** The next hop of a relay: whether it is there, and how well it is reached, measured by what is sent there anyway ([RY7]). */
import { createGateways, type Gateways } from '../agent/gateways.ts'
import { createLinkMeter } from '../agent/link-meter.ts'
import { AppError, isAppError } from '../kernel/app-error.ts'
import type { LinkQuality } from '../fleet/node/node-record.ts'
import type { Clock, Crypto, Transport, TransportRequest, TransportResponse } from '../kernel/ports.ts'

export type Upstream = {
  /** Rejects with Unavailable `LINK_DOWN`, and at once while the next hop is known to be away. */
  readonly request: (request: TransportRequest) => Promise<TransportResponse>
  /** Also while it is known to be away: this is how it is found again. */
  readonly tries: Transport
  readonly isHere: () => boolean
  readonly via: () => readonly string[]
  readonly link: () => LinkQuality | null
  readonly forwarded: () => { readonly requests: number; readonly bytes: number }
}

/** After a failure, requests of others are turned away at once for so long; then the next one tries again. */
const awayMs = 2000
/** The question for commands is held open, and says nothing of the link. */
const isHeldOpen = ({ path }: TransportRequest): boolean => path.startsWith('/v1/commands')

export function createUpstream(
  { clock, crypto }: { readonly clock: Clock; readonly crypto: Crypto },
  transports: readonly Transport[],
  signer: { readonly nodeId: string; readonly privateKey: Uint8Array },
): Upstream {
  const meter = createLinkMeter()
  let isHere = true
  let triedAt = Number.NEGATIVE_INFINITY
  let requests = 0
  let bytes = 0

  const measured = (way: Transport): Transport => ({
    request: async (request) => {
      const startedAt = clock.monotonic()
      try {
        const response = await way.request(request)
        if (!isHeldOpen(request)) meter.answered(clock.monotonic() - startedAt, request.body?.length ?? 0)
        isHere = true
        return response
      } catch (error) {
        if (isAppError(error) && error.kind === 'Unavailable') {
          meter.failed()
          isHere = false
          triedAt = clock.monotonic()
        }
        throw error
      }
    },
  })
  // Others' requests go as they came, our own are signed; both ways are the same ones.
  const forwarding: Gateways = createGateways({ clock, crypto, transports })
  const own = createGateways({ clock, crypto, transports, signer })
  const forward = measured(forwarding)
  return {
    request: async (request) => {
      if (!isHere && clock.monotonic() - triedAt < awayMs) throw new AppError('Unavailable', 'LINK_DOWN', 'The next hop is away.')
      const response = await forward.request(request)
      requests++
      bytes += (request.body?.length ?? 0) + response.body.length
      return response
    },
    tries: measured(own),
    isHere: () => isHere,
    via: () => (forwarding.via().length > 0 ? forwarding.via() : own.via()),
    link: () => meter.read() ?? null,
    forwarded: () => ({ requests, bytes }),
  }
}
