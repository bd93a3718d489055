/**
 * The machine that the agent runs on. Programs of the site take part through documents in the data directory: they write what they
 * measure to `measurements.json` (a flat object), and read `configuration.json` (what the master desires) and `decisions.json` (what
 * the node decided by itself and holds now).
 */
import { z } from 'zod'
import { isAppError } from '../kernel/app-error.ts'
import type { Files } from '../kernel/ports.ts'
import { parseUntrustedJson } from '../kernel/untrusted-json.ts'
import type { Values } from './local-policy.ts'
import type { HealthCheck, Workload } from './workload.ts'

/** What the operating system tells (core/platform/host.ts). */
export type Host = {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly freeMemoryBytes: () => number
  readonly load: () => number
  readonly uptimeSeconds: () => number
  readonly storage: (path: string) => { readonly totalBytes: number; readonly freeBytes: number }
}

const gigabyte = 1024 ** 3
const documentLimits = { maxBytes: 256 * 1024, maxDepth: 32, maxFields: 4096 }
const measurements = z.record(z.string().max(100), z.union([z.number(), z.string().max(1000), z.boolean()]))
const configurationShape = z.record(z.string(), z.unknown())

export function createHostWorkload(host: Host, files: Files, directory: string, version: string): Workload {
  const document = <Shape extends z.ZodType>(shape: Shape, name: string): z.infer<Shape> | undefined => {
    const bytes = files.read(`${directory}/${name}`)
    const parsed = bytes === undefined ? undefined : parseUntrustedJson(bytes, documentLimits)
    const checked = parsed?.ok === true ? shape.safeParse(parsed.value) : undefined
    return checked?.success === true ? checked.data : undefined
  }
  /** Or not there, which is as good. */
  const isReadable = (shape: z.ZodType, name: string): boolean =>
    files.read(`${directory}/${name}`) === undefined || document(shape, name) !== undefined
  const write = (name: string, content: unknown): void =>
    files.writeAtomic(`${directory}/${name}`, new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`), 0o600)
  const number = (path: string): number | undefined => {
    const value = Number(readFact(files, path) ?? Number.NaN)
    return Number.isFinite(value) ? value : undefined
  }
  const batteryPct = (): number | undefined => number('/sys/class/power_supply/BAT0/capacity')

  const storageUsedPct = (): number => {
    const { totalBytes, freeBytes } = host.storage(directory)
    return totalBytes === 0 ? 0 : 100 * (1 - freeBytes / totalBytes)
  }

  const observe = (): Values => {
    const milliCelsius = number('/sys/class/thermal/thermal_zone0/temp')
    const battery = batteryPct()
    return {
      load_per_core: hundredth(host.load() / host.cores),
      memory_used_pct: hundredth(100 * (1 - host.freeMemoryBytes() / host.memoryBytes)),
      storage_used_pct: hundredth(storageUsedPct()),
      uptime_s: Math.round(host.uptimeSeconds()),
      ...(milliCelsius === undefined ? {} : { temperature_c: hundredth(milliCelsius / 1000) }),
      ...(battery === undefined ? {} : { battery_pct: battery }),
      // The site knows better: what its programs measure stands before what the machine says.
      ...(isReadable(measurements, 'measurements.json') ? document(measurements, 'measurements.json') : { measurements_unreadable: true }),
    }
  }
  const checks = (): readonly HealthCheck[] => {
    const usedPct = storageUsedPct()
    const isConfigured = isReadable(configurationShape, 'configuration.json')
    return [
      { name: 'storage', health: usedPct < 97 ? 'OK' : 'DEGRADED', detail: usedPct < 97 ? 'there is room' : 'the disk is nearly full' },
      {
        name: 'configuration',
        health: isConfigured ? 'OK' : 'DEGRADED',
        detail: isConfigured ? 'readable' : 'configuration.json cannot be read',
      },
    ]
  }
  const firmware = readFact(files, '/sys/class/dmi/id/bios_version')
  return {
    version: () => version,
    observe: () => ({ kind: 'host', values: observe() }),
    checks,
    parts: () => ({
      inventory: {
        cpu: host.cpu,
        ram_gb: hundredth(host.memoryBytes / gigabyte),
        storage_gb: hundredth(host.storage(directory).totalBytes / gigabyte),
        gpus: [],
      },
      configuration: document(configurationShape, 'configuration.json') ?? {},
      software: { version },
      ...(firmware === undefined ? {} : { firmware: { version: firmware } }),
    }),
    batteryPct,
    applyConfiguration: (configuration) => write('configuration.json', configuration),
    // The programs of the site read their configuration by themselves; the agent is started again by whoever runs it.
    restart: () => false,
    carryOut: (decisions) => write('decisions.json', { inForce: decisions }),
  }
}

/** What the machine says of its maker, where it does. */
export function readMaker(files: Files): { readonly manufacturer?: string; readonly model?: string } {
  const manufacturer = readFact(files, '/sys/class/dmi/id/sys_vendor')
  const model = readFact(files, '/sys/class/dmi/id/product_name')
  return { ...(manufacturer === undefined ? {} : { manufacturer }), ...(model === undefined ? {} : { model }) }
}

/** A line that the kernel tells of the machine. Machines differ in what they tell, and to whom: what is not told is unknown. */
function readFact(files: Files, path: string): string | undefined {
  try {
    const text = new TextDecoder().decode(files.read(path)).trim().slice(0, 200)
    return text === '' ? undefined : text
  } catch (error) {
    if (isAppError(error)) return undefined
    throw error
  }
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100
}
