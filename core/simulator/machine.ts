/** A simulated machine: what it measures over the day, what its decisions do to it, and what can ail it. It outlives its agent. */
import type { Observation, Workload } from '../agent/workload.ts'
import type { Health } from '../fleet/node/node-record.ts'
import type { Clock } from '../kernel/ports.ts'
import type { MachineProfile, Signal } from './island-plan.ts'
import type { SeededRandom } from './seeded-random.ts'

export type Machine = Workload & {
  /** From now on its check fails, and a signal shows it. */
  readonly ail: (health: Exclude<Health, 'OK' | 'UNKNOWN'>) => void
  readonly heal: () => void
  readonly isAiling: () => boolean
  readonly update: (version: string) => void
  /** Someone sets this at the machine; no policy changes it back. */
  readonly changeByHand: (path: readonly string[], value: unknown) => void
}

type MachineParts = {
  readonly profile: MachineProfile
  readonly version: string
  readonly configuration: Document
  readonly clock: Clock
  readonly random: SeededRandom
}
type Document = { readonly [key: string]: unknown }

const hourMs = 3_600_000
/** Share of the last noise that is in the next: a machine does not jump. */
const inertia = 0.7

export function createMachine({ profile, version: firstVersion, configuration: firstConfiguration, clock, random }: MachineParts): Machine {
  const noise = new Map<string, number>()
  const levels = new Map<string, number>()
  const byHand: { readonly path: readonly string[]; readonly value: unknown }[] = []
  let version = firstVersion
  let ailment: Health = 'OK'
  let inForce: readonly string[] = []
  let configuration = firstConfiguration
  let observedAt = clock.now()

  function shiftOf(signal: string): number {
    const effects = inForce.reduce((sum, decision) => sum + (profile.effects[decision]?.[signal] ?? 0), 0)
    return effects + (ailment !== 'OK' && profile.check.signal === signal ? profile.check.add : 0)
  }

  function measure(signal: Signal, now: number): number {
    if (signal.kind === 'drain') {
      const before = levels.get(signal.name) ?? random.between(signal.refillBelow, signal.to)
      const left = before - (signal.perHour * Math.max(0, now - observedAt)) / hourMs
      const level = left < signal.refillBelow ? signal.to : left
      levels.set(signal.name, level)
      return rounded(level, 1)
    }
    // A sum of three is near enough to a bell.
    const gauss = random.next() + random.next() + random.next() - 1.5
    const wobble = inertia * (noise.get(signal.name) ?? 0) + signal.noise * gauss
    noise.set(signal.name, wobble)
    const value = signal.mean + signal.day * dayCurve(now, signal.peakHour) + wobble + shiftOf(signal.name)
    return rounded(Math.min(Math.max(value, signal.least), signal.most), signal.digits)
  }

  function batteryPct(): number | undefined {
    return profile.hasBattery ? Math.round(76 + 14 * dayCurve(clock.now(), 14)) : undefined
  }

  return {
    version: () => version,
    observe: (): Observation => {
      const now = clock.now()
      const battery = batteryPct()
      const values = Object.fromEntries(profile.signals.map((signal) => [signal.name, measure(signal, now)]))
      observedAt = now
      return { kind: profile.observes, values: { ...values, ...(battery === undefined ? {} : { battery_pct: battery }) } }
    },
    checks: () => [
      { name: 'self-test', health: 'OK', detail: 'passed' },
      { name: profile.check.name, health: ailment, detail: ailment === 'OK' ? 'as it should be' : profile.check.detail },
    ],
    parts: () => ({
      inventory: profile.inventory,
      configuration: byHand.reduce(
        (document, { path, value }) => (Object.keys(document).length === 0 ? document : changed(document, path, value)),
        configuration,
      ),
      software: { version, artifact_id: 'kestrel-edge-agent' },
      firmware: { version: profile.firmware },
    }),
    batteryPct,
    applyConfiguration: (next) => {
      configuration = next
    },
    // It runs what it ran before: another version has to be brought to it.
    restart: () => true,
    carryOut: (decisions) => {
      inForce = decisions
    },
    ail: (health) => {
      ailment = health
    },
    heal: () => {
      ailment = 'OK'
    },
    isAiling: () => ailment !== 'OK',
    update: (next) => {
      version = next
    },
    changeByHand: (path, value) => void byHand.push({ path, value }),
  }
}

/** -1..1 over the day (UTC), 1 at `peakHour`. */
function dayCurve(now: number, peakHour: number): number {
  return Math.cos((2 * Math.PI * (((now / hourMs) % 24) - peakHour)) / 24)
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}

function changed(document: Document, [key, ...rest]: readonly string[], value: unknown): Document {
  if (key === undefined) return document
  const inner = document[key]
  const isDocument = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
  return { ...document, [key]: rest.length === 0 ? value : changed(isDocument ? (inner as Document) : {}, rest, value) }
}
