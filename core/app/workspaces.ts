/** The workspaces of one process: the fleet itself, and at most one demo island, apart from it in everything. */
import type { z } from 'zod'
import type { masterView, workspaceView } from '../contract/people.ts'
import { isAppError } from '../kernel/app-error.ts'
import type { DemoControl } from './api/demo-control.ts'
import { operatorIds } from './acts/operators.ts'
import type { Master } from './master.ts'
import { createQueries, type Queries } from './queries/queries.ts'

type WorkspaceView = z.infer<typeof workspaceView>
type MasterView = z.infer<typeof masterView>
export type WorkspaceName = WorkspaceView['name']

export type Served = {
  readonly name: WorkspaceName
  readonly master: Master
  readonly queries: Queries
  readonly demo: DemoControl | undefined
  readonly view: () => MasterView
}

/** A demo island that runs: its master, its knobs, and how to stop it. */
export type DemoIsland = { readonly master: Master; readonly control: DemoControl; readonly close: () => Promise<void> }

export type Workspaces = {
  readonly get: (name: string) => Served | undefined
  readonly list: () => WorkspaceView[]
  readonly openDemo: () => Promise<WorkspaceView>
  readonly closeDemo: () => Promise<WorkspaceView>
  readonly close: () => Promise<void>
}

export type WorkspacesParts = {
  readonly main: Master
  /** Where nodes reach the main master; null while it does not listen. */
  readonly gatewayUrl: () => string | null
  readonly makeDemo: () => Promise<DemoIsland>
}

export function createWorkspaces({ main, gatewayUrl, makeDemo }: WorkspacesParts): Workspaces {
  const mainServed = serve('main', main, undefined, gatewayUrl)
  let demo: { readonly served: Served; readonly island: DemoIsland } | undefined
  let opening: Promise<WorkspaceView> | undefined
  let problem: WorkspaceView['problem'] = null

  function viewOfDemo(): WorkspaceView {
    const state = demo !== undefined ? 'open' : opening !== undefined ? 'opening' : problem !== null ? 'failed' : 'absent'
    return { name: 'demo', state, problem }
  }

  async function open(): Promise<WorkspaceView> {
    problem = null
    try {
      const island = await makeDemo()
      demo = { island, served: serve('demo', island.master, island.control, () => null) }
    } catch (error) {
      problem = isAppError(error)
        ? { code: error.code, sentence: error.message }
        : { code: 'DEMO_FAILED', sentence: 'The demo island could not be made.' }
      main.config.ports.diagnostics.error('the demo island could not be made', {
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    } finally {
      opening = undefined
    }
    return viewOfDemo()
  }

  async function closeDemo(): Promise<WorkspaceView> {
    await opening
    const closing = demo
    demo = undefined
    problem = null
    await closing?.island.close()
    return viewOfDemo()
  }

  return {
    get: (name) => (name === 'main' ? mainServed : name === 'demo' ? demo?.served : undefined),
    list: () => [{ name: 'main', state: 'open', problem: null }, viewOfDemo()],
    openDemo: () => {
      if (demo !== undefined) return Promise.resolve(viewOfDemo())
      opening ??= open()
      return opening
    },
    closeDemo,
    close: async () => {
      await closeDemo()
    },
  }
}

function serve(name: WorkspaceName, master: Master, demo: DemoControl | undefined, gatewayUrl: () => string | null): Served {
  const queries = createQueries(master.model)
  return { name, master, queries, demo, view: () => viewOf(master, queries, gatewayUrl()) }
}

function viewOf(master: Master, queries: Queries, gatewayUrl: string | null): MasterView {
  const { identity, config, model, port, keys, startedAtMs } = master
  const { logs, words } = queries.fingerprint()
  return {
    id: identity.masterId,
    name: port.name(),
    level: config.level,
    rootDomainId: identity.rootDomainId,
    rootDomainName: model.domain(identity.rootDomainId)?.name ?? config.rootDomainName,
    keyId: port.keyId,
    keyProtection: keys.protection,
    startedAt: new Date(startedAtMs).toISOString(),
    now: new Date(config.ports.clock.now()).toISOString(),
    version: config.version,
    gatewayUrl,
    isDemo: config.isDemo,
    needsFirstOperator: operatorIds(master).length === 0,
    readOnlyReason: master.readOnlyReason(),
    frontier: { logs, fingerprint: [...words] },
  }
}
