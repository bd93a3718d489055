/** A relay on the real world: its lock, its store, its listener, its ways to next hops, and this machine as its workload. */
import { agentVersion } from '../agent/entry.ts'
import { createHostWorkload, readMaker } from '../agent/host-workload.ts'
import { createHttpAdapter } from '../ingest/http-adapter.ts'
import type { GatewayDoor } from '../ingest/gateway.ts'
import { problemResponse } from '../ingest/problem.ts'
import { gatewayLimits } from '../contract/gateway/wire.ts'
import { createHost } from '../platform/host.ts'
import { listenHttp } from '../platform/http-listener.ts'
import { createHttpTransport } from '../platform/http-transport.ts'
import { createPorts } from '../platform/ports.ts'
import { lockDataDirectory } from '../store/lock.ts'
import { openStore } from '../store/open.ts'
import type { AgentConfig, AgentView } from '../agent/config.ts'
import { openRelay, type Relay } from './relay.ts'

export type RelayRequest = {
  readonly config: AgentConfig
  readonly upstreamUrls: readonly string[]
  readonly address: { readonly host: string; readonly port: number }
  readonly queueBytes: number
}

export type RunningRelay = {
  readonly relay: Relay
  readonly url: string
  readonly close: () => Promise<void>
}

/** Questions for commands are held open, one for each node behind it. */
const mostSockets = 8192

/**
 * Serves when it returns; it is heard as a node from then on. Throws what the lock, the store and the listener throw
 * (DATA_DIRECTORY_LOCKED, STORE_READ_ONLY, PORT_IN_USE, ...) and what `openRelay` throws.
 */
export async function serveRelay(
  { config, upstreamUrls, address, queueBytes }: RelayRequest,
  changed: (view: AgentView) => void,
): Promise<RunningRelay> {
  const ports = createPorts('relay', 'warn')
  const { directory, requestTimeoutMs: timeoutMs } = config
  using opened = new DisposableStack()
  opened.use(await lockDataDirectory(directory, 'relay'))
  const store = opened.use(await openStore({ directory, mode: 'read-write', role: 'node', ports }))
  const upstreams = upstreamUrls.map((baseUrl) => opened.use(createHttpTransport({ baseUrl, timeoutMs, maxSockets: mostSockets })))
  const relay = openRelay(ports, {
    store,
    upstreams,
    agent: { ...config, ...readMaker(ports.files) },
    workload: createHostWorkload(createHost(), ports.files, directory, agentVersion),
    queueBytes,
    changed,
  })
  const adapter = createHttpAdapter(doorOf(relay), ports.scheduler)
  const listener = await listenHttp(adapter.handle, address)
  adapter.protect(listener.server)
  relay.start()
  const resources = opened.move()
  return {
    relay,
    url: listener.address,
    close: async () => {
      await listener.close()
      await relay.stop()
      resources.dispose()
    },
  }
}

/** The largest body of any route; what a route takes at most, the next hop says. */
function doorOf(relay: Relay): GatewayDoor {
  return {
    admit: (head) => ({
      kind: 'read',
      maxBodyBytes: gatewayLimits.maxPieceBytes,
      proceed: (body) => relay.handle({ ...head, body }),
    }),
    refuse: (code, sentence) => problemResponse({ code, sentence, facts: {} }),
  }
}
