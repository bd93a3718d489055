/** Relays in process between the real agents and the real master of an island, under its virtual clock; every link between them can be cut. */
import { type AgentConfig, defaultConfig } from '../../../core/agent/config.ts'
import type { NodeId } from '../../../core/kernel/ids.ts'
import type { Transport, TransportRequest, TransportResponse } from '../../../core/kernel/ports.ts'
import { AppError } from '../../../core/kernel/app-error.ts'
import { openRelay, type Relay } from '../../../core/relay/relay.ts'
import { inMemory, openStore, type Store } from '../../../core/store/open.ts'
import type { Island, IslandNode } from '../agent/island.ts'
import { createTestWorkload } from '../agent/test-node.ts'

export type TestRelay = {
  /** The one that runs now. */
  readonly relay: () => Relay
  readonly store: Store
  readonly relayId: NodeId
  /** A way of somebody else to this relay. */
  readonly way: () => RelayWay
  /** It dies without a word and is opened again over the same store, where it is now. */
  readonly restart: (upstreams?: readonly Transport[]) => void
}

export type RelayWay = Transport & {
  isUp: boolean
  readonly asked: TransportRequest[]
  between: ((request: TransportRequest, next: () => Promise<TransportResponse>) => Promise<TransportResponse>) | undefined
}

export type RelaySettings = { readonly queueBytes?: number; readonly config?: Partial<AgentConfig>; readonly isLetIn?: boolean }

let numbered = 0

/** Serves, and unless said otherwise is let in by the master and attached. */
export async function addRelay(island: Island, upstreams: readonly Transport[], settings: RelaySettings = {}): Promise<TestRelay> {
  const { ports } = island
  const store = await openStore({ directory: inMemory, mode: 'read-write', role: 'node', ports })
  const agent: AgentConfig = {
    ...defaultConfig,
    directory: `relay-${++numbered}`,
    name: `Relay ${numbered}`,
    kind: 'RELAY',
    contactEverySeconds: 2,
    ...settings.config,
  }
  let life = 0
  const open = (ways: readonly Transport[]): Relay => {
    const own = ++life
    const isAlive = (): boolean => own === life
    const relay = openRelay(
      {
        ...ports,
        scheduler: { ...ports.scheduler, after: (ms, act) => ports.scheduler.after(ms, () => isAlive() && act()) },
      },
      {
        store,
        upstreams: ways.map((way) => ({ request: (request) => (isAlive() ? way.request(request) : new Promise(() => undefined)) })),
        agent,
        workload: createTestWorkload(),
        queueBytes: settings.queueBytes ?? 4 * 1024 * 1024,
      },
    )
    relay.start()
    return relay
  }
  let relay = open(upstreams)
  const relayId = relay.view().agent.nodeId
  if (settings.isLetIn !== false) {
    await ports.advanceUntil(() => island.master().port.enrolment(relayId) !== undefined)
    island.approve(relayId)
    await ports.advanceUntil(() => relay.view().agent.state === 'ATTACHED')
  }
  return {
    relay: () => relay,
    store,
    relayId,
    restart: (ways = upstreams) => {
      relay = open(ways)
    },
    way: () => {
      const way: RelayWay = {
        isUp: true,
        asked: [],
        between: undefined,
        request: async (request) => {
          way.asked.push(request)
          await new Promise<void>((resolve) => void ports.scheduler.after(5, resolve))
          const next = async (): Promise<TransportResponse> => {
            if (!way.isUp) throw new AppError('Unavailable', 'LINK_DOWN', 'The way to the relay is cut.')
            return relay.handle({ ...request, remote: 'test', body: request.body ?? new Uint8Array() })
          }
          return way.between === undefined ? next() : way.between(request, next)
        },
      }
      return way
    },
  }
}

/** A node behind the relay, let in and attached; its first way is over the relay. */
export async function joinBehind(
  island: Island,
  way: RelayWay,
  changes: Partial<AgentConfig> = {},
  others: readonly Transport[] = [],
): Promise<IslandNode> {
  const node = await island.addNode(changes, others)
  node.link.between = (request) => way.request(request)
  const { nodeId } = node.agent.view()
  node.agent.start()
  await island.ports.advanceUntil(() => island.master().port.enrolment(nodeId) !== undefined)
  island.approve(nodeId)
  await island.ports.advanceUntil(() => node.agent.view().state === 'ATTACHED' && node.agent.view().backlogMessages === 0)
  return node
}
