/**
 * A master's data directory with a fleet in it, made once and kept in the temporary directory under the hash of what it was made from,
 * so that benches share it. Every event goes through the store and the projections as in the field; only the hands that write it
 * (operators, gateways, nodes) are left out, and the transactions are large.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openMaster } from '../../core/app/master.ts'
import { defaultDigestEveryMs } from '../../core/app/config.ts'
import type { DomainId, MasterId } from '../../core/kernel/ids.ts'
import type { Ports } from '../../core/kernel/ports.ts'
import { createPorts } from '../../core/platform/ports.ts'
import { projections, readTables } from '../../core/projections/all.ts'
import { migrations } from '../../core/store/migrations/all.ts'
import { type FleetSize, writeFleet } from './fleet-events.ts'

export type MadeFleet = FleetSize & {
  readonly directory: string
  readonly masterId: MasterId
  readonly rootDomainId: DomainId
  readonly domainIds: readonly string[]
  readonly madeInMs: number
}

/** Raised when what is written here changes. */
const generatorVersion = 3
const prefix = 'ibcf-bench-fleet-'
const markName = 'fleet.json'

export function domainsFor(nodes: number): number {
  return Math.max(3, Math.min(1000, Math.round(nodes / 1000)))
}

/** Made now, or found as it was made before. Says on stderr what it does, because it may take minutes. */
export async function makeFleet(size: FleetSize): Promise<MadeFleet> {
  const directory = join(tmpdir(), `${prefix}${nameOf(size)}`)
  const mark = join(directory, markName)
  if (existsSync(mark)) return JSON.parse(readFileSync(mark, 'utf8')) as MadeFleet
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  process.stderr.write(`bench: making a fleet of ${size.nodes} nodes in ${size.domains} domains (kept in ${directory})\n`)
  const began = performance.now()
  const ports = createPorts('bench', 'error')
  const { events, ...found } = await fill(directory, ports, size)
  const made: MadeFleet = { ...size, ...found, events, directory, madeInMs: Math.round(performance.now() - began) }
  writeFileSync(mark, JSON.stringify(made))
  process.stderr.write(`bench: made ${events} events in ${Math.round(made.madeInMs / 1000)} s\n`)
  return made
}

/** Removes every fleet that was kept; answers their directories. */
export function removeFleets(): readonly string[] {
  const kept = readdirSync(tmpdir()).filter((name) => name.startsWith(prefix))
  for (const name of kept) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  return kept.map((name) => join(tmpdir(), name))
}

function nameOf(size: FleetSize): string {
  const parts = [
    generatorVersion,
    migrations.map(({ version }) => version),
    [...projections, ...readTables].map(({ name, version }) => `${name}@${version}`),
    size,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}

async function fill(
  directory: string,
  ports: Ports,
  size: FleetSize,
): Promise<{
  readonly masterId: MasterId
  readonly rootDomainId: DomainId
  readonly domainIds: readonly string[]
  readonly events: number
}> {
  const master = await openMaster({
    directory,
    ports,
    keyProtection: { kind: 'file-permissions' },
    version: '0.0.0-bench',
    name: 'Bench master',
    rootDomainName: 'Island',
    level: 'REGION',
    isDemo: false,
    digestEveryMs: defaultDigestEveryMs,
    thresholds: {},
  })
  try {
    const { masterId, rootDomainId } = master.identity
    const key = master.keys.of(masterId)
    if (key === undefined) throw new Error('the master was founded without a key')
    const written = writeFleet(master, key, ports, size)
    return { masterId, rootDomainId, ...written }
  } finally {
    master.close()
  }
}
