/** Puts a served master together with the real machine: clock, disk, network, and the simulator for its demo workspace. */
import { tmpdir } from 'node:os'
import { createPorts } from '../platform/ports.ts'
import { listenHttp } from '../platform/http-listener.ts'
import { defaultDigestEveryMs, type MasterConfig } from './config.ts'
import { type ServeConfig, serveMaster, type Serving } from './serve.ts'
import type { MasterLevel } from '../fleet/node/node-record.ts'
import type { KeyProtection } from '../trust/key-store.ts'
import { productVersion } from './version.ts'

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
  const ports = createPorts('master', process.env['IBCF_DIAGNOSTICS'] === 'debug' ? 'debug' : 'warn')
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
