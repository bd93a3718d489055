/** A master of a trial: the real one, on a disk and a clock that can fail it, with the people who work at it. */
import { type ActInput, type ActName, type ActOutput, perform } from '../../app/acts/acts.ts'
import { type Master, openMasterOver } from '../../app/master.ts'
import type { Thresholds } from '../../fleet/decisions.ts'
import type { MasterLevel } from '../../fleet/node/node-record.ts'
import { createGateway, type Gateway } from '../../ingest/gateway.ts'
import { isAppError } from '../../kernel/app-error.ts'
import type { DomainId, MasterId, OperatorId } from '../../kernel/ids.ts'
import type { Ports } from '../../kernel/ports.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { Disk, DiskImage } from './disk.ts'
import { createHardwareClock, type HardwareClock } from './hardware-clock.ts'
import type { CrashPoint } from './happening.ts'
import { type Boot, createMachine } from './machine-parts.ts'
import { tally, type Witness } from './witness.ts'

export type Station = {
  readonly name: string
  readonly disk: Disk
  readonly hardware: HardwareClock
  readonly masterId: () => MasterId
  readonly rootDomainId: () => DomainId
  /** Undefined while it is down. */
  readonly running: () => Running | undefined
  /** Throws what opening a master throws. Harmless while it runs. */
  readonly start: () => Promise<void>
  /** `gone` is called when the power has gone, which for a write or a commit is when the next one comes. */
  readonly crash: (point: CrashPoint, isTorn: boolean, gone?: () => void) => void
  /** As a person at the desk; a refusal is an answer. Undefined when it was refused, or nobody is there. */
  readonly act: <Name extends ActName>(name: Name, input: ActInput<Name>, by?: 'ada' | 'bob') => ActOutput<Name> | undefined
  readonly setPace: (pace: number) => void
  /** Who works there. */
  readonly desk: () => OperatorId | undefined
  readonly keepBackup: () => void
  /** False when there is no backup. It is down afterwards. */
  readonly putBack: (silently: boolean) => boolean
  /** How often its database was put back. */
  readonly life: () => number
  readonly close: () => void
}

export type Running = {
  readonly master: Master
  readonly gateway: Gateway
  readonly power: Boot['power']
}

export type StationParts = {
  readonly name: string
  readonly level: MasterLevel
  readonly world: Ports
  readonly disk: Disk
  readonly random: SeededRandom
  readonly witness: Witness
  readonly thresholds: Partial<Thresholds>
}

const leaseLookMs = 10_000
const digestEveryMs = 10 * 60_000

export function createStation({ name, level, world, disk, random, witness, thresholds }: StationParts): Station {
  const hardware = createHardwareClock(world.clock)
  let backup: DiskImage | undefined
  let life = 0
  let people: { readonly ada: OperatorId; readonly bob: OperatorId } | undefined
  const identity: { masterId?: MasterId; rootDomainId?: DomainId } = {}
  const machine = createMachine({ name, world, hardware, random, disk, witness, switchOn })
  const running = (): Running | undefined => {
    const { up, power } = machine.running() ?? {}
    return up === undefined || power === undefined ? undefined : { ...up, power }
  }

  async function switchOn({ power, ports }: Boot): Promise<Omit<Running, 'power'>> {
    const store = await disk.open(ports)
    const master = openMasterOver(
      {
        directory: disk.directory(),
        ports,
        keyProtection: { kind: 'file-permissions' },
        version: '0.0.0',
        name,
        rootDomainName: `Under ${name}`,
        level,
        isDemo: false,
        digestEveryMs,
        thresholds,
      },
      power.through(store),
    )
    const gateway = createGateway(master.port)
    Object.assign(identity, { masterId: master.identity.masterId, rootDomainId: master.identity.rootDomainId })
    const look = (): void => {
      ports.scheduler.after(leaseLookMs, look)
      guarded(() => gateway.expireLeases())
    }
    ports.scheduler.after(leaseLookMs, look)
    people ??= hire(master)
    return { master, gateway }
  }

  function hire(master: Master): { readonly ada: OperatorId; readonly bob: OperatorId } {
    const ada = perform(master, 'operator.create', { name: `Ada of ${name}`, role: 'authority' }, undefined)
    return { ada, bob: perform(master, 'operator.create', { name: `Bob of ${name}`, role: 'authority' }, ada) }
  }

  /** What a person or a lease asks for is refused, or the power goes; anything else is a fault of ours. */
  function guarded<Value>(act: () => Value): Value | undefined {
    const power = machine.running()?.power
    try {
      const value = act()
      return power?.isOn() === true ? value : undefined
    } catch (error) {
      if (power?.isOn() !== true) return undefined
      if (!isAppError(error) || error.kind === 'Bug' || error.kind === 'Corrupt')
        witness.troubles.push({ who: name, message: String(error), facts: { stack: error instanceof Error ? (error.stack ?? '') : '' } })
      else tally(witness.refusals, error.code)
      return undefined
    }
  }

  return {
    name,
    disk,
    hardware,
    masterId: () => identity.masterId as MasterId,
    rootDomainId: () => identity.rootDomainId as DomainId,
    running,
    start: machine.start,
    crash: machine.crash,
    setPace: machine.setPace,
    act: (actName, input, by = 'ada') => {
      const master = running()?.master
      if (master === undefined || people === undefined) return undefined
      const actor = people[by]
      const value = guarded(() => perform(master, actName, input, actor))
      for (const eventId of idsIn(value)) witness.acknowledgedActs.push({ master: name, life, eventId })
      return value
    },
    desk: () => people?.ada,
    keepBackup: () => {
      if (machine.running() !== undefined) backup = disk.image()
    },
    putBack: (silently) => {
      if (backup === undefined) return false
      machine.cut()
      disk.putBack(backup, silently)
      life++
      return true
    },
    life: () => life,
    close: () => {
      machine.cut()
      disk.close()
    },
  }
}

/** Events that an act answered with. */
function idsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string')
  if (typeof value !== 'object' || value === null) return []
  const { eventIds } = value as { readonly eventIds?: readonly string[] }
  return eventIds ?? []
}
