/** What the node records of itself, with a master or without: observations, link, health, decisions of its own, snapshots. */
import type { DesiredDocument } from '../contract/gateway/desired.ts'
import { snapshotParts } from '../fleet/node/node-events.ts'
import type { Health } from '../fleet/node/node-record.ts'
import { toHex } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'
import type { Reader, Writer } from '../kernel/reader.ts'
import { putBlob } from '../store/blobs.ts'
import type { Fact, Journal } from './journal.ts'
import type { LinkMeter } from './link-meter.ts'
import { configurationOf, localPolicyOf } from './local-changes.ts'
import { judgeValues, type LocalPolicy } from './local-policy.ts'
import type { Memory } from './memory.ts'
import type { Solitude } from './solitude.ts'
import type { HealthCheck, Workload } from './workload.ts'

export type Observer = {
  /** Measures, judges, and records what came of it, as one. */
  readonly observe: () => void
  /** Records a snapshot when any part differs from the last one; an unchanged one is no event (design 2, Volume). */
  readonly takeSnapshot: () => void
  /** A snapshot as it would be recorded now, changed or not: the fact, and what is written with it. */
  readonly snapshot: () => Snapshot
  readonly health: () => Health
}

export type Snapshot = {
  readonly manifest: Extract<Fact, { type: 'ibcf.snapshot.taken.v1' }>['data']['parts']
  readonly fact: Fact
  readonly also: (writer: Writer) => void
}

export type ObserverParts = {
  readonly journal: Journal
  readonly memory: Memory
  readonly reader: Reader
  readonly crypto: Crypto
  readonly solitude: Solitude
  readonly meter: LinkMeter
  readonly workload: Workload
  /** Size of the store at which observations are thinned the most. */
  readonly diskBudgetBytes: number
  /** The relays on the way to the master, nearest first. */
  readonly via: () => readonly string[]
}

/** A link measurement goes into the log with every so many observations. */
const observationsPerLink = 5
/** Shares of the disk budget, and how many observations one recorded stands for from there on; alarms and decisions are never thinned. */
const samplingSteps = [
  { fromShare: 1, oneIn: 64 },
  { fromShare: 0.9, oneIn: 16 },
  { fromShare: 0.8, oneIn: 4 },
  { fromShare: 0, oneIn: 1 },
] as const

export function createObserver(parts: ObserverParts): Observer {
  const { journal, memory, reader, crypto, solitude, meter, workload, diskBudgetBytes, via } = parts
  let observed = 0
  let skipped = 0
  /** What the workload was told last, in this run. */
  let carriedOut: string | undefined

  const isAutonomous = (): boolean => solitude.since() !== undefined
  const policy = (): LocalPolicy => localPolicyOf(memory.get('desired'))
  const checks = (): readonly HealthCheck[] => {
    const isOver = solitude.isBeyondBudget() || solitude.judgeBudget().length > 0
    return isOver
      ? [...workload.checks(), { name: 'autonomy', health: 'DEGRADED', detail: 'alone for longer than its budget' }]
      : workload.checks()
  }
  const judgeHealth = (made: readonly HealthCheck[]): readonly Fact[] => {
    const from = memory.get('health') ?? 'UNKNOWN'
    const to = worst(made)
    if (from === to) return []
    const detail = made.filter(({ health }) => health === to).map((check) => `${check.name}: ${check.detail}`)
    return [{ type: 'ibcf.health.changed.v1', data: { from, to, detail: detail.join('; ').slice(0, 2000) } }]
  }
  const decide = (
    values: Readonly<Record<string, number | string | boolean>>,
  ): { readonly facts: readonly Fact[]; readonly inForce: readonly string[] } => {
    const held = memory.get('decisions') ?? []
    const desired = memory.get('desired')
    const decisions = judgeValues(policy(), held, values)
    const ended = new Set(decisions.filter((decision) => !decision.isBeginning).map(({ decide: name }) => name))
    return {
      inForce: [
        ...held.filter((name) => !ended.has(name)),
        ...decisions.filter(({ isBeginning }) => isBeginning).map(({ decide: name }) => name),
      ],
      facts: decisions.map(({ decide: name, isBeginning, basis, path }) => ({
        type: 'ibcf.decision.taken.v1',
        data: {
          policy: desired === undefined ? 'shipped with the agent' : `${desired.policyName} ${desired.policyVersion}`,
          decision: isBeginning ? name : `end ${name}`,
          basis,
          policyBundleId: desired?.policyBundleId ?? null,
          ...(path === undefined ? {} : { path }),
        },
      })),
    }
  }
  const judgeSampling = (): { readonly facts: readonly Fact[]; readonly oneIn: number } => {
    const share = storeBytes(reader) / diskBudgetBytes
    const oneIn = (samplingSteps.find(({ fromShare }) => share >= fromShare) ?? samplingSteps[3]).oneIn
    if (oneIn === (memory.get('sampling') ?? 1)) return { facts: [], oneIn }
    const detail = `The log takes ${Math.round(share * 100)} % of its disk budget; one observation in ${oneIn} is recorded from here on, alarms and decisions all.`
    return {
      facts: [{ type: 'ibcf.alarm.raised.v1', data: { name: 'storage-budget', severity: oneIn > 1 ? 'warning' : 'notice', detail } }],
      oneIn,
    }
  }

  const observe = (): void => {
    observed++
    const { kind, values } = workload.observe()
    const sampling = judgeSampling()
    const decided = decide(values)
    const isSample = skipped + 1 >= sampling.oneIn
    const link = observed % observationsPerLink === 1 ? meter.read() : undefined
    const told = skipped === 0 ? values : { ...values, samples_skipped: skipped }
    // Counted before it is tried: an observation that the disk has no room for was skipped, too.
    skipped++
    const made = checks()
    journal.record(
      [
        ...sampling.facts,
        ...decided.facts,
        ...solitude.judgeBudget(),
        ...judgeHealth(made),
        ...(isSample
          ? [{ type: 'ibcf.observation.recorded.v1', data: { kind, values: told, isAutonomous: isAutonomous() } } as const]
          : []),
        ...(link === undefined
          ? []
          : [{ type: 'ibcf.link.measured.v1', data: { link, viaId: via()[0] ?? null, isAutonomous: isAutonomous() } } as const]),
      ],
      (writer) => {
        memory.put(writer, 'decisions', [...decided.inForce])
        memory.put(writer, 'sampling', sampling.oneIn)
        memory.put(writer, 'health', worst(made))
        solitude.remember(writer)
      },
    )
    if (isSample) skipped = 0
    const wanted = decided.inForce.join('\n')
    if (wanted === carriedOut) return
    workload.carryOut(decided.inForce)
    const desired = memory.get('desired')
    if (desired !== undefined && hasChanges(desired)) workload.applyConfiguration(configurationOf(desired, decided.inForce))
    carriedOut = wanted
  }

  const snapshot = (): Snapshot => {
    const made = checks()
    const contents: Readonly<Record<string, unknown>> = { ...workload.parts(), health: { health: worst(made), checks: made } }
    const blobs = snapshotParts.flatMap((name) => {
      const content = contents[name]
      if (content === undefined) return []
      const bytes = new TextEncoder().encode(JSON.stringify(content))
      return [{ bytes, part: { name, digest: toHex(crypto.sha256(bytes)), sizeBytes: bytes.length } }]
    })
    const manifest = blobs.map(({ part }) => part)
    return {
      manifest,
      fact: { type: 'ibcf.snapshot.taken.v1', data: { parts: manifest, isAutonomous: isAutonomous() } },
      also: (writer) => {
        for (const { bytes } of blobs) putBlob(writer, bytes)
        memory.put(writer, 'manifest', manifest)
      },
    }
  }
  const takeSnapshot = (): void => {
    const { manifest, fact, also } = snapshot()
    if (JSON.stringify(manifest) === JSON.stringify(memory.get('manifest'))) return
    journal.record([fact], also)
  }

  return { observe, takeSnapshot, snapshot, health: () => worst(checks()) }
}

/** Its own rules change its configuration now and then. */
function hasChanges(desired: DesiredDocument): boolean {
  return localPolicyOf(desired).rules.some(({ change }) => change !== undefined)
}

/** The worst of the checks; OK when there are none. */
function worst(checks: readonly HealthCheck[]): Health {
  const order: readonly Health[] = ['FAILED', 'DEGRADED', 'UNKNOWN', 'OK']
  return order.find((health) => checks.some((check) => check.health === health)) ?? 'OK'
}

function storeBytes(reader: Reader): number {
  const row = reader.get<{ bytes: number }>('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()')
  return row?.bytes ?? 0
}
