/** Puts a served master together with the real machine: clock, disk, network, and the simulator for its demo workspace. */
import { tmpdir } from 'node:os'
import { Worker } from 'node:worker_threads'
import { besideUs } from './beside-us.ts'
import { AppError } from '../kernel/app-error.ts'
import { createPorts } from '../platform/ports.ts'
import { listenHttp } from '../platform/http-listener.ts'
import { defaultDigestEveryMs, type MasterConfig } from './config.ts'
import { type OpenFleet, openRemoteMaster } from './front/remote-master.ts'
import { type ServeConfig, serveMaster, type Serving } from './serve.ts'
import type { MasterLevel } from '../fleet/node/node-record.ts'
import type { KeyProtection } from '../trust/key-store.ts'
import { productVersion } from './version.ts'
import type { WriterData } from './entry-writer.ts'
import type { Asked, Line, Told } from './writer/messages.ts'

export type ServingOptions = {
  readonly directory: string
  readonly name: string
  readonly rootDomainName: string
  readonly level: MasterLevel
  readonly address?: { readonly host: string; readonly port: number }
  readonly consoleDirectory?: string
  readonly keyProtection: KeyProtection
  readonly socketPath?: string
  readonly token?: string
}

export function startServing(options: ServingOptions): Promise<Serving> {
  const ports = createPorts('master', diagnosticsLevel())
  const master: MasterConfig = {
    directory: options.directory,
    ports,
    keyProtection: options.keyProtection,
    version: productVersion,
    name: options.name,
    rootDomainName: options.rootDomainName,
    level: options.level,
    isDemo: false,
    digestEveryMs: defaultDigestEveryMs,
    thresholds: {},
  }
  const config: ServeConfig = {
    master,
    open: openInThread,
    listen: listenHttp,
    temporaryDirectory: tmpdir(),
    nodeVersion: process.versions.node,
    pid: process.pid,
    platform: process.platform,
    // Loaded only when asked for: a real fleet never pays for the simulator.
    makeDemo: async () => (await import('../simulator/demo-island.ts')).openDemoIsland({ ports, version: productVersion }),
    ...(options.address === undefined ? {} : { address: options.address }),
    ...(options.consoleDirectory === undefined ? {} : { consoleDirectory: options.consoleDirectory }),
    ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
    ...(options.token === undefined ? {} : { token: options.token }),
  }
  return serveMaster(config)
}

function diagnosticsLevel(): 'debug' | 'warn' {
  return process.env['IBCF_DIAGNOSTICS'] === 'debug' ? 'debug' : 'warn'
}

/** The writer has a thread of its own; what ends that thread unasked ends the process, as it would if it were this one. */
async function openInThread({ ports, ...settings }: MasterConfig): Promise<OpenFleet> {
  const workerData: WriterData = { ...settings, diagnostics: diagnosticsLevel() }
  const worker = new Worker(besideUs(import.meta.url, './', 'entry-writer'), { name: 'writer', workerData })
  worker.on('error', (error) => {
    throw error
  })
  let isEnding = false
  const exited = new Promise<void>((resolve) =>
    worker.once('exit', () => {
      if (!isEnding) throw new AppError('Bug', 'WRITER_GONE', 'The thread that writes has ended by itself.')
      resolve()
    }),
  )
  const line: Line<Asked, Told> = {
    post: (message, owned = []) => worker.postMessage(message, owned),
    listen: (hear) =>
      void worker.on('message', (told: Told) => {
        if (told.kind === 'failed') isEnding = true
        hear(told)
      }),
  }
  const fleet = await openRemoteMaster(line, settings.directory, ports)
  return {
    ...fleet,
    close: async () => {
      isEnding = true
      await fleet.close()
      await exited
    },
  }
}
