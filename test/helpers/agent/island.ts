/**
 * A real master and real agents under one virtual clock, in one process: the link between them is the only thing the test stands in
 * for, and it can be cut, slowed and made to lie.
 */
import { type Agent, createAgent } from '../../../core/agent/agent.ts'
import { type AgentConfig, type AgentView, defaultConfig } from '../../../core/agent/config.ts'
import { createOperator } from '../../../core/app/acts/operators.ts'
import { approveEnrolment, refuseEnrolment } from '../../../core/app/acts/enrolments.ts'
import type { MasterConfig } from '../../../core/app/config.ts'
import { type Master, openMaster } from '../../../core/app/master.ts'
import { createGateway, type Gateway } from '../../../core/ingest/gateway.ts'
import { AppError } from '../../../core/kernel/app-error.ts'
import type { NodeId, OperatorId, RequestId } from '../../../core/kernel/ids.ts'
import type { Transport, TransportRequest, TransportResponse } from '../../../core/kernel/ports.ts'
import { createPrograms } from '../../../core/simulator/programs.ts'
import type { SoftwarePlace } from '../../../core/agent/commands/software.ts'
import { inMemory, openStore, type Store } from '../../../core/store/open.ts'
import { createTestWorkload, type TestWorkload } from './test-node.ts'
import { createVirtualPorts, type VirtualPorts } from './virtual-ports.ts'

export type Link = Transport & {
  isUp: boolean
  /** Virtual milliseconds for each request and its answer. */
  delayMs: number
  /** Stands between the node and what answers it; undefined passes everything on. */
  between: ((request: TransportRequest, next: () => Promise<TransportResponse>) => Promise<TransportResponse>) | undefined
  readonly asked: TransportRequest[]
}

export type IslandNode = {
  readonly agent: Agent
  readonly store: Store
  readonly link: Link
  readonly workload: TestWorkload
  readonly views: readonly AgentView[]
  /** The agent dies without a word (its timers and requests with it) and a new one opens on the same store. */
  readonly restart: () => IslandNode
}

export type Island = {
  readonly ports: VirtualPorts
  readonly master: () => Master
  readonly operator: OperatorId
  /** `others`: further ways to the master, beside its link. */
  readonly addNode: (config?: Partial<AgentConfig>, others?: readonly Transport[]) => Promise<IslandNode>
  /** Another way to the master's gateway. */
  readonly createLink: () => Link
  readonly approve: (nodeId: NodeId) => void
  readonly refuse: (nodeId: NodeId, reason: string) => void
  /** Starts a node and waits until it is attached. */
  readonly join: (config?: Partial<AgentConfig>) => Promise<IslandNode>
  /** The master ends without a word and is opened again on what lies on disk. */
  readonly restartMaster: () => Promise<void>
  readonly close: () => void
}

export async function createIsland(directory: string = inMemory): Promise<Island> {
  const ports = createVirtualPorts()
  const config: MasterConfig = {
    directory,
    ports,
    keyProtection: { kind: 'file-permissions' },
    version: '0.0.0',
    name: 'Test master',
    rootDomainName: 'Test island',
    level: 'REGION',
    isDemo: false,
    digestEveryMs: 300_000,
    thresholds: { delayedAfterS: 5, edgeCachedAfterS: 10, autonomousAfterS: 20, recoverAfterContacts: 1 },
  }
  let master = await openMaster(config)
  let gateway: Gateway = createGateway(master.port)
  const operator = createOperator({ master, actor: undefined }, { name: 'Test operator', role: 'authority' })
  const act = () => ({ master, actor: operator })
  let numbered = 0

  const createLink = (): Link => {
    const link: Link = {
      isUp: true,
      delayMs: 5,
      between: undefined,
      asked: [],
      request: async (request) => {
        link.asked.push(request)
        await new Promise<void>((resolve) => void ports.scheduler.after(link.delayMs, resolve))
        const next = async (): Promise<TransportResponse> => {
          if (!link.isUp) throw new AppError('Unavailable', 'LINK_DOWN', 'The link is cut.')
          return gateway.handle({ ...request, remote: 'test', body: request.body ?? new Uint8Array() })
        }
        return link.between === undefined ? next() : link.between(request, next)
      },
    }
    return link
  }

  const requestOf = (nodeId: NodeId): RequestId => {
    const standing = master.port.enrolment(nodeId)
    if (standing === undefined) throw new Error(`Node ${nodeId} did not ask to join.`)
    return standing.requestId
  }
  const approve = (nodeId: NodeId): void => void approveEnrolment(act(), { requestId: requestOf(nodeId), activate: true })

  const open = (
    store: Store,
    link: Link,
    workload: TestWorkload,
    agentConfig: AgentConfig,
    others: readonly Transport[],
    software: SoftwarePlace,
  ): IslandNode => {
    const views: AgentView[] = []
    let isAlive = true
    // What the dead agent still had under way must not reach its successor's store or link.
    const mortal = (way: Transport): Transport => ({
      request: (request) => (isAlive ? way.request(request).finally(() => (isAlive ? undefined : never())) : never()),
    })
    const mortalPorts = {
      ...ports,
      scheduler: { ...ports.scheduler, after: (ms: number, action: () => void) => ports.scheduler.after(ms, () => isAlive && action()) },
    }
    const agent = createAgent({
      ports: mortalPorts,
      store,
      transport: mortal(link),
      otherTransports: others.map(mortal),
      workload,
      software,
      config: agentConfig,
      changed: (view) => void views.push(view),
    })
    return {
      agent,
      store,
      link,
      workload,
      views,
      restart: () => {
        isAlive = false
        return open(store, link, workload, agentConfig, others, software)
      },
    }
  }

  const addNode = async (changes: Partial<AgentConfig> = {}, others: readonly Transport[] = []): Promise<IslandNode> => {
    const store = await openStore({ directory: inMemory, mode: 'read-write', role: 'node', ports })
    const agentConfig: AgentConfig = {
      ...defaultConfig,
      directory: `node-${++numbered}`,
      name: `Node ${numbered}`,
      contactEverySeconds: 2,
      ...changes,
    }
    const workload = createTestWorkload()
    const software = createPrograms(ports.crypto, (version) => {
      workload.runs = version
    })
    return open(store, createLink(), workload, agentConfig, others, software)
  }

  return {
    ports,
    master: () => master,
    operator,
    addNode,
    createLink,
    approve,
    refuse: (nodeId, reason) => void refuseEnrolment(act(), { requestId: requestOf(nodeId), reason }),
    join: async (changes) => {
      const node = await addNode(changes)
      const { nodeId } = node.agent.view()
      node.agent.start()
      await ports.advanceUntil(() => master.port.enrolment(nodeId) !== undefined)
      approve(nodeId)
      await ports.advanceUntil(() => node.agent.view().state === 'ATTACHED' && node.agent.view().backlogMessages === 0)
      return node
    },
    restartMaster: async () => {
      gateway.close()
      master.close()
      master = await openMaster(config)
      gateway = createGateway(master.port)
    },
    close: () => {
      gateway.close()
      master.close()
    },
  }
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined)
}
