/** The agent on the real world: its lock, its store, its link and this machine as its workload. */
import product from '../../package.json' with { type: 'json' }
import { isAppError } from '../kernel/app-error.ts'
import { createHost } from '../platform/host.ts'
import { createHttpTransport } from '../platform/http-transport.ts'
import { createPorts } from '../platform/ports.ts'
import { runProgram } from '../platform/program.ts'
import { lockDataDirectory } from '../store/lock.ts'
import { openStore } from '../store/open.ts'
import { type Agent, createAgent } from './agent.ts'
import type { AgentConfig, AgentView } from './config.ts'
import { createHostSoftware } from './host-software.ts'
import { createHostWorkload, readMaker } from './host-workload.ts'

/** What this agent reports to run: the product it came with. */
export const agentVersion: string = product.version

export type NodeRequest = {
  readonly config: AgentConfig
  /** The way to its master that it prefers: the master's own address, or a relay's. */
  readonly masterUrl: string
  /** Other ways to the same master, tried in this order. */
  readonly otherUrls?: readonly string[]
}

/**
 * Ready to be started. A command to restart the agent stops it, lets go of everything it holds, and opens it anew over the same
 * directory, in this process; `stop` ends whichever of them runs. Throws as `openNode`.
 */
export async function startNode(request: NodeRequest, changed: (view: AgentView) => void): Promise<Agent> {
  let current: Agent
  let isStopped = false
  let restarting: Promise<void> = Promise.resolve()
  const open = (): Promise<Agent> => openNode(request, changed, restart)

  function restart(): void {
    restarting = restarting.then(reopen).catch((error: unknown) => {
      const code = isAppError(error) ? error.code : 'UNEXPECTED'
      changed({
        ...current.view(),
        state: 'FAILED',
        difficulty: { code, sentence: error instanceof Error ? error.message : String(error) },
      })
    })
  }
  async function reopen(): Promise<void> {
    if (isStopped) return
    await current.stop()
    current = await open()
    current.start()
  }
  current = await open()
  return {
    start: () => current.start(),
    view: () => current.view(),
    record: (facts, also) => current.record(facts, also),
    breakGlass: (order) => current.breakGlass(order),
    stop: async () => {
      isStopped = true
      await restarting
      await current.stop()
    },
  }
}

/**
 * Ready to be started; `stop` also closes the store and frees the data directory. Throws what the lock and the store throw
 * (DATA_DIRECTORY_LOCKED, STORE_READ_ONLY, STORE_FROM_FUTURE, ...) and what `createAgent` throws.
 */
async function openNode(
  { config, masterUrl, otherUrls = [] }: NodeRequest,
  changed: (view: AgentView) => void,
  restartAgent: () => void,
): Promise<Agent> {
  const ports = createPorts('node', 'warn')
  const { directory } = config
  using opened = new DisposableStack()
  opened.use(await lockDataDirectory(directory, 'node'))
  const store = opened.use(await openStore({ directory, mode: 'read-write', role: 'node', ports }))
  const wayTo = (baseUrl: string) => opened.use(createHttpTransport({ baseUrl, timeoutMs: config.requestTimeoutMs }))
  const workload = createHostWorkload(createHost(), ports.files, directory, agentVersion)
  const software = createHostSoftware(ports.files, ports.crypto, runProgram, directory)
  const agent = createAgent({
    ports,
    store,
    transport: wayTo(masterUrl),
    otherTransports: otherUrls.map(wayTo),
    workload,
    software,
    restartAgent,
    config: { ...config, ...readMaker(ports.files) },
    changed,
  })
  const resources = opened.move()
  return {
    ...agent,
    stop: async () => {
      await agent.stop()
      resources.dispose()
    },
  }
}
