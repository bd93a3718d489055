/** The workspaces of one process: the fleet itself, and at most one demo island, apart from it in everything. */
import type { z } from 'zod'
import type { masterView, workspaceView } from '../contract/people.ts'
import { AppError, isAppError } from '../kernel/app-error.ts'
import type { DemoControl } from './api/demo-control.ts'
import { operatorIds } from './acts/operators.ts'
import type { Master } from './master.ts'
import { type ArchiveDesk, createArchiveDesk } from './keeping/archive-desk.ts'
import { type BackupMaker, createKeeping, type Keeping } from './keeping/keeping.ts'
import { type CourierDesk, type CourierParts, createCourierDesk } from './courier/desk.ts'
import type { Address } from './node-listener.ts'
import { type ServedMaster, servedHere } from './served-master.ts'

type WorkspaceView = z.infer<typeof workspaceView>
type MasterView = z.infer<typeof masterView>
export type WorkspaceName = WorkspaceView['name']

export type Served = {
  readonly name: WorkspaceName
  readonly master: ServedMaster
  readonly demo: DemoControl | undefined
  readonly gateway: GatewayListener
  readonly view: () => MasterView
  readonly keeping: Keeping
  readonly archive: ArchiveDesk
  readonly courier: CourierDesk
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

/** Where nodes reach a master, and how that is changed. */
export type GatewayListener = {
  readonly url: () => string | null
  readonly problem: () => MasterView['gatewayProblem']
  readonly set: (address: Address | null) => Promise<void>
}

export type WorkspacesParts = {
  readonly main: ServedMaster
  readonly gateway: GatewayListener
  readonly makeDemo: () => Promise<DemoIsland>
  readonly makeBackup?: BackupMaker
  readonly courier: Carriers
}

/** What sticks are reached by on this machine, and what reads them. */
export type Carriers = Omit<CourierParts, 'master'>

export function createWorkspaces({ main, gateway, makeDemo, makeBackup, courier }: WorkspacesParts): Workspaces {
  const mainServed = serve('main', main, undefined, gateway, courier, makeBackup)
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
      demo = { island, served: serve('demo', servedHere(island.master), island.control, noGateway, courier) }
    } catch (error) {
      problem = isAppError(error)
        ? { code: error.code, sentence: error.message }
        : { code: 'DEMO_FAILED', sentence: 'The demo island could not be made.' }
      main.ports.diagnostics.error('the demo island could not be made', {
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
    await closing?.served.courier.close()
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
      await mainServed.keeping.close()
      await mainServed.courier.close()
      await closeDemo()
    },
  }
}

/** Simulated nodes reach their master without any network. */
const noGateway: GatewayListener = {
  url: () => null,
  problem: () => null,
  set: () => Promise.reject(new AppError('Rejected', 'NOT_IN_DEMO', 'The demo island is not reached over a network.')),
}

function serve(
  name: WorkspaceName,
  master: ServedMaster,
  demo: DemoControl | undefined,
  gateway: GatewayListener,
  carriers: Carriers,
  makeBackup?: BackupMaker,
): Served {
  const { facts, ports, feed } = master
  const keeping = createKeeping(facts.directory ?? undefined, ports, facts.version, () => feed.tell({ topics: ['store'] }), makeBackup)
  const archive = createArchiveDesk(facts.directory ?? undefined, ports)
  const courier = createCourierDesk({ ...carriers, master })
  return { name, master, demo, gateway, keeping, archive, courier, view: () => master.moment(() => viewOf(master, gateway)) }
}

function viewOf(master: ServedMaster, gateway: GatewayListener): MasterView {
  const { facts, model, ports, queries } = master
  return {
    id: facts.masterId,
    name: model.master(facts.masterId)?.name ?? facts.name,
    level: facts.level,
    rootDomainId: facts.rootDomainId,
    rootDomainName: model.domain(facts.rootDomainId)?.name ?? facts.rootDomainName,
    keyId: facts.keyId,
    keyProtection: facts.keyProtection,
    startedAt: new Date(facts.startedAtMs).toISOString(),
    now: new Date(ports.clock.now()).toISOString(),
    version: facts.version,
    gatewayUrl: gateway.url(),
    gatewayProblem: gateway.problem(),
    isDemo: facts.isDemo,
    needsFirstOperator: operatorIds(master).length === 0,
    readOnlyReason: master.readOnlyReason(),
    frontier: queries.fingerprint(),
  }
}
