/** The agent on the real world: its lock, its store, its link and this machine as its workload. */
import product from '../../package.json' with { type: 'json' }
import { createHost } from '../platform/host.ts'
import { createHttpTransport } from '../platform/http-transport.ts'
import { createPorts } from '../platform/ports.ts'
import { lockDataDirectory } from '../store/lock.ts'
import { openStore } from '../store/open.ts'
import { type Agent, createAgent } from './agent.ts'
import type { AgentConfig, AgentView } from './config.ts'
import { createHostWorkload, readMaker } from './host-workload.ts'

/** What this agent reports to run: the product it came with. */
export const agentVersion: string = product.version

export type NodeRequest = { readonly config: AgentConfig; readonly masterUrl: string }

/**
 * Ready to be started; `stop` also closes the store and frees the data directory. Throws what the lock and the store throw
 * (DATA_DIRECTORY_LOCKED, STORE_READ_ONLY, STORE_FROM_FUTURE, ...) and what `createAgent` throws.
 */
export async function startNode({ config, masterUrl }: NodeRequest, changed: (view: AgentView) => void): Promise<Agent> {
  const ports = createPorts('node', 'warn')
  const { directory } = config
  using opened = new DisposableStack()
  opened.use(await lockDataDirectory(directory, 'node'))
  const store = opened.use(await openStore({ directory, mode: 'read-write', role: 'node', ports }))
  const transport = opened.use(createHttpTransport({ baseUrl: masterUrl, timeoutMs: config.requestTimeoutMs }))
  const workload = createHostWorkload(createHost(), ports.files, directory, agentVersion)
  const agent = createAgent({ ports, store, transport, workload, config: { ...config, ...readMaker(ports.files) }, changed })
  const resources = opened.move()
  return {
    ...agent,
    stop: async () => {
      await agent.stop()
      resources.dispose()
    },
  }
}
