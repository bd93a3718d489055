/** A real master with its gateway, on a store in memory or in a directory, and a clock that the test moves. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOperator } from '../../../core/app/acts/operators.ts'
import { openMaster, type Master } from '../../../core/app/master.ts'
import { createGateway, type Gateway, type GatewaySettings } from '../../../core/ingest/gateway.ts'
import type { GatewayRequest } from '../../../core/ingest/exchange.ts'
import type { MasterPort } from '../../../core/ingest/master-port.ts'
import type { OperatorId } from '../../../core/kernel/ids.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { inMemory } from '../../../core/store/open.ts'
import { createVirtualPorts, type VirtualPorts } from '../agent/virtual-ports.ts'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** The body as JSON; undefined when it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined
}

export type Island = Disposable & {
  readonly directory: string
  readonly ports: VirtualPorts
  readonly master: Master
  readonly gateway: Gateway
  readonly operator: OperatorId
  readonly ask: (request: Partial<GatewayRequest> & Pick<GatewayRequest, 'method' | 'path'>) => Promise<Answer>
  /** How often a code was refused in this run. */
  readonly refusals: (code: string) => number
  /** The master killed at this instant and started again on what lies on the disk. Only for an island in a directory. */
  readonly crash: () => Promise<Island>
}

export type IslandSettings = GatewaySettings & {
  readonly isOnDisk?: boolean
  /** A directory that is there already, and stays when the island is gone. */
  readonly directory?: string
  readonly ports?: VirtualPorts
  /** Stands in for what this master does not know yet, such as other masters. */
  readonly extendPort?: (port: MasterPort) => MasterPort
}

export async function createIsland(settings: IslandSettings = {}): Promise<Island> {
  const ports = settings.ports ?? { ...createVirtualPorts(), ...(settings.isOnDisk === true ? { files: createFiles() } : {}) }
  const directory = settings.directory ?? (settings.isOnDisk === true ? mkdtempSync(join(tmpdir(), 'ibcf-island-')) : inMemory)
  return openIsland(directory, ports, settings)
}

async function openIsland(directory: string, ports: VirtualPorts, settings: IslandSettings): Promise<Island> {
  const master = await openMaster({
    directory,
    ports,
    keyProtection: { kind: 'file-permissions' },
    version: 'test',
    name: 'Test master',
    rootDomainName: 'Test island',
    level: 'REGION',
    isDemo: false,
    digestEveryMs: 365 * 24 * 3_600_000,
    thresholds: {},
  })
  const known = master.model.reader.get('SELECT subject FROM operators')?.['subject']
  const operator =
    known === undefined ? createOperator({ master, actor: undefined }, { name: 'Ada', role: 'authority' }) : (String(known) as OperatorId)
  const gateway = createGateway(settings.extendPort?.(master.port) ?? master.port, settings)
  let isClosed = false
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    gateway.close()
    master.close()
  }
  return {
    directory,
    ports,
    master,
    gateway,
    operator,
    refusals: (code) => master.model.refusals().find((refusal) => refusal.code === code)?.count ?? 0,
    ask: async (request) => {
      const { status, headers, body } = await gateway.handle({ headers: {}, body: new Uint8Array(), remote: '192.0.2.1', ...request })
      return { status, headers, body, json: readJson(body) }
    },
    crash: async () => {
      const after = mkdtempSync(join(tmpdir(), 'ibcf-island-'))
      // Before the old one closes: closing signs and checkpoints, which a killed process does not.
      cpSync(directory, after, { recursive: true, filter: (source) => !source.includes('lock.sqlite') })
      close()
      return openIsland(after, ports, settings)
    },
    [Symbol.dispose]: () => {
      close()
      if (directory !== inMemory && directory !== settings.directory) rmSync(directory, { recursive: true, force: true })
    },
  }
}

function readJson(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as Readonly<Record<string, unknown>>
  } catch {
    // Not every answer is JSON; the test that expects it says so.
    return undefined
  }
}
