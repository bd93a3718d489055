/**
 * Serves a master: the private socket for this machine, a TCP listener for nodes and browsers, and the workspaces behind them. The
 * same for Electron, for a headless master and for tests.
 */
import { join } from 'node:path'
import { AppError } from '../kernel/app-error.ts'
import type { Listen, Listener } from '../kernel/http.ts'
import { toHex } from '../kernel/hex.ts'
import { holdCommands } from '../ingest/hold-commands.ts'
import { createHttpAdapter } from '../ingest/http-adapter.ts'
import { createAccess } from './api/access.ts'
import { createHttpHandler } from './api/server.ts'
import { createConsoleSessions } from './api/sessions.ts'
import type { MasterConfig } from './config.ts'
import type { BackupMaker } from './keeping/keeping.ts'
import type { OpenFleet } from './front/remote-master.ts'
import type { ServedMaster } from './served-master.ts'
import { createNodeListener, type NodeListener } from './node-listener.ts'
import { type Carriers, createWorkspaces, type DemoIsland, type Workspaces } from './workspaces.ts'

export type ServeConfig = {
  readonly master: MasterConfig
  /** Opens the master, wherever its writer is. */
  readonly open: (config: MasterConfig) => Promise<OpenFleet>
  readonly listen: Listen
  /** Where the private socket lies, or the name of the pipe; made from the data directory when absent. */
  readonly socketPath?: string
  readonly temporaryDirectory: string
  /** The run's token; made when absent. */
  readonly token?: string
  /** TCP address for nodes, and for browsers when `consoleDirectory` is there; absent = no TCP at all. */
  readonly address?: { readonly host: string; readonly port: number }
  readonly consoleDirectory?: string
  readonly nodeVersion: string
  readonly pid: number
  readonly platform: string
  readonly makeDemo: () => Promise<DemoIsland>
  /** In a thread of its own, where there is one to be had. */
  readonly makeBackup?: BackupMaker
  readonly courier: Carriers
}

export type Serving = {
  readonly master: ServedMaster
  readonly workspaces: Workspaces
  readonly socketPath: string
  /** `http://host:port`, when there is a TCP listener. */
  readonly url: string | undefined
  /** With a one-time token; when a console is served over TCP. */
  readonly consoleUrl: string | undefined
  readonly close: () => Promise<void>
}

/** What `ibcf call --data DIR` needs to find the master that runs there. Readable by its user only. */
export type RunMark = {
  readonly v: 1
  readonly pid: number
  readonly socketPath: string
  readonly token: string
  readonly url: string | null
}

export const runMarkName = 'run.json'

/** Unix socket paths are cut off at about a hundred bytes. */
const longestSocketPath = 100

export async function serveMaster(config: ServeConfig): Promise<Serving> {
  const { ports, directory } = config.master
  const fleet = await config.open(config.master)
  const { master } = fleet
  const gateway = holdCommands(fleet.gateway, master.feed, ports.scheduler)
  let socket: Listener | undefined
  let nodes: NodeListener | undefined
  const requireNodes = (): NodeListener => {
    if (nodes === undefined) throw new AppError('Unavailable', 'STILL_STARTING', 'This master is still starting.')
    return nodes
  }
  const workspaces = createWorkspaces({
    main: master,
    gateway: {
      url: () => nodes?.url() ?? null,
      problem: () => nodes?.problem() ?? null,
      set: async (address) => {
        await requireNodes().set(address)
        writeRunMark()
        master.feed.tell({ topics: ['master'] })
      },
    },
    makeDemo: config.makeDemo,
    courier: config.courier,
    ...(config.makeBackup === undefined ? {} : { makeBackup: config.makeBackup }),
  })
  let closing: Promise<void> | undefined
  async function closeOnce(): Promise<void> {
    gateway.release()
    await Promise.all([socket?.close(), nodes?.close()])
    await workspaces.close()
    ports.files.remove(join(directory, runMarkName))
    await fleet.close()
  }
  const close = (): Promise<void> => (closing ??= closeOnce())
  const access = createAccess(ports, config.token ?? toHex(ports.random.bytes(32)))
  const socketPath = config.socketPath ?? privateSocketPath(config)
  function writeRunMark(): void {
    const mark: RunMark = { v: 1, pid: config.pid, socketPath, token: access.token, url: nodes?.url() ?? null }
    ports.files.writeAtomic(join(directory, runMarkName), new TextEncoder().encode(JSON.stringify(mark)), 0o600)
  }
  try {
    const { version } = config.master
    const shared = { ports, version, nodeVersion: config.nodeVersion, workspaces, access, sessions: createConsoleSessions() }
    socket = await config.listen(createHttpHandler(shared), { socketPath })
    nodes = await createNodeListener({
      files: ports.files,
      directory,
      fixed: config.address,
      open: async (address) => {
        const adapter = createHttpAdapter(gateway, ports.scheduler)
        const pages = config.consoleDirectory === undefined ? {} : { consoleDirectory: config.consoleDirectory }
        const listener = await config.listen(createHttpHandler({ ...shared, gateway: adapter.handle, ...pages }), address)
        adapter.protect(listener.server)
        return listener
      },
    })
    writeRunMark()
    const url = nodes.url() ?? undefined
    const consoleUrl = url === undefined || config.consoleDirectory === undefined ? undefined : `${url}/?token=${access.issueOneTime()}`
    return { master, workspaces, socketPath, url, consoleUrl, close }
  } catch (error) {
    await close()
    throw error
  }
}

function privateSocketPath({ master, temporaryDirectory, platform }: ServeConfig): string {
  const name = toHex(master.ports.crypto.sha256(new TextEncoder().encode(master.directory))).slice(0, 24)
  if (platform === 'win32') return `\\\\.\\pipe\\ibcf-${name}`
  const beside = join(master.directory, 'core.sock')
  return beside.length <= longestSocketPath ? beside : join(temporaryDirectory, `ibcf-${name}.sock`)
}
